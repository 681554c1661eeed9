"""How a middleware says what became of an address: an exception that names the outcome."""

from scrapy.exceptions import IgnoreRequest

from panan_spider.core.outcomes import Outcome


class OutcomeError(IgnoreRequest):
    """The request ends here. `outcome` is its address's fate, `reason` says why in one line."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome = outcome
        self.reason = reason
