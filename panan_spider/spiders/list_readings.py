"""List readings: conditional requests for list pages and pager scripts; a 304 stands for the page as last read.

A server can send the same validators for a list that has changed, as one that assembles pages from includes may. So each
page is asked for plainly in walks to the end and on one night in seven; a contradiction ends conditional requests to the host.
"""

import json
import logging
import zlib
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from scrapy import Request
from scrapy.http import Response

from panan_spider.archive.state import CrawlState
from panan_spider.extract.results import InvalidPage, ListRow, OtherRow, Pager, SectionPage

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
        if (known := self._state.list_reading(url)) is None:
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
        }
    )


def _row(values: dict[str, Any]) -> ListRow:
    days = {name: None if values[name] is None else date.fromisoformat(values[name]) for name in ("date", "posted")}
    return ListRow(**{**values, **days})


def _rows(text: str) -> Any:
    """The part of a reading that tells whether the list has changed: its rows, or the number of a script."""
    values = json.loads(text)
    return values.get("rows", values) if isinstance(values, dict) else values


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
