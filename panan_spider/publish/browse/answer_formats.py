"""Answer formats: what a list's address gives by suffix: JSON, CSV, Excel, an Atom feed, and lists of citations."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import chain
from typing import Any, Final

from panan_spider.core.clock import local_time
from panan_spider.publish.browse.changes_pages import (
    KINDS,
    ArchiveChange,
    FieldDiff,
    count_changes,
    kinds_of,
    newest_changes,
)
from panan_spider.publish.browse.coverage_pages import trend_of
from panan_spider.publish.browse.list_pages import answer_of
from panan_spider.publish.browse.page_render import ROWS, PageNotFound, RenderContext, paginate, skipped
from panan_spider.publish.browse.question_parser import InvalidQuery
from panan_spider.publish.browse.routes import Route, RouteKind, address, document
from panan_spider.publish.browse.search import FACETS, Answer
from panan_spider.publish.export.atom import NEWEST, ChangeNote, FeedEntry, FeedHead, feed, tag_uri
from panan_spider.publish.export.job import MissingLibrary
from panan_spider.publish.export.sqlite_reader import marks
from panan_spider.publish.export.tabular_formats import HEAD, csv_line, csv_row, write_workbook
from panan_spider.publish.export.text_formats import bibtex, csl_item, gb_t_7714
from panan_spider.publish.export.wacz import pictures_of, write_wacz
from panan_spider.sites.profile import Site

#: Articles of one page of JSON at most; `size` asks for fewer or more than a page of HTML has.
MOST_ROWS: Final = 200
#: Articles of a CSV or Excel file, and citations of a list, at most.
MOST_EXPORTED: Final = 200_000
#: Ids asked of the export at a time.
_BATCH: Final = 500
#: The suffix of feeds.
FEED: Final = "atom"
#: Feeds are in the language of the site.
_CHANGES_TITLE: Final = "更正与撤下"
_BOM: Final = b"\xef\xbb\xbf"

#: Kinds of page that are lists of articles.
LISTS: Final = frozenset(
    {RouteKind.SEARCH, RouteKind.SECTION, RouteKind.AUTHOR, RouteKind.PERSON, RouteKind.OFFICE, RouteKind.MONTH}
)

Args = Mapping[str, str]


@dataclass(frozen=True)
class Representation:
    """A body, whole or a piece at a time, its media type, its status, and the name it is saved under where it is no text to read."""

    body: bytes | Iterator[bytes]
    media_type: str
    status: int = 200
    file_name: str = ""


Represent = Callable[[RenderContext, Route, Args, str], Representation]


def represent(context: RenderContext, route: Route, args: Args, base: str) -> Representation:
    """The other form of a page that its suffix names. `base` is the server's address. Raises PageNotFound."""
    if route.kind is RouteKind.API:
        return _json(document())
    try:
        if route.kind in LISTS and (make_list := _LIST_FORMATS.get(route.suffix)) is not None:
            return make_list(context, route, args, base)
        if (make := _OTHERS.get((route.kind, route.suffix))) is not None:
            return make(context, route, args, base)
    except InvalidQuery as error:
        return _json({"error": context.translate.message(error.message)}, 400)
    except MissingLibrary as error:
        return _json({"error": str(error)}, 501)
    raise PageNotFound(f"{route.kind}.{route.suffix}")


def _json(value: object, status: int = 200) -> Representation:
    body = json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
    return Representation(body, "application/json; charset=utf-8", status)


def _answer_json(context: RenderContext, route: Route, args: Args, base: str) -> Representation:
    answer = answer_of(context, route, args)
    size = args.get("size") or str(ROWS)
    if not (size.isascii() and size.isdigit() and 1 <= int(size) <= MOST_ROWS):
        return _json({"error": f"size: a number from 1 to {MOST_ROWS}"}, 400)
    pagination = paginate(route.page, answer.total, int(size))
    ids = answer.ids(int(size), skipped(route.page, int(size)))
    again = {name: value for name, value in args.items() if name != "page"}
    following = Route(route.kind, route.key, route.page + 1, route.suffix)
    return _json(
        {
            "question": {
                "source": answer.question.source(context.language),
                "words": answer.question.words(context.translate),
            },
            "total": answer.total,
            "page": pagination.page,
            "pages": pagination.pages,
            "size": int(size),
            "order": "best" if answer.best_first else "newest",
            "next": base + address(following, **again) if pagination.page < pagination.pages else None,
            "articles": [_hit_json(context, hit, base) for hit in context.search.shown(answer, ids)],
            "facets": {
                name: [vars(entry) for entry in context.index.counts(name, answer.hits)[:100]] for name in FACETS
            },
            "years": answer.years(),
        }
    )


