"""Crawl session: site, arguments, crawl state, requests and outcomes, shared by the spider and its collaborators.

Requests for lists are conditional where the server gave validators: a 304 stands for the page as last read. A server can send
the same validators for a list that has changed, as one that assembles pages from includes may. So each page is asked for plainly
in walks to the end and on one night in seven; a contradiction ends conditional requests to the host.
"""

import json
import logging
import mmap
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.utils.log import failure_to_exc_info
from twisted.python.failure import Failure

from panan_spider.archive.state import CrawlState
from panan_spider.core.outcomes import Outcome
from panan_spider.core.text import one_line
from panan_spider.extract.article import read_article
from panan_spider.extract.pager import maxpage
from panan_spider.extract.results import ArticlePage, InvalidPage, PageError, SectionPage
from panan_spider.extract.section import read_section
from panan_spider.items import Article
from panan_spider.middlewares.retry import header_of, outcome_of_error, page_of
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import SiteUrls
from panan_spider.spiders.arguments import Arguments

#: The result of a callback: computed whole before Scrapy sees it. Scrapy consumes the results of several callbacks in
#: turn; a callback that was a generator would go on from a state that another one has changed meanwhile.
Output = list[Request | Article]

#: Outcomes without a fault of ours: logged at INFO.
_QUIET: Final = frozenset({Outcome.GONE, Outcome.FORBIDDEN, Outcome.UNKNOWN_ADDRESS, Outcome.OFF_SITE})
#: Kinds of URLs that belong to lists.
_LISTS: Final = frozenset({"section", "list", "script"})
#: Outcomes of pages that are as they should be: not logged.
_GOOD: Final = frozenset({Outcome.LISTED, Outcome.NO_LIST, Outcome.READ, Outcome.ALIAS})
#: List pages as JSON values, and back.
LIST_PAGES: Final = TypeAdapter(SectionPage)

#: One night in so many a page is asked for plainly; which one follows from its URL.
_PLAIN_EVERY: Final = 7

#: Bytes that must be free at any time, so that small allocations succeed everywhere.
RESERVE: Final = 16 << 20
#: Bytes that reading a page takes, beside the reserve: for each byte of it, and for each tag. Measured: up to 14, and up to 2,000.
_A_BYTE: Final = 16
_A_TAG: Final = 2_000

#: Why a request is given up when nothing is under way any more.
NO_ANSWER: Final = "asked for, and neither answer nor error came"


