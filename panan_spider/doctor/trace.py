"""How far a page can be read as an article: the steps of reading it, each with what it gave."""

from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from panan_spider.core.tables import RowStatus
from panan_spider.extract.breadcrumb import find_breadcrumb
from panan_spider.extract.document import Page, document_title, parse
from panan_spider.extract.header_line import strength
from panan_spider.extract.labels import settle
from panan_spider.extract.line import Line
from panan_spider.extract.lines import flatten
from panan_spider.extract.regions import Region, find_region
from panan_spider.extract.results import ArticlePage, PageError, UnknownLayout
from panan_spider.extract.words import words_of
from panan_spider.sites.profile import Site

Step = tuple[RowStatus, tuple[str, str, str]]

#: Lines shown that come nearest to a header line.
_NEAREST: Final = 5
_LONGEST: Final = 80


def steps(page: Page, site: Site) -> Iterator[Step]:
    """(step, what it gave, where) until one fails."""
    try:
        root = parse(page)
    except PageError as error:
        yield RowStatus.BAD, ("elements", error.reason, "")
        return
    yield RowStatus.OK, ("elements", str(sum(1 for _ in root.iter(etree.Element))), "")
    title = document_title(root)
    yield RowStatus.OK if title else RowStatus.NOTE, ("<title>", title or "none", "/html/head/title" if title else "")
    lines = flatten(root, words_of(site))
    yield RowStatus.OK if lines else RowStatus.BAD, ("lines a reader sees", str(len(lines)), "")
    where = etree.ElementTree(root.getroottree().getroot()).getpath
    yield from _lines_read(lines, lambda line: where(line.block))


def labelled_lines(page: Page, site: Site, article: ArticlePage | None) -> Iterator[Step]:
    """(label, rule, text) of every line; of a page that was not read, as far as a rule of its own words fits."""
    if article is not None:
        yield from ((RowStatus.NONE, (line.label, line.rule, _short(line.text))) for line in article.lines)
        return
    try:
        lines = flatten(parse(page), words_of(site))
    except PageError:
        return
    settle(lines)
    yield from ((RowStatus.NONE, (line.mark.label, line.mark.rule, _short(line.text or line.src))) for line in lines)


def blocks(article: ArticlePage) -> Iterator[Step]:
    """(kind, text or address, caption) of every block of the body, in order."""
    for block in article.blocks:
        text = getattr(block, "text", None) or getattr(block, "url", None) or f"{len(getattr(block, 'rows', ()))} rows"
        yield RowStatus.NONE, (block.type, _short(text), getattr(block, "caption", None) or "")


def _lines_read(lines: list[Line], where: Callable[[Line], str]) -> Iterator[Step]:
    crumb = find_breadcrumb(lines)
    if crumb is None:
        yield RowStatus.NOTE, ("breadcrumb", "none: no line says 您当前的位置", "")
    else:
        yield RowStatus.OK, ("breadcrumb", " > ".join(crumb.parts), where(lines[crumb.first]))
    try:
        region = find_region(lines)
    except UnknownLayout as error:
        yield RowStatus.BAD, ("header line", error.reason, "")
        yield from ((RowStatus.NONE, ("nearest to one", _short(line.text), where(line))) for line in _nearest(lines))
        return
    for name, part in _parts(region, lines):
        first = part[0] if part else None
        said = f"{len(part)} lines, first: {_short(first.text or first.src)}" if first is not None else "no line"
        mark = RowStatus.OK if part else RowStatus.NOTE if name == "editor line" else RowStatus.BAD
        yield mark, (name, said, where(first) if first is not None else "")


def _parts(region: Region, lines: list[Line]) -> Iterator[tuple[str, list[Line]]]:
    yield "headline", lines[slice(*region.headline)]
    yield "header line", lines[slice(*region.header)]
    yield "body", lines[slice(*region.body)]
    yield "editor line", [lines[index] for index in region.tail]


def _nearest(lines: list[Line]) -> list[Line]:
    """The lines that hold something of a header line, or of its date, strongest first."""
    ranked = sorted(
        ((strength(line.text, line.words), -at) for at, line in enumerate(lines) if line.kind == "text"), reverse=True
    )
    return [lines[-at] for score, at in ranked[:_NEAREST] if score > 0]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
