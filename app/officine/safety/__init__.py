"""Which dangers do the products of a sale hold for this patient: interactions, doubles, allergies?"""
