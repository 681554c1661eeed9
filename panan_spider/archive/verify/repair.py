"""Repair of an archive: lines, ledger and WARC made to agree from what the others hold. Nothing is deleted.

`verify_archive` and `repair_archive` are one call of `scrapy verify` each. A `Repairer` needs the lock. Opening an archive
for a run restores lost lines from the WARC first; torn ends, lines that the ledger has not marked yet and a broken ledger
are mended at every opening.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from panan_spider import __version__
from panan_spider.archive.data_folder import bind_site, holder
from panan_spider.archive.ledger.database import ARTICLES, QUARANTINE, LedgerDamaged
from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.files import (
    ARTICLES_FILE,
    LEDGER_FILE,
    QUARANTINE_FILE,
    RUNS_FOLDER,
    SITE_FILE,
    WARC_FOLDER,
    LockHeld,
    StoreError,
    WriteGuard,
    free_name,
    naming,
    replace_bytes,
    sync_folder,
    write_atomically,
)
from panan_spider.archive.store.jsonl import JsonLinesReader, read_lines
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.archive.verify.file_check import orphans, picture_key, restore_image
from panan_spider.archive.verify.line_check import misplaced
from panan_spider.archive.verify.repair_plan import NOT_IN_THE_WARC, Rebuilder, changes, revision_plans
from panan_spider.core.clock import Clock, moment, now, run_id, stamp
from panan_spider.core.outcomes import ExitCode
from panan_spider.core.run_report import VerifyReport
from panan_spider.items import Article
from panan_spider.sites.profile import Site

#: Notes on restored lines that a run logs and reports.
_MOST_NOTES = 20

_ASKED_AGAIN = "no raw response gives it again; the next run with images=true asks for it"


class Repairer:
    """Mends what one `ArchiveCheck` has found. `messages` names, a line each, what was done and what could not be."""

    def __init__(self, check: ArchiveCheck, clock: Clock) -> None:
        self._check, self._data, self._clock = check, check.data, clock
        self.messages: list[str] = []

    def repair(self) -> None:
        """Everything. Raises StoreError where the disk refuses; what was whole before is whole then."""
        with naming(self._data):
            self._site_file()
            rewritten = [self._lines(), self._quarantine()]
            side = self._check.side
            if side is not None and (any(rewritten) or side.wrong or self._check.ledger_wrong):
                self._ledger()
            self._reports()
            self._pictures()
            self._orphans()

    def repair_lines(self) -> None:
        """The lines alone, and the ledger's marks of them. Raises StoreError."""
        with naming(self._data):
            rewritten, side = self._lines(), self._check.side
            if side is not None and (rewritten or side.wrong):
                self._ledger()

    def _site_file(self) -> None:
        """Write site.json anew, for the site whose lines the archive holds. The file as it was is kept beside it."""
        if not self._check.site_file_wrong:
            return
        path = self._data / SITE_FILE
        aside = self._aside(path)
        path.rename(aside)
        bind_site(self._data, self._check.site)
        self.messages.append(
            f"{SITE_FILE}: written anew for {self._check.site.key}; as it was it is kept in {aside.name}"
        )

    def _lines(self) -> bool:
        """Put the lines right; whether any byte of them was changed. The file as it was is kept beside it."""
        lines, lost = self._check.lines, self._check.side.lost if self._check.side is not None else {}
        later = self._check.warc_side.unaccounted if self._check.warc_side is not None else {}
        path = self._data / ARTICLES_FILE
        if not (lines.bad or lines.inconsistent or lost or later):
            return False
        path.touch()
        numbers = self._check.side.numbers if self._check.side is not None else {}
        plans, orphan_lines = revision_plans(
            path, self._check.site, lines, lost, later, lambda one: misplaced(one, self._check.responses), numbers
        )
        rebuilder, edits, appended = Rebuilder(self._data, self._check.site, self._check.responses), {}, list[bytes]()
        for line in orphan_lines:
            edits[line.start] = (line.end - line.start, list[bytes]())
            self.messages.append(f"{ARTICLES_FILE}, byte {line.start}: a line that is no article's is left out")
        for plan in plans.values():
            articles = plan.lines(rebuilder, self._listed_in(plan.article_id))
            self._check.lines.pictures.update(_pictures(articles))
            edit = changes(plan, articles)
            appended += edit.pop(-1, (0, []))[1]
            edits |= edit
            self.messages += plan.messages
        if not edits and not appended:
            return False
        aside = self._aside(path)
        replace_bytes(path, edits, appended, aside)
        self.messages.append(f"{ARTICLES_FILE}: written anew; as it was it is kept in {aside.name}")
        return True

    def _quarantine(self) -> bool:
        """Take bad lines out of the quarantine; what they said of a page is met again when the page is."""
        path, bad = self._data / QUARANTINE_FILE, self._check.bad_quarantine
        if not bad:
            return False
        aside = self._aside(path)
        replace_bytes(path, {start: (length, []) for start, length in bad}, [], aside)
        self.messages.append(
            f"{QUARANTINE_FILE}: {len(bad)} bad lines are left out; as it was it is kept in {aside.name}"
        )
        return True

    def _aside(self, path: Path) -> Path:
        return free_name(path.with_name(f"{path.name}.damaged-{stamp(self._clock())}"))

    def _listed_in(self, article_id: str) -> tuple[str, ...]:
        with suppress(StoreError):
            ledger = Ledger.read_only(self._data / LEDGER_FILE)
            try:
                return ledger.articles.listed_in(article_id)
            finally:
                ledger.close()
        return ()

    def _ledger(self) -> None:
        try:
            ledger = Ledger(self._data / LEDGER_FILE, WriteGuard())
        except LedgerDamaged:  # the opening of the archive sets it aside
            return
        try:
            ledger.remark_articles(read_lines(self._data / ARTICLES_FILE), moment(self._clock()))
            if self._check.bad_quarantine or self._check.quarantine_wrong:
                with ledger.write():
                    ledger.marks.start_over(QUARANTINE)
        finally:
            ledger.close()
        self.messages.append(f"{LEDGER_FILE}: its articles are marked again from the lines")

    def _reports(self) -> None:
        for run, text in self._check.reports:
            path = self._data / RUNS_FOLDER / f"{run}.json"
            if path.exists():
                path.rename(self._aside(path))
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, text.encode("utf-8") + b"\n")
            self.messages.append(f"{RUNS_FOLDER}/{path.name}: written again from the ledger's copy")

    def _pictures(self) -> None:
        for path in self._check.pictures:
            if path.exists():
                self._move(path, "damaged")
            result = "made again from its raw response" if restore_image(self._data, path) else _ASKED_AGAIN
            self.messages.append(f"{path.relative_to(self._data).as_posix()}: {result}")

    def _orphans(self) -> None:
        for finding in list(orphans(self._data, self._check.lines.pictures)):
            self._move(self._data / finding.file, "orphaned")

    def _move(self, source: Path, what: str) -> None:
        folder = self._data / f"images.{what}-{stamp(self._clock())}"
        folder.mkdir(exist_ok=True)
        source.replace(folder / source.name)
        sync_folder(folder)
        self.messages.append(f"{source.relative_to(self._data).as_posix()}: moved to {folder.name}/")


