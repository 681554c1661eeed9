"""List pages: which URLs are one page, which list a page is of, which page follows, and pages that lack rows. No request."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from panan_spider.extract.results import ListRow
from panan_spider.sites.urls import section_key
from panan_spider.spiders.discovery import bare_path

#: enorth: `…/system/count//CCCCCCC/SSSSSSSSSSSS/000/000/cCCCCCCCSSSSSSSSSSSS_000000NNN.shtml`.
_COUNT_PAGE: Final = re.compile(
    r"^(?P<head>.{0,300}/system/count/.{0,80}/)\d{3}/\d{3}/(?P<code>c\d{7,24}_)(?P<number>\d{9})(?P<end>\.s?html?)$"
)
#: TRS and others: `…/index_3.html`, `…/list_3.shtml`, `…?page=3`.
_NUMBERED: Final = re.compile(
    r"^(?P<stem>.{0,500}(?:/[\w.-]{1,60}_|[?&](?:page|p|pageno|pageindex|curpage)=))(?P<number>\d{1,6})(?P<end>\.s?html?)?$",
    re.IGNORECASE,
)
_INDEX: Final = re.compile(r"^.{0,500}/index_\d{1,6}\.s?html?$", re.IGNORECASE)
_ONE_OR_TWO_SLASHES: Final = re.compile(r"(/system/count)(//?)(?!/)")

#: A jump over this share of a page's rows, wider than any between neighbours, is no accident.
_JUMP_SHARE: Final = 0.5


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


def next_numbered(url: str, first: str) -> str | None:
    """The page numbered one above `url`; None where its number counts no pages. `first` is the list's first page."""
    if count := _COUNT_PAGE.match(url):
        number = int(count["number"]) + 1
        digits = f"{number:09d}"
        return f"{count['head']}{digits[:3]}/{digits[3:6]}/{count['code']}{digits}{count['end']}"
    numbered = _NUMBERED.match(url)
    if numbered is None or page_key(url) == page_key(first):
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


def short_pages(counts: Sequence[tuple[str, int]], *, first: int) -> list[str]:
    """The pages, from number `first` to the last but one, with at most half of the rows that most pages of the list have.

    `counts` are URL and number of rows of each page, in order. A list whose pages differ in their numbers has none.
    """
    numbers = [number for _url, number in counts]
    usual = max(numbers, key=numbers.count, default=0)
    if 2 * numbers.count(usual) < len(numbers):
        return []
    return [url for url, number in counts[first:-1] if 2 * number <= usual]
