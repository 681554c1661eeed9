"""Report builder: the run report of an evaluated run with its timeline, and the closing lines of its log."""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any, Final

from panan_spider import __version__
from panan_spider.archive.ledger.queries import MissingUrl
from panan_spider.archive.store.archive import Archive
from panan_spider.core.clock import moment, now
from panan_spider.core.run_report import (
    MOST_ENTRIES,
    MOST_GAPS,
    Correction,
    FaultEntry,
    Gap,
    RunReport,
    Timeline,
    WalkRecord,
)
from panan_spider.report.diff import changes
from panan_spider.report.evaluation import EndedRun, RunEvaluation, entry
from panan_spider.report.faults import SeenFaults
from panan_spider.report.look_back import look_back_figures

_ARTICLES: Final = ("article", "part")


_MOST_STEPS: Final = 120


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
        look_back=look_back_figures(run, evaluation),
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
            code=record.code,
            url=record.url,
            outcome=record.outcome,
            reason=record.reason,
            first_seen=record.first_seen,
            last_seen=record.last_seen,
            days=record.days,
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