def _hit_json(context: RenderContext, hit: Any, base: str) -> dict[str, Any]:
    row = hit.row
    names = ("id", "revision", "title", "kicker", "subtitle", "day", "section", "source")
    found = {name: row[name] for name in names}
    return found | {
        "gone": bool(row["gone"]),
        "places": hit.places,
        "page": base + address(Route(RouteKind.ARTICLE, row["id"])),
    }


def _batches(context: RenderContext, answer: Answer) -> Iterator[list[dict[str, Any]]]:
    """The articles of an answer in its order, some at a time, so that no answer is in memory whole."""
    total = min(answer.total, MOST_EXPORTED)
    for skip in range(0, total, _BATCH):
        yield list(context.database.records(answer.ids(min(_BATCH, total - skip), skip)))


def _file_name(context: RenderContext, route: Route) -> str:
    return f"{context.site.key}-{route.kind}.{route.suffix}"


def _answer_csv(context: RenderContext, route: Route, args: Args, _base: str) -> Representation:
    batches = _batches(context, answer_of(context, route, args))
    body = chain([HEAD], (b"".join(map(csv_row, records)) for records in batches))
    return Representation(body, "text/csv; charset=utf-8", file_name=_file_name(context, route))


def _answer_xlsx(context: RenderContext, route: Route, args: Args, _base: str) -> Representation:
    book = io.BytesIO()
    write_workbook(book, chain.from_iterable(_batches(context, answer_of(context, route, args))))
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Representation(book.getvalue(), media_type, file_name=_file_name(context, route))


def _answer_atom(context: RenderContext, route: Route, args: Args, base: str) -> Representation:
    answer = answer_of(context, route, args)
    title = answer.question.words(context.translate) or context.site.title
    return _feed(context, route, args, base, title, feed_entries(context, context.index.newest(answer.hits, NEWEST)))


def _feed(
    context: RenderContext, route: Route, args: Args, base: str, title: str, entries: list[FeedEntry]
) -> Representation:
    query = {name: value for name, value in args.items() if name != "page"}
    page_url = address(Route(route.kind, route.key), **query)
    self_url = address(Route(route.kind, route.key, suffix=FEED), **query)
    head = FeedHead(
        tag_uri(context.site, "browse", self_url), f"{context.site.title}: {title}", base + self_url, base + page_url
    )
    return Representation(feed(context.site, head, entries), "application/atom+xml; charset=utf-8")


def feed_entries(context: RenderContext, ids: list[str]) -> list[FeedEntry]:
    """These articles as entries, with what became of them."""
    sql = f"SELECT article_id, max(at) AS at FROM changes WHERE kind = 'correction' AND article_id IN ({marks(ids)}) GROUP BY 1"
    corrected = {row["article_id"]: row["at"] for row in context.database.rows(sql, *ids)}
    removed = {
        row["article_id"]: row["gone_at"]
        for row in context.database.rows(f"SELECT * FROM removals WHERE article_id IN ({marks(ids)})", *ids)
    }
    return [
        FeedEntry(record, corrected.get(record["id"]), bool(record["gone"]), removed.get(record["id"]))
        for record in context.database.records(ids)
    ]


def cited(context: RenderContext, record: dict[str, Any]) -> tuple[dict[str, Any], Site]:
    """A record under its own site's number, and the site."""
    return record | {"id": record["id"].rpartition("-")[2]}, context.site_of(record["id"])


