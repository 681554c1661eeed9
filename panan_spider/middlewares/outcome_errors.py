"""Outcome error: the exception by which a middleware ends a request with a named outcome."""

from scrapy.exceptions import IgnoreRequest

from panan_spider.core.outcomes import Outcome


class OutcomeError(IgnoreRequest):
    """Ends the request. `outcome` is that of its URL, `reason` one line."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome = outcome
        self.reason = reason
