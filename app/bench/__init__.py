"""How fast is Galien, beside a floor or a peer measured in the same run?"""
