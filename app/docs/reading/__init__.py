"""What does a received document say?"""
