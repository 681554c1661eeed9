"""Ledger agreement: ledger and WARC held against the lines. Every article of one stands in the others, or a row accounts for it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.ledger.database import Row
from panan_spider.archive.ledger.ledger import ARTICLES, QUARANTINE, Ledger
from panan_spider.archive.reparse.reader import built
from panan_spider.archive.store import warc_file
from panan_spider.archive.store.archive import ARTICLES_FILE, QUARANTINE_FILE
from panan_spider.archive.store.files import LEDGER_FILE, StoreError
from panan_spider.archive.store.jsonl import JsonLinesReader, read_lines
from panan_spider.archive.verify.line_check import LineIndex, NewestRevision, ledger_values
from panan_spider.archive.verify.rebuild import Rebuilder
from panan_spider.archive.verify.warc_check import Finding, ResponseIndex, key_of, time_number
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.profile import Site

_NAMES: Final = (
    "revision", "url", "content_hash", "posted", "pages", "template", "fetched_at",
    "place in the WARC", "byte in the WARC", "line's byte",
)  # fmt: skip


@dataclass
class LedgerAgreement:
    """`lost` holds the ledger's rows of articles whose newest line is not there or no good; `wrong` tells of any difference.

    `numbers`: by the byte it begins at, the true revision of a line that differs from the ledger in its revision alone.
    """

    data: Path
    ledger: Ledger
    lines: LineIndex
    lost: dict[str, Row] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    wrong: bool = False

    def compare(self) -> Iterator[Finding]:
        """Every difference. Raises StoreError."""
        for finding in self._compared():
            self.wrong = True
            yield finding

    def _compared(self) -> Iterator[Finding]:
        if (said := self.ledger.damage()) is not None:
            yield Finding(LEDGER_FILE, None, f"damaged: {said}")
            return
        newest, bad = dict(self.lines.newest), {bad.start for bad in self.lines.bad}
        moved: list[tuple[str, int, int]] = []
        for number, *values in self.ledger.articles.rows():
            line = newest.pop(number, None)
            if line is None or line.revision < values[0]:
                self.lost[number] = (number, *values)
                if values[-1] not in bad:  # that line has been named already
                    yield Finding(
                        LEDGER_FILE, None, f"{number}: revision {values[0]} is on record, and no good line holds it"
                    )
            elif hash((*values[:-1], line.start)) != line.said:
                yield Finding(LEDGER_FILE, None, f"{number}: {self._differing(line, values)}")
            elif values[-1] != line.start:
                moved.append((number, values[-1], line.start))
        yield from _moved(moved)
        for number, line in newest.items():
            yield Finding(ARTICLES_FILE, line.start, f"{number}, revision {line.revision}: the ledger does not know it")
        for number, url in self.ledger.queries.without_address():
            yield Finding(LEDGER_FILE, None, f"{number}: its address {url} is not on record")

    def _differing(self, line: NewestRevision, values: list[Any]) -> str:
        """The fields in which the ledger's `values` differ from its line."""
        with JsonLinesReader(self.data / ARTICLES_FILE) as reader:
            true = ledger_values(reader.at(line.start).record or {}, line.start)
        differing = [name for name, one, other in zip(_NAMES, values, true, strict=True) if one != other]
        if set(differing) <= {_NAMES[0], _NAMES[-1]} and _NAMES[0] in differing:
            self.numbers[line.start] = values[0]
        return f"another {', '.join(differing)} than its line at byte {line.start}"


def _moved(moved: list[tuple[str, int, int]]) -> Iterator[Finding]:
    """One finding, however many: a line that is gone moves all that come after it."""
    if moved:
        number, said, true = moved[0]
        more = f", and so for {len(moved) - 1} more" if len(moved) > 1 else ""
        yield Finding(LEDGER_FILE, None, f"{number}: its line begins at byte {true}, and not at {said}{more}")


def ends(data: Path, ledger: Ledger, *, held: bool) -> Iterator[Finding]:
    """Findings about the ends of both files of lines. Beside a run (`held`) lines that it has not marked yet are none."""
    for name, file in ((ARTICLES, ARTICLES_FILE), (QUARANTINE, QUARANTINE_FILE)):
        path, until = data / file, ledger.marked_until(name)
        size = path.stat().st_size if path.exists() else 0
        if until > size:
            yield Finding(file, size, f"ends here, and the ledger knows it up to byte {until}")
        elif until and not ledger.is_last_marked(name, _line_before(path, until)):
            yield Finding(file, until, "the line that ends here is not the one the ledger marked last")
        elif until < size and not held:
            yield Finding(file, until, f"{size - until} bytes from here on are not marked in the ledger")


