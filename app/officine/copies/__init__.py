"""What did the paper ordonnance look like?"""