@dataclass(frozen=True)
class CitationFormat:
    """A list of citations: one citation's text, and what stands before, between and behind them."""

    cite: Callable[[dict[str, Any], Site], str]
    media_type: str
    before: str = ""
    between: str = "\n"
    behind: str = "\n"

    def represent(self, context: RenderContext, route: Route, args: Args, _base: str) -> Representation:
        """The citations of a list, or of one article. Raises PageNotFound, InvalidQuery."""
        if route.kind is not RouteKind.ARTICLE:
            batches = _batches(context, answer_of(context, route, args))
        elif records := list(context.database.records([route.key])):
            batches = iter([records])
        else:
            raise PageNotFound(route.key)
        return Representation(self._body(context, batches), self.media_type, file_name=_file_name(context, route))

    def _body(self, context: RenderContext, batches: Iterator[list[dict[str, Any]]]) -> Iterator[bytes]:
        before = self.before
        for records in batches:
            text = self.between.join(self.cite(*cited(context, record)) for record in records)
            yield (before + text).encode("utf-8", "replace")
            before = self.between
        yield ((before if before != self.between else "") + self.behind).encode()


_CITATIONS: Final = {
    "bib": CitationFormat(bibtex, "application/x-bibtex; charset=utf-8", between="\n\n"),
    "txt": CitationFormat(gb_t_7714, "text/plain; charset=utf-8"),
    "csl.json": CitationFormat(
        lambda record, site: json.dumps(csl_item(record, site), ensure_ascii=False),
        "application/vnd.citationstyles.csl+json; charset=utf-8",
        "[\n",
        ",\n",
        "\n]\n",
    ),
}


def _article_json(context: RenderContext, route: Route, _args: Args, _base: str) -> Representation:
    record = next(context.database.records([route.key]), None)
    if record is None:
        raise PageNotFound(f"article {route.key}")
    return _json(record)


def _article_wacz(context: RenderContext, route: Route, _args: Args, _base: str) -> Representation:
    records = list(context.database.records([route.key]))
    places = [context.data / record["warc"]["file"] for record in records if record["warc"] is not None]
    if not places or not places[0].is_file():
        raise PageNotFound(f"raw page of article {route.key}")
    book = io.BytesIO()
    site = context.site_of(route.key)
    has_pictures = any(record["images"] for record in records)
    pictures = pictures_of(context.data, site.key if context.sites else "") if has_pictures else {}
    write_wacz(book, context.data, site, records, pictures)
    return Representation(book.getvalue(), "application/wacz", file_name=f"{context.site.key}-{route.key}.wacz")


def _change_json(context: RenderContext, change: ArchiveChange, base: str) -> dict[str, Any]:
    number, revision = change.row["id"], change.revision
    kind = RouteKind.ARTICLE if change.kind == "removal" else RouteKind.CHANGES
    fields = [
        {
            "field": field.name,
            "pieces": [
                [{"kind": piece.kind, "text": piece.text} for piece in line.pieces]
                for line in field.lines
                if line is not None
            ],
        }
        for field in change.fields
    ]
    return {
        "kind": change.kind, "at": change.at, "last_seen": change.last_seen, "id": number, "revision": revision, "title": change.row["title"],
        "day": change.row["day"], "section": change.row["section"], "fields": fields, "page": base + address(Route(kind, number, revision)),
    }  # fmt: skip


def _changes_json(context: RenderContext, route: Route, args: Args, base: str) -> Representation:
    total = count_changes(context, kinds_of(args))
    pagination = paginate(route.page, total)
    again = {name: value for name, value in args.items() if name != "page"}
    following = base + address(Route(route.kind, "", route.page + 1, route.suffix), **again)
    return _json(
        {
            "total": total,
            "page": pagination.page,
            "pages": pagination.pages,
            "size": ROWS,
            "next": following if pagination.page < pagination.pages else None,
            "changes": [
                _change_json(context, change, base)
                for change in newest_changes(context, ROWS, skipped(route.page), kinds_of(args))
            ],
        }
    )


def _changes_csv(context: RenderContext, route: Route, args: Args, base: str) -> Representation:
    columns = ("kind", "at", "last_seen", "id", "revision", "title", "day", "section", "page")
    found = newest_changes(context, MOST_EXPORTED, 0, kinds_of(args))
    rows = (_change_json(context, change, base) for change in found)
    body = _BOM + csv_line(columns) + b"".join(csv_line(row[name] for name in columns) for row in rows)
    return Representation(body, "text/csv; charset=utf-8", file_name=_file_name(context, route))


