"""One file a step of the schema, in order; each is applied once to each database."""
