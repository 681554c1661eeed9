"""Archive check: reads the whole archive once, gives every finding, and collects what a repair needs. Writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from panan_spider.archive.ledger.ledger import ARTICLES, QUARANTINE, Ledger
from panan_spider.archive.site_file import SITE_FILE, site_by_lines, site_of
from panan_spider.archive.store.archive import ARTICLES_FILE, QUARANTINE_FILE
from panan_spider.archive.store.files import LEDGER_FILE, StoreError, naming
from panan_spider.archive.store.image_files import FOLDER as IMAGES
from panan_spider.archive.store.lock import holder
from panan_spider.archive.verify import file_check, ledger_agreement, warc_check
from panan_spider.archive.verify.ledger_agreement import LedgerAgreement, WarcAgreement
from panan_spider.archive.verify.line_check import LineChecker, LineIndex
from panan_spider.archive.verify.warc_check import Finding, ResponseIndex
from panan_spider.sites.profile import Site, load_site


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
        """Everything that does not agree, as it is met. Raises StoreError where the disk cannot be read."""
        self.held_by = None if self.own else holder(self.data / "lock")
        try:
            self.site = site_of(self.data)
        except StoreError as error:
            yield self._counted(Finding(SITE_FILE, None, str(error).removeprefix(f"{self.data / SITE_FILE}: ")))
            self.site_file_wrong = True
            if (found := site_by_lines(self.data)) is None:
                raise  # by another site's profile every line would be wrong
            self.site = found
        self.responses = ResponseIndex(self.site)
        ledger: Ledger | None = None
        try:
            ledger = Ledger.read_only(self.data / LEDGER_FILE)
            ledger.snapshot()
        except StoreError as error:
            yield self._counted(
                Finding(LEDGER_FILE, None, f"cannot be read: {str(error).removeprefix(f'{self.data}/')}")
            )
        try:
            with naming(self.data):
                for finding in self._all(ledger):
                    yield self._counted(finding)
        finally:
            if ledger is not None:
                ledger.close()

    def _counted(self, finding: Finding) -> Finding:
        self.count += 1
        return finding

    def _all(self, ledger: Ledger | None) -> Iterator[Finding]:
        whole = ledger.values.whole_warcs() if ledger is not None and self.held_by is not None else None
        yield from warc_check.read_all(self.data, self.responses, whole)
        yield from self._lines(ledger)
        until = self._until(ledger, QUARANTINE, QUARANTINE_FILE)
        for finding, length in file_check.quarantine(self.data, until, self.responses):
            self.bad_quarantine += [(finding.at or 0, length)] if length else []
            yield finding
        if ledger is not None:
            self.side = LedgerAgreement(self.data, ledger, self.lines)
            yield from self.side.compare()
            for finding in ledger_agreement.ends(self.data, ledger, held=self.held_by is not None):
                self.ledger_wrong = True
                self.quarantine_wrong |= finding.file == QUARANTINE_FILE
                yield finding
            yield from file_check.warc_files(self.data, ledger)
            for finding, run, text in file_check.reports(self.data, ledger):
                self.reports.append((run, text))
                yield finding
        if self.held_by is None:  # a run that writes accounts for its pages when it has judged them
            self.warc_side = WarcAgreement(self.data, self.site, self.lines, self.responses)
            yield from self.warc_side.compare(ledger)
        for finding, path in file_check.damaged_images(self.data):
            self.pictures.append(path)
            yield finding
        if self.held_by is None:
            for finding in file_check.orphans(self.data, self.lines.pictures):
                self.orphans.append(finding.file)
                yield finding

    def _lines(self, ledger: Ledger | None) -> Iterator[Finding]:
        if not (self.data / ARTICLES_FILE).exists():
            yield Finding(ARTICLES_FILE, None, "not there")
            return
        until = self._until(ledger, ARTICLES, ARTICLES_FILE)
        reader = LineChecker(self.data, self.site, until, self.responses, pictures=(self.data / IMAGES).is_dir())
        self.lines = reader.found
        for record, found in reader.read():
            yield from found
            if ledger is not None and record is not None:
                for finding in _listings(ledger, record):
                    self.ledger_wrong = True
                    yield finding

    def _until(self, ledger: Ledger | None, name: str, file: str) -> int:
        """Up to which byte a file of lines is checked: to its end, beside a run to what was marked as the reading began."""
        if ledger is not None and self.held_by is not None:
            return ledger.marked_until(name)
        path = self.data / file
        return path.stat().st_size if path.exists() else 0


def _listings(ledger: Ledger, record: dict[str, Any]) -> Iterator[Finding]:
    unknown = set(record["listed_in"]) - set(ledger.articles.listed_in(record["id"]))
    if unknown:
        yield Finding(LEDGER_FILE, None, f"{record['id']}: not on record as listed in {', '.join(sorted(unknown))}")
