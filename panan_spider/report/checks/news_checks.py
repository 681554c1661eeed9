"""Checks of the news: is there as much as there usually is, and which section has fallen silent? Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from panan_spider.core.run_report import CheckResult, Figures
from panan_spider.report.checks.context import NO_HISTORY, RunContext, found, middle, quantile, unjudged
from panan_spider.report.checks.list_checks import named
from panan_spider.sites.thresholds import DEFAULT_THRESHOLDS

ARTICLE_COUNT: Final = "article_count"
SECTION_SILENCE: Final = "section_silence"

_WEEKDAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def newest_day(figures: Figures) -> str | None:
    """The newest day that any list of the run shows."""
    return max((section.newest for section in figures.sections.values() if section.newest), default=None)


def fresh(figures: Figures) -> int:
    """New articles that are news: not put on the web long before the run."""
    return figures.new - figures.late


def same_weekday(seen: RunContext) -> list[int]:
    """How many new articles earlier runs brought on the weekday of this one."""
    day = seen.day.weekday()
    return [fresh(run) for run in seen.history if date.fromisoformat(run.day).weekday() == day]


def article_count(seen: RunContext) -> CheckResult:
    """New articles against the same weekday's history, and against what the lists named.

    A day without news is no fault: the lists say so themselves. What they name and the run does not bring home is one.
    """
    figures, count = seen.figures, fresh(seen.figures)
    if all(section.front is None for section in figures.sections.values()):
        return unjudged(ARTICLE_COUNT, "not judged: page one of no section was read")
    # Of one list alone: an article that three sections list is not three.
    listed = max((section.new for section in figures.sections.values()), default=0)
    if (
        seen.history
        and listed >= DEFAULT_THRESHOLDS.brought_articles
        and figures.new < DEFAULT_THRESHOLDS.brought_share * listed
    ):
        said = f"one list names {listed} articles not known before, and {figures.new} of them were stored"
        return found(ARTICLE_COUNT, "warn", figures.new, f"half of the {listed} listed", said)
    earlier = same_weekday(seen)
    weekday = _WEEKDAYS[seen.day.weekday()]
    if len(earlier) < DEFAULT_THRESHOLDS.weekday_runs:
        return unjudged(ARTICLE_COUNT, f"{NO_HISTORY} of {weekday}: {figures.new} new articles")
    most = max(DEFAULT_THRESHOLDS.flood_floor, DEFAULT_THRESHOLDS.flood_factor * max(earlier)) * _days_since(seen)
    usual = f"{middle(earlier):.0f} usual on {weekday}"
    if count > most:
        said = f"{count} new articles, {usual}: has the site numbered its articles anew?"
        return found(ARTICLE_COUNT, "warn", count, f"at most {most}", said)
    said = f"{count} new articles, {usual}"
    if not figures.new and not listed:
        said = f"no news today: the newest article of any list is of {newest_day(figures)}, {usual}"
    return found(ARTICLE_COUNT, "ok", count, f"at most {most}", said)


def _days_since(seen: RunContext) -> int:
    """Days since the last whole run: after a pause there is more to fetch."""
    return max(1, (seen.day - date.fromisoformat(seen.history[0].day)).days) if seen.history else 1


class SilentSection(NamedTuple):
    """How long a section has printed nothing, and from when on that is out of its rhythm."""

    section: str
    last: date
    limit: int  # days

    @property
    def due(self) -> date:
        """The first day on which the silence is out of rhythm."""
        return self.last + timedelta(days=self.limit + 1)


def rhythm(days: Sequence[date], today: date) -> int | None:
    """Days a section may be silent, by the gaps between the days it printed on; None where there are too few."""
    recent = [day for day in days if today - timedelta(days=DEFAULT_THRESHOLDS.rhythm_days) <= day]
    gaps = [(later - earlier).days for earlier, later in pairwise(recent)]
    if len(gaps) < DEFAULT_THRESHOLDS.silence_gaps:
        return None
    usual = DEFAULT_THRESHOLDS.silence_factor * quantile(gaps, DEFAULT_THRESHOLDS.silence_quantile)
    return max(DEFAULT_THRESHOLDS.silence_days, round(usual))


def silences(seen: RunContext) -> list[SilentSection]:
    """Every section that has a rhythm, longest overdue first."""
    all_of_them = []
    for section, days in seen.posting_days.items():
        past = sorted(day for day in days if day <= seen.day)
        limit = rhythm(past, seen.day)
        if limit is not None:
            listed = seen.figures.sections.get(section)
            shown = date.fromisoformat(listed.newest) if listed is not None and listed.newest else past[-1]
            all_of_them.append(SilentSection(section, max(past[-1], shown), limit))
    return sorted(all_of_them, key=lambda one: one.due)


def section_silence(seen: RunContext) -> CheckResult:
    """Silence of each section against its usual rhythm.

    What had fallen silent before the first run is history, and what stays silent for long has ended.
    """
    watched, today = seen.watched_since, seen.day
    if watched is None:
        return unjudged(SECTION_SILENCE, f"{NO_HISTORY}: silence is judged from the second run on")
    rhythms = silences(seen)
    if not rhythms:
        return unjudged(
            SECTION_SILENCE, f"{NO_HISTORY}: no section has {DEFAULT_THRESHOLDS.silence_gaps} gaps to judge by"
        )
    ended = timedelta(days=DEFAULT_THRESHOLDS.ended_days)
    silent = [one for one in rhythms if watched < one.due <= today < one.due + ended]
    threshold = (
        f"{DEFAULT_THRESHOLDS.silence_factor:g} times its gaps, {DEFAULT_THRESHOLDS.silence_days} days at the least"
    )
    if silent:
        said = named([f"{s.section} since {s.last} ({(today - s.last).days} days, {s.limit} at most)" for s in silent])
        return found(SECTION_SILENCE, "warn", f"{len(silent)} silent", threshold, f"silent beyond their rhythm: {said}")
    said = f"none of {len(rhythms)} sections with a rhythm has fallen out of it"
    return found(SECTION_SILENCE, "ok", "0 silent", threshold, said)
