"""Static site: every page as a file below a folder, and the scripts of its full-text index; built aside, put in place whole."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from panan_spider import __version__
from panan_spider.core.clock import moment, now
from panan_spider.publish.browse.answer_formats import FEED, changes_feed, feed_entries
from panan_spider.publish.browse.app import ASSETS, PAGES, asset, image
from panan_spider.publish.browse.changes_pages import KINDS, count_changes
from panan_spider.publish.browse.list_pages import NAMES_A_PAGE, sections, value_label
from panan_spider.publish.browse.page_render import ROWS, ExportSource, RenderContext, open_library, paginate, render
from panan_spider.publish.browse.people_pages import ARTICLES_A_PAGE
from panan_spider.publish.browse.question import COLUMNS, FIELDS, STATES, field_name
from panan_spider.publish.browse.question_parser import FIELD_SPELLINGS, STATE_SPELLINGS
from panan_spider.publish.browse.routes import FileUrls, Route, RouteKind
from panan_spider.publish.browse.routes import file_of as path_of
from panan_spider.publish.browse.run_pages import RUNS_A_PAGE, report_file, report_files, run_names
from panan_spider.publish.browse.search import FACETS, Bits
from panan_spider.publish.export.atom import NEWEST, feed, section_head
from panan_spider.publish.export.bigrams import simplified_forms
from panan_spider.publish.export.export_files import ForeignFileError, built_aside, only_export_to
from panan_spider.publish.export.sqlite_schema import SEARCHED, searched

#: In every such folder; says that it may be written over.
MARK: Final = "panan-browse.json"
#: Nobody waits for a page, so one question may take longer than on the server.
_TIME_LIMIT_MS: Final = 120_000
#: Articles whose revisions are held at a time.
_BATCH: Final = 1_000

#: Articles of one script of rows.
ROWS_OF_A_FILE: Final = 200
#: Articles read at a time.
_TEXTS_AT_ONCE: Final = 500
#: Characters of text shown under a headline.
_SUMMARY: Final = 96
#: Line ends to a script, though not to JSON.
_LINE_ENDS: Final = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "<": "\\u003c"})


def write(source: ExportSource, out: Path, language: str = "zh") -> int:
    """Write every page below `out`; how many files. They are built aside, and `out` is the old folder or the whole new one.

    Raises ForeignFileError where something else stands at `out`, LockHeld, StoreError.
    """
    if out.exists() and not (out / MARK).is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise ForeignFileError(f"{out} exists and was not made by scrapy browse --static; name another")
    context = replace(open_library(source, _TIME_LIMIT_MS), language=language, filed=True)
    with only_export_to(out), built_aside(out) as aside:
        aside.mkdir()
        count = _fill(context, aside)
        about = {"made_by": f"panan_spider {__version__}", "made_at": moment(now()), "files": count}
        (aside / MARK).write_text(json.dumps(about) + "\n", "utf-8")
    return count


def _fill(context: RenderContext, folder: Path) -> int:
    count = 0
    with Console(stderr=True).status("") as status:
        for name, body in _files(context):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            count += 1
            if count % 100 == 0:
                status.update(f"{count} files")
    return count


def _files(context: RenderContext) -> Iterator[tuple[str, bytes]]:
    """Each file's path below the folder, and its bytes."""
    for route in every_route(context):
        body = _body(context, route)
        if body is not None:
            yield path_of(route), body
    yield from index_files(context)


def _body(context: RenderContext, route: Route) -> bytes | None:
    """The file's bytes; None for a picture that has gone since the export, or that is none."""
    if route.suffix == FEED:
        return _feed(context, route)
    if route.kind is RouteKind.REPORT:
        path = report_file(context.data, route.key)
        return path.read_bytes() if path is not None else None
    if route.kind in (RouteKind.ASSET, RouteKind.IMAGE):
        found = asset(route.key) if route.kind is RouteKind.ASSET else image(context.data, route.key)
        return found.body if found is not None else None
    page = PAGES[route.kind](context, route, {})
    return render(context, page, route, FileUrls(route), {}).encode("utf-8", "replace")


