"""List pages: which URLs are one page, which list a page is of, which page follows, and pages that lack rows.

Requests are conditional where the server gave validators: a 304 stands for the page as last read. A server can send the
same validators for a list that has changed, as one that assembles pages from includes may. So each page is asked for plainly
in walks to the end and on one night in seven; a contradiction ends conditional requests to the host. No request is made here.
"""

import json
import logging
import re
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from panan_spider.archive.state import CrawlState
from panan_spider.extract.results import InvalidPage, ListBlock, ListRow, OtherRow, Pager, SectionPage
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


#: One night in so many a page is asked for plainly; which one follows from its URL.
_PLAIN_EVERY: Final = 7


class ListReadings:
    """The conditional requests of one run."""

    def __init__(self, state: CrawlState, log: "logging.LoggerAdapter[Any]", *, plain: bool) -> None:
        """`plain`: every page is asked for without validators."""
        self._state, self._log, self._plain = state, log, plain

    def make_conditional(self, request: Request) -> None:
        """Ask for the page only where it differs from its last reading."""
        url = request.url
        if self._plain or (zlib.crc32(url.encode()) + self._state.today.toordinal()) % _PLAIN_EVERY == 0:
            return
        if (known := self._state.list_reading(url)) is None or _is_bare(known.reading):
            return
        if known.etag is not None:
            request.headers["If-None-Match"] = known.etag.encode("latin-1", "replace")
        if known.last_modified is not None:
            request.headers["If-Modified-Since"] = known.last_modified
        request.meta["handle_httpstatus_list"] = [304]

    def last(self, response: Response) -> Any:
        """Last reading at the URL of a 304, as JSON value. Raises InvalidPage where none is on record."""
        known = self._state.list_reading(response.meta["address"])
        if known is None:
            raise InvalidPage("is said to be unchanged, and no reading of it is on record")
        return json.loads(known.reading)

    def keep(self, response: Response, reading: Any) -> None:
        """Keep what was read of a whole page, with its validators. Notes a host whose validators do not tell of a change."""
        url, text = response.meta["address"], json.dumps(reading, ensure_ascii=False, default=str)
        tags = _header(response, "ETag"), _header(response, "Last-Modified")
        known = self._state.list_reading(url)
        if known is not None and tags == (known.etag, known.last_modified) and _rows(text) != _rows(known.reading):
            self._log.warning("%s: the list has changed and its validators have not: its host is asked plainly", url)
            self._state.distrust(url)
        if known is not None or any(tags):
            self._state.keep_list_reading(url, *tags, text)


def as_json(page: SectionPage) -> dict[str, Any]:
    """A list page as JSON values; dates are text."""
    return asdict(page)


def as_page(values: dict[str, Any]) -> SectionPage:
    """A list page of its JSON values."""
    pager = {**values["pager"], "following": tuple(values["pager"]["following"])}
    return SectionPage(
        **{
            **values,
            "breadcrumbs": tuple(values["breadcrumbs"]),
            "rows": tuple(_row(row) for row in values["rows"]),
            "sections": tuple((text, url) for text, url in values["sections"]),
            "pager": Pager(**pager),
            "other_rows": tuple(OtherRow(**row) for row in values["other_rows"]),
            "frames": tuple(values.get("frames", ())),
            "blocks": tuple(_block(block) for block in values["blocks"]),
        }
    )


def _block(values: dict[str, Any]) -> ListBlock:
    return ListBlock(**{**values, "rows": tuple(map(_row, values["rows"])), "path": tuple(values["path"])})


def _row(values: dict[str, Any]) -> ListRow:
    days = {name: None if values[name] is None else date.fromisoformat(values[name]) for name in ("date", "posted")}
    return ListRow(**{**values, **days})


def _is_bare(text: str) -> bool:
    """True for a reading that cannot stand for the page: one without a link, or of a version that kept no blocks.

    A page without a link is judged by its text, which a 304 does not bring.
    """
    values = json.loads(text)
    return isinstance(values, dict) and not ("blocks" in values and (values["rows"] or values["sections"]))


def _rows(text: str) -> Any:
    """The part of a reading that tells whether the list has changed: its rows, or the number of a script."""
    values = json.loads(text)
    return values.get("rows", values) if isinstance(values, dict) else values


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
