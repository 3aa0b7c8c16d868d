"""Which lots were recalled, why, and who has read it?"""
