"""Change checks: one answer for many articles, mass changes, shortened texts, redirects, new prohibitions. Pure functions."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import CheckResult, Figures, Verdict
from panan_spider.core.translations import Message, sentence
from panan_spider.report.checks.context import RunContext, check_result, listed, not_judged

SAME_CONTENT: Final = "same_content"
MASS_CHANGES: Final = "mass_changes"
SHORTENED_TEXTS: Final = "shortened_texts"
LOST_PAGES: Final = "lost_pages"
REDIRECTED: Final = "redirected_articles"
NEWLY_FORBIDDEN: Final = "newly_forbidden"

_UNASKED: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE, Outcome.PENDING})


def same_content(context: RunContext) -> CheckResult:
    """Articles of tonight that show what others show: the content of others, one text for all, the title of another.

    A few are reprints; a large share is one answer for all, or pages in each other's place.
    """
    limit, stored = context.thresholds, sum(context.contents.values())
    if not stored:
        return not_judged(SAME_CONTENT, sentence("not judged: no article was new or changed"))
    repeated = sum(count for count in context.contents.values() if count >= limit.same_content_numbers)
    threshold = sentence(
        "{count} numbers with one content warn, {share:.0%} of the articles fail",
        count=limit.same_content_numbers,
        share=limit.mass_share,
    )
    if (found := _in_the_place_of_others(context, stored)) is not None:
        return check_result(SAME_CONTENT, "fail", found[0], threshold, found[1])
    if not repeated:
        return check_result(SAME_CONTENT, "ok", 0, threshold, sentence("each article has a content of its own"))
    finding = sentence(
        "{count} of {total} articles have the content of others, {most} of them the same one",
        count=repeated,
        total=stored,
        most=max(context.contents.values()),
    )
    verdict: Verdict = "fail" if repeated >= limit.mass_share * stored else "warn"
    return check_result(SAME_CONTENT, verdict, repeated, threshold, finding)


def _in_the_place_of_others(context: RunContext, stored: int) -> tuple[int, Message] | None:
    """Number of the articles with one text, or with the titles of others, and the finding, where they are many."""
    if _is_one_text_for_all(context, stored):
        found = sentence(
            "{count} of {total} articles have one and the same text", count=context.same_texts, total=stored
        )
        return context.same_texts, found
    limit = context.thresholds
    if context.same_titles >= max(limit.few_changes, limit.few_changes_share * min(stored, 100)):
        found = sentence(
            "{count} of {total} articles have one and the same title, and lists show others",
            count=context.same_titles,
            total=stored,
        )
        return context.same_titles, found
    if context.exchanged >= max(limit.same_content_numbers, limit.mass_share * min(stored, 100)):
        found = sentence(
            "{count} of {total} articles have the title that lists show of another one",
            count=context.exchanged,
            total=stored,
        )
        return context.exchanged, found
    return None


def _is_one_text_for_all(context: RunContext, stored: int) -> bool:
    """Whether a share of tonight's articles has one text, as with mass changes: a notice to log in, an error."""
    limit, count = context.thresholds, context.same_texts
    many = count >= limit.change_articles and count >= limit.change_share * stored
    return many or (count >= limit.few_changes and count >= limit.few_changes_share * stored)


def mass_changes(context: RunContext) -> CheckResult:
    """Stored articles that changed in one night, as a share of those requested. What is stored by now was read twice."""
    limit, count, requested = context.thresholds, len(context.changes), context.requested
    if not requested:
        return not_judged(MASS_CHANGES, sentence("not judged: no stored article was requested"))
    threshold = sentence(
        "{share:.0%} of the stored articles requested, and {count}",
        share=limit.change_share,
        count=limit.change_articles,
    )
    finding = sentence("{count} of {total} stored articles changed in one night", count=count, total=requested)
    many = count >= limit.change_articles and count > limit.change_share * requested
    return check_result(MASS_CHANGES, "warn" if many else "ok", count, threshold, finding)


def shortened_texts(context: RunContext) -> CheckResult:
    """Stored articles whose text became shorter by half."""
    limit = context.thresholds
    if not context.changes:
        return not_judged(SHORTENED_TEXTS, sentence("not judged: no stored article changed"))
    short = [c for c in context.changes if c.length_before and c.length <= limit.shortened_share * c.length_before]
    threshold = sentence("fewer than {count} articles", count=limit.shortened_articles)
    finding = sentence(
        "the text of {count} of {total} changed articles is shorter by half",
        count=len(short),
        total=len(context.changes),
    )
    verdict: Verdict = "warn" if len(short) >= limit.shortened_articles else "ok"
    return check_result(SHORTENED_TEXTS, verdict, len(short), threshold, finding)


def lost_pages(context: RunContext) -> CheckResult:
    """Stored articles that have fewer pages than before: a pager that was not printed, or was not understood."""
    if not context.changes:
        return not_judged(LOST_PAGES, sentence("not judged: no stored article changed"))
    lost = [change.article_id for change in context.changes if change.pages < change.pages_before]
    none = sentence("none")
    if lost:
        finding = sentence("fewer pages than before: {names}", names=listed(lost))
        return check_result(LOST_PAGES, "warn", len(lost), none, finding)
    return check_result(LOST_PAGES, "ok", 0, none, sentence("no changed article has lost a page"))


def redirected_articles(context: RunContext) -> CheckResult:
    """Article addresses that redirect to another article, against earlier runs."""
    limit, count = context.thresholds, context.figures.redirected
    asked = sum(number for outcome, number in context.outcomes.items() if outcome not in _UNASKED)
    usual = max((run.redirected for run in _before_the_change(context)), default=0)
    most = max(limit.mass_addresses, limit.mass_share * asked, limit.usual_factor * usual)
    finding = sentence(
        "{count} article addresses redirect to another article, at most {most} in earlier runs", count=count, most=usual
    )
    threshold = sentence("fewer than {count:.0f}", count=most)
    return check_result(REDIRECTED, "fail" if count >= most else "ok", count, threshold, finding)


def newly_forbidden(context: RunContext) -> CheckResult:
    """Addresses that robots.txt forbids, against earlier runs."""
    limit, count = context.thresholds, context.figures.forbidden
    history = _before_the_change(context)
    if not history:
        return not_judged(
            NEWLY_FORBIDDEN, sentence("no history yet: {count} addresses forbidden by robots.txt", count=count)
        )
    usual = max(run.forbidden for run in history)
    threshold = sentence("fewer than {count} more than before", count=limit.mass_addresses)
    finding = sentence("robots.txt forbids {count} addresses, at most {most} in earlier runs", count=count, most=usual)
    new = count - usual >= limit.mass_addresses and count >= limit.usual_factor * usual
    return check_result(NEWLY_FORBIDDEN, "fail" if new else "ok", count, threshold, finding)


def _before_the_change(context: RunContext) -> Sequence[Figures]:
    """Earlier runs without those of the last days, so that a change is judged until it is confirmed."""
    since = context.day - timedelta(days=context.thresholds.confirmed_days - 1)
    return [run for run in context.history if date.fromisoformat(run.day) < since] or context.history
