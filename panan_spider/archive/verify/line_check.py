"""Line check of articles.jsonl: valid articles, true hashes, revisions in order, raw pages in place."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from panan_spider.archive.store.files import ARTICLES_FILE
from panan_spider.archive.store.jsonl import JsonLinesReader, StoredLine
from panan_spider.archive.verify.file_check import Finding, ResponseIndex, picture_key
from panan_spider.extract.assemble import content_hash, objection
from panan_spider.items import Article
from panan_spider.sites.profile import Site

_ID: Final = re.compile(rb'"id":"(\d+)"')
_REVISION: Final = re.compile(rb'"revision":(\d+)')
_HASH: Final = re.compile(rb'"content_hash":"(sha256:[0-9a-f]{64})"')
_AT: Final = re.compile(rb'"fetched_at":"([0-9TZ:-]{20})"')
#: Number and revision stand at a line's beginning, hash and time near its end: a text that speaks of them is passed over.
_EDGE: Final = 400

#: Fields that may differ between two lines of one content.
_OF_THE_LINE: Final = frozenset({"revision", "fetched_at", "warc", "listed_in"})


@dataclass(frozen=True, slots=True)
class PartialLine:
    """An article's number, and what else is known of one of its lines."""

    article_id: str
    revision: int | None = None
    content_hash: str | None = None
    fetched_at: str | None = None
    listed_in: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewestRevision:
    """The newest good line of an article; `values` is the hash of `ledger_values`, which the ledger must hold."""

    revision: int
    start: int
    values: int


@dataclass
class BadLine:
    """A line that is no good, by the bytes it takes up; `head` as far as it can still be told."""

    start: int
    end: int
    head: PartialLine | None


@dataclass
class LineIndex:
    """Result of reading the lines. `inconsistent` holds the IDs of articles whose lines have to be repaired."""

    newest: dict[str, NewestRevision] = field(default_factory=dict)
    bad: list[BadLine] = field(default_factory=list)
    inconsistent: set[str] = field(default_factory=set)
    count: int = 0
    pictures: set[int] = field(default_factory=set)  # `picture_key` of each picture, where they are asked for


def ledger_values(record: dict[str, Any], start: int) -> tuple[Any, ...]:
    """A line's values that the ledger keeps, in the order of `ledger_check.Row`, without the number."""
    warc = record["warc"] or {}
    names = ("revision", "url", "content_hash", "posted", "pages", "template", "fetched_at")
    return (*(record[name] for name in names), warc.get("file"), warc.get("offset"), start)


class LineChecker:
    """Checks the lines up to byte `until`, into `found`."""

    def __init__(self, data: Path, site: Site, until: int, responses: ResponseIndex, *, pictures: bool) -> None:
        self._data, self._site, self._until = data, site, until
        self._responses, self._pictures = responses, pictures
        self.found = LineIndex()

    def read(self) -> Iterator[tuple[dict[str, Any] | None, list[Finding]]]:
        """For each line its record, None where it is no good, and its findings. Raises StoreError."""
        with JsonLinesReader(self._data / ARTICLES_FILE) as reader:
            for line in reader.lines(0, self._until):
                record, messages = self._line(reader, line)
                yield record, [Finding(ARTICLES_FILE, line.start, message) for message in messages]

    def _line(self, reader: JsonLinesReader, line: StoredLine) -> tuple[dict[str, Any] | None, list[str]]:
        self.found.count += 1
        record, article, messages = read_line(line, self._site)
        if record is None or article is None:
            bad = BadLine(line.start, line.end, head_of(line.raw))
            self.found.bad.append(bad)
            if bad.head is not None:
                self.found.inconsistent.add(bad.head.article_id)
            return None, messages
        if self._pictures:
            self.found.pictures.update(picture_key(image.url) for image in article.images)
        if (wrong := misplaced(article, self._responses)) is not None:
            self.found.inconsistent.add(article.id)
            if article.warc is None or not self._responses.explains(article.warc):
                messages.append(f"{article.id}, revision {article.revision}: {wrong}")
        if (wrong := self._order(reader, record, line.start)) is not None:
            messages.append(f"{article.id}: {wrong}")
            self.found.inconsistent.add(article.id)
        return record, messages

    def _order(self, reader: JsonLinesReader, record: dict[str, Any], start: int) -> str | None:
        """Enter the line as its article's newest; why it does not follow the one before it, or None."""
        before, revision = self.found.newest.get(record["id"]), int(record["revision"])
        due = 1 if before is None else before.revision + 1
        if before is None or revision > before.revision:
            values = hash(ledger_values(record, start))
            self.found.newest[record["id"]] = NewestRevision(revision, start, values)
        if revision < due:
            return f"revision {revision} stands here again, or too late: revision {due - 1} came before it"
        if revision > due:
            missing = f"revision {due}" if revision == due + 1 else f"revisions {due} to {revision - 1}"
            return f"{missing} missing before revision {revision}"
        if before is not None and same(reader.at(before.start).record or {}, record):
            return f"revision {revision} says nothing that revision {revision - 1} does not say"
        return None


def read_line(line: StoredLine, site: Site) -> tuple[dict[str, Any] | None, Article | None, list[str]]:
    """(record, article, messages) of one line; without an article the line is no good."""
    if not line.is_whole:
        return None, None, [f"a torn end of {len(line.raw)} bytes"]
    if (record := line.record) is None:
        return None, None, ["no line of JSON"]
    try:
        article = Article.model_validate(record, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return None, None, [f"not valid: {'.'.join(map(str, first['loc'])) or 'line'}: {first['msg']}"]
    if article.model_dump(mode="json") != record:
        return record, None, ["a field is left out"]
    if (wrong := objection(article, site)) is not None:
        return record, None, [f"{article.id}, revision {article.revision}: {wrong[0]}: {wrong[1]}"]
    if (true := content_hash(article)) != article.content_hash:
        return (
            record,
            None,
            [f"{article.id}, revision {article.revision}: content_hash is not that of its content, {true}"],
        )
    return record, article, []


def misplaced(article: Article, responses: ResponseIndex) -> str | None:
    """Why the raw pages of an article are not where its line says; None where they are."""
    place = article.warc
    if place is None:
        return None
    if len(place.parts) != article.pages - 1:
        return f"{article.pages} pages, and the places of {len(place.parts) + 1}"
    first = responses.objection(place, article.id, 1, article.fetched_at)
    rest = (responses.objection(part, article.id, None, None) for part in place.parts)
    return first or next((wrong for wrong in rest if wrong is not None), None)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """True where two lines, as JSON values, have the same content."""
    return all(one[name] == other[name] for name in one if name not in _OF_THE_LINE)


def head_of(raw: bytes) -> PartialLine | None:
    """The head of a damaged line as far as it can be read; None without the article's number."""
    number = _ID.search(raw[:_EDGE])
    if number is None:
        return None
    end = raw[-2 * _EDGE :]
    revision, content_hash, at = _REVISION.search(raw[:_EDGE]), _HASH.search(end), _AT.search(end)
    return PartialLine(
        number[1].decode(),
        int(revision[1]) if revision else None,
        content_hash[1].decode() if content_hash else None,
        at[1].decode() if at else None,
        _listed_in(raw),
    )


def _listed_in(raw: bytes) -> tuple[str, ...] | None:
    """`listed_in` of a line that is JSON but no valid article."""
    with suppress(ValueError):
        record = json.loads(raw)
        listed = record.get("listed_in") if isinstance(record, dict) else None
        if isinstance(listed, list) and all(isinstance(name, str) for name in listed):
            return tuple(listed)
    return None
