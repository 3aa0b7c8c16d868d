"""The national services simulated on loopback, and the fictitious people they know."""
