"""From article to archive: clean, validate, revise, store; one job each, no HTML."""
