"""The national and trade services, as their clients see them."""
