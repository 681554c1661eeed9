"""runs/metrics.prom: the newest run for node_exporter's textfile collector."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from panan_spider.core.run_report import RunReport, Verdict

FILE: Final = "metrics.prom"
_VERDICTS: Final[tuple[Verdict, ...]] = ("ok", "warn", "fail", "none")


def _moment(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def registry_of(report: RunReport) -> CollectorRegistry:
    """The run's figures as gauges: each says how it stood at the end of the newest run."""
    made = CollectorRegistry()

    def gauge(name: str, meaning: str, value: float) -> None:
        Gauge(f"panan_{name}", meaning, registry=made).set(value)

    gauge("exit_code", "Exit code of the newest run.", report.exit_code)
    gauge("started_timestamp_seconds", "When the newest run began.", _moment(report.started))
    gauge("finished_timestamp_seconds", "When the newest run ended.", _moment(report.finished))
    gauge("duration_seconds", "How long the newest run took.", report.figures.seconds)
    gauge("requests", "Requests of the newest run, retries included.", report.requests)
    gauge("received_bytes", "Bytes of the answers of the newest run.", report.bytes_received)
    gauge("new_articles", "Articles new in the archive.", report.new_count)
    gauge("corrected_articles", "Articles whose content had changed.", report.corrections_count)
    gauge("removed_articles", "Stored articles that the site no longer has.", report.removals_count)
    gauge("gaps", "Addresses whose content the archive lacks, of all runs.", report.gaps_count)
    gauge("peak_memory_bytes", "The most memory the process held.", report.figures.peak_mib * (1 << 20))
    _labelled(made, report)
    return made


def _labelled(made: CollectorRegistry, report: RunReport) -> None:
    outcomes = Gauge("panan_outcomes", "Addresses of the newest run by outcome.", ["outcome"], registry=made)
    for outcome, count in report.outcomes.items():
        outcomes.labels(outcome).set(count)
    rows = Gauge("panan_section_articles", "Articles each section's lists named.", ["section"], registry=made)
    new = Gauge("panan_section_new_articles", "Those that no earlier run had settled.", ["section"], registry=made)
    for name, section in report.figures.sections.items():
        rows.labels(name).set(section.rows)
        new.labels(name).set(section.new)
    checks = Gauge("panan_checks", "Checks of the newest run by verdict.", ["verdict"], registry=made)
    for verdict in _VERDICTS:
        checks.labels(verdict).set(sum(check.verdict == verdict for check in report.checks))
    each = Gauge("panan_check", "1 where the check has this verdict.", ["check", "verdict"], registry=made)
    for check in report.checks:
        each.labels(check.name, check.verdict).set(1)


def write(folder: Path, report: RunReport) -> None:
    """Write the file anew: whole or not at all, also for whoever reads meanwhile. Raises OSError."""
    write_to_textfile(str(folder / FILE), registry_of(report))
