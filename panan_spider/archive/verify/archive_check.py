"""Archive check: reads the whole archive once and gives every finding; lines, ledger and WARC held against each other. Writes nothing."""

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.data_folder import holder, site_by_lines, site_of
from panan_spider.archive.ledger.database import ARTICLES, QUARANTINE, LedgerTooNew, Row
from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.reparse.reader import built
from panan_spider.archive.store import warc_file
from panan_spider.archive.store.files import (
    ARTICLES_FILE,
    IMAGES_FOLDER,
    LEDGER_FILE,
    QUARANTINE_FILE,
    SITE_FILE,
    StoreError,
    naming,
)
from panan_spider.archive.store.jsonl import JsonLinesReader, read_lines
from panan_spider.archive.verify import file_check
from panan_spider.archive.verify.file_check import Finding, ResponseIndex, key_of, time_number
from panan_spider.archive.verify.line_check import LineChecker, LineIndex, NewestRevision, ledger_values
from panan_spider.archive.verify.repair_plan import Rebuilder
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.profile import Site, load_site

_NAMES: Final = (
    "revision", "url", "content_hash", "posted", "pages", "template", "fetched_at",
    "place in the WARC", "byte in the WARC", "line's byte",
)  # fmt: skip


@dataclass
class LedgerAgreement:
    """`lost` holds the ledger's rows of articles whose newest line is not there or no good; `wrong` tells of any difference.

    `numbers`: by the byte it begins at, the true revision of a line that differs from the ledger in its revision alone.
    A line that is lost is one finding: lines that have moved for it are none, and many lost lines are named by the first.
    """

    data: Path
    ledger: Ledger
    lines: LineIndex
    lost: dict[str, Row] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    wrong: bool = False

    def compare(self) -> Iterator[Finding]:
        """Every difference. Raises StoreError."""
        for finding in self._differences():
            self.wrong = True
            yield finding

    def _differences(self) -> Iterator[Finding]:
        if (damage := self.ledger.damage()) is not None:
            yield Finding(LEDGER_FILE, None, f"damaged: {damage}")
            return
        newest, bad = dict(self.lines.newest), {bad.start for bad in self.lines.bad}
        is_there = (self.data / ARTICLES_FILE).exists()
        moved: list[tuple[str, int, int]] = []
        missing: list[tuple[str, int]] = []
        for number, *values in self.ledger.articles.rows():
            line = newest.pop(number, None)
            if line is None or line.revision < values[0]:
                self.lost[number] = (number, *values)
                self.wrong = True
                if is_there and values[-1] not in bad:  # else a finding about the file, or about that line, says so
                    missing.append((number, values[0]))
            elif hash((*values[:-1], line.start)) != line.values:
                yield Finding(LEDGER_FILE, None, f"{number}: {self._differing(line, values)}")
            elif values[-1] != line.start:
                moved.append((number, values[-1], line.start))
        self.wrong |= bool(moved)
        yield from _missing(missing) if missing or not is_there else _moved(moved)
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


def _missing(missing: list[tuple[str, int]]) -> Iterator[Finding]:
    """One finding, however many."""
    if missing:
        number, revision = missing[0]
        more = f", and so for {len(missing) - 1} more articles" if len(missing) > 1 else ""
        yield Finding(LEDGER_FILE, None, f"{number}: revision {revision} is on record, and no good line holds it{more}")


def _moved(moved: list[tuple[str, int, int]]) -> Iterator[Finding]:
    """One finding, however many: a line that is gone moves all that come after it."""
    if moved:
        number, recorded, true = moved[0]
        more = f", and so for {len(moved) - 1} more" if len(moved) > 1 else ""
        yield Finding(LEDGER_FILE, None, f"{number}: its line begins at byte {true}, and not at {recorded}{more}")


