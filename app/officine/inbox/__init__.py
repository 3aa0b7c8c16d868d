"""Which documents were received, whose are they, and what became of each?"""
