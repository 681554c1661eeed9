"""Imported first by the tests of `scrapy browse`: skips them where the extra `browse` is not installed."""

import pytest

for _library in ("starlette", "uvicorn", "pyroaring", "opencc", "xlsxwriter"):
    pytest.importorskip(_library, reason="the extra `browse` is not installed: pip install 'panan_spider[browse]'")
