"""Article pages: one article as a newspaper prints it, its revisions, its citation, and the raw page as source."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.store.files import StoreError
from panan_spider.archive.store.warc_file import read
from panan_spider.core.text import web_address
from panan_spider.extract.document import Page
from panan_spider.items import WarcLocation
from panan_spider.publish.browse.page_render import PageData, PageNotFound, RenderContext
from panan_spider.publish.browse.routes import Route
from panan_spider.publish.browse.search import article_id
from panan_spider.publish.export.sqlite_reader import Row
from panan_spider.publish.export.text_formats import bibtex, csl_json, gb_t_7714, news_article

#: Related links looked up at most; a page prints some ten.
_MOST_RELATED: Final = 200
#: Signs that could end a script in HTML, or a line in a script.
_IN_SCRIPT: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)

#: Control characters as their pictures: U+241B for ESC. Line ends and tabs stay.
_CONTROL_PICTURES: Final = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\r\t"} | {127: 0x2421}
NameSpan = tuple[int, int, str, bool]


@dataclass(frozen=True)
class TextSpan:
    """Some text; `person` is whom it names, None for most of it; `is_bare`: the name alone, without an office in the article."""

    text: str
    person: str | None = None
    is_bare: bool = False


@dataclass(frozen=True)
class RenderedBlock:
    """One block. `kind` is the block's `type`; the rest is what that kind has.

    `file` is the local copy of a picture, None where none is kept; `url` an address as printed, `link` the same
    where it may be linked.
    """

    kind: str
    spans: tuple[TextSpan, ...] = ()
    url: str = ""
    link: str | None = None
    file: str | None = None
    caption: str | None = None
    rows: Sequence[Sequence[str]] = field(default=())


def rendered_blocks(
    row: Mapping[str, Any],
    files: Mapping[str, str],
    people: Sequence[Mapping[str, Any]],
    bare_names: Sequence[str] = (),
) -> list[RenderedBlock]:
    """The blocks of a row of the export, in order.

    `files` says where a picture's local copy is, by its address; `people` are rows of that table, those of the text with positions in it;
    `bare_names` are names that the article prints without an office.
    """
    blocks = json.loads(row["blocks"])
    lines = [block["text"] for block in blocks if block["type"] in ("paragraph", "heading")]
    # Positions in the text can be found again in the blocks only where these are the text.
    spans = _name_spans(row["text"], people, bare_names) if "\n".join(lines) == row["text"] else []
    rendered, offset = [], 0
    for block in blocks:
        rendered.append(_rendered(block, files, spans, offset))
        if block["type"] in ("paragraph", "heading"):
            offset += len(block["text"]) + 1
    return rendered


def _name_spans(text: str, people: Sequence[Mapping[str, Any]], bare_names: Sequence[str]) -> list[NameSpan]:
    """Places of names in order, each once; a name with an office goes before one without."""
    found: set[NameSpan] = {(person["start"], person["end"], person["name"], False) for person in people}
    taken = {position for start, end, _name, _bare in found for position in range(start, end)}
    for name in bare_names:
        start = text.find(name)
        while start >= 0:
            if not taken & set(range(start, start + len(name))):
                found.add((start, start + len(name), name, True))
            start = text.find(name, start + len(name))
    return sorted(found, key=lambda span: (span[0], -span[1], span[2]))


def _rendered(block: Mapping[str, Any], files: Mapping[str, str], spans: list[NameSpan], offset: int) -> RenderedBlock:
    kind = block["type"]
    if kind in ("paragraph", "heading"):
        return RenderedBlock(kind, _spans_of(block["text"], spans, offset))
    if kind == "table":
        return RenderedBlock(kind, rows=block["rows"])
    url = block["url"]
    caption = block.get("title") if kind == "attachment" else block.get("caption")
    return RenderedBlock(kind, url=url, link=web_address(url), file=files.get(url), caption=caption)


def _spans_of(text: str, spans: list[NameSpan], offset: int) -> tuple[TextSpan, ...]:
    found: list[TextSpan] = []
    position = 0
    for first, last, name, is_bare in spans:
        start, end = first - offset, last - offset
        if start >= position and end <= len(text):
            found += [TextSpan(text[position:start]), TextSpan(text[start:end], name, is_bare)]
            position = end
    return tuple(span for span in [*found, TextSpan(text[position:])] if span.text)


def article(context: RenderContext, route: Route) -> PageData:
    """The newest revision."""
    row, database = _article(context, route.key), context.database
    people = database.parts("people", route.key)
    offices = _offices_by_name(people)
    bare_names = [
        name for name in context.index.facets["person"] if name in (row["text"] or "") and name not in offices
    ]
    before, after = _neighbours(context, row)
    record, site = next(database.records([route.key])), context.site_of(route.key)
    cited = record | {"id": route.key.rpartition("-")[2]}
    given = {
        **_shown(context, row, [person for person in people if person["field"] == "text"], bare_names),
        "people": offices, "bare_names": bare_names, "before": before, "after": after,
        "removal": database.removal(route.key), "record": record, "journal": site.title,
        "citations": [("GB/T 7714", gb_t_7714(cited, site)), ("BibTeX", bibtex(cited, site)), ("CSL-JSON", csl_json([cited], site))],
        "head_data": json.dumps(news_article(cited, site), ensure_ascii=False).translate(_IN_SCRIPT),
    }  # fmt: skip
    return PageData("article.html", given)


def revision(context: RenderContext, route: Route) -> PageData:
    """An earlier revision, as it was."""
    newest = _article(context, route.key)
    row = context.database.revision(route.key, route.page)
    if row is None:
        raise PageNotFound(f"revision {route.page} of article {route.key}")
    as_newest = {**dict(row), "id": route.key, "gone": newest["gone"]}
    given = {
        **_shown(context, as_newest, [], []),
        "newest": newest["revision"],
        "removal": context.database.removal(route.key),
    }
    alone: dict[str, Any] = {
        "people": {},
        "bare_names": [],
        "before": None,
        "after": None,
        "record": None,
        "citations": [],
    }
    return PageData("article.html", {**given, **alone})


def _article(context: RenderContext, number: str) -> Row:
    row = context.database.article(number)
    if row is None:
        raise PageNotFound(f"article {number}")
    return row


def _shown(context: RenderContext, row: Any, people: Sequence[Row], bare_names: Sequence[str]) -> dict[str, Any]:
    database, number = context.database, row["id"]
    files = {image["url"]: image["file"] for image in database.parts("images", number) if image["file"]}
    return {
        "row": row,
        "body": rendered_blocks(row, files, people, bare_names),
        "breadcrumbs": json.loads(row["breadcrumbs"]),
        "credits": json.loads(row["credits"]),
        "authors": database.parts("authors", number),
        "related": _related(context, number, database.parts("related", number)),
        "revisions": database.revisions(number),
        "newest": row["revision"],
    }


def _offices_by_name(people: Sequence[Row]) -> dict[str, list[str]]:
    """Name → the offices printed with it, in the order of the text."""
    found: dict[str, list[str]] = {}
    for person in people:
        offices = found.setdefault(person["name"], [])
        if person["office"] and person["office"] not in offices:
            offices.append(person["office"])
    return found


def _related(context: RenderContext, article: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """`title`, `url`, and `id` where the archive has that article."""
    found = []
    for row in rows[:_MOST_RELATED]:
        number = article_id(context.site_of(article), row["url"])
        if number is not None and context.sites:
            number = f"{article.rpartition('-')[0]}-{number}"
        is_stored = number is not None and context.index.number_of(number) is not None
        found.append({"title": row["title"], "url": row["url"], "id": number if is_stored else None})
    return found


def _neighbours(context: RenderContext, row: Row) -> tuple[Row | None, Row | None]:
    """The article before and the one after it, of its section, by day."""
    index = context.index
    number = index.number_of(row["id"])
    bits = index.facets["section"].get(row["section"] or "-")
    if number is None or bits is None or number not in bits:
        return None, None
    rank = bits.rank(number) - 1
    ids = [index.ids[bits[place]] if 0 <= place < len(bits) else None for place in (rank - 1, rank + 1)]
    titles = {found["id"]: found for found in context.database.titles([number for number in ids if number])}
    before, after = (titles.get(number) if number else None for number in ids)
    return before, after


@dataclass(frozen=True)
class RawPage:
    """One response. `source` is its body as text; `fault` says why there is none, else None."""

    file: str
    offset: int
    url: str = ""
    at: str = ""
    status: int = 0
    charset: str = ""
    size: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    source: str = ""
    fault: str | None = None


def raw_page(data: Path, place: WarcLocation) -> RawPage:
    """The response at `place`. Where the WARC is gone, or does not hold it there, the answer says so."""
    try:
        if not (data / place.file).resolve().is_relative_to(data.resolve()):
            raise StoreError(f"{place.file}: not in the archive")
        found = read(data, place)
    except StoreError as error:
        return RawPage(place.file, place.offset, fault=str(error).replace(f"{data}/", ""))
    page = Page(found.url, found.body, found.content_type)
    source = page.text.translate(_CONTROL_PICTURES)
    about = (found.url, found.at, found.status, page.charset, len(found.body), found.headers, source)
    return RawPage(place.file, place.offset, *about)


def raw(context: RenderContext, route: Route) -> PageData:
    """The raw page of a revision, as source: what the server sent, to be read and never to act."""
    row = _article(context, route.key)
    revision_row = context.database.revision(route.key, route.page)
    if revision_row is None or revision_row["warc_file"] is None:
        raise PageNotFound(f"raw page of revision {route.page} of article {route.key}")
    place = WarcLocation(file=revision_row["warc_file"], offset=revision_row["warc_offset"])
    return PageData("raw.html", {"row": row, "revision": route.page, "page": raw_page(context.data, place)})
