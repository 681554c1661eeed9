"""One made-up article: the record every page of it is printed from, and what reading it must give back."""

from dataclasses import dataclass

from demo_site.county import County, Template
from demo_site.county_panan import PANAN
from panan_spider.items import Author, Block, Link


@dataclass(frozen=True)
class Record:
    """An article as its editors know it. Field names and meanings are those of `panan_spider.items.Article`.

    `parts` are the numbers of blocks on page one, two, …: `()` for an article of one page.
    """

    url: str
    id: str
    template: Template
    title: str
    kicker: str | None
    subtitle: str | None
    published: str | None
    posted: str
    breadcrumbs: tuple[str, ...]
    breadcrumb_urls: tuple[str | None, ...]  # where each part of the breadcrumb leads; None where it is no link
    source: str | None
    authors: tuple[Author, ...]
    editor: str | None
    credits: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    related: tuple[Link, ...]
    parts: tuple[int, ...] = ()
    county: County = PANAN
