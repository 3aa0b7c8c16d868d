"""The pharmacy's own business, one folder a feature."""
