"""Whole crawls: `scrapy crawl panan`, archive and all, beside what only fetches the same pages."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import ROOT, Cost, demo_site, run, through
from demo_site.site import Site

#: A spider that asks for the pages whose addresses it is given and yields their titles: no archive, no lists, nothing kept.
_BARE: Final = """
import scrapy


class Bare(scrapy.Spider):
    name = "bare"
    custom_settings = {
        "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "LOG_LEVEL": "INFO",
        "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": False,
    }

    async def start(self):
        with open(self.addresses) as lines:
            for line in lines:
                yield scrapy.Request(line.strip())

    def parse(self, response):
        yield {"title": response.xpath("//title/text()").get()}
"""
#: What our crawl is measured against.
BARE: Final = "Scrapy, titles alone"
_FAST: Final = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "CONCURRENT_REQUESTS_PER_DOMAIN=16")


@dataclass(frozen=True)
class Crawl:
    """One way to crawl the demo site: its cost, and how many articles came of it."""

    name: str
    cost: Cost
    articles: int

    @property
    def wall_each(self) -> float:
        """Milliseconds on the clock an article."""
        return 1000 * self.cost.wall / max(1, self.articles)

    @property
    def cpu_each(self) -> float:
        """Milliseconds of processor an article, start-up included."""
        return 1000 * self.cost.cpu / max(1, self.articles)


def panan(proxy: str, folder: Path, data: Path | None = None, *arguments: str) -> Crawl:
    """Our own crawl into `data`; what it stored."""
    data = data or folder / "data"
    words = [sys.executable, "-m", "scrapy", "crawl", "panan", "-s", f"PANAN_DATA_DIR={data}"]
    words += [word for setting in _FAST for word in ("-s", setting)]
    words += [word for argument in arguments for word in ("-a", argument)]
    before = _lines(data / "articles.jsonl")
    return Crawl("panan_spider", run(words, through(proxy)), _lines(data / "articles.jsonl") - before)


def bare(proxy: str, folder: Path, addresses: Path) -> Crawl:
    """A Scrapy spider that yields only titles, of the same articles."""
    (folder / "bare.py").write_text(_BARE, "utf-8")
    titles = folder / "titles.jsonl"
    words = [sys.executable, "-m", "scrapy", "runspider", "bare.py", "-a", f"addresses={addresses}", "-O", str(titles)]
    return Crawl(BARE, run(words, through(proxy), folder), _lines(titles))


def wget(proxy: str, folder: Path, addresses: Path) -> Crawl:
    """wget with a WARC, one request after the other as it knows no other way."""
    words = ["wget", "-q", "-i", str(addresses), "-P", "pages", "--warc-file=all", "--tries=1"]
    cost = run(words, through(proxy), folder)
    return Crawl("wget, into a WARC", cost, len(list((folder / "pages").glob("*.*htm*"))))


def compare(articles: int) -> list[Crawl]:
    """All of them over a demo site of that many articles, each in an empty folder, ours last."""
    out = []
    with demo_site(articles) as proxy, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        addresses = folder / "addresses"
        addresses.write_text("".join(f"{record.url}\n" for record in Site.build(1, articles).records), "utf-8")
        ways: list[Callable[[str, Path, Path], Crawl]] = [bare, *([wget] if shutil.which("wget") else [])]
        for way in ways:
            with tempfile.TemporaryDirectory() as own:
                out.append(way(proxy, Path(own), addresses))
        out.append(panan(proxy, folder))
    return out


def _lines(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(1 for _line in file)


def main() -> None:
    """Print the costs of crawls of a site of so many articles."""
    found = compare(int(sys.argv[1]))
    for crawl in found:
        row = (crawl.name, crawl.articles, crawl.cost.code, crawl.wall_each, crawl.cpu_each, crawl.cost.megabytes)
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    assert ROOT.exists()
    main()
