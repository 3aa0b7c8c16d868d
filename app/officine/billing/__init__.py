"""What does each part of a delivery cost, and who pays it?"""
