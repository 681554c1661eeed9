"""News checks: number of new articles, and sections that have fallen silent. Pure functions of a run context."""

from datetime import date, timedelta
from statistics import median
from typing import Final, NamedTuple

from panan_spider.core.run_report import CheckResult, Figures
from panan_spider.core.translations import Message, sentence
from panan_spider.report.checks.context import RunContext, check_result, listed, not_judged
from panan_spider.report.rhythm import quiet_limit, recent

ARTICLE_COUNT: Final = "article_count"
SECTION_SILENCE: Final = "section_silence"

_WEEKDAYS: Final = (
    *(sentence("Mondays"), sentence("Tuesdays"), sentence("Wednesdays"), sentence("Thursdays")),
    *(sentence("Fridays"), sentence("Saturdays"), sentence("Sundays")),
)


def newest_day(figures: Figures) -> str | None:
    """The newest day in any list of the run."""
    return max((section.newest for section in figures.sections.values() if section.newest), default=None)


def fresh(figures: Figures) -> int:
    """New articles that are news: not put on the web long before the run."""
    return figures.new - figures.late


def same_weekday(context: RunContext) -> list[int]:
    """New articles of earlier runs on the weekday of this one."""
    day = context.day.weekday()
    return [fresh(run) for run in context.history if date.fromisoformat(run.day).weekday() == day]


def article_count(context: RunContext) -> CheckResult:
    """New articles against the history of the same weekday, and against the rows of the lists.

    A day without news is no fault, because the lists show that there were none. A listed article that was not stored is one.
    """
    figures = context.figures
    if all(section.front is None for section in figures.sections.values()):
        return not_judged(ARTICLE_COUNT, sentence("not judged: page one of no section was read"))
    # The rows of one list only: an article that three sections list is not three.
    rows = max((section.new for section in figures.sections.values()), default=0)
    if (shortfall := _shortfall(context, rows)) is not None:
        return shortfall
    earlier = same_weekday(context)
    weekday = _WEEKDAYS[context.day.weekday()]
    if len(earlier) < context.thresholds.weekday_runs:
        return not_judged(
            ARTICLE_COUNT,
            sentence("no history yet of {weekday}: {count} new articles", weekday=weekday, count=figures.new),
        )
    return _against_weekday(context, rows, earlier, weekday)


def _shortfall(context: RunContext, rows: int) -> CheckResult | None:
    """The result for a run that stored too few of the articles that one list names as new."""
    limit, stored = context.thresholds, context.figures.new
    if not context.history or rows < limit.brought_articles or stored >= limit.brought_share * rows:
        return None
    finding = sentence(
        "one list names {total} articles not known before, and {count} of them were stored", total=rows, count=stored
    )
    return check_result(ARTICLE_COUNT, "warn", stored, sentence("half of the {total} listed", total=rows), finding)


def _against_weekday(context: RunContext, rows: int, earlier: list[int], weekday: Message) -> CheckResult:
    figures, limit, count = context.figures, context.thresholds, fresh(context.figures)
    most = max(limit.flood_floor, limit.flood_factor * max(earlier)) * _days_since_last_run(context)
    threshold = sentence("at most {most}", most=most)
    values = {"count": count, "usual": median(earlier), "weekday": weekday}
    if count > most:
        finding = sentence(
            "{count} new articles, {usual:.0f} usual on {weekday}: has the site numbered its articles anew?", **values
        )
        return check_result(ARTICLE_COUNT, "warn", count, threshold, finding)
    finding = sentence("{count} new articles, {usual:.0f} usual on {weekday}", **values)
    if not figures.new and not rows:
        finding = sentence(
            "no news today: the newest article of any list is of {day}, {usual:.0f} usual on {weekday}",
            day=newest_day(figures),
            **values,
        )
    return check_result(ARTICLE_COUNT, "ok", count, threshold, finding)


def _days_since_last_run(context: RunContext) -> int:
    """Days since the last whole run, at least 1: after a pause there is more to fetch."""
    history = context.history
    return max(1, (context.day - date.fromisoformat(history[0].day)).days) if history else 1


class SectionRhythm(NamedTuple):
    """The last posting day of a section, and how many days it may be quiet after it."""

    section: str
    last: date
    limit: int  # days

    @property
    def due(self) -> date:
        """The first day on which the silence is out of rhythm."""
        return self.last + timedelta(days=self.limit + 1)


def section_rhythms(context: RunContext) -> list[SectionRhythm]:
    """Every section with enough posting days for a rhythm, longest overdue first."""
    rhythms = []
    for section, days in context.posting_days.items():
        past = sorted(day for day in days if day <= context.day)
        limit = quiet_limit(recent(past, context.day, context.thresholds), context.thresholds)
        if limit is not None:
            figures = context.figures.sections.get(section)
            shown = date.fromisoformat(figures.newest) if figures is not None and figures.newest else past[-1]
            rhythms.append(SectionRhythm(section, max(past[-1], shown), limit))
    return sorted(rhythms, key=lambda rhythm: rhythm.due)


def section_silence(context: RunContext) -> CheckResult:
    """Sections that are quiet beyond their rhythm.

    A silence that began before the first run is history, and a section that stays silent for `ended_days` more has ended.
    """
    watched, today, limit = context.watched_since, context.day, context.thresholds
    if watched is None:
        return not_judged(SECTION_SILENCE, sentence("no history yet: silence is judged from the second run on"))
    rhythms = section_rhythms(context)
    if not rhythms:
        return not_judged(
            SECTION_SILENCE,
            sentence("no history yet: no section has {count} gaps to judge by", count=limit.silence_gaps),
        )
    ended = timedelta(days=limit.ended_days)
    silent = [rhythm for rhythm in rhythms if watched < rhythm.due <= today < rhythm.due + ended]
    threshold = sentence(
        "{count:g} times its gaps, {days} days at the least", count=limit.silence_factor, days=limit.silence_days
    )
    if silent:
        finding = sentence(
            "silent beyond their rhythm: {sections}", sections=listed([_silence(s, today) for s in silent])
        )
        return check_result(SECTION_SILENCE, "warn", f"{len(silent)} silent", threshold, finding)
    finding = sentence("none of {count} sections with a rhythm has fallen out of it", count=len(rhythms))
    return check_result(SECTION_SILENCE, "ok", "0 silent", threshold, finding)


def _silence(rhythm: SectionRhythm, today: date) -> str:
    return str(
        sentence(
            "{section} since {day} ({days} days, {most} at most)",
            section=rhythm.section,
            day=rhythm.last,
            days=(today - rhythm.last).days,
            most=rhythm.limit,
        )
    )
