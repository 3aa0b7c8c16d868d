"""The rights of a patient as their card or their phone says them, by the publisher's component alone."""
