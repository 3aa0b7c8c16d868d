"""The screens of the patients."""
