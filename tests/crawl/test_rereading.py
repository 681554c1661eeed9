"""Two versions of the reader over one unchanged site without validators: no correction, and the new readings are counted apart."""

import json
import sqlite3
import sys
from pathlib import Path

import harness
from harness import Begun
from test_reparse import DEAD_PROXY

from demo_site.proxy import ProxyServer

#: A version of the reader that reads `source` otherwise, put in before the command starts.
NEXT_VERSION = """
import sys
from dataclasses import replace
from scrapy.cmdline import execute
from panan_spider.archive.reparse import reader
from panan_spider.spiders import session
today = session.read_article
def read_article(page, site=None):
    read = today(page, site)
    return replace(read, source=f"{read.source}（新版）") if read.source else read
session.read_article = reader.read_article = read_article
if __name__ == "__main__":  # in a worker it is not
    execute(["scrapy", *sys.argv[1:]])
"""


def by_the_next_version(data: Path, *words: str, proxy: str = DEAD_PROXY) -> harness.Crawl:
    script = data.with_name("next_version.py")
    script.write_text(NEXT_VERSION, "utf-8")
    settings = [f"{name}={value}" for name, value in {**harness.FAST, "PANAN_DATA_DIR": data}.items()]
    command = [sys.executable, str(script), *words, *(f"-s{setting}" for setting in settings)]
    return harness.finish(harness.launch(command, proxy, {"PYTHONPATH": str(harness.ROOT)}), data)


def crawled(server: ProxyServer, data: Path) -> harness.Crawl:
    return by_the_next_version(data, "crawl", "panan", "-a", "recheck=30", proxy=server.url)


def test_a_new_reading_of_an_unchanged_page_is_no_correction(begun: Begun) -> None:
    server, first = begun("no-validators", articles=100)
    second = crawled(server, first.data)
    assert second.code == 0, second.said
    report = second.report
    assert "revised" not in report["outcomes"] and (report["corrections_count"], report["corrections"]) == (0, [])
    assert 0 < report["rereadings_count"] <= report["outcomes"]["unchanged"]
    assert second.articles == first.articles

    written = by_the_next_version(first.data, "reparse", "--write")
    assert written.code == 0, written.said
    newest = harness.newest(written.articles)
    expected = {a["id"]: a["source"] and f"{a['source']}（新版）" for a in first.articles}
    assert {number: article["source"] for number, article in newest.items()} == expected
    count = len(written.articles) - len(first.articles)
    assert count == sum(source is not None for source in expected.values())

    third = crawled(server, first.data)
    assert (third.code, third.report["rereadings_count"], third.report["corrections_count"]) == (0, 0, 0), third.said
    assert third.articles == written.articles

    status = by_the_next_version(first.data, "status", "--json")
    assert json.loads(status.stdout)["rereadings"] == count
    assert f"0 corrections, {count} rereadings" in by_the_next_version(first.data, "status").stdout

    exported = by_the_next_version(first.data, "export", "--out", f"{first.data}/panan.db")
    assert exported.code == 0, exported.said
    with sqlite3.connect(first.data / "panan.db") as database:
        kinds = database.execute("SELECT kind, count(*) FROM changes GROUP BY kind").fetchall()
    assert kinds == [("rereading", count)]


def test_a_correction_is_one_for_the_next_version_too(begun: Begun) -> None:
    server, first = begun("no-validators", articles=100)
    article = max(first.articles, key=lambda one: (one["posted"], one["id"]))
    server.site.correct(article["id"])
    second = crawled(server, first.data)
    assert (second.code, [entry["id"] for entry in second.report["corrections"]]) == (0, [article["id"]]), second.said
