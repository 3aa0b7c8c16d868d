"""Who did what, can it be shown to others, and is it still what was written?"""
