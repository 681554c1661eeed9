"""Run evaluation: a run that has ended, its facts, its checks against earlier runs, and the exit code that follows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice
from typing import Any, Final

from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import CheckResult, Figures, State, Timeline
from panan_spider.report.checks.context import ArticleChange, RunContext
from panan_spider.report.checks.http_checks import moved_in
from panan_spider.report.checks.news_checks import newest_day
from panan_spider.report.checks.runner import CODES, LASTING, run_checks
from panan_spider.report.exit_code import RunFacts, exit_code_of
from panan_spider.report.faults import (
    Fault,
    SeenFaults,
    address_faults,
    check_faults,
    dead_links,
    drift_faults,
    redirects,
    resolved,
    section_faults,
    seen_faults,
)
from panan_spider.report.run_figures import StoredSummary, http_statuses, peak_mib, section_figures
from panan_spider.sites.profile import Site

#: The time of the sites (China Standard Time).
SITE_TIME: Final = timezone(timedelta(hours=8))

#: Changed articles whose text is compared with the revision before: enough to see what happens to all of them.
_MOST_COMPARED: Final = 1_000

#: Outcomes of addresses that were not requested.
_UNASKED: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE, Outcome.PENDING})

#: Arguments with which a run asks for a part of the site only.
_PARTIAL: Final = frozenset({"sections", "urls", "since", "until"})

_NOT_SEEN: Final = (
    *(ExitCode.NOT_STARTED, ExitCode.STORE_ERROR, ExitCode.INTERRUPTED),
    *(ExitCode.ROBOTS_UNREACHABLE, ExitCode.BLOCKED),
)


@dataclass(frozen=True)
class SpiderFindings:
    """Findings of the spider about the lists. `walks` hold a mapping each, with the keys of `SectionFigures` and `name`."""

    walks: Sequence[Mapping[str, Any]] = ()
    drift: Sequence[str] = ()
    failed_sections: Sequence[str] = ()
    refusal: str | None = None  # why the arguments cannot be met


@dataclass(frozen=True)
class EndedRun:
    """A run after its last response: all that its evaluation and its report are made from. `started` is UTC."""

    site: Site
    archive: Archive
    run_id: str
    arguments: Mapping[str, str]
    started: datetime
    finish_reason: str  # Scrapy's
    stats: Mapping[str, Any]  # Scrapy's
    spider: SpiderFindings
    timeline: Timeline
    failed_images: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class RunEvaluation:
    """An evaluated run."""

    facts: RunFacts
    context: RunContext
    stored: StoredSummary
    checks: tuple[CheckResult, ...]
    resolved: tuple[str, ...]  # keys of the faults that are no longer there
    code: ExitCode
    reason: str
    state: State


def evaluate(run: EndedRun) -> RunEvaluation:
    """Evaluate a run. Raises StoreError where the archive cannot be read."""
    facts = facts_of(run)
    limits, day = run.site.thresholds, run.started.astimezone(SITE_TIME).date()
    stored = StoredSummary(day, limits.late_days)
    stored.add_all(run.archive.stored())
    known = run.archive.ledger.faults.known()
    faults = _faults(run, facts)
    context = _context(run, facts, stored, seen_faults(faults, known, day.isoformat(), limits))
    checks = run_checks(context)
    seen = seen_faults([*faults, *check_faults(checks, CODES, LASTING)], known, day.isoformat(), limits)
    facts = replace(facts, faults=seen, missing=_missing(run, seen), no_news=_no_news(context))
    code, reason = exit_code_of(facts)
    return RunEvaluation(
        facts=facts,
        context=context,
        stored=stored,
        checks=tuple(checks),
        resolved=tuple(resolved(known, seen)) if context.figures.whole else (),
        code=code,
        reason=reason,
        state=state_of(context, code),
    )


def facts_of(run: EndedRun) -> RunFacts:
    """The facts of a run, without its faults."""
    archive, stats = run.archive, run.stats
    return RunFacts(
        finish_reason=run.finish_reason,
        outcomes=archive.outcome_counts(),
        discovered=archive.discovered_count,
        robots_unreachable=tuple(stats.get("panan/robots_unreachable", ())),
        spider_errors=stats.get("spider_exceptions/count", 0),
        item_errors=stats.get("panan/item_errors", 0),
        log_errors=stats.get("log_count/ERROR", 0) + stats.get("log_count/CRITICAL", 0),
        failed_images=stats.get("panan/failed_images", 0),
        refusal=run.spider.refusal,
    )


def state_of(context: RunContext, code: ExitCode) -> State:
    """The state of the site as the run saw it: news, no news, no longer readable, or not seen."""
    if code is ExitCode.LAYOUT_DRIFT:
        return "broken"
    if code in _NOT_SEEN:
        return "not_seen"
    if context.figures.new:
        return "news"
    sections = context.figures.sections.values()
    return "no_news" if sections and all(section.front for section in sections) else "not_seen"


def _faults(run: EndedRun, facts: RunFacts) -> list[Fault]:
    """The faults of a run, without those that the checks find."""
    asked = sum(count for outcome, count in facts.outcomes.items() if outcome not in _UNASKED)
    dead = dead_links(run.spider.failed_sections)
    sections = [name for name in run.spider.failed_sections if name not in dead.values()]
    return [
        *address_faults(run.archive.doubtful(), asked, run.site.thresholds, dead),
        *drift_faults(run.spider.drift),
        *section_faults(sections, run.spider.walks),
    ]


def _missing(run: EndedRun, faults: SeenFaults) -> Counter[Outcome]:
    """Missing addresses, by outcome, without those of which a fault rings."""
    missing = {url.url: url.outcome for url in run.archive.gaps()}
    missing |= {fault.subject: fault.outcome for fault in faults.known if fault.outcome is not None}
    ringing = {fault.subject for fault in faults.ringing}
    return Counter(outcome for url, outcome in missing.items() if url not in ringing)


def _context(run: EndedRun, facts: RunFacts, stored: StoredSummary, faults: SeenFaults) -> RunContext:
    counts, limits = run.archive.ledger.queries, run.site.thresholds
    since = stored.day - timedelta(days=limits.rhythm_days)
    watched = counts.watched_since()
    return RunContext(
        figures=_figures(run, facts, stored),
        thresholds=limits,
        outcomes=facts.outcomes,
        fresh_quarantine=faults.counts(ExitCode.LAYOUT_DRIFT) + faults.counts(ExitCode.INCOMPLETE),
        statuses=http_statuses(run.stats),
        unread=frozenset(run.spider.failed_sections),
        history=[Figures.model_validate(figures) for figures in counts.figures(limits.history_runs)],
        posting_days={
            section: [date.fromisoformat(day) for day in days]
            for section, days in counts.by_section(since.isoformat()).items()
        },
        watched_since=None if watched is None else date.fromisoformat(watched),
        contents=stored.contents,
        changes=_changes(run.archive, stored),
        requested=sum(facts.outcomes.get(outcome, 0) for outcome in (Outcome.UNCHANGED, Outcome.REVISED)),
    )


def _changes(archive: Archive, stored: StoredSummary) -> list[ArticleChange]:
    """The stored articles that have another content, with the length and the pages of the revision before."""
    some = islice(stored.revised.items(), _MOST_COMPARED)
    records = archive.revisions((number, new.revision - 1) for number, new in some)
    before = {number: (len(record["text"]), record["pages"]) for (number, _revision), record in records.items()}
    changes = []
    for number, new in stored.revised.items():
        length, pages = before.get(number, (None, new.pages))
        changes.append(ArticleChange(number, new.content, new.length, length, new.pages, pages))
    return changes


def _figures(run: EndedRun, facts: RunFacts, stored: StoredSummary) -> Figures:
    return Figures(
        day=stored.day.isoformat(),
        whole=_is_whole(run),
        full=run.arguments.get("full") == "true",
        sections=section_figures(run.spider.walks),
        coverage=stored.field_counts(),
        new=stored.new,
        late=stored.late,
        gone=[record["id"] for record in run.archive.removed()],
        drift=list(run.spider.drift),
        moved=moved_in(run.stats, run.site.thresholds),
        redirected=redirects(run.archive.doubtful()),
        forbidden=facts.outcomes.get(Outcome.FORBIDDEN, 0),
        seconds=round(max(0.0, (datetime.now(UTC) - run.started).total_seconds()), 1),
        peak_mib=round(peak_mib(), 1),
    )


def _is_whole(run: EndedRun) -> bool:
    """True for a run that asked for the whole site and came to its end: a measure for later runs."""
    return (
        run.finish_reason == "finished"
        and bool(run.spider.walks)
        and not run.stats.get("panan/robots_unreachable")
        and not _PARTIAL & run.arguments.keys()
    )


def _no_news(context: RunContext) -> str | None:
    figures = context.figures
    sections = figures.sections.values()
    if not context.history or not figures.whole or figures.new or not all(section.front for section in sections):
        return None
    return (
        f"no news today, page one of all {len(sections)} sections is well-formed, "
        f"their newest article is of {newest_day(figures)}"
    )
