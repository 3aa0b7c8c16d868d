"""The screens of the till."""
