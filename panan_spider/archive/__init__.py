"""Everything below data/: store, ledger, crawl state, verify, reparse."""
