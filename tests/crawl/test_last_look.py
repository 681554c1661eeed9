"""The last look of the download handler: with the connection there, before a request's first byte."""

from pathlib import Path

from harness import Crawler

from demo_site.proxy import ProxyServer

_FENCED = """
import os
from panan_spider.middlewares.raw_capture import DownloadHandler

class Fenced(DownloadHandler):
    looks = 0

    def about_to_write(self):
        Fenced.looks += 1
        if Fenced.looks > 10:
            os._exit(15)
"""


def test_a_process_that_ends_at_the_last_look_has_sent_no_more(
    demo: ProxyServer, crawl: Crawler, tmp_path: Path
) -> None:
    (tmp_path / "fenced.py").write_text(_FENCED)
    handlers = '{"http": "fenced.Fenced", "https": "fenced.Fenced"}'
    run = crawl(demo, settings={"DOWNLOAD_HANDLERS": handlers}, env={"PYTHONPATH": str(tmp_path)})
    assert run.code == 15 and 0 < len(demo.requests) <= 10, run.said
