"""The schema's history, one linear line."""
