"""Verify: compares lines, ledger and WARC, and repairs each from the others."""
