"""Other people's crawlers over the same pages, each as its own manual has it: `python -m benchmarks.peers NAME ADDRESSES OUT`.

They live in `.venv-eval`, write one JSON object an article (`url`, `title`) into OUT, and know no way out but the proxy in
the environment; `benchmarks.crawling` runs them where there is no other network.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

#: How many requests at once, where it can be said.
AT_ONCE: Final = 16


def crawlee(addresses: list[str], out: Path) -> None:
    """Crawlee's crawler for parsel: given the addresses, it keeps each page's title and its text."""
    from crawlee import ConcurrencySettings
    from crawlee.crawlers import ParselCrawler, ParselCrawlingContext
    from crawlee.proxy_configuration import ProxyConfiguration
    from crawlee.storage_clients import MemoryStorageClient

    crawler = ParselCrawler(
        concurrency_settings=ConcurrencySettings(
            min_concurrency=AT_ONCE, desired_concurrency=AT_ONCE, max_concurrency=AT_ONCE
        ),
        proxy_configuration=ProxyConfiguration(proxy_urls=[os.environ["http_proxy"]]),
        storage_client=MemoryStorageClient(),
        configure_logging=False,
    )

    async def keep(context: ParselCrawlingContext) -> None:
        await context.push_data({"url": context.request.url, "title": context.selector.xpath("//title/text()").get()})

    async def whole() -> None:
        crawler.router.default_handler(keep)
        await crawler.run(addresses)
        _write(out, [dict(found) for found in (await crawler.get_data(limit=len(addresses))).items])

    asyncio.run(whole())


def downloads(addresses: list[str], out: Path) -> None:
    """Trafilatura's own downloads, by threads, and what it extracts of each page: what its command does with a list."""
    from trafilatura import bare_extraction
    from trafilatura.downloads import buffered_downloads

    found = []
    for url, page in buffered_downloads(addresses, AT_ONCE):
        document = bare_extraction(page, url=url, with_metadata=True) if page else None
        if document is not None:
            found.append({"url": url, "title": document.title})
    _write(out, found)


def spider(addresses: list[str], out: Path) -> None:
    """Trafilatura's spider: from each host's front page to wherever it finds links, one request after the other."""
    from trafilatura import spider as own
    from trafilatura.settings import DEFAULT_CONFIG

    DEFAULT_CONFIG["DEFAULT"]["SLEEP_TIME"] = "0"
    wanted, seen = set(addresses), set[str]()
    for host in sorted({urlsplit(url).netloc for url in addresses}):
        base = f"http://{host}"
        own.focused_crawler(f"{base}/", max_seen_urls=2 * len(addresses))
        seen |= set(own.URL_STORE.find_known_urls(base)) - set(own.URL_STORE.find_unvisited_urls(base))
    _write(out, [{"url": url, "title": None} for url in sorted(seen & wanted)])


def newsplease(addresses: list[str], out: Path) -> None:
    """news-please's crawler for given addresses: Scrapy, its own configuration but for what is said here, a JSON file an article."""
    from newsplease.single_crawler import SingleCrawler

    given = (files("newsplease") / "config" / "config.cfg").read_text("utf-8").splitlines()
    ours = {
        "working_path": f"{out.parent}/",
        "local_data_directory": "%working_path/data/%appendmd5_url_directory_string(60)_%appendmd5_max_url_file_name.html",
        "extractors": "[('newspaper_extractor_no_images', 'NewspaperExtractorNoImages'), 'readability_extractor', 'date_extractor', 'lang_detect_extractor']",
        "CONCURRENT_REQUESTS_PER_DOMAIN": str(AT_ONCE),
        "ROBOTSTXT_OBEY": "False",
        "LOG_LEVEL": "ERROR",
    }
    config, sites = out.parent / "config.cfg", out.parent / "sitelist.hjson"
    config.write_text("\n".join(_said(line, ours) for line in given), "utf-8")
    sites.write_text(json.dumps({"base_urls": [{"url": addresses, "crawler": "Download"}]}), "utf-8")
    SingleCrawler(str(config), str(sites), 0, False, False)
    articles = (json.loads(path.read_text("utf-8")) for path in (out.parent / "data").rglob("*.json"))
    _write(out, [{"url": article["url"], "title": article["title_page"]} for article in articles])


def _said(line: str, ours: dict[str, str]) -> str:
    """A line of a configuration, its value ours where we have one."""
    name = line.split("=", maxsplit=1)[0].strip()
    return f"{name} = {ours[name]}" if "=" in line and name in ours else line


def _write(out: Path, found: list[dict[str, Any]]) -> None:
    with out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in found)


PEERS: Final[dict[str, Callable[[list[str], Path], None]]] = {
    "crawlee": crawlee,
    "news-please": newsplease,
    "trafilatura's downloads": downloads,
    "trafilatura's spider": spider,
}


def main() -> None:
    """Let one of them crawl."""
    name, addresses, out = sys.argv[1:]
    PEERS[name](Path(addresses).read_text("utf-8").split(), Path(out).absolute())


if __name__ == "__main__":
    main()
