"""How are documents written and read?"""
