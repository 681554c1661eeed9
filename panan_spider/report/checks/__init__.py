"""Checks of a run against earlier runs and the thresholds of its site."""