def require_memory(size: int = 0) -> None:
    """Raises MemoryError where `size` bytes and the reserve cannot be had now. They are not touched: it costs two system calls.

    Native code ends the process where an allocation fails, so memory is asked for before.
    """
    try:
        mmap.mmap(-1, RESERVE + size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except OSError as error:
        raise MemoryError(f"not enough memory: {(RESERVE + size) >> 20} MiB are not free") from error


def _require_memory_to_read(body: bytes) -> None:
    require_memory(_A_BYTE * len(body) + _A_TAG * body.count(b"<"))


def make_conditional(request: Request, etag: str | None, last_modified: str | None) -> None:
    """Ask for the page only where it differs from the answer that had these validators."""
    if etag is not None:
        request.headers["If-None-Match"] = etag.encode("latin-1", "replace")  # the bytes as received
    if last_modified is not None:
        request.headers["If-Modified-Since"] = last_modified
    request.meta["handle_httpstatus_list"] = [304]


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
        make_conditional(request, known.etag, known.last_modified)

    def last(self, response: Response) -> Any:
        """Last reading at the URL of a 304, as JSON value. Raises InvalidPage where none is on record."""
        known = self._state.list_reading(response.meta["address"])
        if known is None:
            raise InvalidPage("is said to be unchanged, and no reading of it is on record")
        return json.loads(known.reading)

    def keep(self, response: Response, reading: Any) -> None:
        """Keep what was read of a whole page, with its validators. Notes a host whose validators do not tell of a change."""
        url, text = response.meta["address"], json.dumps(reading, ensure_ascii=False)
        tags = header_of(response, "ETag"), header_of(response, "Last-Modified")
        known = self._state.list_reading(url)
        if known is not None and tags == (known.etag, known.last_modified) and _rows(text) != _rows(known.reading):
            self._log.warning("%s: the list has changed and its validators have not: its host is asked plainly", url)
            self._state.distrust(url)
        if known is not None or any(tags):
            self._state.keep_list_reading(url, *tags, text)


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


class CrawlSession:
    """One run of one spider.

    `refusal` is why the arguments cannot be met, None while they can. `drift` holds a line for each list that the site
    no longer shows. `unknown_labels` counts pages by the labels of tail lines that no list knows. `failed_sections` are names (URLs where they have none) of sections not read to their end.
    `section_reports` holds one record a walk: name, url, pages, rows, new, state, pager, front, by_words, newest.
    `walked` names the sections whose walks have begun; `breadcrumbs` holds (text, URL) of the sections that articles name.
    `state` and `advance`, which is called after each answer and gives all that is to be done next, are set before the first request.
    """

    state: CrawlState
    advance: Callable[[], Output]

    def __init__(self, site: Site, args: Arguments, log: "logging.LoggerAdapter[Any]"):
        self.site, self.args, self.log = site, args, log
        self.refusal: str | None = None
        self.drift: list[str] = []
        self.unknown_labels: Counter[str] = Counter()
        self.failed_sections: list[str] = []
        self.section_reports: list[dict[str, Any]] = []
        self.walked: set[str] = set()
        self.breadcrumbs: list[tuple[str, str]] = []
        self._settled: set[str] = set()

    @property
    def urls(self) -> SiteUrls:
        """The site's URL rules."""
        return self.site.urls

    @property
    def is_scheduled(self) -> bool:
        """Whether stored articles are asked again by the ledger's schedule, and not by `recheck`."""
        return self.args.recheck is None

    @property
    def look_back(self) -> int | None:
        """Days that lists are read back, and with `recheck` stored articles asked again; None for all."""
        recheck = self.args.recheck
        if recheck == "all":
            return None
        return self.site.limits.look_back_days if recheck is None else recheck

    def request(self, url: str, /, kind: str, callback: Any, errback: Any, priority: int, **cb_kwargs: Any) -> Request:
        """A request for one recorded URL. `meta["address"]` keeps it where redirects change the request's own."""
        request = Request(
            url,
            callback=callback,
            errback=errback,
            cb_kwargs=cb_kwargs,
            priority=priority,
            dont_filter=True,  # the frontier and the walks ask once; Scrapy's filter does not know conditional requests
            meta={"address": url, "kind": kind},
        )
        if kind in _LISTS:
            self._readings.make_conditional(request)
        return request

    @cached_property
    def _readings(self) -> ListReadings:
        return ListReadings(self.state, self.log, plain=self.args.full)

    def answered(self, work: Callable[[], Output], lost: Callable[[Outcome, str], None]) -> Iterable[Request | Article]:
        """The result of `work` on an answer, then of `advance`.

        `lost` is told outcome and reason where the page cannot be read. Any other error is raised behind the results,
        so that Scrapy counts it.
        """
        error: Exception | None = None
        output: Output = []
        try:
            output = work()
        except (PageError, ValidationError) as unreadable:
            lost(*_outcome_of_unreadable(unreadable))
        except CloseSpider:
            raise
        except MemoryError as error_of_machine:  # a fault of the machine and not of the code
            lost(Outcome.FAILED, one_line(str(error_of_machine)) or "out of memory")
        except Exception as unexpected:  # recorded here, raised behind the results
            error = unexpected
            lost(Outcome.FAILED, one_line(f"{type(unexpected).__name__}: {unexpected}"))
        output = output + self.advance()
        return output if error is None else _then_raise(output, error)

    def unanswered(self, failure: Failure, url: str) -> tuple[Outcome, str]:
        """Outcome and reason of a failed request. The traceback is logged at DEBUG only."""
        outcome, reason = outcome_of_error(failure.value)
        if self.log.isEnabledFor(logging.DEBUG):
            self.log.debug("%s: %s", url, reason, exc_info=failure_to_exc_info(failure))
        return outcome, reason

    def settle_page(self, url: str, outcome: Outcome, reason: str | None = None) -> None:
        """Record the outcome of a URL that is no article's. Two walks can meet on one page: the first outcome stands."""
        if url not in self._settled:
            self._settled.add(url)
            self.state.settle(url, outcome, reason)
            if outcome not in _GOOD:
                self.log_outcome(url, outcome, reason)

    def settle_other_rows(self, page: SectionPage, name: str) -> tuple[int, int]:
        """Record the rows of a list that lead to no article; the numbers of those of no known form, and off the site."""
        unknown = off_site = 0
        for row in page.other_rows:
            if self.site.ignores(row.url):
                continue
            unknown += row.on_site
            off_site += not row.on_site
            self.state.discovered(row.url, "row")
            outcome = Outcome.UNKNOWN_ADDRESS if row.on_site else Outcome.OFF_SITE
            self.settle_page(row.url, outcome, one_line(f"a row of {name}: {row.title}"))
        return unknown, off_site

    def unknown_newest(self, page: SectionPage) -> str | None:
        """The URL of the newest row of a list where it is of no known form; None where it is an article's."""
        rows = (row for row in page.other_rows if row.on_site and row.is_newest and not self.site.ignores(row.url))
        return next((row.url for row in rows), None)

    def note_drift(self, line: str) -> None:
        """Note that the site has changed so that a list is no longer found or read; one line, logged."""
        self.drift.append(line)
        self.log.warning(line)

    def is_settled(self, url: str) -> bool:
        """Whether `settle_page` has recorded an outcome of the URL."""
        return url in self._settled

    def log_outcome(self, url: str, outcome: Outcome, reason: str | None) -> None:
        """One log line about a URL that did not end well."""
        level = logging.INFO if outcome in _QUIET else logging.WARNING
        self.log.log(level, "%s: %s: %s", outcome, url, reason)

    def read_article(self, response: Response) -> ArticlePage:
        """The response as an article page. Raises PageError."""
        _require_memory_to_read(response.body)
        page = read_article(page_of(response), self.site)
        self.unknown_labels.update(set(page.unknown_labels))
        return page

    def read_section(self, response: Response) -> SectionPage:
        """The response as a list page; a 304 as the page last read. Raises PageError."""
        if response.status == 304:
            return LIST_PAGES.validate_python(self._readings.last(response))
        _require_memory_to_read(response.body)
        page = read_section(page_of(response), self.site)
        self._readings.keep(response, LIST_PAGES.dump_python(page, mode="json"))
        return page

    def read_pager_script(self, response: Response) -> int:
        """The number of the newest numbered page, as a pager script gives it; a 304 gives the last one. Raises InvalidPage."""
        if response.status == 304:
            return int(self._readings.last(response))
        number = maxpage(page_of(response).text)
        self._readings.keep(response, number)
        return number


def _outcome_of_unreadable(error: PageError | ValidationError) -> tuple[Outcome, str]:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return Outcome.INVALID, one_line(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    return outcome_of_error(error)


def _then_raise(output: Output, error: Exception) -> Iterator[Request | Article]:
    yield from output
    raise error
