"""Run evaluation: the figures of a run that has ended, its checks against earlier runs, and the exit code that follows."""

import re
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.store.archive import Archive
from panan_spider.core.clock import site_day
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import (
    CheckResult,
    Figures,
    SectionFigures,
    State,
    Timeline,
)
from panan_spider.core.translations import sentence
from panan_spider.report.checks import news_checks, page_checks, run_checks
from panan_spider.report.checks.run_checks import ArticleChange, CheckAnswer, RunContext, StoredSummary
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
from panan_spider.sites.profile import Site

_STATUS: Final = "downloader/response_status_count/"

#: Linux counts a process's peak in kB here.
_STATUS_FILE: Final = Path("/proc/self/status")
_PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
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
#: Every check by its name, in the order of the report.
CHECKS: Final[dict[str, Callable[[RunContext], CheckAnswer]]] = {
    check.__name__: check
    for check in (
        page_checks.sections_found,
        page_checks.front_page_links,
        page_checks.list_markup,
        run_checks.moved_hosts,
        page_checks.unknown_layout,
        page_checks.field_coverage,
        page_checks.unknown_labels,
        news_checks.article_count,
        news_checks.section_silence,
        news_checks.same_content,
        news_checks.mass_changes,
        news_checks.shortened_texts,
        news_checks.lost_pages,
        news_checks.redirected_articles,
        news_checks.newly_forbidden,
        run_checks.failed_addresses,
        run_checks.unwanted_http_codes,
        run_checks.execution_time,
        run_checks.peak_memory,
    )
}
#: The exit code that a check's `fail` gives. A `fail` of any other check stands in the report only, and a `warn` never changes a code.
CODES: Final = {
    "sections_found": ExitCode.LAYOUT_DRIFT,
    "front_page_links": ExitCode.LAYOUT_DRIFT,
    "unknown_layout": ExitCode.LAYOUT_DRIFT,
    "field_coverage": ExitCode.LAYOUT_DRIFT,
    "same_content": ExitCode.LAYOUT_DRIFT,
    "redirected_articles": ExitCode.INCOMPLETE,
    "newly_forbidden": ExitCode.INCOMPLETE,
    "unwanted_http_codes": ExitCode.BLOCKED,
}
#: Checks whose `fail` is about the site, not about tonight: it gives its code until it is confirmed, then it is known.
LASTING: Final = frozenset({"sections_found", "front_page_links", "field_coverage"})


def section_figures(walks: Iterable[Mapping[str, Any]]) -> dict[str, SectionFigures]:
    """The figures of the run's walks by section name; two lists of one name are added up."""
    sections: dict[str, SectionFigures] = {}
    for walk in walks:
        figures = SectionFigures(**{name: walk[name] for name in SectionFigures.model_fields if name in walk})
        before = sections.get(walk["name"])
        sections[walk["name"]] = figures if before is None else _added(before, figures)
    return sections


