"""Checks of the news: is there as much as there usually is, and which section has fallen silent? Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from panan_spider import thresholds
from panan_spider.checks.lists import named
from panan_spider.checks.seen import NO_HISTORY, Seen, found, middle, quantile, unjudged
from panan_spider.reports import Check, Figures

ARTICLE_COUNT: Final = "article_count"
SECTION_SILENCE: Final = "section_silence"

_WEEKDAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def newest_day(figures: Figures) -> str | None:
    """The newest day that any list of the run shows."""
    return max((section.newest for section in figures.sections.values() if section.newest), default=None)


def fresh(figures: Figures) -> int:
    """New articles that are news: not put on the web long before the run."""
    return figures.new - figures.late


def same_weekday(seen: Seen) -> list[int]:
    """How many new articles earlier runs brought on the weekday of this one."""
    day = seen.day.weekday()
    return [fresh(run) for run in seen.history if date.fromisoformat(run.day).weekday() == day]


def article_count(seen: Seen) -> Check:
    """New articles against the same weekday's history, and against what the lists named.

    A day without news is no fault: the lists say so themselves. What they name and the run does not bring home is one.
    """
    figures, count = seen.figures, fresh(seen.figures)
    if all(section.front is None for section in figures.sections.values()):
        return unjudged(ARTICLE_COUNT, "not judged: page one of no section was read")
    # Of one list alone: an article that three sections list is not three.
    listed = max((section.new for section in figures.sections.values()), default=0)
    if seen.history and listed >= thresholds.BROUGHT_ARTICLES and figures.new < thresholds.BROUGHT_SHARE * listed:
        said = f"one list names {listed} articles not known before, and {figures.new} of them were stored"
        return found(ARTICLE_COUNT, "warn", figures.new, f"half of the {listed} listed", said)
    earlier = same_weekday(seen)
    weekday = _WEEKDAYS[seen.day.weekday()]
    if len(earlier) < thresholds.WEEKDAY_RUNS:
        return unjudged(ARTICLE_COUNT, f"{NO_HISTORY} of {weekday}: {figures.new} new articles")
    most = max(thresholds.FLOOD_FLOOR, thresholds.FLOOD_FACTOR * max(earlier)) * _days_since(seen)
    usual = f"{middle(earlier):.0f} usual on {weekday}"
    if count > most:
        said = f"{count} new articles, {usual}: has the site numbered its articles anew?"
        return found(ARTICLE_COUNT, "warn", count, f"at most {most}", said)
    said = f"{count} new articles, {usual}"
    if not figures.new and not listed:
        said = f"no news today: the newest article of any list is of {newest_day(figures)}, {usual}"
    return found(ARTICLE_COUNT, "ok", count, f"at most {most}", said)


def _days_since(seen: Seen) -> int:
    """Days since the last whole run: after a pause there is more to fetch."""
    return max(1, (seen.day - date.fromisoformat(seen.history[0].day)).days) if seen.history else 1


class Silence(NamedTuple):
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
    recent = [day for day in days if today - timedelta(days=thresholds.RHYTHM_DAYS) <= day]
    gaps = [(later - earlier).days for earlier, later in pairwise(recent)]
    if len(gaps) < thresholds.SILENCE_GAPS:
        return None
    usual = thresholds.SILENCE_FACTOR * quantile(gaps, thresholds.SILENCE_QUANTILE)
    return max(thresholds.SILENCE_DAYS, round(usual))


def silences(seen: Seen) -> list[Silence]:
    """Every section that has a rhythm, longest overdue first."""
    all_of_them = []
    for section, days in seen.posting_days.items():
        past = sorted(day for day in days if day <= seen.day)
        limit = rhythm(past, seen.day)
        if limit is not None:
            listed = seen.figures.sections.get(section)
            shown = date.fromisoformat(listed.newest) if listed is not None and listed.newest else past[-1]
            all_of_them.append(Silence(section, max(past[-1], shown), limit))
    return sorted(all_of_them, key=lambda one: one.due)


def section_silence(seen: Seen) -> Check:
    """Silence of each section against its usual rhythm.

    What had fallen silent before the first run is history, and what stays silent for long has ended.
    """
    watched, today = seen.watched_since, seen.day
    if watched is None:
        return unjudged(SECTION_SILENCE, f"{NO_HISTORY}: silence is judged from the second run on")
    rhythms = silences(seen)
    if not rhythms:
        return unjudged(SECTION_SILENCE, f"{NO_HISTORY}: no section has {thresholds.SILENCE_GAPS} gaps to judge by")
    ended = timedelta(days=thresholds.ENDED_DAYS)
    silent = [one for one in rhythms if watched < one.due <= today < one.due + ended]
    threshold = f"{thresholds.SILENCE_FACTOR:g} times its gaps, {thresholds.SILENCE_DAYS} days at the least"
    if silent:
        said = named([f"{s.section} since {s.last} ({(today - s.last).days} days, {s.limit} at most)" for s in silent])
        return found(SECTION_SILENCE, "warn", f"{len(silent)} silent", threshold, f"silent beyond their rhythm: {said}")
    said = f"none of {len(rhythms)} sections with a rhythm has fallen out of it"
    return found(SECTION_SILENCE, "ok", "0 silent", threshold, said)
