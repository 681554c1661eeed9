"""Report builder: the run report of an evaluated run with its timeline, the closing lines of its log, and the files beside the JSON report."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

from panan_spider import __version__
from panan_spider.archive.ledger.queries import MissingUrl
from panan_spider.archive.ledger.url_outcomes import AGES, Recheck
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.files import write_atomically
from panan_spider.core.clock import moment, now, site_day
from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import (
    MOST_ENTRIES,
    MOST_GAPS,
    Correction,
    FaultEntry,
    Gap,
    LookBackFigures,
    RunReport,
    Timeline,
    Verdict,
    WalkRecord,
)
from panan_spider.core.translations import LANGUAGES
from panan_spider.report.checks.run_checks import entry
from panan_spider.report.diff import changes
from panan_spider.report.evaluation import EndedRun, RunEvaluation
from panan_spider.report.faults import SeenFaults
from panan_spider.sites.profile import Site

_ARTICLES: Final = ("article", "part")
#: Outcomes of an article that was to be asked for and was not.
_UNASKED: Final = frozenset({Outcome.PENDING, Outcome.KNOWN, Outcome.OUT_OF_RANGE})


_MOST_STEPS: Final = 120

logger = logging.getLogger(__name__)
METRICS_FILE: Final = "metrics.prom"
_VERDICTS: Final[tuple[Verdict, ...]] = ("ok", "warn", "fail", "none")
#: Labels and value of one line of a gauge.
Sample = tuple[Mapping[str, str], float]


class RequestRate:
    """Requests and bytes over the run, in at most 120 steps of equal length; two steps are merged when there are more."""

    def __init__(self) -> None:
        self._step, self._requests, self._bytes = 1, [0], [0]

    def note(self, seconds: float, *, requests: int = 0, received: int = 0) -> None:
        """Count an event `seconds` after the start; a negative time (clock set back) counts as the start."""
        while (index := int(max(0.0, seconds)) // self._step) >= _MOST_STEPS:
            self._step *= 2
            self._requests, self._bytes = _halved(self._requests), _halved(self._bytes)
        missing = index + 1 - len(self._requests)
        self._requests += [0] * missing
        self._bytes += [0] * missing
        self._requests[index] += requests
        self._bytes[index] += received

    def timeline(self) -> Timeline:
        """The steps so far."""
        return Timeline(step_seconds=self._step, requests=list(self._requests), bytes_received=list(self._bytes))


def _halved(steps: Sequence[int]) -> list[int]:
    return [sum(steps[n : n + 2]) for n in range(0, len(steps), 2)]


def run_report(run: EndedRun, evaluation: RunEvaluation) -> RunReport:
    """The report, as it is written to data/runs/<run>.json. Raises StoreError."""
    facts, figures = evaluation.facts, evaluation.context.figures
    return RunReport(
        run=run.run_id,
        arguments=dict(run.arguments),
        exit_code=int(evaluation.code),
        reason=evaluation.reason,
        state=evaluation.state,
        finish_reason=facts.finish_reason,
        started=moment(run.started),
        finished=moment(now()),
        versions={"panan_spider": __version__, "scrapy": version("scrapy")},
        discovered=facts.discovered,
        outcomes={str(outcome): count for outcome, count in sorted(facts.outcomes.items())},
        sums_match=sum(facts.outcomes.values()) == facts.discovered,
        sections=[WalkRecord.model_validate(walk) for walk in run.archive.walks()],
        failed_sections=list(run.spider.failed_sections),
        faults=_fault_entries(facts.faults),
        drift=figures.drift,
        spider_errors=facts.spider_errors,
        item_errors=facts.item_errors,
        failed_images=[dict(image) for image in run.failed_images],
        repaired=run.archive.notes,
        checks=list(evaluation.checks),
        figures=figures,
        look_back=_look_back(run, evaluation),
        **_traffic(run),
        **_articles(run, evaluation),
        **_gaps(run),
    )


def _traffic(run: EndedRun) -> dict[str, Any]:
    return {
        "requests": run.stats.get("downloader/request_count", 0),
        "bytes_received": run.stats.get("downloader/response_bytes", 0),
        "robots_unreachable": run.stats.get("panan/robots_unreachable", {}),
        "course": run.timeline,
    }


def _articles(run: EndedRun, evaluation: RunEvaluation) -> dict[str, Any]:
    """New, corrected and removed articles."""
    stored, history = evaluation.stored, evaluation.context.history
    removed_before = set(history[0].gone) if history else set()
    removed = [entry(record) for record in run.archive.removed() if record["id"] not in removed_before]
    return {
        "new_count": stored.new,
        "new": stored.newest,
        "corrections_count": stored.corrected,
        "corrections": _corrections(run.archive, stored.corrections),
        "rereadings_count": run.archive.memory.rereadings,
        "removals_count": len(removed),
        "removals": removed[:MOST_ENTRIES],
    }


def _fault_entries(faults: SeenFaults) -> list[FaultEntry]:
    """The lasting faults of the run, those that give their code first."""
    known = {fault.key for fault in faults.known}
    records = sorted(faults.records, key=lambda record: (record.key in known, -record.code, record.url or ""))
    return [
        FaultEntry(
            **{name: getattr(record, name) for name in FaultEntry.model_fields if name != "known"},
            known=record.key in known,
        )
        for record in records[:MOST_ENTRIES]
    ]


def _corrections(archive: Archive, records: Iterable[dict[str, Any]]) -> list[Correction]:
    """The corrected articles, each with its changes against the revision before."""
    records = list(records)
    before = archive.revisions((record["id"], record["revision"] - 1) for record in records)
    corrections = []
    for record in records:
        old = before.get((record["id"], record["revision"] - 1))
        changed = changes(old, record) if old is not None else []
        corrections.append(Correction(**entry(record).model_dump(), changes=changed))
    return corrections


def _gaps(run: EndedRun) -> dict[str, Any]:
    missing = run.archive.gaps()
    return {"gaps_count": len(missing), "gaps": [_gap(run.site.key, url) for url in missing[:MOST_GAPS]]}


def _gap(site: str, missing: MissingUrl) -> Gap:
    asked_alone = missing.kind in _ARTICLES  # a list is read in a whole run only
    return Gap(
        url=missing.url,
        kind=missing.kind,
        article_id=missing.article_id,
        outcome=str(missing.outcome),
        reason=missing.reason,
        tries=missing.tries,
        reproduce=f"scrapy crawl {site}" + (f" -a urls={missing.url}" if asked_alone else ""),
    )


def _look_back(run: EndedRun, evaluation: RunEvaluation) -> LookBackFigures:
    """Cost and findings of asking for stored articles again. Raises StoreError."""
    state, ledger, day = run.archive.memory, run.archive.ledger, site_day(run.started)
    asked = {
        number: recheck for number, recheck in state.rechecks.items() if state.outcome_of(recheck.url) not in _UNASKED
    }
    revised = [asked[number] for number in evaluation.stored.revised if number in asked]
    removed = [asked[record["id"]] for record in run.archive.removed() if record["id"] in asked]
    waits = [(day - recheck.asked).days / 2 for recheck in revised if recheck.asked is not None]
    due = ledger.rechecks.by_day()
    return LookBackFigures(
        mode=_recheck_mode(run.arguments),
        asked=_by_reason(asked.values()),
        corrections=_by_reason(revised),
        removals=_by_reason(removed),
        mean_days=round(sum(waits) / len(waits), 1) if waits else None,
        recent=ledger.articles.posted_since((day - timedelta(days=AGES[-1])).isoformat()),
        not_asked=sum(due.values()),
        due=due,
    )


def _recheck_mode(arguments: Mapping[str, str]) -> Literal["ages", "days", "all", "none"]:
    if "urls" in arguments:
        return "none"
    recheck = arguments.get("recheck")
    return "ages" if recheck is None else "all" if recheck == "all" else "days"


def _by_reason(rechecks: Iterable[Recheck]) -> dict[str, int]:
    counts = Counter(recheck.reason for recheck in rechecks)
    return {reason: counts[reason] for reason in sorted(counts, key=_reason_order)}


def _reason_order(reason: str) -> tuple[bool, int, str]:
    """Ages in their order, then the other reasons by name."""
    age = reason.removeprefix("age ")
    return not age.isdecimal(), int(age) if age.isdecimal() else 0, reason


def report_lines(report: RunReport) -> list[str]:
    """The closing lines of the log, without the last one, which has the exit code."""
    counts = " · ".join(f"{count} {outcome}" for outcome, count in report.outcomes.items())
    lines = [f"panan: {report.requests} requests · {report.discovered} addresses: {counts or 'none'}"]
    lines += [
        f"panan: check {check.name}: {check.verdict}: {check.sentence}"
        for check in report.checks
        if check.verdict in ("warn", "fail")
    ]
    if report.gaps_count:
        lines.append(f"panan: {report.gaps_count} gaps in the archive, listed in runs/{report.run}.json")
    return lines


def write_run_files(folder: Path, ledger: Path, report: RunReport, site: Site) -> list[str]:
    """Write all files into `folder`; the names of those that failed.

    The archive and the JSON report are complete by now. An error here is logged with the file's name and changes no exit code.
    """
    # Late: Scrapy imports this module for every command, and most write no page.
    from panan_spider.report.report_page import index_page, page_name, read_coverage, report_page

    coverage = cache(lambda: read_coverage(ledger, site))

    def page() -> None:
        for language in LANGUAGES:
            html = report_page(report, coverage()[0], site, language).encode("utf-8")
            for name in (report.run, "latest"):
                write_atomically(folder / page_name(name, language), html)

    def index() -> None:
        for language in LANGUAGES:
            html = index_page(coverage()[1], site, language).encode("utf-8")
            write_atomically(folder / page_name("index", language), html)

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
        (
            "checks",
            "Checks of the newest run by verdict.",
            [({"verdict": verdict}, verdicts[verdict]) for verdict in _VERDICTS],
        ),
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
