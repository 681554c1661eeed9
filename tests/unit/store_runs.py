"""Several runs over one archive, one after the other."""

from pathlib import Path

from store_helpers import StandingClock, a_dead_run, an_archive, url_of

from panan_spider.archive.state import CrawlState
from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import Outcome

SECTION = "http://www.panews.cn/shuji/"


class Runs:
    """Runs over one archive, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.count = folder, StandingClock(), 0
        self.archive = self.next()

    def next(self, how: str = "closed", exit_code: int = 0) -> Archive:
        """End the run that is open, `closed` or `dead`, and begin the next."""
        if self.count:
            self.archive.close({"exit_code": exit_code}) if how == "closed" else a_dead_run(self.archive)
        self.count += 1
        self.archive = an_archive(self.folder, f"r{self.count}", clock=self.clock)
        return self.archive

    @property
    def memory(self) -> CrawlState:
        return self.archive.memory

    def settle(self, number: int, outcome: Outcome, url: str | None = None, reason: str | None = None) -> None:
        url = url or url_of(number)
        self.memory.discovered(url, "article", f"{number:09d}")
        self.memory.settle(url, outcome, reason)

    def asked_again(self) -> list[str]:
        return [left.article_id for left in self.memory.unsettled()]
