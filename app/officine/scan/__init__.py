"""What is the code that was just scanned?"""