def _unmarked_ends(data: Path, ledger: Ledger, *, held: bool) -> Iterator[Finding]:
    """Findings about the ends of both files of lines. Beside a run (`held`) lines that it has not marked yet are none."""
    for name, file in ((ARTICLES, ARTICLES_FILE), (QUARANTINE, QUARANTINE_FILE)):
        path, until = data / file, ledger.marks.until(name)
        size = path.stat().st_size if path.exists() else 0
        if until > size:
            yield Finding(file, size, f"ends here, and the ledger knows it up to byte {until}")
        elif until and not ledger.marks.is_last(name, _line_before(path, until)):
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

    def __init__(
        self, data: Path, site: Site, lines: LineIndex, responses: ResponseIndex, lost: Collection[str] = ()
    ) -> None:
        """`lost` are IDs of articles of which a finding says that their line is lost: their pages give no further one."""
        self._data, self._site, self._lines, self._responses = data, site, lines, responses
        self._lost = lost
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
                        yield from self._later_pages(article_id, reader, newest.start, places, ledger)
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

    def _later_pages(
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
        except Exception:  # whatever the extraction trips over
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
                    finding = self._finding(article.id, place, article)
                    if article.id not in self._lost and (self._data / ARTICLES_FILE).exists():
                        yield finding

    def _finding(self, article_id: str, place: WarcLocation, article: Article) -> Finding:
        self.unaccounted.setdefault(article_id, []).append(article)
        return Finding(
            place.file,
            place.offset,
            f"{article_id}: a raw page of this article that no line and nothing else accounts for",
        )


@dataclass
class ArchiveCheck:
    """One reading of the archive in `data`. With `own` the caller holds the lock itself.

    Beside a run (`held_by`) all that the run had marked when the reading began is checked, and what it writes meanwhile is not.
    """

    data: Path
    own: bool = False
    held_by: str | None = None
    count: int = 0
    site: Site = field(default_factory=load_site)  # the archive's, once `findings` has begun
    responses: ResponseIndex = field(init=False)
    lines: LineIndex = field(default_factory=LineIndex)
    side: LedgerAgreement | None = None
    warc_side: WarcAgreement | None = None
    site_file_wrong: bool = False
    ledger_wrong: bool = False  # in listings, or in how far the files of lines are marked
    bad_quarantine: list[tuple[int, int]] = field(default_factory=list)  # first byte and length of its bad lines
    quarantine_wrong: bool = False  # in how far the ledger has marked it
    reports: list[tuple[str, str]] = field(default_factory=list)  # (run, text) that are missing in runs/
    pictures: list[Path] = field(default_factory=list)  # not there, or not what their names say
    orphans: list[str] = field(default_factory=list)

    def findings(self) -> Iterator[Finding]:
        """Everything that does not agree, as it is met. Raises StoreError where the disk cannot be read, or the ledger is too new."""
        self.held_by = None if self.own else holder(self.data / "lock")
        yield from self._read_site()
        self.responses = ResponseIndex(self.site)
        ledger: Ledger | None = None
        try:
            ledger = Ledger.read_only(self.data / LEDGER_FILE)
            ledger.snapshot()
        except LedgerTooNew:
            raise  # only a newer program can tell whether the archive is whole
        except StoreError as error:
            yield self._count(self._no_ledger(error))
        try:
            with naming(self.data):
                for finding in self._findings(ledger):
                    yield self._count(finding)
        finally:
            if ledger is not None:
                ledger.close()

    def _read_site(self) -> Iterator[Finding]:
        """Take the archive's site from its file, else from its lines; a finding where the file is no good."""
        try:
            self.site = site_of(self.data)
        except StoreError as error:
            yield self._count(Finding(SITE_FILE, None, str(error).removeprefix(f"{self.data / SITE_FILE}: ")))
            self.site_file_wrong = True
            if (found := site_by_lines(self.data)) is None:
                raise  # by another site's profile every line would be wrong
            self.site = found

    def _no_ledger(self, error: StoreError) -> Finding:
        """The finding for a ledger that cannot be opened."""
        missing = not os.path.lexists(self.data / LEDGER_FILE)
        reason = str(error).removeprefix(f"{self.data}/")
        return Finding(LEDGER_FILE, None, "missing" if missing else f"cannot be read: {reason}")

    def _count(self, finding: Finding) -> Finding:
        self.count += 1
        return finding

    def _findings(self, ledger: Ledger | None) -> Iterator[Finding]:
        whole = ledger.values.whole_warcs() if ledger is not None and self.held_by is not None else None
        yield from file_check.read_all(self.data, self.responses, whole)
        yield from self._lines(ledger)
        until = self._checked_until(ledger, QUARANTINE, QUARANTINE_FILE)
        for finding, length in file_check.quarantine(self.data, until, self.responses):
            self.bad_quarantine += [(finding.at or 0, length)] if length else []
            yield finding
        yield from file_check.warc_files(self.data, ledger, self.responses)
        if ledger is not None:
            yield from self._ledger(ledger)
        if self.held_by is None:  # a run that writes accounts for its pages when it has judged them
            lost = self.side.lost if self.side is not None else {}
            self.warc_side = WarcAgreement(self.data, self.site, self.lines, self.responses, lost)
            yield from self.warc_side.compare(ledger)
        for finding, path in file_check.damaged_images(self.data):
            self.pictures.append(path)
            yield finding
        if self.held_by is None and not self._is_line_lost():
            for finding in file_check.orphans(self.data, self.lines.pictures):
                self.orphans.append(finding.file)
                yield finding

    def _ledger(self, ledger: Ledger) -> Iterator[Finding]:
        """The ledger held against the lines and the reports."""
        self.side = LedgerAgreement(self.data, ledger, self.lines)
        yield from self.side.compare()
        for finding in _unmarked_ends(self.data, ledger, held=self.held_by is not None):
            self.ledger_wrong = True
            self.quarantine_wrong |= finding.file == QUARANTINE_FILE
            if finding.file == QUARANTINE_FILE or not self.side.lost:  # else it is the lost lines that lie behind
                yield finding
        for finding, run, text in file_check.reports(self.data, ledger):
            self.reports.append((run, text))
            yield finding

    def _is_line_lost(self) -> bool:
        """True where a line is lost or no good: the pictures that it names are not known."""
        lost = self.side is not None and self.side.lost
        return bool(lost or self.lines.bad or not (self.data / ARTICLES_FILE).exists())

    def _lines(self, ledger: Ledger | None) -> Iterator[Finding]:
        path = self.data / ARTICLES_FILE
        if not path.exists():
            target = f": a symbolic link to {path.readlink()}, which is not there" if path.is_symlink() else ""
            yield Finding(ARTICLES_FILE, None, f"not there{target}")
            return
        until = self._checked_until(ledger, ARTICLES, ARTICLES_FILE)
        reader = LineChecker(self.data, self.site, until, self.responses, pictures=(self.data / IMAGES_FOLDER).is_dir())
        self.lines = reader.found
        for record, found in reader.read():
            yield from found
            if ledger is not None and record is not None:
                for finding in _listings(ledger, record):
                    self.ledger_wrong = True
                    yield finding

    def _checked_until(self, ledger: Ledger | None, name: str, file: str) -> int:
        """Up to which byte a file of lines is checked: to its end, beside a run to what was marked as the reading began."""
        if ledger is not None and self.held_by is not None:
            return ledger.marks.until(name)
        path = self.data / file
        return path.stat().st_size if path.exists() else 0


def _listings(ledger: Ledger, record: dict[str, Any]) -> Iterator[Finding]:
    unknown = set(record["listed_in"]) - set(ledger.articles.listed_in(record["id"]))
    if unknown:
        yield Finding(LEDGER_FILE, None, f"{record['id']}: not on record as listed in {', '.join(sorted(unknown))}")