def section_urls(walks: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The URLs of the run's walks by section name."""
    urls: dict[str, list[str]] = {}
    for walk in walks:
        urls.setdefault(walk["name"], []).append(walk["url"])
    return urls


def _added(first: SectionFigures, second: SectionFigures) -> SectionFigures:
    fronts = [front for front in (first.front, second.front) if front is not None]
    return SectionFigures(
        front=sum(fronts) if fronts else None,
        rows=first.rows + second.rows,
        new=first.new + second.new,
        newest=max(filter(None, (first.newest, second.newest)), default=None),
        by_words=first.by_words and second.by_words,
        unknown=first.unknown + second.unknown,
        off_site=first.off_site + second.off_site,
    )


def http_statuses(stats: Mapping[str, Any]) -> dict[int, int]:
    """Responses by HTTP status, from Scrapy's stats."""
    return {int(key.removeprefix(_STATUS)): count for key, count in stats.items() if key.startswith(_STATUS)}


def peak_mib() -> float:
    """Peak memory of this process, MiB.

    Not getrusage's where there is another: on Linux that is at least the memory of the process that started this one.
    """
    if _STATUS_FILE.exists() and (found := _PEAK.search(_STATUS_FILE.read_text())) is not None:
        return int(found[1]) / (1 << 10)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def check_results(context: RunContext) -> list[CheckResult]:
    """The result of every check, in the order of `CHECKS`."""
    return [CheckResult(name=name, **check(context)._asdict()) for name, check in CHECKS.items()]


@dataclass(frozen=True)
class SpiderFindings:
    """Findings of the spider about the lists. `walks` hold a mapping each, with the keys of `SectionFigures` and `name`."""

    walks: Sequence[Mapping[str, Any]] = ()
    drift: Sequence[str] = ()
    unknown_labels: Mapping[str, int] = field(
        default_factory=dict
    )  # labels of tail lines that no list knows, with their pages
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
    limits, day = run.site.thresholds, site_day(run.started)
    titles = run.archive.ledger.articles.titles_shown
    stored = StoredSummary(day, limits.late_days, titles_shown=titles)
    stored.add_all(run.archive.stored())
    known = run.archive.ledger.faults.known()
    faults = _faults(run, facts)
    context = _context(run, facts, stored, seen_faults(faults, known, day.isoformat(), limits))
    checks = check_results(context)
    seen = seen_faults([*faults, *check_faults(checks, CODES, LASTING)], known, day.isoformat(), limits)
    facts = replace(facts, faults=seen, missing=_missing(run, seen), no_news=_no_news(context))
    code, reason = exit_code_of(facts)
    return RunEvaluation(
        facts=facts,
        context=context,
        stored=stored,
        checks=tuple(checks),
        resolved=tuple(resolved(known, seen, full=all(walk.get("state") == "end" for walk in run.spider.walks)))
        if context.figures.whole
        else (),
        code=code,
        reason=reason,
        state=state_of(context, code),
    )


def facts_of(run: EndedRun) -> RunFacts:
    """The facts of a run, without its faults."""
    archive, stats = run.archive, run.stats
    return RunFacts(
        finish_reason=run.finish_reason,
        outcomes=archive.memory.counts,
        discovered=archive.memory.discovered_count,
        robots_unreachable=tuple(stats.get("panan/robots_unreachable", ())),
        robots_reasons=tuple(
            reason for reason in stats.get("panan/robots_unreachable", {}).values() if reason.startswith("redirect")
        ),
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
    """Missing addresses, by outcome, without those of which a fault alerts."""
    missing = {url.url: url.outcome for url in run.archive.gaps()}
    missing |= {fault.subject: fault.outcome for fault in faults.known if fault.outcome is not None}
    alerting = {fault.subject for fault in faults.alerting}
    return Counter(outcome for url, outcome in missing.items() if url not in alerting)


def _context(run: EndedRun, facts: RunFacts, stored: StoredSummary, faults: SeenFaults) -> RunContext:
    counts, limits = run.archive.ledger.queries, run.site.thresholds
    since = stored.day - timedelta(days=limits.rhythm_days)
    watched = counts.watched_since()
    titles = run.archive.ledger.articles.titles_of_others(stored.retitled)
    return RunContext(
        figures=_figures(run, facts, stored),
        thresholds=limits,
        outcomes=facts.outcomes,
        fresh_quarantine=faults.counts(ExitCode.LAYOUT_DRIFT) + faults.counts(ExitCode.INCOMPLETE),
        statuses=http_statuses(run.stats),
        unknown_labels=run.spider.unknown_labels,
        unread=frozenset(name.partition(" (http")[0] for name in run.spider.failed_sections),
        history=[Figures.model_validate(figures) for figures in counts.figures(limits.history_runs)],
        posting_days={
            section: [date.fromisoformat(day) for day in days]
            for section, days in counts.by_section(since.isoformat()).items()
        },
        watched_since=None if watched is None else date.fromisoformat(watched),
        contents=stored.contents,
        same_texts=max(stored.texts.values(), default=0),
        same_titles=max(Counter(title for _article_id, title in stored.retitled).values(), default=0),
        exchanged=titles.exchanged,
        mixed_up=titles.mixed_up,
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
        addresses=section_urls(run.spider.walks),
        coverage=stored.field_counts(),
        new=stored.new,
        late=stored.late,
        gone=[record["id"] for record in run.archive.removed()],
        drift=list(run.spider.drift),
        moved=run_checks.moved_in(run.stats, run.site.thresholds),
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
    return str(
        sentence(
            "no news today, page one of all {count} sections is well-formed, their newest article is of {day}",
            count=len(sections),
            day=news_checks.newest_day(figures),
        )
    )
