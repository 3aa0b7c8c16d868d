"""Promis: what was delivered in part, and the boxes that the patient comes back for."""
