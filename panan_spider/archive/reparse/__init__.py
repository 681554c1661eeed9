"""Reparse: articles built again from the archived raw pages; changed ones are stored on request."""
