"""The printed face of a clinical document, and the archive form (PDF/A-1b) that travels in a CDA."""