def _feed(context: RenderContext, route: Route) -> bytes:
    if route.kind is RouteKind.CORRECTIONS:
        return changes_feed(context, path_of(route), path_of(Route(RouteKind.CORRECTIONS)))
    hits = context.index.facets["section"][route.key]
    return feed(
        context.site, section_head(context.site, route.key), feed_entries(context, context.index.newest(hits, NEWEST))
    )


def every_route(context: RenderContext) -> Iterator[Route]:
    """Each page once: what a reader of the served pages can come to by links, but for answers to questions."""
    for kind in (RouteKind.FRONT, RouteKind.SEARCH, RouteKind.CALENDAR):
        yield Route(kind)
    for name in ASSETS:
        yield Route(RouteKind.ASSET, name)
    yield from _lists(context)
    yield from _articles(context)
    for file in context.database.column("SELECT DISTINCT file FROM images WHERE file IS NOT NULL"):
        yield Route(RouteKind.IMAGE, file)
    for name in run_names(context.data):
        yield Route(RouteKind.RUN, name)
    for name in report_files(context.data):
        yield Route(RouteKind.REPORT, name)


def _lists(context: RenderContext) -> Iterator[Route]:
    index = context.index
    everything = {facet: index.counts(facet, index.all) for facet in ("author", "person", "office")}
    found = [(RouteKind.SECTION, entry.value, entry.count, ROWS) for entry in sections(context)]
    found += [(RouteKind.AUTHOR, entry.value, entry.count, ROWS) for entry in everything["author"]]
    found += [(RouteKind.PERSON, entry.value, entry.count, ARTICLES_A_PAGE) for entry in everything["person"]]
    found += [(RouteKind.PEOPLE, "", len(everything["person"]), NAMES_A_PAGE)]
    found += [(RouteKind.OFFICES, "", len(everything["office"]), NAMES_A_PAGE)]
    found += [(RouteKind.AUTHORS, "", len(everything["author"]), NAMES_A_PAGE)]
    found += [(RouteKind.CORRECTIONS, "", count_changes(context, KINDS[:2]), ROWS)]
    found += [(RouteKind.RUNS, "", len(run_names(context.data)), RUNS_A_PAGE)]
    for kind, key, total, rows in found:
        for page in range(1, paginate(1, total, rows).pages + 1):
            yield Route(kind, key, page)
    for entry in everything["office"]:
        yield Route(RouteKind.OFFICE, entry.value)
    for month, _start, _end in index.months:
        yield Route(RouteKind.MONTH, month)
    for entry in sections(context):
        yield Route(RouteKind.SECTION, entry.value, suffix=FEED)
    yield Route(RouteKind.CORRECTIONS, suffix=FEED)


def _articles(context: RenderContext) -> Iterator[Route]:
    """Each article with its revisions, in the order of their numbers."""
    batch = f"SELECT id FROM articles WHERE id > ? ORDER BY id LIMIT {_BATCH}"
    sql = f"SELECT article_id, revision, warc_file FROM revisions WHERE article_id IN ({batch}) ORDER BY article_id, revision"
    last = ""
    while rows := context.database.rows(sql, last):
        newest = {row["article_id"]: row["revision"] for row in rows}
        for row in rows:
            number, revision = row["article_id"], row["revision"]
            yield (
                Route(RouteKind.ARTICLE, number)
                if newest[number] == revision
                else Route(RouteKind.REVISION, number, revision)
            )
            if revision > 1:
                yield Route(RouteKind.CHANGES, number, revision)
            if row["warc_file"] is not None:
                yield Route(RouteKind.RAW, number, revision)
        last = rows[-1]["article_id"]


