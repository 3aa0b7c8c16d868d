"""What did the pharmacist do for a patient besides delivering: vaccinations, entretiens, bilans de médication?"""
