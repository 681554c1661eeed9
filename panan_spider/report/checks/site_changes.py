"""Checks of the site itself: has it been redesigned, has it moved? Neither costs an article, and both need a person. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from panan_spider.core.run_report import CheckResult, Figures
from panan_spider.report.checks.context import NO_HISTORY, RunContext, found, unjudged
from panan_spider.report.checks.list_checks import named
from panan_spider.sites.thresholds import DEFAULT_THRESHOLDS

LIST_MARKUP: Final = "list_markup"
MOVED_HOSTS: Final = "moved_hosts"

_ANSWERS, _MOVED = "panan/answers/", "panan/moved/"


def moved_in(stats: Mapping[str, Any]) -> dict[str, str]:
    """By host, the other host of the site to which all but a few of its answers led, from a run's statistics."""
    found_moved = {}
    for key, count in stats.items():
        if key.startswith(_MOVED):
            host, _slash, target = key.removeprefix(_MOVED).partition("/")
            answers = stats.get(_ANSWERS + host, 0)
            if answers >= DEFAULT_THRESHOLDS.moved_answers and count >= DEFAULT_THRESHOLDS.moved_share * answers:
                found_moved[host] = target
    return found_moved


def moved_hosts(seen: RunContext) -> CheckResult:
    """Hosts that lead to another one since this run. Said once: from the next run on it is known."""
    if not seen.history:
        return unjudged(MOVED_HOSTS, f"{NO_HISTORY}: where hosts led before")
    known = {pair for run in seen.history for pair in run.moved.items()}
    new = sorted(set(seen.figures.moved.items()) - known)
    threshold = f"{DEFAULT_THRESHOLDS.moved_share:.0%} of a host's answers lead elsewhere"
    if new:
        led = "; ".join(f"{host} now leads to {target}" for host, target in new)
        said = f"{led}: everything is still read; `scrapy doctor` gives the lines of the profile to change"
        return found(MOVED_HOSTS, "warn", len(new), threshold, said)
    return found(MOVED_HOSTS, "ok", 0, threshold, "no host has moved")


def list_markup(seen: RunContext) -> CheckResult:
    """Lists whose block is no longer known by its class. They are read by their words; said once, when it begins."""
    now = _by_words(seen.figures)
    before = next((words for run in seen.history if (words := _by_words(run)) is not None), None)
    if now is None:
        return unjudged(LIST_MARKUP, "not judged: no list was read")
    if before is None:
        return unjudged(LIST_MARKUP, f"{NO_HISTORY}: how lists were marked up before")
    lost = sorted(name for name, one in seen.figures.sections.items() if one.front and one.by_words)
    threshold = f"{DEFAULT_THRESHOLDS.redesigned_share:.0%} of the sections"
    if now >= DEFAULT_THRESHOLDS.redesigned_share > before:
        said = f"page one of {named(lost)} has lost its list block and is read by its words alone: has the site been redesigned?"
        return found(LIST_MARKUP, "warn", len(lost), threshold, said)
    return found(LIST_MARKUP, "ok", len(lost), threshold, "lists are marked up as they were")


def _by_words(figures: Figures) -> float | None:
    """Share of the sections whose page one was read by its words; None where no page one was read."""
    read = [one.by_words for one in figures.sections.values() if one.front]
    return sum(read) / len(read) if read else None
