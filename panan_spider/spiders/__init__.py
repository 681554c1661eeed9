"""Requests out, items in: which pages are asked for, in what order, and when to stop."""
