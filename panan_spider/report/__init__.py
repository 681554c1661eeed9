"""Report of a run: figures, checks, faults, exit code, page, notification; and the status of an archive."""
