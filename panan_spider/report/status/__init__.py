"""What the archive holds, how its last run ended, and what it lacks: read from the ledger, nothing written."""
