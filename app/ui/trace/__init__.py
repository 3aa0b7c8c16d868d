"""The trace of what was done, and the seals that vouch for it, for whoever answers for the officine."""
