"""How is a delivery prepared, checked and recorded?"""