def _pictures(articles: list[Article]) -> Iterator[int]:
    return (picture_key(image.url) for article in articles for image in article.images)


def restore_lost_lines(data: Path, clock: Clock) -> list[str]:
    """Make lines that articles.jsonl has lost again from the WARC, before a run opens the archive; one note a line.

    They are lost where the ledger knows more lines than there are, or where the ledger itself is lost beside WARC files.
    The caller holds the lock. Raises StoreError.
    """
    if not _may_have_lost_lines(data):
        return []
    check = ArchiveCheck(data, own=True)
    for _finding in check.findings():
        pass
    repairer = Repairer(check, clock)
    repairer.repair_lines()
    messages = sorted(repairer.messages, key=lambda message: not message.endswith(NOT_IN_THE_WARC))
    more = len(messages) - _MOST_NOTES
    return [*messages[:_MOST_NOTES], f"and {more} more like these"] if more > 0 else messages


def _may_have_lost_lines(data: Path) -> bool:
    path = data / LEDGER_FILE
    if not path.exists():
        return any((data / WARC_FOLDER).glob("*.warc.gz"))
    try:
        ledger = Ledger.read_only(path)
    except LedgerDamaged:
        return any((data / WARC_FOLDER).glob("*.warc.gz"))
    try:
        until = ledger.marks.until(ARTICLES)
        lines = data / ARTICLES_FILE
        if until == 0:
            return False
        if not lines.exists() or lines.stat().st_size < until:
            return True
        with JsonLinesReader(lines) as reader:
            return not ledger.marks.is_last(ARTICLES, reader.last_line(until))
    finally:
        ledger.close()


