"""Beside the JSON report, in data/runs/: its page, the newest run's page, the list of runs, and the metrics."""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.files import write_atomically
from panan_spider.core.run_report import RunReport
from panan_spider.report.page.coverage import DAYS_SHOWN, Coverage

logger = logging.getLogger(__name__)

#: Runs in the list of runs: a year of nights and a bit.
RUNS_LISTED: Final = 400

Summaries = Sequence[Mapping[str, Any]]


def look(path: Path) -> tuple[Coverage, Summaries]:
    """What the pages show besides the report, from the ledger at `path`. Raises StoreError."""
    ledger = Ledger.read_only(path)
    try:
        counts = ledger.queries
        by_day = counts.by_day()
        last = Coverage(by_day).last
        since = "" if last is None else last.fromordinal(max(1, last.toordinal() - DAYS_SHOWN)).isoformat()
        return Coverage(by_day, counts.by_section(since)), counts.summaries(RUNS_LISTED)
    finally:
        ledger.close()


def publish(folder: Path, ledger: Path, report: RunReport) -> list[str]:
    """Write them all into `folder`; the names of those that could not be made.

    The report itself is safe in its JSON by now, and so is the archive: what goes wrong here is said by name,
    and changes no exit code.
    """
    # Only now: Scrapy loads this at the start of every command, and most write no page.
    from panan_spider.report.notify import metrics
    from panan_spider.report.page import render

    seen: list[tuple[Coverage, Summaries]] = []

    def looked() -> tuple[Coverage, Summaries]:
        if not seen:
            seen.append(look(ledger))
        return seen[0]

    def page() -> None:
        html = render.report_page(report, looked()[0]).encode("utf-8")
        for name in (f"{report.run}.html", "latest.html"):
            write_atomically(folder / name, html)

    def index() -> None:
        write_atomically(folder / "index.html", render.index_page(looked()[1]).encode("utf-8"))

    steps: dict[str, Callable[[], None]] = {
        f"{report.run}.html": page,
        "index.html": index,
        metrics.FILE: lambda: metrics.write(folder, report),
    }
    return [name for name, step in steps.items() if not _done(name, step)]


def _done(name: str, step: Callable[[], None]) -> bool:
    try:
        step()
    except (
        Exception
    ) as error:  # a template, a full disk: whatever it is, the run itself has ended well or not without it
        logger.error("runs/%s could not be made: %s: %s", name, type(error).__name__, " ".join(str(error).split()))
        logger.debug("runs/%s", name, exc_info=error)
        return False
    return True
