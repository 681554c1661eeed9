"""A run that has ended, looked at and judged: facts, checks, exit code."""

import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final, Protocol

from scrapy.crawler import Crawler

from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import CheckResult, Figures, SectionFigures, State
from panan_spider.report.checks.context import RunContext
from panan_spider.report.checks.news_checks import newest_day
from panan_spider.report.checks.runner import failing, judge, state_of
from panan_spider.report.checks.site_changes import moved_in
from panan_spider.report.checks.stored_summary import StoredSummary
from panan_spider.report.checks.timeline import RequestRate
from panan_spider.report.verdict import RunFacts, verdict
from panan_spider.sites.thresholds import DEFAULT_THRESHOLDS

#: The site's own time.
SITE_TIME: Final = timezone(timedelta(hours=8))

_ARTICLES: Final = ("article", "part")
#: Arguments with which a run asks for a part of the site.
_PARTIAL: Final = frozenset({"sections", "urls", "since", "until"})
_STATUS: Final = "downloader/response_status_count/"


class RunSources(Protocol):
    """A run, as the extension knows it. `started` is UTC."""

    crawler: Crawler
    archive: Archive
    arguments: dict[str, str]
    started: datetime
    run_id: str
    meter: RequestRate
    failed_images: list[dict[str, str]]


@dataclass(frozen=True)
class RunEvaluation:
    """What is known of a run at its end."""

    facts: RunFacts
    seen: RunContext
    stories: StoredSummary
    checks: tuple[CheckResult, ...]
    code: ExitCode
    reason: str
    state: State


def gather(crawler: Crawler, archive: Archive, finish_reason: str) -> RunFacts:
    """The facts of a run that has ended, but for what the checks say."""
    spider, stats = crawler.spider, crawler.stats
    assert stats is not None
    return RunFacts(
        finish_reason=finish_reason,
        outcomes=archive.outcome_counts(),
        fresh_quarantine=archive.fresh_quarantine,
        discovered=archive.discovered_count,
        led_off_site=sum(gap.outcome is Outcome.OFF_SITE and gap.kind not in _ARTICLES for gap in archive.gaps()),
        known_faults=archive.memory.known_faults,
        robots_unreachable=tuple(stats.get_value("panan/robots_unreachable", ())),
        drift=tuple(getattr(spider, "drift", ())),
        failed_sections=tuple(getattr(spider, "failed_sections", ())),
        spider_errors=stats.get_value("spider_exceptions/count", 0),
        item_errors=stats.get_value("panan/item_errors", 0),
        log_errors=stats.get_value("log_count/ERROR", 0) + stats.get_value("log_count/CRITICAL", 0),
        failed_images=stats.get_value("panan/failed_images", 0),
        refusal=getattr(spider, "refusal", None) or None,
    )


def judged(run: RunSources, finish_reason: str) -> RunEvaluation:
    """The run, judged. Raises StoreError where the archive cannot be read."""
    facts = gather(run.crawler, run.archive, finish_reason)
    day = run.started.astimezone(SITE_TIME).date()
    stories = StoredSummary(day).take(run.archive.stored())
    seen = _look(run, facts, stories)
    checks = judge(seen)
    facts = replace(
        facts,
        drift=tuple(line for line in facts.drift if not _is_old(line, seen)),
        layout_checks=failing(checks, ExitCode.LAYOUT_DRIFT),
        blocked_checks=failing(checks, ExitCode.BLOCKED),
        no_news=_no_news(seen),
    )
    code, reason = verdict(facts)
    return RunEvaluation(facts, seen, stories, tuple(checks), code, reason, state_of(seen, code))


def _look(run: RunSources, facts: RunFacts, stories: StoredSummary) -> RunContext:
    counts = run.archive.ledger.queries
    stats = run.crawler.stats
    assert stats is not None
    since = stories.day - timedelta(days=DEFAULT_THRESHOLDS.rhythm_days)
    watched = counts.watched_since()
    return RunContext(
        figures=_figures(run, facts, stories),
        outcomes=facts.outcomes,
        fresh_quarantine=facts.fresh_quarantine,
        statuses=_statuses(stats.get_stats()),
        unread=frozenset(facts.failed_sections),
        history=[Figures.model_validate(one) for one in counts.figures(DEFAULT_THRESHOLDS.history_runs)],
        posting_days={
            section: [date.fromisoformat(day) for day in days]
            for section, days in counts.by_section(since.isoformat()).items()
        },
        watched_since=None if watched is None else date.fromisoformat(watched),
    )


def _statuses(stats: Mapping[str, Any]) -> dict[int, int]:
    return {int(key.removeprefix(_STATUS)): count for key, count in stats.items() if key.startswith(_STATUS)}


def _figures(run: RunSources, facts: RunFacts, stories: StoredSummary) -> Figures:
    stats = run.crawler.stats
    assert stats is not None
    sections = _sections(getattr(run.crawler.spider, "section_reports", ()))
    whole = (
        facts.finish_reason == "finished"
        and bool(sections)
        and not facts.robots_unreachable
        and not _PARTIAL & run.arguments.keys()
    )
    return Figures(
        day=stories.day.isoformat(),
        whole=whole,
        full=run.arguments.get("full") == "true",
        sections=sections,
        coverage=stories.plain_coverage(),
        new=stories.new,
        late=stories.late,
        gone=[record["id"] for record in run.archive.removed()],
        drift=list(facts.drift),
        moved=moved_in(stats.get_stats()),
        seconds=round(max(0.0, (datetime.now(UTC) - run.started).total_seconds()), 1),
        peak_mib=round(_peak_mib(), 1),
    )


def _sections(walks: Any) -> dict[str, SectionFigures]:
    """The run's walks by name: two lists of one name are one section, and both count."""
    found: dict[str, SectionFigures] = {}
    for walk in walks:
        one = SectionFigures(**{name: walk[name] for name in SectionFigures.model_fields})
        if (before := found.get(walk["name"])) is not None:
            fronts = [front for front in (before.front, one.front) if front is not None]
            one.front = sum(fronts) if fronts else None
            one.rows, one.new = before.rows + one.rows, before.new + one.new
            one.by_words = before.by_words and one.by_words
            one.newest = max(filter(None, (before.newest, one.newest)), default=None)
        found[walk["name"]] = one
    return found


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _is_old(line: str, seen: RunContext) -> bool:
    """Whether the line has stood in every one of the last runs: then the section it speaks of has ended."""
    recent = seen.history[: DEFAULT_THRESHOLDS.drift_runs]
    return len(recent) == DEFAULT_THRESHOLDS.drift_runs and all(line in run.drift for run in recent)


def _no_news(seen: RunContext) -> str | None:
    sections = seen.figures.sections.values()
    if not seen.history or not seen.figures.whole or seen.figures.new or not all(one.front for one in sections):
        return None
    return f"no news today, page one of all {len(sections)} sections is well-formed, their newest article is of {newest_day(seen.figures)}"
