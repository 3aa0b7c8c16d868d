"""Where the pharmacy's data lives: engine, unit of work, outbox, audit chain, backup."""