def index_files(context: RenderContext) -> Iterator[tuple[str, bytes]]:
    """Each file's path below the folder, and its bytes."""
    terms = _Terms()
    for start in range(0, len(context.index.ids), _TEXTS_AT_ONCE):
        records = list(context.database.records(context.index.ids[start : start + _TEXTS_AT_ONCE]))
        for number, record in enumerate(records, start):
            terms.add(number, searched(record))
        for first in range(0, len(records), ROWS_OF_A_FILE):
            rows = [_row(record) for record in records[first : first + ROWS_OF_A_FILE]]
            yield f"index/articles/{start + first}.js", script("pananArticles", start + first, rows)
    yield "index/ids.js", script("pananIds", context.index.ids)
    for character, tokens in terms.by_character():
        encoded = {token: _base64(postings) for token, postings in tokens}
        yield f"index/terms/{ord(character):x}.js", script("pananTerms", encoded)
    yield "index/archive.js", script("pananArchive", _archive(context, terms.characters()))


def script(function: str, *values: object) -> bytes:
    """A script that calls `function`. Nothing in the values can end the line or the script."""
    texts = [json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS) for value in values]
    return f"{function}({','.join(texts)});\n".encode("utf-8", "replace")


def _row(record: dict[str, Any]) -> list[object]:
    summary = (record["text"] or "").replace("\n", " ")
    texts = [record[name] for name in ("id", "day", "section", "kicker", "title", "subtitle")]
    return [
        *texts,
        summary[:_SUMMARY] + ("…" if len(summary) > _SUMMARY else ""),
        int(record["gone"]),
        record["revision"],
    ]


class _Terms:
    """Postings of every token, made article after article."""

    def __init__(self) -> None:
        self._postings: dict[str, bytearray] = defaultdict(bytearray)
        self._last: dict[str, int] = {}

    def add(self, number: int, fields: Sequence[str]) -> None:
        """One article: the tokens of each field, blanks between them."""
        positions: dict[str, list[int]] = defaultdict(list)
        for field, text in enumerate(fields):
            for position, token in enumerate(text.split()):
                positions[token].append(8 * position + field)
        for token, found in positions.items():
            found.sort()
            postings = self._postings[token]
            _varint(postings, number - self._last.get(token, -1))
            _varint(postings, len(found))
            before = 0
            for position in found:
                _varint(postings, position - before)
                before = position
            self._last[token] = number

    def characters(self) -> str:
        """The characters that tokens begin with."""
        return "".join(sorted({token[0] for token in self._postings}))

    def by_character(self) -> Iterator[tuple[str, list[tuple[str, bytearray]]]]:
        """First character → its tokens and their postings."""
        for character, tokens in groupby(sorted(self._postings), key=lambda token: token[0]):
            yield character, [(token, self._postings[token]) for token in tokens]


def _varint(target: bytearray, value: int) -> None:
    while value > 127:
        target.append(value & 127 | 128)
        value >>= 7
    target.append(value)


def _base64(data: bytes | bytearray) -> str:
    return base64.b64encode(data).decode("ascii")


def _numbers(bits: Bits | Iterable[int]) -> str:
    """Article numbers as distances to the one before, in base64."""
    distances, before = bytearray(), -1
    for number in bits:
        _varint(distances, number - before)
        before = number
    return _base64(distances)


def _archive(context: RenderContext, characters: str) -> dict[str, Any]:
    index = context.index
    days = [(day, len(list(of_day))) for day, of_day in groupby(map(index.day_of, range(len(index.ids))))]
    pairs = sorted(simplified_forms().items())
    return {
        "articles": len(index.ids),
        "rows": ROWS_OF_A_FILE,
        "days": days,
        "characters": characters,
        "hosts": list(context.site.hosts),
        "fields": FIELD_SPELLINGS,
        "states": STATE_SPELLINGS,
        "names": {name: FIELDS[name][0 if context.language == "zh" else 1] for name in FIELDS},
        "stateNames": {name: names[0 if context.language == "zh" else 1] for name, names in STATES.items()},
        "labels": {name: field_name(name, context.translate) for name in FACETS},
        "columns": {field: list(SEARCHED).index(column) for field, column in COLUMNS.items()},
        "facets": {
            facet: [
                [entry.value, value_label(context, facet, entry.value), _numbers(index.facets[facet][entry.value])]
                for entry in index.counts(facet, index.all)
            ]
            for facet in FACETS
        },
        "traditional": "".join(chr(code) for code, _new in pairs),
        "simplified": "".join(new for _code, new in pairs),
    }
