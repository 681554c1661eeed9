"""The ledger held against the lines: the same articles, the same newest revisions, at the same bytes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.ledger.database import Row
from panan_spider.archive.ledger.ledger import ARTICLES, QUARANTINE, Ledger
from panan_spider.archive.store.archive import ARTICLES_FILE, QUARANTINE_FILE
from panan_spider.archive.store.jsonl import JsonLinesReader
from panan_spider.archive.store.recovery import LEDGER
from panan_spider.archive.verify.finding import Finding
from panan_spider.archive.verify.line_check import LineIndex, NewestRevision, ledger_values

_NAMES: Final = (
    "revision", "url", "content_hash", "posted", "pages", "template", "fetched_at",
    "place in the WARC", "byte in the WARC", "line's byte",
)  # fmt: skip


@dataclass
class LedgerAgreement:
    """`lost` holds the ledger's rows of articles whose newest line is not there or no good; `wrong` tells of any difference."""

    data: Path
    ledger: Ledger
    lines: LineIndex
    lost: dict[str, Row] = field(default_factory=dict)
    wrong: bool = False

    def compare(self) -> Iterator[Finding]:
        """Every difference. Raises StoreError."""
        for finding in self._compared():
            self.wrong = True
            yield finding

    def _compared(self) -> Iterator[Finding]:
        if (said := self.ledger.damage()) is not None:
            yield Finding(LEDGER, None, f"damaged: {said}")
            return
        newest, bad = dict(self.lines.newest), {bad.start for bad in self.lines.bad}
        moved: list[tuple[str, int, int]] = []
        for number, *values in self.ledger.articles.rows():
            line = newest.pop(number, None)
            if line is None or line.revision < values[0]:
                self.lost[number] = (number, *values)
                if values[-1] not in bad:  # that line has been named already
                    yield Finding(
                        LEDGER, None, f"{number}: revision {values[0]} is on record, and no good line holds it"
                    )
            elif hash((*values[:-1], line.start)) != line.said:
                yield Finding(LEDGER, None, f"{number}: {self._differing(line, values)}")
            elif values[-1] != line.start:
                moved.append((number, values[-1], line.start))
        yield from _moved(moved)
        for number, line in newest.items():
            yield Finding(ARTICLES_FILE, line.start, f"{number}, revision {line.revision}: the ledger does not know it")
        for number, url in self.ledger.queries.without_address():
            yield Finding(LEDGER, None, f"{number}: its address {url} is not on record")

    def _differing(self, line: NewestRevision, values: list[Any]) -> str:
        """The fields in which the ledger's `values` differ from its line."""
        with JsonLinesReader(self.data / ARTICLES_FILE) as reader:
            true = ledger_values(reader.at(line.start).record or {}, line.start)
        differing = (name for name, one, other in zip(_NAMES, values, true, strict=True) if one != other)
        return f"another {', '.join(differing)} than its line at byte {line.start}"


def _moved(moved: list[tuple[str, int, int]]) -> Iterator[Finding]:
    """One finding, however many: a line that is gone moves all that come after it."""
    if moved:
        number, said, true = moved[0]
        more = f", and so for {len(moved) - 1} more" if len(moved) > 1 else ""
        yield Finding(LEDGER, None, f"{number}: its line begins at byte {true}, and not at {said}{more}")


def ends(data: Path, ledger: Ledger, *, held: bool) -> Iterator[Finding]:
    """How far both files of lines are marked. Beside a run (`held`) what it has not marked yet is no finding."""
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
