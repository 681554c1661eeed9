"""Words and records of the domain. Imports nothing else of the package."""
