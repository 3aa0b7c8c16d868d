"""Which documents did the officine receive, whose are they, and what became of them?"""
