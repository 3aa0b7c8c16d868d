"""Who prescribed what, to whom and when?"""
