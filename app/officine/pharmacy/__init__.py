"""Which pharmacy is this: what its papers and its documents bear at their head?"""
