"""Running one errand with Scrapy's engine and the crawl's settings."""

from scrapy.crawler import CrawlerProcessBase

from panan_spider.diagnosis.answers import Answer, Ask, Log
from panan_spider.diagnosis.visitor import Errand, Visitor
from panan_spider.outcomes import ExitCode, Outcome
from panan_spider.starting import collect


class NotStarted(Exception):
    """Why Scrapy could not begin: a setting, a missing package."""


def run(process: CrawlerProcessBase, errand: Errand) -> Visitor:
    """Run `errand` to its end, or until the user stops it (then it is not `done`). Raises NotStarted, and what the errand raised."""
    crawler = process.create_crawler(Visitor)
    errors: list[BaseException] = []
    collect(process.crawl(crawler, errand=errand), errors)
    process.start()
    if errors:
        raise NotStarted(" ".join(f"{type(errors[0]).__name__}: {errors[0]}".split())) from errors[0]
    visitor = crawler.spider
    assert isinstance(visitor, Visitor)  # of a crawl that began
    if visitor.error is not None:
        raise visitor.error
    return visitor


def fetch(process: CrawlerProcessBase, url: str) -> Answer | None:
    """One page over the network, with the crawl's manners; None where the user stopped it."""
    answers: list[Answer] = []

    async def errand(ask: Ask, log: Log) -> None:
        answers.append(await ask(url))

    run(process, errand)
    return answers[0] if answers else None


def code_of(answer: Answer) -> ExitCode:
    """The exit code for an answer that is no page, as a crawl would give it."""
    if answer.reason is not None and answer.reason.startswith("robots.txt of"):
        return ExitCode.ROBOTS_UNREACHABLE
    blocked = answer.outcome in (Outcome.BLOCKED, Outcome.FORBIDDEN)
    return ExitCode.BLOCKED if blocked else ExitCode.INCOMPLETE
