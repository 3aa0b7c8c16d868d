"""The screens of the settings of this workstation."""
