"""Reparse progress: the verdict of each article read again, and how far a stopped `scrapy reparse --write` has come.

Articles are read in the order of their first lines, which no revision moves. One byte therefore says which are done, as
long as reader, options and stored lines are the same.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from panan_spider.archive.store.files import ARTICLES_FILE, WriteGuard, naming, write_atomically
from panan_spider.archive.store.jsonl import JsonLinesReader
from panan_spider.items import Article

FILE: Final = "reparse.json"
#: Articles that could not be read are read again by the call that goes on. Where there are more, nothing further is noted.
_MOST_AGAIN: Final = 1_000
_LIBRARIES: Final = ("lxml", "pydantic", "pydantic-core", "warcio", "brotli", "backports.zstd")
_SHOWN_BEFORE, _SHOWN = 12, 70


class ReparseVerdict(StrEnum):
    """Verdict of reading a page again."""

    SAME = "the same"
    CHANGED = "changed"
    LOST = "no longer readable"
    UNKEPT = "without their raw page"
    RESCUED = "newly readable"
    STILL = "still not readable"


@dataclass(frozen=True)
class ReparseResult:
    """One article read again. `article` is what would be stored: of CHANGED the next revision, of RESCUED the first.

    `changes` holds (field, old, new) as JSON values; `reason` says why there is no article. `first` is the byte at which
    the article's first line begins; None for one in quarantine.
    """

    url: str
    verdict: ReparseVerdict
    reason: str | None = None
    changes: tuple[tuple[str, Any, Any], ...] = ()
    article: Article | None = None
    first: int | None = None


@dataclass(frozen=True)
class ReparseScope:
    """Selection of articles by first publication (the address's date where the page prints none) and by template."""

    since: date | None = None
    until: date | None = None
    template: str | None = None

    def holds(self, published: str | None, posted: str | None, template: str | None) -> bool:
        """True for an article in scope. One of no known day is, unless days are given."""
        day = (published or posted or "")[:10]
        early = self.since is not None and day < self.since.isoformat()
        late = self.until is not None and (not day or day > self.until.isoformat())
        return not early and not late and self.template in (None, template)


def show(reading: ReparseResult, diff: bool) -> None:
    """Name what is lost; with `diff` what is not as it was."""
    if reading.verdict in (ReparseVerdict.LOST, ReparseVerdict.UNKEPT):
        print(f"{reading.url}: {reading.verdict}: {reading.reason}")
    elif diff and reading.verdict is not ReparseVerdict.SAME:
        title = (
            reading.article.title if reading.article and reading.verdict is ReparseVerdict.RESCUED else reading.reason
        )
        print(f"{reading.url}: {reading.verdict}{f': {title}' if title else ''}")
        others = [change for change in reading.changes if change[0] != "content_hash"]
        for name, old, new in others or reading.changes:
            print("  " + name + ": " + " \u2192 ".join(_around(old, new)))


def _around(old: Any, new: Any) -> tuple[str, str]:
    """Both values as JSON, shortened to where they begin to differ."""
    texts = json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)
    start = max(0, len(list(takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False)))) - _SHOWN_BEFORE)
    shown = [
        ("…" if start else "") + text[start:][:_SHOWN] + ("…" if len(text) > start + _SHOWN else "") for text in texts
    ]
    return shown[0], shown[1]


class ReparsedArticle(BaseModel):
    """Progress of a call: the articles whose first line begins before byte `until`, but those in `again` (first bytes).

    Done as `articles.jsonl` was when it had `size` bytes and the line of SHA-256 `last` at its end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    started: str
    until: int
    size: int
    last: str
    again: frozenset[int]

    def covers(self, first: int, newest: int) -> bool:
        """True for an article, by the first bytes of its first and newest lines, that need not be read."""
        return first < self.until and newest < self.size and first not in self.again


class ReparseProgress:
    """The file of it in the archive `data`, for one call that holds the archive's lock.

    `before` is what a stopped call has left and what still counts; `note` says why something left counts no more.
    """

    def __init__(self, data: Path, scope: ReparseScope, started: str, guard: WriteGuard) -> None:
        """Reads what was left. Raises StoreError where the file system refuses."""
        self._data, self._path, self._guard = data, data / FILE, guard
        self._key, self._started = _key(scope), started
        self._until, self._again = 0, set[int]()
        self.note: str | None = None
        self.before = self._left()

    def _left(self) -> ReparsedArticle | None:
        if not self._path.exists():
            return None
        with naming(self._path):
            raw = self._path.read_bytes()
        try:
            done = ReparsedArticle.model_validate_json(raw)
        except ValidationError:
            self.note = f"{FILE} cannot be read: all is read from the start"
            return None
        if done.key != self._key:
            self.note = (
                f"the call of {done.started} was stopped, but its reader or its options were others: all is read"
            )
        elif not self._grew_from(done):
            self.note = f"the call of {done.started} was stopped, but {ARTICLES_FILE} is another since: all is read"
        return done if self.note is None else None

    def _grew_from(self, done: ReparsedArticle) -> bool:
        path = self._data / ARTICLES_FILE
        with naming(path):
            return path.stat().st_size >= done.size > 0 and _last(path, done.size) == done.last

    def advance(self, readings: Iterable[ReparseResult]) -> None:
        """Note that these, the next in order, are read, and stored where they are to be. Raises StoreError."""
        for reading in readings:
            if reading.first is not None:
                self._until = max(self._until, reading.first + 1)
                if reading.verdict in (ReparseVerdict.LOST, ReparseVerdict.UNKEPT):
                    self._again.add(reading.first)
        behind = self.before is not None and self._until <= self.before.until
        if self._until and not behind and len(self._again) <= _MOST_AGAIN:
            with self._guard.writing(self._path):
                write_atomically(self._path, self._now().model_dump_json().encode("utf-8"))

    def _now(self) -> ReparsedArticle:
        path = self._data / ARTICLES_FILE
        size = path.stat().st_size
        return ReparsedArticle(
            key=self._key,
            started=self._started,
            until=self._until,
            size=size,
            last=_last(path, size),
            again=frozenset(self._again),
        )

    def finish(self) -> None:
        """Nothing is left to go on with. Raises StoreError."""
        with self._guard.writing(self._path):
            self._path.unlink(missing_ok=True)


def _last(path: Path, size: int) -> str:
    with JsonLinesReader(path) as reader:
        return hashlib.sha256(reader.last_line(size)).hexdigest()


def _key(scope: ReparseScope) -> str:
    """A hash over all that decides what a reading finds and which there are: every line of our own, libraries, options."""
    found = hashlib.sha256(repr(scope).encode("utf-8"))
    found.update(repr([platform.python_version(), *((name, version(name)) for name in _LIBRARIES)]).encode("utf-8"))
    for name, source in _sources(files("panan_spider"), ""):
        found.update(f"{name}\0{hashlib.sha256(source.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    """Name → file of every module below `folder`, sorted."""
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        if one.is_dir():
            yield from _sources(one, f"{name}{one.name}/")
        elif one.name.endswith((".py", ".toml")):
            yield f"{name}{one.name}", one
