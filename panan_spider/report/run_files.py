"""Files beside a run's JSON report in data/runs/: HTML page, list of runs, metrics for node_exporter's textfile collector."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.files import write_atomically
from panan_spider.core.run_report import RunReport, Verdict
from panan_spider.report.page.plots import Coverage
from panan_spider.sites.profile import Site

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

logger = logging.getLogger(__name__)

#: Runs in the list of runs: more than a year of nights.
RUNS_LISTED: Final = 400

METRICS_FILE: Final = "metrics.prom"
_VERDICTS: Final[tuple[Verdict, ...]] = ("ok", "warn", "fail", "none")

Summaries = Sequence[Mapping[str, Any]]


def read_coverage(path: Path, site: Site) -> tuple[Coverage, Summaries]:
    """Coverage for the report's pages, from the ledger at `path`. Raises StoreError."""
    ledger = Ledger.read_only(path)
    try:
        counts = ledger.queries
        return Coverage(counts.by_day(), counts.by_section(""), site.thresholds), counts.summaries(RUNS_LISTED)
    finally:
        ledger.close()


def write_run_files(folder: Path, ledger: Path, report: RunReport, site: Site) -> list[str]:
    """Write all files into `folder`; the names of those that failed.

    The archive and the JSON report are complete by now. An error here is logged with the file's name and changes no exit code.
    """
    from panan_spider.report.page import (
        render,  # late: Scrapy imports this module for every command, most write no page
    )

    cached: list[tuple[Coverage, Summaries]] = []

    def coverage() -> tuple[Coverage, Summaries]:
        if not cached:
            cached.append(read_coverage(ledger, site))
        return cached[0]

    def page() -> None:
        html = render.report_page(report, coverage()[0], site).encode("utf-8")
        for name in (f"{report.run}.html", "latest.html"):
            write_atomically(folder / name, html)

    def index() -> None:
        write_atomically(folder / "index.html", render.index_page(coverage()[1], site).encode("utf-8"))

    steps: dict[str, Callable[[], None]] = {
        f"{report.run}.html": page,
        "index.html": index,
        METRICS_FILE: lambda: write_metrics(folder, report),
    }
    return [name for name, step in steps.items() if not _succeeds(name, step)]


def _succeeds(name: str, step: Callable[[], None]) -> bool:
    try:
        step()
    except Exception as error:  # a template, a full disk: the run itself is not concerned
        logger.error("runs/%s could not be made: %s: %s", name, type(error).__name__, " ".join(str(error).split()))
        logger.debug("runs/%s", name, exc_info=error)
        return False
    return True


def write_metrics(folder: Path, report: RunReport) -> None:
    """Write `metrics.prom` atomically. Raises OSError."""
    from prometheus_client import write_to_textfile

    write_to_textfile(str(folder / METRICS_FILE), registry_of(report))


def registry_of(report: RunReport) -> "CollectorRegistry":
    """The run's figures as gauges, each the state at the end of the newest run."""
    from prometheus_client import CollectorRegistry, Gauge

    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, value: float) -> None:
        Gauge(f"panan_{name}", meaning, registry=registry).set(value)

    gauge("exit_code", "Exit code of the newest run.", report.exit_code)
    gauge("started_timestamp_seconds", "When the newest run began.", _timestamp(report.started))
    gauge("finished_timestamp_seconds", "When the newest run ended.", _timestamp(report.finished))
    gauge("duration_seconds", "How long the newest run took.", report.figures.seconds)
    gauge("requests", "Requests of the newest run, retries included.", report.requests)
    gauge("received_bytes", "Bytes of the responses of the newest run.", report.bytes_received)
    gauge("new_articles", "Articles new in the archive.", report.new_count)
    gauge("corrected_articles", "Articles whose content had changed.", report.corrections_count)
    gauge("reread_articles", "Unchanged articles that this version reads otherwise.", report.rereadings_count)
    gauge("removed_articles", "Stored articles that the site no longer has.", report.removals_count)
    gauge("gaps", "Addresses whose content the archive lacks, of all runs.", report.gaps_count)
    gauge("peak_memory_bytes", "Peak memory of the process.", report.figures.peak_mib * (1 << 20))
    _labelled(registry, report)
    return registry


def _labelled(registry: "CollectorRegistry", report: RunReport) -> None:
    from prometheus_client import Gauge

    outcomes = Gauge("panan_outcomes", "Addresses of the newest run by outcome.", ["outcome"], registry=registry)
    for outcome, count in report.outcomes.items():
        outcomes.labels(outcome).set(count)
    rows = Gauge("panan_section_articles", "Articles in each section's lists.", ["section"], registry=registry)
    new = Gauge("panan_section_new_articles", "Listed articles new to the archive.", ["section"], registry=registry)
    for name, section in report.figures.sections.items():
        rows.labels(name).set(section.rows)
        new.labels(name).set(section.new)
    checks = Gauge("panan_checks", "Checks of the newest run by verdict.", ["verdict"], registry=registry)
    for verdict in _VERDICTS:
        checks.labels(verdict).set(sum(check.verdict == verdict for check in report.checks))
    each = Gauge("panan_check", "1 where the check has this verdict.", ["check", "verdict"], registry=registry)
    for check in report.checks:
        each.labels(check.name, check.verdict).set(1)


def _timestamp(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
