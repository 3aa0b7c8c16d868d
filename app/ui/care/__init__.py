"""The room of the documents that the pharmacist writes."""
