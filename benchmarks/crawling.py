"""Whole crawls: `scrapy crawl panan`, archive and all, beside what only fetches the same pages, and beside other people's crawlers.

`python -m benchmarks.crawling ARTICLES [--peers]` prints a JSON object a crawl. Peers run where there is no network but loopback.
"""

import argparse
import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.measure import ROOT, Cost, demo_site, run, through
from benchmarks.peers import PEERS
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
OURS: Final = "panan_spider"
#: The environment of those who are no part of the project.
EVAL: Final = ROOT / ".venv-eval" / "bin" / "python"
FAST: Final = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "CONCURRENT_REQUESTS_PER_DOMAIN=16")

#: Flags of a network interface (netdevice(7)), and the command for a network of its own: loopback and nothing else.
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
_UNSHARE: Final = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


@dataclass(frozen=True)
class Crawl:
    """One way to crawl the demo site: its cost, how many articles came of it, and how many requests the site saw."""

    name: str
    cost: Cost
    articles: int
    requests: int = 0

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
    words += [word for setting in FAST for word in ("-s", setting)]
    words += [word for argument in arguments for word in ("-a", argument)]
    before = _lines(data / "articles.jsonl")
    return Crawl(OURS, run(words, through(proxy)), _lines(data / "articles.jsonl") - before)


def bare(proxy: str, addresses: Path, folder: Path) -> Crawl:
    """A Scrapy spider that yields only titles, of the same articles."""
    (folder / "bare.py").write_text(_BARE, "utf-8")
    titles = folder / "titles.jsonl"
    words = [sys.executable, "-m", "scrapy", "runspider", "bare.py", "-a", f"addresses={addresses}", "-O", str(titles)]
    return Crawl(BARE, run(words, through(proxy), folder), _lines(titles))


def wget(proxy: str, addresses: Path, folder: Path) -> Crawl:
    """wget with a WARC, one request after the other as it knows no other way."""
    words = ["wget", "-q", "-i", str(addresses), "-P", "pages", "--warc-file=all", "--tries=1"]
    cost = run(words, through(proxy), folder)
    return Crawl("wget, into a WARC", cost, len(list((folder / "pages").glob("*.*htm*"))))


def peer(name: str, proxy: str, addresses: Path, folder: Path) -> Crawl:
    """Another crawler, given the same addresses."""
    words = [str(EVAL), "-m", "benchmarks.peers", name, str(addresses), "out.jsonl"]
    return Crawl(name, run(words, through(proxy), folder), _lines(folder / "out.jsonl"))


def compare(articles: int, peers: Sequence[str] = ()) -> list[Crawl]:
    """All of them over a demo site of that many articles, each in an empty folder, ours last.

    Raises RuntimeError where the two that are compared did not get them all.
    """
    with demo_site(articles) as proxy, tempfile.TemporaryDirectory() as name:
        addresses = Path(name) / "addresses"
        addresses.write_text("".join(f"{record.url}\n" for record in Site.build(1, articles).records), "utf-8")
        ways: list[Callable[[str, Path, Path], Crawl]] = [bare]
        ways += [wget] if shutil.which("wget") else []
        ways += [partial(peer, one) for one in peers]
        all_ways = [*(partial(way, proxy, addresses) for way in ways), partial(panan, proxy)]
        out = [_counted(way, proxy) for way in all_ways]
    for one in (out[0], out[-1]):
        if (one.articles, one.cost.code) != (articles, 0):
            raise RuntimeError(f"{one.name} got {one.articles} of {articles}: {one.cost.said[-2000:]}")
    return out


def _counted(way: Callable[[Path], Crawl], proxy: str) -> Crawl:
    with tempfile.TemporaryDirectory() as folder:
        before = served(proxy)
        crawl = way(Path(folder))
    return Crawl(crawl.name, crawl.cost, crawl.articles, served(proxy) - before)


def served(proxy: str) -> int:
    """Number of requests that the demo site has answered."""
    through_it = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
    with through_it.open("http://control.invalid/state") as answer:
        return int(json.load(answer)["requests"])


def among_peers(articles: int) -> list[Crawl]:
    """`compare` with all peers, in a network of its own; without them where they are not installed or it cannot be had."""
    if not EVAL.exists() or (words := isolated()) is None:
        return compare(articles)
    done = run([*words, sys.executable, "-m", "benchmarks.crawling", str(articles), "--peers"], through(""))
    if done.code:
        raise RuntimeError(done.said[-2000:])
    found = [json.loads(line) for line in done.said.splitlines() if line.startswith('{"name"')]
    return [Crawl(**one | {"cost": Cost(**one["cost"])}) for one in found]


def isolated() -> list[str] | None:
    """Words that run a command in a namespace without a network; None where this system does not allow it."""
    if (
        shutil.which(_UNSHARE[0]) is None
        or subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode
    ):
        return None
    return [*_UNSHARE, "--"]


def loopback_only() -> None:
    """Within it: loopback up. Raises RuntimeError where there is anything besides."""
    if others := [name for _number, name in socket.if_nameindex() if name != "lo"]:
        raise RuntimeError(f"there is a network: {', '.join(others)}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        (flags,) = struct.unpack_from("16xh", fcntl.ioctl(asking, _GET_FLAGS, struct.pack("16sh14x", b"lo", 0)))
        fcntl.ioctl(asking, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def _lines(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(1 for _line in file)


def main() -> None:
    """Print what crawls of a site of so many articles cost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawling", description=__doc__)
    parser.add_argument("articles", type=int)
    parser.add_argument(
        "--peers", action="store_true", help="beside other crawlers, where nothing but loopback is reached"
    )
    opts = parser.parse_args()
    if opts.peers:
        loopback_only()
    for crawl in compare(opts.articles, list(PEERS) if opts.peers else ()):
        print(json.dumps(asdict(crawl), ensure_ascii=False))


if __name__ == "__main__":
    main()
