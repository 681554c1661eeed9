"""The selectors on record: those one crawler of the site used in 2021, and those of other sites of the same two CMSs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from panan_spider.extract.document import Page, base_url, parse
from panan_spider.extract.headline import has_class
from panan_spider.extract.results import PageError
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, absolute


@dataclass(frozen=True)
class RecordedSelector:
    """`on` is what it is looked for on: `list`, a template, or `article` for any; `seen`: on this very site."""

    css: str
    xpath: str
    on: str
    seen: bool = False


def _classed(css: str, on: str, *, seen: bool = False) -> RecordedSelector:
    tag, _dot, name = css.partition(".")
    return RecordedSelector(css, f"//{tag or '*'}[{has_class(name)}]", on, seen)


def _meta(name: str) -> RecordedSelector:
    return RecordedSelector(f"meta[name={name}]", f"//meta[@name='{name}']", "trs")


SELECTORS: Final = (
    _classed("div.list-text", "list", seen=True),
    _classed("div.list-style", "enorth_b", seen=True),
    _classed("div.detail-title", "enorth_b", seen=True),
    _classed("div.detail-date", "enorth_b", seen=True),
    _classed("h1.artTitle", "article"),
    _classed("div.artCon", "article"),
    _classed("div.contTxt", "article"),
    RecordedSelector("#pubtime_baidu", "//*[@id='pubtime_baidu']", "article"),
    RecordedSelector("#source_baidu", "//*[@id='source_baidu']", "article"),
    _classed(".TRS_Editor", "trs"),
    _classed(".trs_editor_view", "trs"),
    _meta("ArticleTitle"),
    _meta("PubDate"),
    _meta("ContentSource"),
)


@dataclass(frozen=True)
class SelectorMatch:
    """Number of pages that hold a selector, of those searched."""

    selector: RecordedSelector
    matched: int
    pages: int


def matches(kinds: Sequence[tuple[str, Page]]) -> list[SelectorMatch]:
    """Every selector over pages given as (`list` or the article's template, page); those for which there is no page left out."""
    roots = []
    for kind, page in kinds:
        try:
            roots.append((kind, parse(page)))
        except PageError:
            continue
    found = []
    for selector in SELECTORS:
        on = [root for kind, root in roots if selector.on == kind or (selector.on == "article" and kind != "list")]
        if on:
            found.append(SelectorMatch(selector, sum(bool(root.xpath(selector.xpath)) for root in on), len(on)))
    return found


def changed(found: Sequence[SelectorMatch]) -> list[str]:
    """Parts redesigned (`list`, or a template): selectors were seen on this site before, and none is on any page now."""
    kinds = dict.fromkeys(m.selector.on for m in found if m.selector.seen)
    return [kind for kind in kinds if not any(m.matched for m in found if m.selector.seen and m.selector.on == kind)]


def strange_links(page: Page, site: Site) -> Iterator[str]:
    """The page's links to pages of the site whose address is neither an article's nor a section's."""
    try:
        root = parse(page)
    except PageError:
        return
    base = base_url(page, root)
    for anchor in root.iter("a"):
        address = site.urls.understand(absolute(base, anchor.get("href", "")))
        if address.kind is UrlKind.OTHER:
            yield address.url
