"""News checks: new articles, changed articles, one answer for many, redirects, and sections that have fallen silent. Pure functions."""

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median
from typing import Final, NamedTuple

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import Figures, Verdict
from panan_spider.core.translations import Message, sentence
from panan_spider.report.checks.run_checks import CheckAnswer, RunContext, check_result, listed, not_judged
from panan_spider.report.quiet_periods import quiet_limit, recent

_WEEKDAYS: Final = (
    *(sentence("Mondays"), sentence("Tuesdays"), sentence("Wednesdays"), sentence("Thursdays")),
    *(sentence("Fridays"), sentence("Saturdays"), sentence("Sundays")),
)

_UNASKED: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE, Outcome.PENDING})


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


def article_count(context: RunContext) -> CheckAnswer:
    """New articles against the history of the same weekday, and against the rows of the lists.

    A day without news is no fault, because the lists show that there were none. A listed article that was not stored is one.
    """
    figures = context.figures
    if all(section.front is None for section in figures.sections.values()):
        return not_judged(sentence("not judged: page one of no section was read"))
    # The rows of one list only: an article that three sections list is not three.
    rows = max((section.new for section in figures.sections.values()), default=0)
    if (shortfall := _shortfall(context, rows)) is not None:
        return shortfall
    earlier = same_weekday(context)
    weekday = _WEEKDAYS[context.day.weekday()]
    if len(earlier) < context.thresholds.weekday_runs:
        return not_judged(
            sentence("no history yet of {weekday}: {count} new articles", weekday=weekday, count=figures.new)
        )
    return _against_weekday(context, rows, earlier, weekday)


def _shortfall(context: RunContext, rows: int) -> CheckAnswer | None:
    """The result for a run that stored too few of the articles that one list names as new."""
    limit, stored = context.thresholds, context.figures.new
    if not context.history or rows < limit.brought_articles or stored >= limit.brought_share * rows:
        return None
    finding = sentence(
        "one list names {total} articles not known before, and {count} of them were stored", total=rows, count=stored
    )
    return check_result("warn", stored, sentence("half of the {total} listed", total=rows), finding)


def _against_weekday(context: RunContext, rows: int, earlier: list[int], weekday: Message) -> CheckAnswer:
    figures, limit, count = context.figures, context.thresholds, fresh(context.figures)
    most = max(limit.flood_floor, limit.flood_factor * max(earlier)) * _days_since_last_run(context)
    threshold = sentence("at most {most}", most=most)
    values = {"count": count, "usual": median(earlier), "weekday": weekday}
    if count > most:
        finding = sentence(
            "{count} new articles, {usual:.0f} usual on {weekday}: has the site numbered its articles anew?", **values
        )
        return check_result("warn", count, threshold, finding)
    finding = sentence("{count} new articles, {usual:.0f} usual on {weekday}", **values)
    if not figures.new and not rows:
        finding = sentence(
            "no news today: the newest article of any list is of {day}, {usual:.0f} usual on {weekday}",
            day=newest_day(figures),
            **values,
        )
    return check_result("ok", count, threshold, finding)


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


def section_silence(context: RunContext) -> CheckAnswer:
    """Sections that are quiet beyond their rhythm.

    A silence that began before the first run is history, and a section that stays silent for `ended_days` more has ended.
    """
    watched, today, limit = context.watched_since, context.day, context.thresholds
    if watched is None:
        return not_judged(sentence("no history yet: silence is judged from the second run on"))
    rhythms = section_rhythms(context)
    if not rhythms:
        return not_judged(sentence("no history yet: no section has {count} gaps to judge by", count=limit.silence_gaps))
    ended = timedelta(days=limit.ended_days)
    silent = [rhythm for rhythm in rhythms if watched < rhythm.due <= today < rhythm.due + ended]
    threshold = sentence(
        "{count:g} times its gaps, {days} days at the least", count=limit.silence_factor, days=limit.silence_days
    )
    if silent:
        finding = sentence(
            "silent beyond their rhythm: {sections}", sections=listed([_silence(s, today) for s in silent])
        )
        return check_result("warn", f"{len(silent)} silent", threshold, finding)
    finding = sentence("none of {count} sections with a rhythm has fallen out of it", count=len(rhythms))
    return check_result("ok", "0 silent", threshold, finding)


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


def same_content(context: RunContext) -> CheckAnswer:
    """Articles of tonight that show what others show: the content of others, one text for all, the title of another.

    A few are reprints; a large share is one answer for all, or pages in each other's place.
    """
    limit, stored = context.thresholds, sum(context.contents.values())
    if not stored:
        return not_judged(sentence("not judged: no article was new or changed"))
    repeated = sum(count for count in context.contents.values() if count >= limit.same_content_numbers)
    threshold = sentence(
        "{count} numbers with one content warn, {share:.0%} of the articles fail",
        count=limit.same_content_numbers,
        share=limit.mass_share,
    )
    if (found := _in_the_place_of_others(context, stored)) is not None:
        return check_result("fail", found[0], threshold, found[1])
    if not repeated:
        return check_result("ok", 0, threshold, sentence("each article has a content of its own"))
    finding = sentence(
        "{count} of {total} articles have the content of others, {most} of them the same one",
        count=repeated,
        total=stored,
        most=max(context.contents.values()),
    )
    verdict: Verdict = "fail" if repeated >= limit.mass_share * stored else "warn"
    return check_result(verdict, repeated, threshold, finding)


