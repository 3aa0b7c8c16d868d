"""What does a screen show of a clinical document, whoever wrote it?"""
