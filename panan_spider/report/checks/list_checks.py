"""Checks of the lists: are the sections there, and does page one of each name what it should? Pure."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from panan_spider.core.run_report import CheckResult, Figures
from panan_spider.report.checks.context import NO_HISTORY, RunContext, found, middle, unjudged
from panan_spider.sites.thresholds import DEFAULT_THRESHOLDS

SECTIONS_FOUND: Final = "sections_found"
FRONT_LINKS: Final = "front_page_links"

_MOST_NAMED: Final = 8


def named(names: Sequence[str]) -> str:
    """The names, and how many more there are."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def known_sections(history: Sequence[Figures]) -> set[str]:
    """Sections that whole runs found of late: often enough to be no accident, lately enough to be expected."""
    recent = history[: DEFAULT_THRESHOLDS.known_runs]
    times = Counter(name for run in recent for name, section in run.sections.items() if section.rows)
    return {name for name, count in times.items() if count >= min(DEFAULT_THRESHOLDS.known_times, len(recent))}


def sections_found(seen: RunContext) -> CheckResult:
    """Sections found against sections known. One that could not be read is incomplete, not missing."""
    if not seen.figures.whole:
        return unjudged(SECTIONS_FOUND, "not judged: the run did not see the whole site")
    if not seen.history:
        return unjudged(SECTIONS_FOUND, f"{NO_HISTORY}: {len(seen.figures.sections)} sections found")
    known = known_sections(seen.history)
    met = {name for name, section in seen.figures.sections.items() if section.rows}
    missing = sorted(known - met - seen.unread)
    value, threshold = (
        f"{len(known & met)} of {len(known)}",
        f"every section of the last {DEFAULT_THRESHOLDS.known_runs} runs",
    )
    if missing:
        said = f"{len(missing)} of {len(known)} known sections not found: {named(missing)}"
        return found(SECTIONS_FOUND, "fail", value, threshold, said)
    new = sorted(met - known - {name for run in seen.history for name in run.sections})
    said = f"all {len(known)} known sections are there" + (f", and new: {named(new)}" if new else "")
    return found(SECTIONS_FOUND, "ok", value, threshold, said)


def floor_of(name: str, history: Sequence[Figures]) -> int:
    """Links that page one of the section must have: the site's floor, and half of what it usually has."""
    floor = DEFAULT_THRESHOLDS.floors.get(name, DEFAULT_THRESHOLDS.floor)
    fronts = [run.sections[name].front for run in history if name in run.sections]
    usual = [front for front in fronts if front is not None]
    if len(usual) < DEFAULT_THRESHOLDS.floor_runs:
        return floor
    return max(floor, math.ceil(DEFAULT_THRESHOLDS.floor_share * middle(usual)))


def front_page_links(seen: RunContext) -> CheckResult:
    """Links on page one of each section against its floor."""
    fronts = {name: section.front for name, section in seen.figures.sections.items()}
    read = {name: front for name, front in fronts.items() if front is not None}
    if not read:
        return unjudged(FRONT_LINKS, "not judged: page one of no section was read")
    floors = {name: floor_of(name, seen.history) for name in read}
    low = sorted(name for name in read if read[name] < floors[name])
    threshold = f"each section's floor, {DEFAULT_THRESHOLDS.floor} link or {DEFAULT_THRESHOLDS.floor_share:.0%} of its usual number"
    if low:
        said = "; ".join(f"{name} has {read[name]} of at least {floors[name]}" for name in low[:_MOST_NAMED])
        return found(FRONT_LINKS, "fail", f"{len(low)} low", threshold, f"page one lists too little: {said}")
    lowest = min(read.values())
    said = f"page one of all {len(read)} sections lists what it should, {lowest} links or more"
    return found(FRONT_LINKS, "ok", lowest, threshold, said)
