"""Walk evidence: how a walk can end, what earlier runs know of its section, and what the pages of a list say of one another.

Which URLs are one page, which list a page is of, which page follows, and which pages lack rows. No request is made here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from panan_spider.archive.ledger.runs_and_walks import RecordedEnd
from panan_spider.extract.results import ListRow
from panan_spider.sites.urls import section_key
from panan_spider.spiders.arguments import all_before, look_back
from panan_spider.spiders.discovery import bare_path

#: Days on which an end without full evidence must be found before it counts as the end.
CONFIRMING_DAYS: Final = 3
#: Rows at the end of a page, or half of them, that lie behind the look-back and so prove that all further rows do.
_PROVING_ROWS: Final = 5
#: A list does not grow to more than so many times the pages behind its first one between two walks.
_OUTGROWN: Final = 2


class WalkState(StrEnum):
    """End of a walk. Any but END, KNOWN and SINCE leaves the section incomplete."""

    END = "end"  # the pager's last page was read
    UNPROVEN = "unproven"  # no page is left, but less was read than at the recorded end, or the pager names more
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


#: enorth: `…/system/count//CCCCCCC/SSSSSSSSSSSS/000/000/cCCCCCCCSSSSSSSSSSSS_000000NNN.shtml`.
_COUNT_PAGE: Final = re.compile(
    r"^(?P<head>.{0,300}/system/count/.{0,80}/)\d{3}/\d{3}/(?P<code>c\d{7,24}_)(?P<number>\d{9})(?P<end>\.s?html?)$"
)
#: TRS and others: `…/index_3.html`, `…/list_3.shtml`, `…?page=3`.
_NUMBERED: Final = re.compile(
    r"^(?P<stem>.{0,500}(?:/[\w.-]{1,60}_|[?&](?:page|p|pageno|pageindex|curpage)=))(?P<number>\d{1,6})(?P<end>\.s?html?)?$",
    re.IGNORECASE,
)
_FRONT: Final = re.compile(r"^(?P<stem>.{0,500}/index)(?P<end>\.s?html?)$", re.IGNORECASE)
_INDEX: Final = re.compile(r"^.{0,500}/index_\d{1,6}\.s?html?$", re.IGNORECASE)
_ONE_OR_TWO_SLASHES: Final = re.compile(r"(/system/count)(//?)(?!/)")

#: A jump over this share of a page's rows, wider than any between neighbours, is no accident.
_JUMP_SHARE: Final = 0.5
#: Rows of which the order can be told.
_FEWEST_DAYS: Final = 3


def page_key(url: str) -> str:
    """One key for the spellings of one list page: `…/`, `…/index.shtml`, one slash or two after `count`."""
    query = urlsplit(url).query
    return section_key(url).replace("//", "/") + (f"?{query}" if query else "")


def is_same_page(asked: str, landed: str, prefix: str | None) -> bool:
    """Whether an answer is of the page asked for: scheme, host, slashes and the profile's prefix may differ."""
    same_path = bare_path(asked, prefix).replace("//", "/") == bare_path(landed, prefix).replace("//", "/")
    numbered = "_" in urlsplit(asked).path.rsplit("/", 1)[-1] or "?" in asked
    return asked == landed or page_key(asked) == page_key(landed) or (same_path and numbered)


def count_page_list(url: str) -> str | None:
    """The channel and list of one of enorth's numbered pages; None for any other page."""
    found = _COUNT_PAGE.match(url)
    return found["code"] if found else None


def folder_of(url: str, prefix: str | None) -> str | None:
    """The folder of a page `…/index_3.html` or `…/index.html`; None for a page of another form."""
    if "?" in url or (count_page_list(url) is None and not _INDEX.match(url) and section_key(url)[-1] != "/"):
        return None
    return bare_path(url.rsplit("/", 1)[0] + "/", prefix)


def other_spelling(url: str) -> str | None:
    """A numbered page or pager script with two slashes after `count` for one, or one for two; None for any other URL."""
    found = _ONE_OR_TWO_SLASHES.search(url)
    if found is None:
        return None
    return url[: found.start(2)] + ("/" if found[2] == "//" else "//") + url[found.end(2) :]


def slashes_of(url: str) -> str | None:
    """`/` or `//`: the slashes after `count` in a numbered page or pager script; None for any other URL."""
    found = _ONE_OR_TWO_SLASHES.search(url)
    return found[2] if found else None


def with_slashes(url: str, slashes: str | None) -> str:
    """A numbered page with these slashes after `count`; any other URL, and without `slashes` every URL, as it is."""
    if slashes is None or count_page_list(url) is None or slashes_of(url) in (None, slashes):
        return url
    return other_spelling(url) or url


def next_numbered(url: str, first: str, pager: str) -> str | None:
    """The page numbered one above `url`; None where its number counts no pages.

    `first` is the list's first page; behind it stands TRS's `index_1`, if `pager` is of that CMS: page one alone tells of no numbers.
    """
    if count := _COUNT_PAGE.match(url):
        number = int(count["number"]) + 1
        digits = f"{number:09d}"
        return f"{count['head']}{digits[:3]}/{digits[3:6]}/{count['code']}{digits}{count['end']}"
    if page_key(url) == page_key(first):
        index = _FRONT.match(url) if pager == "create_page_html" else None
        return f"{index['stem']}_1{index['end']}" if index else None
    if (numbered := _NUMBERED.match(url)) is None:
        return None
    return f"{numbered['stem']}{int(numbered['number']) + 1}{numbered['end'] or ''}"


def jumps(before: Sequence[ListRow], after: Sequence[ListRow]) -> bool:
    """Whether the numbers of articles jump between two pages as if a page stood between them.

    Article numbers fall from row to row. The jump must be wider than any between neighbours on either page, and as wide
    as half a page of mean steps.
    """
    newer, older = ([int(row.article_id) for row in rows] for rows in (before, after))
    steps = [abs(a - b) for numbers in (newer, older) for a, b in pairwise(numbers)]
    if len(steps) < 4 or not newer or not older or set(newer) & set(older):
        return False
    jump = newer[-1] - older[0]
    return jump > max(steps) and jump >= _JUMP_SHARE * len(newer) * sum(steps) / len(steps)


def repeated(before: Sequence[ListRow], after: Sequence[ListRow]) -> list[str]:
    """IDs of the articles of a page that an earlier page has shown."""
    numbers = {row.article_id for row in before}
    return [row.article_id for row in after if row.article_id in numbers]


def is_newer(before: Sequence[ListRow], after: Sequence[ListRow]) -> bool:
    """Whether most rows of a page are of days behind all those of the page before it, which stands in order itself."""
    newer, older = ([row.posted or row.date for row in rows] for rows in (before, after))
    days, later = [day for day in newer if day is not None], sorted(day for day in older if day is not None)
    if min(len(days), len(later)) < _FEWEST_DAYS or len(days) < len(before) or len(later) < len(after):
        return False
    if days != sorted(days, reverse=True):
        return False
    return later[len(later) // 2] > days[0]


def short_pages(counts: Sequence[tuple[str, int]], *, first: int) -> list[str]:
    """The pages, from number `first` to the last but one, with at most half of the rows that most pages of the list have.

    `counts` are URL and number of rows of each page, in order. A list whose pages differ in their numbers has none.
    """
    numbers = [number for _url, number in counts]
    usual = max(numbers, key=numbers.count, default=0)
    if 2 * numbers.count(usual) < len(numbers):
        return []
    return [url for url, number in counts[first:-1] if 2 * number <= usual]
