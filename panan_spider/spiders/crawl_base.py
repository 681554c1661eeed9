"""What every part of the spider shares: its state, its books, and callbacks that never leave an address without a fate."""

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, Final

from pydantic import ValidationError
from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.utils.log import failure_to_exc_info
from scrapy_spider_metadata import Args  # type: ignore[attr-defined, unused-ignore]  # its __init__ says no __all__
from twisted.python.failure import Failure

from panan_spider.archive.state import CrawlState
from panan_spider.core.outcomes import Outcome
from panan_spider.core.text import one_line
from panan_spider.extract.document import Page
from panan_spider.extract.results import PageError
from panan_spider.items import Article
from panan_spider.spiders.arguments import Arguments
from panan_spider.spiders.error_outcomes import fate_of, fate_of_error

Output = Iterator[Request | Article]

#: Nothing wrong with these: they are told in the report, not in the log.
_QUIET: Final = frozenset({Outcome.GONE, Outcome.FORBIDDEN})
_WELL: Final = frozenset({Outcome.LISTED, Outcome.NO_LIST, Outcome.READ, Outcome.ALIAS})


class CrawlBase(Args[Arguments], Spider):
    """State and books of a run."""

    keeps_archive: ClassVar = True  # the run's archive is opened for it, which sets `memory`

    args: Arguments
    memory: CrawlState

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Raises pydantic.ValidationError for a wrong argument; see `args.complaint`."""
        Arguments.model_validate(kwargs)  # before Args does, which would log a failure over many lines
        super().__init__(*args, **kwargs)
        #: Why the arguments cannot be met, once the site's sections are known; None while they can.
        self.refusal: str | None = None
        #: What has changed on the site so that lists are no longer found, a line each.
        self.drift: list[str] = []
        #: Names (addresses where they have none) of sections that could not be read whole.
        self.failed_sections: list[str] = []
        #: One record a walk: name, url, pages, rows, new, state, pager, front (links on page one), newest (day).
        self.section_reports: list[dict[str, Any]] = []
        self._told: set[str] = set()

    @abstractmethod
    def advance(self) -> Output:
        """Whatever is to be done next, now that an answer is dealt with."""

    def request(self, address: str, kind: str, callback: Any, errback: Any, priority: int, **cb_kwargs: Any) -> Request:
        """A request of one address of the run's books. `meta["address"]` is the address its fate is told of."""
        return Request(
            address,
            callback=callback,
            errback=errback,
            cb_kwargs=cb_kwargs,
            priority=priority,
            dont_filter=True,  # every address is asked once by the books, of which Scrapy's filter knows nothing
            meta={"address": address, "kind": kind},
        )

    def answered(self, work: Callable[[], Iterable[Request | Article]], lost: Callable[[Outcome, str], None]) -> Output:
        """Do `work` on an answer, then go on. Where it cannot be read, `lost` is told why; any other error is raised at the end."""
        error: Exception | None = None
        try:
            yield from work()
        except (PageError, ValidationError) as unread:
            lost(*self._fate_of_unread(unread))
        except CloseSpider:
            raise
        except Exception as unexpected:  # told, counted and raised below
            error = unexpected
            lost(Outcome.FAILED, one_line(f"{type(unexpected).__name__}: {unexpected}"))
        yield from self.advance()
        if error is not None:
            raise error

    @staticmethod
    def _fate_of_unread(error: PageError | ValidationError) -> tuple[Outcome, str]:
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False)[0]
            return Outcome.INVALID, one_line(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        return fate_of_error(error)

    def unanswered(self, failure: Failure, url: str) -> tuple[Outcome, str]:
        """Outcome and reason of a request that failed; one line in the log, the traceback at DEBUG only."""
        outcome, reason = fate_of(failure)
        if self.logger.isEnabledFor(logging.DEBUG):
            self.logger.debug("%s: %s", url, reason, exc_info=failure_to_exc_info(failure))
        return outcome, reason

    def settle_page(self, url: str, outcome: Outcome, reason: str | None = None) -> None:
        """The fate of an address that is no article's. Two walks can meet on one page: the first word stands."""
        if url not in self._told:
            self._told.add(url)
            self.memory.settle(url, outcome, reason)
            if outcome not in _WELL:
                self.say(url, outcome, reason)

    def is_told(self, url: str) -> bool:
        """Whether `settle_page` has told the fate of the address."""
        return url in self._told

    def say(self, url: str, outcome: Outcome, reason: str | None) -> None:
        """One line in the log about an address that did not end well."""
        level = logging.INFO if outcome in _QUIET else logging.WARNING
        self.logger.log(level, "%s: %s: %s", outcome, url, reason)

    @staticmethod
    def page_of(response: Response) -> Page:
        """The response as page objects read it."""
        header = response.headers.get("Content-Type")
        return Page(response.url, response.body, header.decode("latin-1") if header is not None else None)
