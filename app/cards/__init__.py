"""Smart cards: readers by PC/SC, exchanges, and what each kind of card lets anyone read. Usable without Qt."""
