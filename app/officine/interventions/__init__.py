"""What did the pharmacist do about what the step Contrôle found: interventions pharmaceutiques, kept for ever?"""