def _line_before(path: Path, end: int) -> bytes:
    with JsonLinesReader(path) as reader:
        return reader.last_line(end)


_ACCOUNTING: Final = frozenset({Outcome.OUT_OF_RANGE, Outcome.ALIAS, Outcome.GONE, Outcome.PENDING, Outcome.FAILED})

Place = tuple[str, int]


class WarcAgreement:
    """`unaccounted` holds, by article ID, the articles of pages that nothing accounts for, oldest first."""

    def __init__(self, data: Path, site: Site, lines: LineIndex, responses: ResponseIndex) -> None:
        self._data, self._site, self._lines, self._responses = data, site, lines, responses
        self._rebuilder = Rebuilder(data, site, responses)
        self.unaccounted: dict[str, list[Article]] = {}

    def compare(self, ledger: Ledger | None) -> Iterator[Finding]:
        """A finding for each such page. `ledger` None: it is lost. Raises StoreError."""
        quarantined_ids, places = self._quarantined()
        settled: frozenset[str] = frozenset()
        if ledger is not None:
            places |= {(file, offset) for _id, file, offset in ledger.held.locations()}
            settled = ledger.queries.articles_with_outcome(_ACCOUNTING)
        if (self._data / ARTICLES_FILE).exists():
            with JsonLinesReader(self._data / ARTICLES_FILE) as reader:
                for article_id, newest in self._lines.newest.items():
                    if article_id not in settled:
                        yield from self._later(article_id, reader, newest.start, places, ledger)
        known = {key_of(article_id) for article_id in (*self._lines.newest, *quarantined_ids, *settled)}
        known |= {key_of(bad.head.article_id) for bad in self._lines.bad if bad.head is not None}
        yield from self._never_stored(known, places)

    def _quarantined(self) -> tuple[set[str], set[Place]]:
        """IDs and WARC places in quarantine.jsonl."""
        ids, places = set[str](), set[Place]()
        for line in read_lines(self._data / QUARANTINE_FILE):
            record = line.record or {}
            if isinstance(record.get("url"), str):
                ids.add(self._site.urls.understand(record["url"]).article_id or "")
            with suppress(KeyError, TypeError):
                places.add((record["warc"]["file"], record["warc"]["offset"]))
        return ids, places

    def _later(
        self, article_id: str, reader: JsonLinesReader, start: int, places: set[Place], ledger: Ledger | None
    ) -> Iterator[Finding]:
        """Pages received after the newest line's, and after the last that the ledger knows to be unchanged."""
        found = self._responses.timed(article_id)
        if len(found) < 2:
            return
        record = reader.at(start).record or {}
        since = time_number(record["fetched_at"])
        if ledger is not None and (validated := ledger.articles.answer(article_id, None)) is not None:
            since = max(since, time_number(validated[1]))
        later = [place for place, time in found if time > since and (place.file, place.offset) not in places]
        if not later or record["warc"] is None:
            return
        content = self._content_of(record["url"], WarcLocation.model_validate(record["warc"]))
        for place in later:
            article = self._rebuilder.read(article_id, place, record["url"])
            if article is not None and article.content_hash not in (content, record["content_hash"]):
                content = article.content_hash
                yield self._finding(article_id, place, article)

    def _content_of(self, url: str, place: WarcLocation) -> str | None:
        """The content of a stored page as the present code reads it; None where it cannot."""
        try:
            return built(self._data, self._site, url, [place, *place.parts]).content_hash
        except Exception:  # whatever a page object trips over
            return None

    def _never_stored(self, known: set[int], places: set[Place]) -> Iterator[Finding]:
        for place in self._responses.unknown(known):
            if (place.file, place.offset) in places:
                continue
            with suppress(StoreError):
                address = self._site.urls.understand(warc_file.read(self._data, place).url)
                article = self._rebuilder.read(address.article_id or "", place, None)
                earlier = self.unaccounted.get(address.article_id or "", [])
                if article is not None and article.content_hash not in {one.content_hash for one in earlier[-1:]}:
                    yield self._finding(article.id, place, article)

    def _finding(self, article_id: str, place: WarcLocation, article: Article) -> Finding:
        self.unaccounted.setdefault(article_id, []).append(article)
        return Finding(
            place.file,
            place.offset,
            f"{article_id}: a raw page of this article that no line and nothing else accounts for",
        )
