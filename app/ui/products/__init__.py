"""The screens of the medicines and products."""
