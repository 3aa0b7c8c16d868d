"""What must be written into the registers of stupéfiants and of medicines derived from blood, and kept for how long?"""
