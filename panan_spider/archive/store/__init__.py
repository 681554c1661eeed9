"""The archive on disk: raw responses, article lines, the ledger, in that order of writing."""
