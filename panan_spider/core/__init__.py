"""Domain words and records that import nothing of ours."""
