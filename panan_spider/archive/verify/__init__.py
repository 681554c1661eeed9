"""Lines, ledger and WARC held against each other, and mended from each other."""
