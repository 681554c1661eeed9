"""List checks: known sections found, links on page one, list markup. Pure functions of a run context."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Final

from panan_spider.core.run_report import CheckResult, Figures
from panan_spider.core.translations import sentence
from panan_spider.report.checks.context import RunContext, check_result, listed, not_judged
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
        return not_judged(SECTIONS_FOUND, sentence("not judged: the run did not see the whole site"))
    if not context.history:
        return not_judged(
            SECTIONS_FOUND, sentence("no history yet: {count} sections found", count=len(figures.sections))
        )
    known = known_sections(context.history, limit)
    found = {name for name, section in figures.sections.items() if section.rows}
    present = (known & found) | _renamed(known - found, found, context)
    missing = sorted(known - present - context.unread)
    value = f"{len(present)} of {len(known)}"
    threshold = sentence("every section of the last {count} runs", count=limit.known_runs)
    total = len(known)
    if missing:
        finding = sentence(
            "{count} of {total} known sections not found: {names}",
            count=len(missing),
            total=total,
            names=listed(missing),
        )
        return check_result(SECTIONS_FOUND, "fail", value, threshold, finding)
    new = sorted(found - known - {name for run in context.history for name in run.sections})
    finding = sentence("all {total} known sections are there", total=total)
    if new:
        finding = sentence("all {total} known sections are there, and new: {names}", total=total, names=listed(new))
    return check_result(SECTIONS_FOUND, "ok", value, threshold, finding)


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
        return not_judged(FRONT_LINKS, sentence("not judged: page one of no section was read"))
    floors = {name: floor_of(name, context.history, limit) for name in read}
    low = [name for name in sorted(read) if read[name] < floors[name]]
    threshold = sentence(
        "each section's floor, {count} link or {share:.0%} of its usual number",
        count=limit.floor,
        share=limit.floor_share,
    )
    if low:
        named = [
            str(sentence("{name} has {count} of at least {most}", name=name, count=read[name], most=floors[name]))
            for name in low[:8]
        ]
        finding = sentence("page one lists too little: {sections}", sections="; ".join(named))
        return check_result(FRONT_LINKS, "fail", f"{len(low)} low", threshold, finding)
    lowest = min(read.values())
    finding = sentence(
        "page one of all {total} sections lists what it should, {count} links or more", total=len(read), count=lowest
    )
    return check_result(FRONT_LINKS, "ok", lowest, threshold, finding)


def list_markup(context: RunContext) -> CheckResult:
    """Share of the lists whose block is no longer known by its class. Warns once, on the night of the change."""
    limit, now = context.thresholds, _share_by_words(context.figures)
    before = next((share for run in context.history if (share := _share_by_words(run)) is not None), None)
    if now is None:
        return not_judged(LIST_MARKUP, sentence("not judged: no list was read"))
    if before is None:
        return not_judged(LIST_MARKUP, sentence("no history yet: how lists were marked up before"))
    lost = sorted(name for name, section in context.figures.sections.items() if section.front and section.by_words)
    threshold = sentence("{share:.0%} of the sections", share=limit.redesigned_share)
    if now >= limit.redesigned_share > before:
        finding = sentence(
            "page one of {names} has lost its list block and is read by its words alone: has the site been redesigned?",
            names=listed(lost),
        )
        return check_result(LIST_MARKUP, "warn", len(lost), threshold, finding)
    return check_result(LIST_MARKUP, "ok", len(lost), threshold, sentence("lists are marked up as they were"))


def _share_by_words(figures: Figures) -> float | None:
    """Share of the sections whose page one was read by its words; None where no page one was read."""
    by_words = [section.by_words for section in figures.sections.values() if section.front]
    return sum(by_words) / len(by_words) if by_words else None
