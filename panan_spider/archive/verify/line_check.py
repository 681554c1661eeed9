"""articles.jsonl, line by line: every line a possible article, its hash true, its revisions in order, its raw pages there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic import ValidationError

from panan_spider.archive.store.archive import ARTICLES_FILE
from panan_spider.archive.verify.file_check import picture_key
from panan_spider.archive.verify.finding import Finding
from panan_spider.archive.verify.partial_line import PartialLine, head_of
from panan_spider.archive.verify.response_index import ResponseIndex
from panan_spider.core.hashing import content_hash
from panan_spider.extract.assemble import objection
from panan_spider.items import Article
from panan_spider.sites.profile import load_site

#: What may differ between two lines that say the same.
_OF_THE_LINE: Final = frozenset({"revision", "fetched_at", "warc", "listed_in"})


@dataclass(frozen=True, slots=True)
class NewestRevision:
    """The newest good line of an article: its revision, where it begins, and a number that stands for what the ledger must say."""

    revision: int
    start: int
    said: int


@dataclass
class BadLine:
    """A line that is no good, by the bytes it takes up; `head` as far as it can still be told."""

    start: int
    end: int
    head: PartialLine | None


@dataclass
class LineIndex:
    """What reading the lines has shown. `troubled` holds the articles whose lines have to be put right."""

    newest: dict[str, NewestRevision] = field(default_factory=dict)
    bad: list[BadLine] = field(default_factory=list)
    troubled: set[str] = field(default_factory=set)
    count: int = 0
    pictures: set[int] = field(default_factory=set)  # `picture_key` of each picture, where they are asked for


def what_the_ledger_says(record: dict[str, Any], start: int) -> tuple[Any, ...]:
    """A line's values that the ledger keeps, in the order of `ledger_check.Row`, without the number."""
    warc = record["warc"] or {}
    names = ("revision", "url", "content_hash", "posted", "pages", "template", "fetched_at")
    return (*(record[name] for name in names), warc.get("file"), warc.get("offset"), start)


class LineReader:
    """Reads the lines up to byte `until`, into `found`."""

    def __init__(self, data: Path, until: int, responses: ResponseIndex, *, pictures: bool) -> None:
        self._data, self._until, self._responses, self._pictures = data, until, responses, pictures
        self.found = LineIndex()

    def read(self) -> Iterator[tuple[dict[str, Any] | None, list[Finding]]]:
        """For each line its record, None where it is no good, and what is wrong with it. Raises OSError."""
        with (self._data / ARTICLES_FILE).open("rb") as file:
            start = 0
            while start < self._until and (raw := file.readline()):
                record, said = self._line(file, raw, start)
                yield record, [Finding(ARTICLES_FILE, start, one) for one in said]
                start += len(raw)
                file.seek(start)

    def _line(self, file: BinaryIO, raw: bytes, start: int) -> tuple[dict[str, Any] | None, list[str]]:
        self.found.count += 1
        record, article, said = read_line(raw)
        if record is None or article is None:
            bad = BadLine(start, start + len(raw), head_of(raw))
            self.found.bad.append(bad)
            if bad.head is not None:
                self.found.troubled.add(bad.head.article_id)
            return None, said
        if self._pictures:
            self.found.pictures.update(picture_key(image.url) for image in article.images)
        if (wrong := misplaced(article, self._responses)) is not None:
            said.append(f"{article.id}, revision {article.revision}: {wrong}")
            self.found.troubled.add(article.id)
        if (wrong := self._order(file, record, start)) is not None:
            said.append(f"{article.id}: {wrong}")
            self.found.troubled.add(article.id)
        return record, said

    def _order(self, file: BinaryIO, record: dict[str, Any], start: int) -> str | None:
        """Enter the line as its article's newest; why it does not follow the one before it, or None."""
        before, revision = self.found.newest.get(record["id"]), int(record["revision"])
        due = 1 if before is None else before.revision + 1
        if before is None or revision > before.revision:
            said = hash(what_the_ledger_says(record, start))
            self.found.newest[record["id"]] = NewestRevision(revision, start, said)
        if revision < due:
            return f"revision {revision} stands here again, or too late: revision {due - 1} came before it"
        if revision > due:
            missing = f"revision {due}" if revision == due + 1 else f"revisions {due} to {revision - 1}"
            return f"{missing} missing before revision {revision}"
        if before is not None and same(_record_at(file, before.start), record):
            return f"revision {revision} says nothing that revision {revision - 1} does not say"
        return None


def read_line(raw: bytes) -> tuple[dict[str, Any] | None, Article | None, list[str]]:
    """(record, article, what is wrong) of one line with its line feed; without an article it is no good."""
    if not raw.endswith(b"\n"):
        return None, None, [f"a torn end of {len(raw)} bytes"]
    try:
        record = json.loads(raw)
        article = Article.model_validate(record, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return None, None, [f"not valid: {'.'.join(map(str, first['loc'])) or 'line'}: {first['msg']}"]
    except ValueError:
        return None, None, ["no line of JSON"]
    if article.model_dump(mode="json") != record:
        return record, None, ["a field is left out"]
    if (wrong := objection(article, load_site())) is not None:
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


def _record_at(file: BinaryIO, start: int) -> dict[str, Any]:
    file.seek(start)
    record: dict[str, Any] = json.loads(file.readline())
    return record


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two lines, as JSON values, say the same of their article."""
    return all(one[name] == other[name] for name in one if name not in _OF_THE_LINE)
