"""Change checks: one answer for many articles, mass changes, shortened texts, redirects, new prohibitions. Pure functions."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import CheckResult, Figures, Verdict
from panan_spider.report.checks.context import NO_HISTORY, RunContext, check_result, listed, not_judged

SAME_CONTENT: Final = "same_content"
MASS_CHANGES: Final = "mass_changes"
SHORTENED_TEXTS: Final = "shortened_texts"
LOST_PAGES: Final = "lost_pages"
REDIRECTED: Final = "redirected_articles"
NEWLY_FORBIDDEN: Final = "newly_forbidden"

_UNASKED: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE, Outcome.PENDING})


def same_content(context: RunContext) -> CheckResult:
    """Articles of tonight whose content several numbers have. A few are reprints; a large share is one answer for all."""
    limit, stored = context.thresholds, sum(context.contents.values())
    if not stored:
        return not_judged(SAME_CONTENT, "not judged: no article was new or changed")
    repeated = sum(count for count in context.contents.values() if count >= limit.same_content_numbers)
    threshold = (
        f"{limit.same_content_numbers} numbers with one content warn, {limit.mass_share:.0%} of the articles fail"
    )
    if not repeated:
        return check_result(SAME_CONTENT, "ok", 0, threshold, "each article has a content of its own")
    most = max(context.contents.values())
    sentence = f"{repeated} of {stored} articles have the content of others, {most} of them the same one"
    verdict: Verdict = "fail" if repeated >= limit.mass_share * stored else "warn"
    return check_result(SAME_CONTENT, verdict, repeated, threshold, sentence)


def mass_changes(context: RunContext) -> CheckResult:
    """Stored articles that changed in one night, as a share of those requested. What is stored by now was read twice."""
    limit, count, requested = context.thresholds, len(context.changes), context.requested
    if not requested:
        return not_judged(MASS_CHANGES, "not judged: no stored article was requested")
    threshold = f"{limit.change_share:.0%} of the stored articles requested, and {limit.change_articles}"
    sentence = f"{count} of {requested} stored articles changed in one night"
    many = count >= limit.change_articles and count > limit.change_share * requested
    return check_result(MASS_CHANGES, "warn" if many else "ok", count, threshold, sentence)


def shortened_texts(context: RunContext) -> CheckResult:
    """Stored articles whose text became shorter by half."""
    limit = context.thresholds
    if not context.changes:
        return not_judged(SHORTENED_TEXTS, "not judged: no stored article changed")
    short = [c for c in context.changes if c.length_before and c.length <= limit.shortened_share * c.length_before]
    threshold = f"fewer than {limit.shortened_articles} articles"
    sentence = f"the text of {len(short)} of {len(context.changes)} changed articles is shorter by half"
    verdict: Verdict = "warn" if len(short) >= limit.shortened_articles else "ok"
    return check_result(SHORTENED_TEXTS, verdict, len(short), threshold, sentence)


def lost_pages(context: RunContext) -> CheckResult:
    """Stored articles that have fewer pages than before: a pager that was not printed, or was not understood."""
    if not context.changes:
        return not_judged(LOST_PAGES, "not judged: no stored article changed")
    lost = [change.article_id for change in context.changes if change.pages < change.pages_before]
    if lost:
        sentence = f"fewer pages than before: {listed(lost)}"
        return check_result(LOST_PAGES, "warn", len(lost), "none", sentence)
    return check_result(LOST_PAGES, "ok", 0, "none", "no changed article has lost a page")


def redirected_articles(context: RunContext) -> CheckResult:
    """Article addresses that redirect to another article, against earlier runs."""
    limit, count = context.thresholds, context.figures.redirected
    asked = sum(number for outcome, number in context.outcomes.items() if outcome not in _UNASKED)
    usual = max((run.redirected for run in _before_the_change(context)), default=0)
    most = max(limit.mass_addresses, limit.mass_share * asked, limit.usual_factor * usual)
    threshold = f"fewer than {most:.0f}"
    sentence = f"{count} article addresses redirect to another article, at most {usual} in earlier runs"
    return check_result(REDIRECTED, "fail" if count >= most else "ok", count, threshold, sentence)


def newly_forbidden(context: RunContext) -> CheckResult:
    """Addresses that robots.txt forbids, against earlier runs."""
    limit, count = context.thresholds, context.figures.forbidden
    history = _before_the_change(context)
    if not history:
        return not_judged(NEWLY_FORBIDDEN, f"{NO_HISTORY}: {count} addresses forbidden by robots.txt")
    usual = max(run.forbidden for run in history)
    threshold = f"fewer than {limit.mass_addresses} more than before"
    sentence = f"robots.txt forbids {count} addresses, at most {usual} in earlier runs"
    new = count - usual >= limit.mass_addresses and count >= limit.usual_factor * usual
    return check_result(NEWLY_FORBIDDEN, "fail" if new else "ok", count, threshold, sentence)


def _before_the_change(context: RunContext) -> Sequence[Figures]:
    """Earlier runs without those of the last days, so that a change is judged until it is confirmed."""
    since = context.day - timedelta(days=context.thresholds.confirmed_days - 1)
    return [run for run in context.history if date.fromisoformat(run.day) < since] or context.history
