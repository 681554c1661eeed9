"""Running one errand with Scrapy's engine and the crawl's settings."""

from scrapy.crawler import CrawlerProcessBase

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.doctor.fetch_result import Ask, FetchLog, FetchResult
from panan_spider.doctor.probe_client import Errand, ProbeClient
from panan_spider.extensions.log_formatter import collect_errors


class CrawlNotStarted(Exception):
    """Why Scrapy could not begin: a setting, a missing package."""


def run(process: CrawlerProcessBase, errand: Errand) -> ProbeClient:
    """Run `errand` to its end, or until the user stops it (then it is not `done`). Raises NotStarted, and what the errand raised."""
    crawler = process.create_crawler(ProbeClient)
    errors: list[BaseException] = []
    collect_errors(process.crawl(crawler, errand=errand), errors)
    process.start()
    if errors:
        raise CrawlNotStarted(" ".join(f"{type(errors[0]).__name__}: {errors[0]}".split())) from errors[0]
    visitor = crawler.spider
    assert isinstance(visitor, ProbeClient)  # of a crawl that began
    if visitor.error is not None:
        raise visitor.error
    return visitor


def fetch(process: CrawlerProcessBase, url: str) -> FetchResult | None:
    """One page over the network, with the crawl's manners; None where the user stopped it."""
    answers: list[FetchResult] = []

    async def errand(ask: Ask, log: FetchLog) -> None:
        answers.append(await ask(url))

    run(process, errand)
    return answers[0] if answers else None


def code_of(answer: FetchResult) -> ExitCode:
    """The exit code for an answer that is no page, as a crawl would give it."""
    if answer.reason is not None and answer.reason.startswith("robots.txt of"):
        return ExitCode.ROBOTS_UNREACHABLE
    blocked = answer.outcome in (Outcome.BLOCKED, Outcome.FORBIDDEN)
    return ExitCode.BLOCKED if blocked else ExitCode.INCOMPLETE
