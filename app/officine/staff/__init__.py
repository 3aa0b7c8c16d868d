"""Who works here, and what may they do?"""
