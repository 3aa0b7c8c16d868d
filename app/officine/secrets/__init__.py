"""Where are keys, tokens and certificates of the officine kept so that a copy of its data gives none of them away?"""
