"""Walk state: how a walk can end, what earlier runs know of its section, and the probe behind its last page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from panan_spider.archive.ledger.walk_table import RecordedEnd
from panan_spider.extract.results import ListRow
from panan_spider.spiders.arguments import all_before, look_back

#: Days on which an end without full evidence must be found before it counts as the end.
CONFIRMING_DAYS: Final = 3
#: Rows at the end of a page, or half of them, that lie behind the look-back and so prove that all further rows do.
_PROVING_ROWS: Final = 5
#: A list does not grow to more than so many times the pages behind its first one between two walks.
_OUTGROWN: Final = 2


class WalkState(StrEnum):
    """End of a walk. Any but END, KNOWN and SINCE leaves the section incomplete."""

    END = "end"  # the pager's last page was read
    UNPROVEN = (
        "unproven"  # no page is left to ask for, but less was read than at the recorded end, or the pager names more
    )
    KNOWN = "known"  # a whole page settled and older than the look-back, and the end behind it is on record
    SINCE = "since"  # a whole page older than since=
    CAPPED = "capped"  # the limit of list pages was reached
    FAILED = "failed"  # a page of it could not be read, or its pager is not understood


@dataclass(frozen=True, slots=True)
class WalkLimits:
    """Limits of a walk: what earlier runs know of the section, and what may end the walk early.

    `settled` tells of an article's number whether an earlier run settled it. `end` is the recorded end, None while there
    is none; `unproven_days` are the days since then on which a walk ended without full evidence. `behind`: the walk may
    stop at known articles. `recheck` are days to look back, None for all, counted from `today`, or without it from the
    newest row.
    """

    settled: Callable[[str], bool]
    behind: bool = False
    full: bool = False
    recheck: int | None = 30
    today: date | None = None
    since: date | None = None
    end: RecordedEnd | None = None
    unproven_days: int = 0

    def has_as_many_rows(self, rows: int) -> bool:
        """Whether as many rows were read as at the recorded end; False where there is none."""
        return self.end is not None and rows >= self.end.rows

    def is_as_much(self, rows: int, pages: int, oldest: date | None) -> bool:
        """Whether as many rows or pages were read as at the recorded end, or rows as old; True where there is none."""
        end = self.end
        if end is None or rows >= end.rows or pages >= end.pages:
            return True
        return end.oldest is not None and oldest is not None and oldest <= end.oldest

    def is_end_outgrown(self, pages: int) -> bool:
        """Whether the pager names so many pages that the recorded end was none: a page was served without its pager that day."""
        return self.end is not None and pages > max(1, _OUTGROWN * (self.end.pages - 1))

    def early_end(self, rows: Sequence[ListRow], newest: date | None, lag_days: int) -> WalkState | None:
        """KNOWN or SINCE where a page of these rows ends the walk before the list's end, else None.

        `newest`: the newest day that the walk has shown; `lag_days`: days that an article's address can lag behind.
        """
        if self._all_known(rows, newest):
            return WalkState.KNOWN
        # Lists are not strictly in order; a page this far behind has nothing in range behind it.
        is_before = self.since is not None and all_before(rows, look_back(self.since, lag_days))
        return WalkState.SINCE if is_before else None

    def _all_known(self, rows: Sequence[ListRow], newest: date | None) -> bool:
        if self.full or not self.behind or self.recheck is None or newest is None:
            return False
        horizon = look_back(self.today or newest, self.recheck)
        return all_before(self.proving(rows), horizon) and all(self.settled(row.article_id) for row in rows)

    def proving(self, rows: Sequence[ListRow]) -> Sequence[ListRow]:
        """The rows of a page that must lie behind the look-back: all, or by the calendar those at its end.

        A section that prints seldom is so not asked for its second page.
        """
        return rows if self.today is None else rows[-max(_PROVING_ROWS, len(rows) // 2) :]


@dataclass(frozen=True, slots=True)
class Probe:
    """The page behind the last one, asked once: a pager can name too few pages."""

    url: str | None = None
    answered: bool = False
    nothing: bool = False  # no page, or none with a new row


def own_rows(rows: Sequence[ListRow], fresh: Sequence[ListRow]) -> Sequence[ListRow]:
    """The rows of a page that can end a walk: without those that an earlier page of the list has shown.

    A side block of new articles stands on every page, and would keep each from lying behind the look-back. All rows where fewer than half are fresh.
    """
    return fresh if 2 * len(fresh) >= len(rows) else rows
