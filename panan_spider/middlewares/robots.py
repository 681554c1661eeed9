"""Robots middleware: robots.txt, failing closed. A host whose rules cannot be read is not requested (RFC 9309)."""

import asyncio
import logging
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from panan_spider.core.outcomes import Outcome
from panan_spider.core.text import one_line
from panan_spider.middlewares.retry import OutcomeError

logger = logging.getLogger(__name__)


class RobotsMiddleware:
    """One robots.txt a host and run. `unreachable` holds the hosts without an answer: exit code 13."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Future[Protego | OutcomeError]] = {}
        self.unreachable: dict[str, str] = {}
        self.delays: dict[str, float] = {}
        # AutoThrottle sets the delay at every response; this handler runs behind it and keeps the crawl-delay as floor.
        crawler.signals.connect(self._keep_delay, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsMiddleware":
        """Scrapy's constructor."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises OutcomeError: FORBIDDEN where the rules disallow the URL, FAILED where the rules cannot be read."""
        if request.meta.get("dont_obey_robotstxt") or request.url.startswith(("data:", "file:")):
            return
        parts = urlsplit(request.url)
        host = parts.netloc
        if host not in self._rules:
            self._rules[host] = asyncio.get_running_loop().create_future()
            self._rules[host].set_result(await self._fetch(parts.scheme, host))
        rules = await self._rules[host]
        if isinstance(rules, OutcomeError):
            raise OutcomeError(rules.outcome, rules.reason)
        if not rules.can_fetch(request.url, self._agent):
            raise OutcomeError(Outcome.FORBIDDEN, "robots.txt disallows it")
        self._raise_delay(request, host)

    async def _fetch(self, scheme: str, host: str) -> Protego | OutcomeError:
        engine = self._crawler.engine
        assert engine is not None
        request = Request(
            f"{scheme}://{host}/robots.txt", priority=1000, callback=NO_CALLBACK, meta={"dont_obey_robotstxt": True}
        )
        try:
            return self._read(host, await engine.download_async(request))
        except Exception as error:  # whatever it is, everybody who waits for these rules must be told
            reason = getattr(error, "reason", None) or str(error) or type(error).__name__
            if (
                getattr(error, "outcome", None) is Outcome.PENDING
            ):  # the run is being ended, which is not the host's fault
                return OutcomeError(Outcome.PENDING, str(reason))
            return self._gone(host, str(reason))

    def _read(self, host: str, response: Response) -> Protego | OutcomeError:
        if response.status >= 500 or response.status == 429:
            return self._gone(host, f"status {response.status}")
        if response.status >= 400:
            return Protego.parse("")
        rules = Protego.parse(response.body.decode("utf-8-sig", "replace"))  # a byte order mark hid the first group
        if delay := rules.crawl_delay(self._agent):
            self.delays[host] = float(delay)
            logger.info("robots.txt of %s asks for %s s between requests", host, delay)
        return rules

    def _gone(self, host: str, reason: str) -> OutcomeError:
        reason = one_line(reason)
        self.unreachable[host] = reason
        assert self._crawler.stats is not None
        self._crawler.stats.set_value("panan/robots_unreachable", dict(self.unreachable))  # where the report looks
        logger.error("robots.txt of %s cannot be read (%s): nothing of this host is asked for", host, reason)
        return OutcomeError(Outcome.FAILED, f"robots.txt of {host} unreachable: {reason}")

    def _raise_delay(self, request: Request, host: str) -> None:
        engine = self._crawler.engine
        if host not in self.delays or engine is None:
            return
        floor = max(self.delays[host], self._crawler.settings.getfloat("DOWNLOAD_DELAY"))
        key = engine.downloader.get_slot_key(request)
        # Scrapy spreads delays by half of them to either side, which would go below what the host asks for.
        engine.downloader.per_slot_settings[key] = {"delay": floor, "concurrency": 1, "jitter": 0}
        if slot := engine.downloader.slots.get(key):
            slot.delay = max(slot.delay, floor)
            slot.concurrency, slot.jitter = 1, 0

    def _keep_delay(self, request: Request) -> None:
        self._raise_delay(request, urlsplit(request.url).netloc)
