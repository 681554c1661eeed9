"""List checks: known sections found, links on page one, list markup. Pure functions of a run context."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Final

from panan_spider.core.run_report import CheckResult, Figures
from panan_spider.report.checks.context import NO_HISTORY, RunContext, check_result, listed, not_judged
from panan_spider.sites.thresholds import Thresholds

SECTIONS_FOUND: Final = "sections_found"
FRONT_LINKS: Final = "front_page_links"
LIST_MARKUP: Final = "list_markup"


def known_sections(history: Sequence[Figures], thresholds: Thresholds) -> set[str]:
    """Sections found in enough of the last whole runs to be expected in the next."""
    recent = history[: thresholds.known_runs]
    times = Counter(name for run in recent for name, section in run.sections.items() if section.rows)
    return {name for name, count in times.items() if count >= min(thresholds.known_times, len(recent))}


def sections_found(context: RunContext) -> CheckResult:
    """Sections found against sections known. A section that could not be read is incomplete, not missing."""
    figures, limit = context.figures, context.thresholds
    if not figures.whole:
        return not_judged(SECTIONS_FOUND, "not judged: the run did not see the whole site")
    if not context.history:
        return not_judged(SECTIONS_FOUND, f"{NO_HISTORY}: {len(figures.sections)} sections found")
    known = known_sections(context.history, limit)
    found = {name for name, section in figures.sections.items() if section.rows}
    present = (known & found) | _renamed(known - found, found, context)
    missing = sorted(known - present - context.unread)
    value, threshold = f"{len(present)} of {len(known)}", f"every section of the last {limit.known_runs} runs"
    if missing:
        sentence = f"{len(missing)} of {len(known)} known sections not found: {listed(missing)}"
        return check_result(SECTIONS_FOUND, "fail", value, threshold, sentence)
    new = sorted(found - known - {name for run in context.history for name in run.sections})
    sentence = f"all {len(known)} known sections are there" + (f", and new: {listed(new)}" if new else "")
    return check_result(SECTIONS_FOUND, "ok", value, threshold, sentence)


def _renamed(names: set[str], found: set[str], context: RunContext) -> set[str]:
    """The names whose sections bear another one tonight: one of their addresses is that of a section found."""
    tonight = {url for name in found for url in context.figures.addresses.get(name, ())}
    return {name for name in names if any(tonight.intersection(run.addresses.get(name, ())) for run in context.history)}


def floor_of(name: str, history: Sequence[Figures], thresholds: Thresholds) -> int:
    """Links that page one of the section must have: the site's floor, and half of the section's usual number."""
    floor = thresholds.floors.get(name, thresholds.floor)
    fronts = [run.sections[name].front for run in history if name in run.sections]
    usual = [front for front in fronts if front is not None]
    if len(usual) < thresholds.floor_runs:
        return floor
    return max(floor, math.ceil(thresholds.floor_share * median(usual)))


def front_page_links(context: RunContext) -> CheckResult:
    """Links on page one of each section against the section's floor."""
    limit = context.thresholds
    fronts = {name: section.front for name, section in context.figures.sections.items()}
    read = {name: front for name, front in fronts.items() if front is not None}
    if not read:
        return not_judged(FRONT_LINKS, "not judged: page one of no section was read")
    floors = {name: floor_of(name, context.history, limit) for name in read}
    low = [f"{name} has {read[name]} of at least {floors[name]}" for name in sorted(read) if read[name] < floors[name]]
    threshold = f"each section's floor, {limit.floor} link or {limit.floor_share:.0%} of its usual number"
    if low:
        return check_result(
            FRONT_LINKS, "fail", f"{len(low)} low", threshold, f"page one lists too little: {'; '.join(low[:8])}"
        )
    lowest = min(read.values())
    sentence = f"page one of all {len(read)} sections lists what it should, {lowest} links or more"
    return check_result(FRONT_LINKS, "ok", lowest, threshold, sentence)


def list_markup(context: RunContext) -> CheckResult:
    """Share of the lists whose block is no longer known by its class. Warns once, on the night of the change."""
    limit, now = context.thresholds, _share_by_words(context.figures)
    before = next((share for run in context.history if (share := _share_by_words(run)) is not None), None)
    if now is None:
        return not_judged(LIST_MARKUP, "not judged: no list was read")
    if before is None:
        return not_judged(LIST_MARKUP, f"{NO_HISTORY}: how lists were marked up before")
    lost = sorted(name for name, section in context.figures.sections.items() if section.front and section.by_words)
    threshold = f"{limit.redesigned_share:.0%} of the sections"
    if now >= limit.redesigned_share > before:
        sentence = f"page one of {listed(lost)} has lost its list block and is read by its words alone: has the site been redesigned?"
        return check_result(LIST_MARKUP, "warn", len(lost), threshold, sentence)
    return check_result(LIST_MARKUP, "ok", len(lost), threshold, "lists are marked up as they were")


def _share_by_words(figures: Figures) -> float | None:
    """Share of the sections whose page one was read by its words; None where no page one was read."""
    by_words = [section.by_words for section in figures.sections.values() if section.front]
    return sum(by_words) / len(by_words) if by_words else None
