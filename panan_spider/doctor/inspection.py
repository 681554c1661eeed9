"""Page inspection: the lines, labels and rules of one page, how far it was read, its fields and their places."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from lxml import etree

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.tables import ResultTable, RowStatus, group
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page, document_title, parse
from panan_spider.extract.header_line import strength
from panan_spider.extract.labels import settle
from panan_spider.extract.line import Line
from panan_spider.extract.lines import flatten
from panan_spider.extract.page_head import find_breadcrumb
from panan_spider.extract.regions import Region, find_region
from panan_spider.extract.results import ArticlePage, PageError, SectionPage, UnknownLayout
from panan_spider.extract.section import read_section
from panan_spider.extract.words import words_of
from panan_spider.sites.profile import Site

Step = tuple[RowStatus, tuple[str, str, str]]

#: Lines shown that come nearest to a header line.
_NEAREST: Final = 5
#: Characters of a line, and of a value.
_LONGEST_ROW: Final = 80
_LONGEST_VALUE: Final = 60

#: The fields of an article, in the order of DATA_FORMAT.md.
FIELDS: Final = (
    "template", "title", "kicker", "subtitle", "published", "section", "breadcrumbs", "source", "header_line",
    "authors", "editor", "credits", "text", "blocks", "images", "attachments", "related", "parts",
)  # fmt: skip

#: Below this agreement two bodies differ by more than captions and a byline.
AGREES: Final = 0.75
_GRAM: Final = 4  # characters


def agreement(page: Page, text: str) -> float | None:
    """F1 of the 4-character sequences of `text` and of what trafilatura reads, 0 to 1.

    None where `text` has no such sequence, or where trafilatura (the extra `doctor`) is not installed.
    """
    try:
        import trafilatura  # half a second, and an extra of its own
    except ImportError:
        return None
    ours = grams(text)
    if not ours:
        return None
    return f1(ours, grams(trafilatura.extract(page.text, include_comments=False, include_tables=True) or ""))


def grams(text: str) -> Counter[str]:
    """Every sequence of four characters, blanks left out, with how often it occurs."""
    bare = "".join(text.split())
    return Counter(bare[at : at + _GRAM] for at in range(len(bare) - _GRAM + 1))


def f1(ours: Counter[str], theirs: Counter[str]) -> float:
    """The harmonic mean of the shares that each has in common with the other."""
    common = sum((ours & theirs).values())
    return 2 * common / (sum(ours.values()) + sum(theirs.values())) if common else 0.0


def shortened(text: str, longest: int = _LONGEST_ROW) -> str:
    """`text` on one line, cut to `longest` characters."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def plain(value: Any) -> Any:
    """A field's value as JSON holds it."""
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump()
    return {k: plain(v) for k, v in asdict(value).items()} if hasattr(value, "__dataclass_fields__") else value


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
        yield from ((RowStatus.NONE, (line.label, line.rule, shortened(line.text))) for line in article.lines)
        return
    try:
        lines = flatten(parse(page), words_of(site))
    except PageError:
        return
    settle(lines)
    yield from ((RowStatus.NONE, (line.mark.label, line.mark.rule, shortened(line.text or line.src))) for line in lines)


def blocks(article: ArticlePage) -> Iterator[Step]:
    """(kind, text or address, caption) of every block of the body, in order."""
    for block in article.blocks:
        text = getattr(block, "text", None) or getattr(block, "url", None) or f"{len(getattr(block, 'rows', ()))} rows"
        yield RowStatus.NONE, (block.type, shortened(text), getattr(block, "caption", None) or "")


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
        yield from ((RowStatus.NONE, ("nearest to one", shortened(line.text), where(line))) for line in _nearest(lines))
        return
    for name, part in _parts(region, lines):
        first = part[0] if part else None
        text = f"{len(part)} lines, first: {shortened(first.text or first.src)}" if first is not None else "no line"
        mark = RowStatus.OK if part else RowStatus.NOTE if name == "editor line" else RowStatus.BAD
        yield mark, (name, text, where(first) if first is not None else "")


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


@dataclass(frozen=True)
class Inspection:
    """One page, read as `kind`: `article` or `list`."""

    page: Page
    kind: str
    site: Site

    @cached_property
    def read(self) -> ArticlePage | SectionPage | PageError:
        """Rows of the reading's result."""
        try:
            read = read_article if self.kind == "article" else read_section
            return read(self.page, self.site)
        except PageError as error:
            return error

    @property
    def code(self) -> ExitCode:
        """0 read, 12 a challenge, login or maintenance page, 11 not to be read."""
        if not isinstance(self.read, PageError):
            return ExitCode.GOOD
        return ExitCode.BLOCKED if self.read.outcome is Outcome.BLOCKED else ExitCode.LAYOUT_DRIFT

    @cached_property
    def groups(self) -> list[ResultTable]:
        """All of it as tables."""
        read, about = self.read, list(_page(self.page, self.kind, self.site))
        found: list[ResultTable] = []
        if isinstance(read, ArticlePage):
            about += _opinion(self.page, read)
            found += [
                group("fields", "field|value|where", _fields(read)),
                group("left out", "text|why", _left_out(read)),
            ]
        elif isinstance(read, SectionPage):
            found += _list(read)
        else:
            found.append(group("how far it was read", "step|what it gave|where", steps(self.page, self.site)))
        if self.kind == "article":
            whole = read if isinstance(read, ArticlePage) else None
            found += [group("blocks", "kind|text|caption", blocks(whole))] if whole else []
            found.append(group("lines", "label|rule|text", labelled_lines(self.page, self.site, whole)))
        return [group("page", "what|value", about), *found]

    @property
    def end(self) -> str:
        """One line on what came of it."""
        if isinstance(self.read, PageError):
            field = f" (field {self.read.field_name})" if self.read.field_name else ""
            return f"{self.read.outcome}: {self.read.reason}{field}"
        return f"read as {'an article' if self.kind == 'article' else 'a list'}"

    def json(self) -> str:
        """The same as one JSON object."""
        found: dict[str, Any] = {"url": self.page.url, "kind": self.kind, "exit_code": int(self.code), "end": self.end}
        found["declared"], found["charset"] = self.page.declared, self.page.charset
        if isinstance(self.read, ArticlePage):
            found["fields"] = {name: _field(self.read, name) for name in FIELDS}
            found["left_out"] = [{"text": text, "why": why} for text, why in self.read.discarded]
            found["lines"] = [{"label": one.label, "rule": one.rule, "text": one.text} for one in self.read.lines]
            found["second_opinion"] = agreement(self.page, self.read.text)
        elif isinstance(self.read, SectionPage):
            found |= {name: plain(getattr(self.read, name)) for name in ("breadcrumbs", "rows", "sections", "pager")}
        else:
            found |= {"outcome": str(self.read.outcome), "reason": self.read.reason, "steps": self.groups[1].as_dicts()}
        return json.dumps(found, ensure_ascii=False, indent=1)


