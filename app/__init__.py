"""Galien, the pharmacy software (LGO) of French community pharmacies."""

__version__ = "0.1.0"
