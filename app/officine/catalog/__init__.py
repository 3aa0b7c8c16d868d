"""Which medicines and products exist, and what is known of them?"""
