"""Avances: medicines handed over before their ordonnance, until it comes, they are paid for, or they come back."""
