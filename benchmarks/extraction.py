"""Extraction benchmark: panan_spider beside the bare parser and beside other extractors, on the same pages.

`python -m benchmarks.extraction PAGES` prints one JSON object: `rates`, corpus → reader → pages a CPU second, and `growth`. In `.venv-eval` all other
extractors are there; elsewhere those that are not installed are left out.
"""

import importlib.util
import json
import logging
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from lxml import etree

from benchmarks.measure import best_of
from demo_site.site import Site
from evaluation.cases import HALVES, Case, cases
from evaluation.peers import PEERS
from panan_spider.extract.article import read_article
from panan_spider.extract.assemble import ArticleBuilder
from panan_spider.extract.document import Page
from panan_spider.sites.profile import load_site

FLOOR: Final = "lxml alone: bytes to tree"
NAIVE: Final = "four XPaths: title, date line, text, pictures"
OURS: Final = "panan_spider: every field, validated"
LIGHT: Final = "light"
HEAVY: Final = "heavy"
ROUNDS: Final = 3
#: Readers so slow that a few of the pages must do.
_FEW: Final = 20
#: Furniture of a heavy page: links of the navigation, side columns, headlines of each.
_SECTIONS: Final = 60
_COLUMNS: Final = 8
_ROWS: Final = 24
_ANY_TIME: Final = "2026-01-01T00:00:00Z"

#: Packages whose module has another name.
_MODULES: Final = {"newspaper4k": "newspaper", "readability-lxml": "readability"}
_XPATHS: Final = tuple(map(etree.XPath, ("//title/text()", "//div[2]//text()", "//p//text()", "//img/@src")))


@dataclass(frozen=True)
class _Given:
    """The part of an evaluation case that its readers use."""

    page: Page

    @property
    def gold(self) -> dict[str, str]:
        return {"url": self.page.url}


def demo_pages(count: int) -> list[Page]:
    """Page one of that many articles of the demo site, all templates, as received."""
    site = Site.build(seed=1, articles=count)
    found = []
    for record in site.records:
        host, _slash, path = record.url.removeprefix("http://").partition("/")
        answer = site.respond("GET", host, f"/{path}", {})
        found.append(Page(record.url, answer.body, answer.headers.get("Content-Type")))
    return found


def heavy(page: Page, times: int = 1) -> Page:
    """The page between navigation and side columns, some 40 kB and 750 elements, or that many `times` as much. The article stays."""
    text = page.body.decode(page.charset)
    head, opened, rest = text.partition("<body")
    attributes, closed, body = rest.partition(">")
    body, ends, after = body.rpartition("</body>")
    whole = f"{head}{opened}{attributes}{closed}{_navigation()}{body}{_columns() * times}{ends}{after}"
    return Page(page.url, whole.encode(page.charset), page.content_type)


def _navigation() -> str:
    links = "".join(
        f'<li class="nav-item"><a href="/panews/lanmu{number}/index.shtml" target="_blank">栏目{number}</a></li>\n'
        for number in range(_SECTIONS)
    )
    script = "".join(f'var ad{number} = "/images/banner/{number}.gif";\n' for number in range(60))
    return f'<div class="top"><script>{script}</script><ul class="nav">\n{links}</ul></div>\n'


def _columns() -> str:
    return "".join(
        f'<div class="side"><div class="side-head"><h3>热点新闻</h3><a href="/panews/c{column}/">更多&gt;&gt;&gt;</a></div>\n<ul>\n'
        + "".join(
            f'<li><span class="dot"></span><a href="/panews/system/2019/11/{row + 1:02d}/0399{column:02d}{row:03d}.shtml" '
            f'title="某镇第{column}{row}次院坝会议商量村道拓宽">某镇第{column}{row}次院坝会议商量村道拓宽</a></li>\n'
            for row in range(_ROWS)
        )
        + "</ul></div>\n"
        for column in range(_COLUMNS)
    )


def tree_alone(page: Page) -> object:
    """The floor under everything: the parser, told the charset."""
    return etree.fromstring(page.body, etree.HTMLParser(encoding="gb18030"))


def naive(page: Page) -> object:
    """A reader that knows its page's markup."""
    root = etree.fromstring(page.body, etree.HTMLParser(encoding="gb18030"))
    return [path(root) for path in _XPATHS]


def every_field(page: Page) -> object:
    """A page as a crawl reads it: charset found, every field, the typed article with its hash."""
    fresh = Page(page.url, page.body, page.content_type)  # nothing kept from the round before
    read = read_article(fresh)
    site = load_site()
    builder = ArticleBuilder(site, site.urls.understand(read.url))
    builder.add(read, None, _ANY_TIME)
    return builder.article()


def readers() -> dict[str, Callable[[Page], object]]:
    """Name → reader, the floor first."""
    found: dict[str, Callable[[Page], object]] = {FLOOR: tree_alone, NAIVE: naive, OURS: every_field}
    for peer in PEERS:
        if importlib.util.find_spec(_MODULES.get(peer.package, peer.package)):
            found[peer.name] = lambda page, read=peer.read: read(cast(Case, _Given(page)))  # type: ignore[misc]
    return found


def corpora(count: int) -> dict[str, list[Page]]:
    """Name → pages: the demo site's with the evaluation's, and the same demo pages with a real site's furniture around them."""
    light = demo_pages(count)
    return {
        LIGHT: [*light, *(case.page for half in HALVES for case in cases(half))],
        HEAVY: [heavy(page) for page in light[: count // 2]],
    }


def rates(pages: list[Page]) -> dict[str, float]:
    """Reader → pages a CPU second."""
    out = {}
    for name, read in readers().items():
        few = name not in (FLOOR, NAIVE, OURS)
        chosen = pages[:: max(1, len(pages) // _FEW)] if few else pages
        [spent] = best_of(2 if few else ROUNDS, [partial(_all, read, chosen)])
        out[name] = len(chosen) / spent
    return out


def growth(pages: list[Page]) -> dict[str, list[tuple[float, float]]]:
    """Reader → (kB a page, CPU ms a page), for the bare parser and ours, as more and more stands around the same articles."""
    found: dict[str, list[tuple[float, float]]] = {FLOOR: [], OURS: []}
    for times in (1, 2, 4, 8):
        grown = [heavy(page, times) for page in pages]
        size = sum(len(page.body) for page in grown) / len(grown) / 1000
        works = [partial(_all, read, grown) for read in (tree_alone, every_field)]
        for name, spent in zip(found, best_of(ROUNDS, works), strict=True):
            found[name].append((size, 1000 * spent / len(grown)))
    return found


def _all(read: Callable[[Page], object], pages: list[Page]) -> None:
    for page in pages:
        read(page)


def main() -> None:
    """Print the rates, and how ours grow."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    pages = corpora(int(sys.argv[1]))
    found = {name: rates(those) for name, those in pages.items()}
    print(json.dumps({"rates": found, "growth": growth(pages[LIGHT][:_FEW])}, ensure_ascii=False))


if __name__ == "__main__":
    main()
