"""The other extractors, each called as its documentation says, with the page's decoded text. Imported only in `.venv-eval`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final
from urllib.parse import urljoin

from lxml import html

from evaluation.cases import Case
from evaluation.scoring import Reading

_BLOCKS: Final = frozenset(
    {"p", "div", "br", "li", "tr", "table", "section", "article", "h1", "h2", "h3", "h4", "center", "figure", "figcaption"}
)  # fmt: skip


@dataclass(frozen=True)
class Peer:
    """One extractor: the package it comes in, how it is called in the table, and what it reads."""

    package: str
    name: str
    read: Callable[[Case], Reading]
    offers: frozenset[str]  # measures beside those of the body that it has an answer for


def trafilatura(case: Case, **options: bool) -> Reading:
    """Its `bare_extraction`, body and metadata."""
    from trafilatura import bare_extraction

    found = bare_extraction(case.page.text, url=case.gold["url"], with_metadata=True, **options)
    if found is None:
        return Reading()
    names = tuple(name for name in (found.author or "").split("; ") if name)
    return Reading(found.text or "", found.title, found.date, None, names)


def newspaper4k(case: Case) -> Reading:
    """An article with its HTML given, language zh."""
    import newspaper

    config = newspaper.Config()
    config.fetch_images = False
    found = newspaper.article(case.gold["url"], language="zh", input_html=case.page.text, config=config)
    date = found.publish_date
    images = tuple((urljoin(case.gold["url"], src), None) for src in found.images)
    return Reading(
        found.text, found.title, f"{date:%Y-%m-%d}" if date else None, None, tuple(found.authors), None, images
    )  # fmt: skip


def readability(case: Case) -> Reading:
    """The title without what the site adds; the summary, whose HTML is read as lines."""
    from readability import Document

    found = Document(case.page.text, url=case.gold["url"])
    tree = html.fromstring(found.summary())
    images = tuple((urljoin(case.gold["url"], src), None) for src in tree.xpath("//img/@src"))
    return Reading(_lines(tree), found.short_title(), images=images)


def goose3(case: Case) -> Reading:
    """With the Chinese stop words, which its documentation asks for."""
    from goose3 import Goose
    from goose3.text import StopWordsChinese

    with Goose({"stopwords_class": StopWordsChinese, "enable_image_fetching": False}) as goose:
        found = goose.extract(raw_html=case.page.text)
    date = re.match(r"\d{4}-\d{2}-\d{2}", str(found.publish_date or ""))
    return Reading(found.cleaned_text or "", found.title, date[0] if date else None, None, tuple(found.authors))


def gne(case: Case) -> Reading:
    """Its general news extractor, made for Chinese news."""
    from gne import GeneralNewsExtractor

    found = GeneralNewsExtractor().extract(case.page.text, host=case.gold["url"])
    date = re.search(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", found["publish_time"])
    day = f"{date[1]}-{int(date[2]):02d}-{int(date[3]):02d}" if date else None
    images = tuple((urljoin(case.gold["url"], src), None) for src in found["images"])
    return Reading(found["content"], found["title"], day, None, tuple(found["author"].split()), None, images)


def resiliparse(case: Case) -> Reading:
    """Main content as plain text, and the document's title."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(case.page.text)
    return Reading(extract_plain_text(tree, main_content=True, alt_texts=False), tree.title)


def justext(case: Case, **lengths: int) -> Reading:
    """Without stop words, as its documentation has it for a language it has no list of."""
    import justext as library

    found = library.justext(case.page.text, frozenset(), stopwords_low=0, stopwords_high=0, **lengths)
    return Reading("\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate))


def _lines(tree: Any) -> str:
    for element in tree.iter():
        if element.tag in _BLOCKS:
            element.tail = f"\n{element.tail or ''}"
            element.text = f"\n{element.text or ''}" if element.tag != "br" else None
    return str(tree.text_content())


@cache
def _forget() -> Callable[[], None]:
    from trafilatura.meta import reset_caches

    forget: Callable[[], None] = reset_caches
    return forget


def fresh() -> None:
    """Let trafilatura forget what it has seen: deduplication works over all pages of a process, and each half is by itself."""
    _forget()()


_META: Final = frozenset({"title", "date", "authors"})
PEERS: Final = (
    Peer("trafilatura", "trafilatura", trafilatura, _META),
    Peer("trafilatura", "trafilatura, precision and deduplication",
         partial(trafilatura, favor_precision=True, deduplicate=True), _META),
    Peer("newspaper4k", "newspaper4k", newspaper4k, _META | {"images_f1"}),
    Peer("readability-lxml", "readability-lxml", readability, frozenset({"title", "images_f1"})),
    Peer("goose3", "goose3", goose3, _META),
    Peer("gne", "gne", gne, _META | {"images_f1"}),
    Peer("resiliparse", "resiliparse", resiliparse, frozenset({"title"})),
    Peer("justext", "jusText", justext, frozenset()),
    Peer("justext", "jusText, lengths a third", partial(justext, length_low=23, length_high=66), frozenset()),
)  # fmt: skip
