"""The ledger: SQLite tables of addresses, articles, walks and runs. The only SQL over it."""