def _changes_atom(context: RenderContext, route: Route, args: Args, base: str) -> Representation:
    return _feed(context, route, args, base, _CHANGES_TITLE, change_entries(context, kinds_of(args)))


def changes_feed(context: RenderContext, self_url: str, page_url: str) -> bytes:
    """The feed of corrections and removals in a folder of files."""
    head = FeedHead(tag_uri(context.site, "changes"), f"{context.site.title}: {_CHANGES_TITLE}", self_url, page_url)
    return feed(context.site, head, change_entries(context, KINDS[:2]))


def change_entries(context: RenderContext, kinds: tuple[str, ...]) -> list[FeedEntry]:
    """The newest changes of these kinds, an entry each."""
    found = newest_changes(context, NEWEST, 0, kinds)
    records = {record["id"]: record for record in context.database.records([change.row["id"] for change in found])}
    return [_change_entry(change, records[change.row["id"]]) for change in found if change.row["id"] in records]


def _change_entry(change: ArchiveChange, record: dict[str, Any]) -> FeedEntry:
    if change.kind == "removal":
        seen = f"<p>最后见于 {escape(local_time(change.last_seen))}</p>" if change.last_seen else ""
        note = ChangeNote("removed", f"已撤下：{record['title']}", f"<p>此文已从网站撤下。</p>{seen}")
        return FeedEntry(record, None, True, change.at or change.last_seen, note)
    word = "重读" if change.kind == "rereading" else "更正"
    html = "".join(f"<p>{_diff_html(field)}</p>" for field in change.fields) or "<p>正文未变</p>"
    return FeedEntry(
        record, change.at, change=ChangeNote(f"revision-{change.revision}", f"{word}：{record['title']}", html)
    )


def _diff_html(field: FieldDiff) -> str:
    tags = {"gone": "del", "new": "ins"}
    pieces = [piece for line in field.lines if line is not None for piece in line.pieces]
    return "".join(
        f"<{tag}>{escape(piece.text)}</{tag}>"
        if (tag := tags.get(piece.kind))
        else "…"
        if piece.kind == "cut"
        else escape(piece.text)
        for piece in pieces
    )


def _trend_json(context: RenderContext, _route: Route, args: Args, _base: str) -> Representation:
    trend = trend_of(context, [text for text in args.get("q", "").split("\n") if text.strip()])
    lines = [
        {"source": line.source, "words": line.words, "total": line.total, "counts": dict(line.counts)}
        for line in trend.lines
    ]
    return _json({"months": trend.months, "articles": dict(trend.articles), "questions": lines})


def _trend_csv(context: RenderContext, route: Route, args: Args, _base: str) -> Representation:
    trend = trend_of(context, [text for text in args.get("q", "").split("\n") if text.strip()])
    head = csv_line(["month", "articles", *(line.source for line in trend.lines)])
    rows = (
        csv_line([month, trend.articles.get(month, 0), *(line.counts.get(month, 0) for line in trend.lines)])
        for month in trend.months
    )
    return Representation(_BOM + head + b"".join(rows), "text/csv; charset=utf-8", file_name=_file_name(context, route))


_LIST_FORMATS: Final[dict[str, Represent]] = {
    "json": _answer_json,
    "csv": _answer_csv,
    "xlsx": _answer_xlsx,
    FEED: _answer_atom,
    **{suffix: citations.represent for suffix, citations in _CITATIONS.items()},
}
_OTHERS: Final[dict[tuple[RouteKind, str], Represent]] = {
    (RouteKind.ARTICLE, "json"): _article_json,
    (RouteKind.ARTICLE, "wacz"): _article_wacz,
    **{(RouteKind.ARTICLE, suffix): citations.represent for suffix, citations in _CITATIONS.items()},
    (RouteKind.CORRECTIONS, "json"): _changes_json,
    (RouteKind.CORRECTIONS, "csv"): _changes_csv,
    (RouteKind.CORRECTIONS, FEED): _changes_atom,
    (RouteKind.TREND, "json"): _trend_json,
    (RouteKind.TREND, "csv"): _trend_csv,
}
#: Every suffix there is, longer ones first.
FORMATS: Final = tuple(sorted({*_LIST_FORMATS, *(suffix for _kind, suffix in _OTHERS)}, key=len, reverse=True))
