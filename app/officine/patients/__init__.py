"""Who is the patient?"""
