"""Scrapy extensions: the archive of the run, progress, log formats."""
