"""Benchmarks of the crawl, the extraction and the exports. No connection leaves the machine."""

import os

os.environ["PANAN_LOOPBACK_ONLY"] = "1"
