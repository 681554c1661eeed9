"""The report of a run: what was met, what became of it, what is missing, and how to ask for it again."""

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

from panan_spider import __version__
from panan_spider.core.run_report import MOST_ENTRIES, MOST_GAPS, Gap, RunReport, WalkRecord
from panan_spider.report.checks.stored_summary import corrections, entry
from panan_spider.report.evaluation import RunEvaluation, RunSources

_ARTICLES: Final = ("article", "part")


def run_report(run: RunSources, judgement: RunEvaluation) -> RunReport:
    """The report as it stands in data/runs/<run>.json."""
    facts = judgement.facts
    return RunReport(
        run=run.run_id,
        arguments=run.arguments,
        exit_code=int(judgement.code),
        reason=judgement.reason,
        state=judgement.state,
        finish_reason=facts.finish_reason,
        started=f"{run.started:%Y-%m-%dT%H:%M:%SZ}",
        finished=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        versions={"panan_spider": __version__, "scrapy": version("scrapy")},
        discovered=facts.discovered,
        outcomes={str(outcome): count for outcome, count in sorted(facts.outcomes.items())},
        sums_match=sum(facts.outcomes.values()) == facts.discovered,
        sections=[WalkRecord.model_validate(walk) for walk in run.archive.walks()],
        failed_sections=list(facts.failed_sections),
        drift=judgement.seen.figures.drift,
        spider_errors=facts.spider_errors,
        item_errors=facts.item_errors,
        failed_images=list(run.failed_images),
        repaired=run.archive.notes,
        checks=list(judgement.checks),
        figures=judgement.seen.figures,
        **_measured(run),
        **_told(run, judgement),
        **_missing(run),
    )


def _measured(run: RunSources) -> dict[str, Any]:
    stats = run.crawler.stats
    assert stats is not None
    return {
        "requests": stats.get_value("downloader/request_count", 0),
        "bytes_received": stats.get_value("downloader/response_bytes", 0),
        "robots_unreachable": stats.get_value("panan/robots_unreachable", {}),
        "course": run.meter.course(),
    }


def _told(run: RunSources, judgement: RunEvaluation) -> dict[str, Any]:
    """What is new, corrected and gone."""
    stories, history = judgement.stories, judgement.seen.history
    before = set(history[0].gone) if history else set()
    gone = [entry(record) for record in run.archive.removed() if record["id"] not in before]
    return {
        "new_count": stories.new,
        "new": stories.newest,
        "corrections_count": stories.corrected,
        "corrections": corrections(run.archive, stories),
        "removals_count": len(gone),
        "removals": gone[:MOST_ENTRIES],
    }


def _missing(run: RunSources) -> dict[str, Any]:
    gaps = run.archive.gaps()
    return {"gaps_count": len(gaps), "gaps": [_gap(gap) for gap in gaps[:MOST_GAPS]]}


def _gap(gap: Any) -> Gap:
    fields = {name: getattr(gap, name) for name in gap.__dataclass_fields__}
    asked_alone = fields["kind"] in _ARTICLES  # a list is read in a whole run only
    asking = "scrapy crawl panan" + (f" -a urls={fields['url']}" if asked_alone else "")
    return Gap(**{**fields, "outcome": str(fields["outcome"])}, reproduce=asking)


def report_lines(report: RunReport) -> list[str]:
    """What a person reads at the end of the log."""
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