def _in_the_place_of_others(context: RunContext, stored: int) -> tuple[int, Message] | None:
    """Number of the articles with one text, or with the titles of others, and the finding, where they are many."""
    limit, looked_at = context.thresholds, min(stored, 100)
    texts, titles, exchanged = context.same_texts, context.same_titles, context.exchanged
    # A share of the articles, as with mass changes: a notice to log in, an error.
    many = texts >= limit.change_articles and texts >= limit.change_share * stored
    if many or (texts >= limit.few_changes and texts >= limit.few_changes_share * stored):
        return texts, sentence("{count} of {total} articles have one and the same text", count=texts, total=stored)
    if titles >= max(limit.few_changes, limit.few_changes_share * looked_at):
        found = sentence(
            "{count} of {total} articles have one and the same title, and lists show others", count=titles, total=stored
        )
        return titles, found
    if exchanged >= max(limit.same_content_numbers, limit.mass_share * looked_at):
        found = sentence(
            "{count} of {total} articles have the title that lists show of another one", count=exchanged, total=stored
        )
        return exchanged, found
    if context.mixed_up:
        found = sentence(
            "{count} articles have each other's titles: lists show them the other way round", count=context.mixed_up
        )
        return context.mixed_up, found
    return None


def mass_changes(context: RunContext) -> CheckAnswer:
    """Stored articles that changed in one night, as a share of those requested. What is stored by now was read twice."""
    limit, count, requested = context.thresholds, len(context.changes), context.requested
    if not requested:
        return not_judged(sentence("not judged: no stored article was requested"))
    threshold = sentence(
        "{share:.0%} of the stored articles requested, and {count}",
        share=limit.change_share,
        count=limit.change_articles,
    )
    finding = sentence("{count} of {total} stored articles changed in one night", count=count, total=requested)
    many = count >= limit.change_articles and count > limit.change_share * requested
    return check_result("warn" if many else "ok", count, threshold, finding)


def shortened_texts(context: RunContext) -> CheckAnswer:
    """Stored articles whose text became shorter by half."""
    limit = context.thresholds
    if not context.changes:
        return not_judged(sentence("not judged: no stored article changed"))
    short = [c for c in context.changes if c.length_before and c.length <= limit.shortened_share * c.length_before]
    threshold = sentence("fewer than {count} articles", count=limit.shortened_articles)
    finding = sentence(
        "the text of {count} of {total} changed articles is shorter by half",
        count=len(short),
        total=len(context.changes),
    )
    verdict: Verdict = "warn" if len(short) >= limit.shortened_articles else "ok"
    return check_result(verdict, len(short), threshold, finding)


def lost_pages(context: RunContext) -> CheckAnswer:
    """Stored articles that have fewer pages than before: a pager that was not printed, or was not understood."""
    if not context.changes:
        return not_judged(sentence("not judged: no stored article changed"))
    lost = [change.article_id for change in context.changes if change.pages < change.pages_before]
    none = sentence("none")
    if lost:
        finding = sentence("fewer pages than before: {names}", names=listed(lost))
        return check_result("warn", len(lost), none, finding)
    return check_result("ok", 0, none, sentence("no changed article has lost a page"))


def redirected_articles(context: RunContext) -> CheckAnswer:
    """Article addresses that redirect to another article, against earlier runs."""
    limit, count = context.thresholds, context.figures.redirected
    asked = sum(number for outcome, number in context.outcomes.items() if outcome not in _UNASKED)
    usual = max((run.redirected for run in _before_the_change(context)), default=0)
    most = max(limit.mass_addresses, limit.mass_share * asked, limit.usual_factor * usual)
    finding = sentence(
        "{count} article addresses redirect to another article, at most {most} in earlier runs", count=count, most=usual
    )
    threshold = sentence("fewer than {count:.0f}", count=most)
    return check_result("fail" if count >= most else "ok", count, threshold, finding)


def newly_forbidden(context: RunContext) -> CheckAnswer:
    """Addresses that robots.txt forbids, against earlier runs."""
    limit, count = context.thresholds, context.figures.forbidden
    history = _before_the_change(context)
    if not history:
        return not_judged(sentence("no history yet: {count} addresses forbidden by robots.txt", count=count))
    usual = max(run.forbidden for run in history)
    threshold = sentence("fewer than {count} more than before", count=limit.mass_addresses)
    finding = sentence("robots.txt forbids {count} addresses, at most {most} in earlier runs", count=count, most=usual)
    new = count - usual >= limit.mass_addresses and count >= limit.usual_factor * usual
    return check_result("fail" if new else "ok", count, threshold, finding)


def _before_the_change(context: RunContext) -> Sequence[Figures]:
    """Earlier runs without those of the last days, so that a change is judged until it is confirmed."""
    since = context.day - timedelta(days=context.thresholds.confirmed_days - 1)
    return [run for run in context.history if date.fromisoformat(run.day) < since] or context.history
