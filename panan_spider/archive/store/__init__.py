"""Store: raw responses, article lines and the ledger on disk, written in that order."""
