"""Files beside a run's JSON report in data/runs/: HTML page and list of runs in each language, metrics for node_exporter's textfile collector."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.files import write_atomically
from panan_spider.core.run_report import RunReport, Verdict
from panan_spider.core.translations import LANGUAGES
from panan_spider.report.page.plots import Coverage
from panan_spider.sites.profile import Site

logger = logging.getLogger(__name__)

#: Runs in the list of runs: more than a year of nights.
RUNS_LISTED: Final = 400

METRICS_FILE: Final = "metrics.prom"
_VERDICTS: Final[tuple[Verdict, ...]] = ("ok", "warn", "fail", "none")

#: Labels and value of one line of a gauge.
Sample = tuple[Mapping[str, str], float]
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
        for language in LANGUAGES:
            html = render.report_page(report, coverage()[0], site, language).encode("utf-8")
            for name in (report.run, "latest"):
                write_atomically(folder / render.page_name(name, language), html)

    def index() -> None:
        for language in LANGUAGES:
            html = render.index_page(coverage()[1], site, language).encode("utf-8")
            write_atomically(folder / render.page_name("index", language), html)

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
    write_atomically(folder / METRICS_FILE, metrics_of(report).encode("utf-8"))


def metrics_of(report: RunReport) -> str:
    """The run's figures as gauges in Prometheus' text format, each the state at the end of the newest run."""
    figures, sections = report.figures, report.figures.sections
    outcomes = [({"outcome": name}, count) for name, count in report.outcomes.items()]
    verdicts = Counter(check.verdict for check in report.checks)
    each = [({"check": check.name, "verdict": check.verdict}, 1) for check in report.checks]
    gauges: list[tuple[str, str, float | Sequence[Sample]]] = [
        ("exit_code", "Exit code of the newest run.", report.exit_code),
        ("started_timestamp_seconds", "When the newest run began.", _timestamp(report.started)),
        ("finished_timestamp_seconds", "When the newest run ended.", _timestamp(report.finished)),
        ("duration_seconds", "How long the newest run took.", figures.seconds),
        ("requests", "Requests of the newest run, retries included.", report.requests),
        ("received_bytes", "Bytes of the responses of the newest run.", report.bytes_received),
        ("new_articles", "Articles new in the archive.", report.new_count),
        ("corrected_articles", "Articles whose content had changed.", report.corrections_count),
        ("reread_articles", "Unchanged articles that this version reads otherwise.", report.rereadings_count),
        ("removed_articles", "Stored articles that the site no longer has.", report.removals_count),
        ("gaps", "Addresses whose content the archive lacks, of all runs.", report.gaps_count),
        ("peak_memory_bytes", "Peak memory of the process.", figures.peak_mib * (1 << 20)),
        ("outcomes", "Addresses of the newest run by outcome.", outcomes),
        ("section_articles", "Articles in each section's lists.", _by_section(sections, "rows")),
        ("section_new_articles", "Listed articles new to the archive.", _by_section(sections, "new")),
        ("checks", "Checks of the newest run by verdict.", [({"verdict": one}, verdicts[one]) for one in _VERDICTS]),
        ("check", "1 where the check has this verdict.", each),
    ]
    return "".join(_gauge(f"panan_{name}", meaning, value) for name, meaning, value in gauges)


def _by_section(sections: Mapping[str, Any], figure: str) -> list[Sample]:
    return [({"section": name}, getattr(section, figure)) for name, section in sections.items()]


def _gauge(name: str, meaning: str, value: float | Sequence[Sample]) -> str:
    """One gauge: help, type, and a line for each sample."""
    samples = value if isinstance(value, Sequence) else [({}, value)]
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
    lines += [f"{name}{_labels(labels)} {float(number)}" for labels, number in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    """Labels in braces, values escaped; empty where there are none."""
    escapes = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
    pairs = (f'{name}="{str(value).translate(escapes)}"' for name, value in labels.items())
    return f"{{{','.join(pairs)}}}" if labels else ""


def _timestamp(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
