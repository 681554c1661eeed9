"""Evaluation of the extraction beside other extractors, on pages of our own: docs/evaluation.md."""
