"""The téléservice INSi, as its client sees it."""
