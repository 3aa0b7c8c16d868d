"""How many boxes are there, where, and what became of each?"""
