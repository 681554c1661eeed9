"""Which articles an export takes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from panan_spider.archive.store.errors import StoreError
from panan_spider.publish.export.archive_lines import ArchiveLines, Record


def day_of(record: Record) -> str | None:
    """The article's day, YYYY-MM-DD: that of publication, else the one in its address; None where neither is known."""
    published: str | None = record["published"]
    posted: str | None = record["posted"]
    return posted if published is None else published[:10]


def sections_of(record: Record) -> set[str]:
    """The sections an article belongs to: its own, and every one whose list named it."""
    own = record["section"]
    return {*record["listed_in"], *([own] if own is not None else [])}


class UnknownSection(Exception):
    """A section that no article of the archive belongs to. The message is one line, and names those that exist."""


@dataclass(frozen=True)
class Selection:
    """Articles by their newest revision: of one of `sections` (none: all), published from `since` to `until`, inclusive."""

    sections: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def everything(self) -> bool:
        """Whether no article is left out."""
        return self == Selection()

    def holds(self, record: Record) -> bool:
        """Whether the article whose newest revision this is belongs to it. Without a day it is in no range."""
        if self.sections and not sections_of(record) & set(self.sections):
            return False
        day = day_of(record)
        if self.since is not None and (day is None or day < self.since.isoformat()):
            return False
        return self.until is None or (day is not None and day <= self.until.isoformat())

    def described(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "sections": sorted(self.sections),
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
        }


@dataclass(frozen=True)
class SelectedArticle:
    """What an export is to hold: of each article the byte its newest line begins at; and how many lines there are."""

    newest: dict[str, int]
    revisions: int


def choose(lines: ArchiveLines, selection: Selection) -> SelectedArticle:
    """Read the lines once. Raises UnknownSection; StoreError where the lines cannot be read, or repeat or skip a revision."""
    newest: dict[str, tuple[int, int, bool]] = {}
    known: set[str] = set()
    for start, _end, record, _digest in lines.read():
        revision = newest.get(record["id"], (0, 0, False))[0]
        if record["revision"] <= revision:
            raise StoreError(f"{lines.path}: article {record['id']} has revision {record['revision']} twice, or late")
        newest[record["id"]] = record["revision"], start, selection.holds(record)
        known |= sections_of(record) if selection.sections else set()
    if missing := [name for name in selection.sections if name not in known]:
        raise UnknownSection(
            f"no section is named {', '.join(map(repr, missing))}; there is: {', '.join(sorted(known))}"
        )
    held = {number: start for number, (_revision, start, held) in newest.items() if held}
    return SelectedArticle(held, sum(newest[number][0] for number in held))
