"""The room of the team: who works here, with what they sign in, what each role may do."""