def open_archive(folder: Path, *, run_id: str, args: Mapping[str, str], site: Site | None = None) -> Archive:
    """`Archive.open`, with lines that are lost made again from the WARC. Raises as that does."""
    return Archive.open(folder, run_id=run_id, args=args, site=site, first=lambda: restore_lost_lines(folder, now))


def verify_archive(data: Path) -> ExitCode:
    """Print the findings, reading alone; 0 where all agrees, 10 where something does not.

    Raises StoreError where the disk cannot be read, LockHeld where a run began meanwhile.
    """
    check = ArchiveCheck(data)
    for finding in check.findings():
        print(finding)
    if check.held_by is not None:
        print(f"panan: a run is writing ({check.held_by}); what it wrote since this began was not looked at")
    elif (writer := holder(data / "lock")) is not None:
        raise LockHeld(f"a run began while the archive was read ({writer}): verify again when it has ended")
    hint = "; `scrapy verify --repair` repairs what can be repaired" if check.count else ""
    print(f"panan: {summary(check)}{hint}")
    return ExitCode.INCOMPLETE if check.count else ExitCode.GOOD


def repair_archive(data: Path) -> ExitCode:
    """Check, repair under the lock, open the archive as a run does, check again; 0 where all agrees then, else 10.

    Raises LockHeld, StoreError.
    """
    check, started = ArchiveCheck(data, own=True), now()

    def first() -> list[str]:
        for finding in check.findings():
            print(finding)
        repairer = Repairer(check, now)
        repairer.repair()
        return repairer.messages

    archive = Archive.open(data, run_id=run_id(started), args={"command": "verify"}, first=first)
    for note in archive.notes:
        print(f"panan: {note}")
    archive.memory.settle_rest()
    archive.close(_report(archive, check, started))
    again = ArchiveCheck(data)
    for finding in again.findings():
        print(f"still: {finding}")
    print(f"panan: {disagreement(check.count, 'did')}; now {summary(again)}")
    return ExitCode.INCOMPLETE if again.count else ExitCode.GOOD


def _report(archive: Archive, check: ArchiveCheck, started: datetime) -> dict[str, Any]:
    return VerifyReport(
        run=archive.run_id,
        command="verify",
        arguments={"repair": "true"},
        exit_code=int(ExitCode.GOOD),
        reason=f"{disagreement(check.count, 'did')}, {len(archive.notes)} put right or told of",
        started=moment(started),
        finished=moment(now()),
        versions={"panan_spider": __version__, "scrapy": version("scrapy")},
        requests=0,
        discovered=archive.memory.discovered_count,
        outcomes={},
        repaired=archive.notes,
        disagreed=check.count,
    ).model_dump(mode="json")


def summary(check: ArchiveCheck) -> str:
    """Counts of what was checked, and the verdict, in one line."""
    looked = (
        f"{check.lines.count} lines of {len(check.lines.newest)} articles, "
        f"{len(check.responses)} responses in {len(check.responses.files)} WARC file{'s' * (len(check.responses.files) != 1)}"
    )
    return f"{looked}: " + (disagreement(check.count) if check.count else "everything agrees")


def disagreement(count: int, verb: str = "do") -> str:
    """`1 thing does not agree`, `2 things do not agree`; with `did` for the past."""
    one = "does" if verb == "do" else verb
    return f"{count} thing {one} not agree" if count == 1 else f"{count} things {verb} not agree"