def _field(article: ArticlePage, name: str) -> dict[str, Any]:
    place = article.found.get(name)
    found = {"where": place.where, "printed": place.printed} if place else {"where": None, "printed": None}
    return {"value": plain(getattr(article, name)), **found}


def _page(page: Page, kind: str, site: Site) -> Iterator[tuple[RowStatus, tuple[str, str]]]:
    address = site.urls.understand(page.url)
    known = page.url != site.unknown_url
    yield RowStatus.NONE if known else RowStatus.NOTE, ("address", page.url if known else "not known: --url gives it")
    yield RowStatus.NONE, ("kind by its address", str(address.kind) if known else "–")
    if address.article_id:
        yield RowStatus.NONE, ("number", address.article_id)
        yield RowStatus.NONE, ("posted", str(address.posted or "a day that does not exist"))
    header, meta = page.declared
    yield RowStatus.NONE, ("bytes", str(len(page.body)))
    yield (
        RowStatus.NONE,
        ("charset", f"{page.charset} (header says {header or 'nothing'}, meta says {meta or 'nothing'})"),
    )
    if kind == "article":
        yield RowStatus.NONE, ("words speak for", _weights(page, site))


def _weights(page: Page, site: Site) -> str:
    try:
        text = "\n".join(line.folded for line in flatten(parse(page), words_of(site)))
    except PageError:
        return "nothing"
    return ", ".join(f"{template.name} {template.weight(text)}" for template in site.templates)


def _opinion(page: Page, article: ArticlePage) -> Iterator[tuple[RowStatus, tuple[str, str]]]:
    agrees = agreement(page, article.text)
    if agrees is not None:
        yield RowStatus.OK if agrees >= AGREES else RowStatus.NOTE, ("trafilatura agrees on the body", f"{agrees:.2f}")


def _fields(article: ArticlePage) -> Iterator[tuple[RowStatus, tuple[str, str, str]]]:
    for name in FIELDS:
        value = getattr(article, name)
        where = article.found[name].where if value else ""
        yield RowStatus.OK if value else RowStatus.NONE, (name, _said(name, value), where)


def _said(name: str, value: Any) -> str:
    if not value:
        return "–"
    if name == "blocks":
        return ", ".join(f"{count} {kind}" for kind, count in Counter(block.type for block in value).items())
    if name == "text":
        return f"{len(value)} characters: {shortened(value, _LONGEST_VALUE)}"
    if name == "authors":
        return ", ".join(" ".join(filter(None, (a.title, a.name, a.work and f"({a.work})"))) for a in value)
    if name in ("images", "attachments", "related"):
        return f"{len(value)}: " + ", ".join(getattr(one, "title", None) or one.url.rsplit("/", 1)[-1] for one in value)
    if isinstance(value, tuple):
        return (" > " if name == "breadcrumbs" else ", ").join(map(str, value))
    return ", ".join(f"{role} {who}" for role, who in value.items()) if isinstance(value, dict) else str(value)


def _left_out(article: ArticlePage) -> Iterator[tuple[RowStatus, tuple[str, str]]]:
    for text, why in article.discarded:
        yield RowStatus.NONE, (shortened(text, _LONGEST_VALUE) or "(an image)", why)


def _list(page: SectionPage) -> list[ResultTable]:
    pager = page.pager
    about = [
        (RowStatus.OK if page.breadcrumbs else RowStatus.NOTE, ("breadcrumb", " > ".join(page.breadcrumbs) or "none")),
        (RowStatus.OK if page.rows else RowStatus.BAD, ("rows", str(len(page.rows)))),
        (RowStatus.OK, ("pager", pager.kind)),
        (RowStatus.NONE, ("list pages after this one", str(len(pager.following)))),
        (RowStatus.NONE, ("the next of them", pager.following[0] if pager.following else "–")),
        (RowStatus.NONE, ("pager script", pager.script or "–")),
    ]
    rows = (
        (RowStatus.NONE, (r.article_id, str(r.date or "–"), str(r.posted or "–"), r.title, r.url)) for r in page.rows
    )
    sections = ((RowStatus.NONE, (name or "–", url)) for name, url in page.sections)
    return [
        group("list", "what|value", about),
        group("rows", "number|date shown|posted|title|address", rows),
        group("pages that can be sections", "name|address", sections),
    ]
