"""Local run: crawls of many sites on this machine, so many at a time, and of each group no more than its slots."""

import asyncio
import math
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from panan_spider.core.outcomes import ExitCode
from panan_spider.fleet.child_process import ChildPool, child_words, crawl_words
from panan_spider.fleet.roster import group_of
from panan_spider.sites.profile import Site

#: The command line of a crawl: of the site, into its folder, with the spider's arguments.
Words = Callable[[Site, Path, Mapping[str, str]], Sequence[str]]

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

#: Seconds of processor that one crawl takes to start.
START_SECONDS: Final = 2.0
#: Seconds after which a crawl that waits for its start looks whether the run is being stopped.
_STEP: Final = 0.2


def seconds_apart(jobs: int, processors: int) -> float:
    """Seconds between two starts: crawls that start together keep each other, and those that run, from the processors."""
    return START_SECONDS / processors if jobs > processors else 0.0


@dataclass(frozen=True)
class LocalResult:
    """End of one site's crawl. `code` is None where it was not begun."""

    key: str
    code: int | None
    line: str


@dataclass
class LocalFleet:
    """Crawls of sites into `<root>/<key>`, each in a process of its own, whose log is `<root>/<key>.log`."""

    root: Path
    jobs: int
    slots: Mapping[str, int]
    settings: Sequence[str] = ()  # NAME=VALUE, for every crawl
    told: Callable[[LocalResult], None] = lambda result: None  # called as each crawl ends
    words: Words | None = None
    apart: float = 0.0  # seconds between two starts
    children: ChildPool = field(default_factory=ChildPool)
    _next_start: float = 0.0  # on the clock of the event loop

    def run(self, crawls: Sequence[tuple[Site, Mapping[str, str]]]) -> list[LocalResult]:
        """Crawl all of them, with these arguments; how each ended. SIGINT and SIGTERM end those that run, and begin no other."""
        return asyncio.run(self._run(crawls))

    async def _run(self, crawls: Sequence[tuple[Site, Mapping[str, str]]]) -> list[LocalResult]:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.children.stop)
        self.root.mkdir(parents=True, exist_ok=True)
        at_a_time = asyncio.Semaphore(self.jobs)
        groups = {group: asyncio.Semaphore(count) for group, count in self.slots.items()}
        return await asyncio.gather(
            *(self._crawl(site, arguments, groups[group_of(site)], at_a_time) for site, arguments in crawls)
        )

    async def _crawl(
        self, site: Site, arguments: Mapping[str, str], group: asyncio.Semaphore, at_a_time: asyncio.Semaphore
    ) -> LocalResult:
        # The group first: a site that waits for its group must not keep one of another group waiting.
        async with group, at_a_time:
            await self._wait_for_start()
            if self.children.stopping:
                return LocalResult(site.key, None, "not begun")
            words = (self.words or self._words)(site, self.root / site.key, arguments)
            result = LocalResult(site.key, *await self.children.run(words, self.root / f"{site.key}.log"))
        self.told(result)
        return result

    async def _wait_for_start(self) -> None:
        """Wait for this crawl's turn to start, or until the run is being stopped."""
        clock = asyncio.get_running_loop().time
        start = max(clock(), self._next_start)
        self._next_start = start + self.apart
        for _step in range(math.ceil((start - clock()) / _STEP)):
            if self.children.stopping:
                return
            await asyncio.sleep(min(_STEP, max(0.0, start - clock())))

    def _words(self, site: Site, folder: Path, arguments: Mapping[str, str]) -> list[str]:
        return child_words(crawl_words(site.key, folder, arguments, self.settings))


def code_of(results: Sequence[LocalResult]) -> list[int]:
    """The exit codes of crawls: one ended by a signal, or not begun, counts as interrupted."""
    return [int(ExitCode.INTERRUPTED) if result.code is None or result.code < 0 else result.code for result in results]
