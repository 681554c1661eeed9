"""HTTP checks: failed addresses, refusals, moved hosts, and the time and memory of the run. Pure functions of a run context."""

from collections.abc import Mapping
from statistics import median
from typing import Any, Final

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import Verdict
from panan_spider.core.translations import Message, sentence
from panan_spider.report.checks.context import CheckAnswer, RunContext, check_result, not_judged, percent
from panan_spider.sites.thresholds import Thresholds

_UNASKED: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE, Outcome.ALIAS, Outcome.FORBIDDEN})
_FAILED: Final = (Outcome.FAILED, Outcome.PENDING, Outcome.TOO_LARGE)

#: Stats keys of the middlewares: responses by host, and redirects by host and target host.
_ANSWERS, _MOVED = "panan/answers/", "panan/moved/"


def _graded(share: float, warn: float, fail: float) -> Verdict:
    return "fail" if share >= fail else "warn" if share >= warn else "ok"


def _two_shares(warn: float, fail: float) -> Message:
    return sentence("{warn} warns, {fail} fails", warn=percent(warn), fail=percent(fail))


def failed_addresses(context: RunContext) -> CheckAnswer:
    """Share of the requested addresses without a usable response."""
    limit = context.thresholds
    asked = sum(count for outcome, count in context.outcomes.items() if outcome not in _UNASKED)
    failed = sum(context.outcomes.get(outcome, 0) for outcome in _FAILED)
    if asked < limit.failed_addresses:
        return not_judged(
            sentence("not judged: {total} addresses asked for, {count} failed", total=asked, count=failed)
        )
    share = failed / asked
    verdict = _graded(share, limit.failed_warn, limit.failed_fail)
    finding = sentence("{count} of {total} addresses failed", count=failed, total=asked)
    threshold = _two_shares(limit.failed_warn, limit.failed_fail)
    return check_result(verdict, percent(share), threshold, finding)


def unwanted_http_codes(context: RunContext) -> CheckAnswer:
    """Share of 403 and 429 among all responses: the site refuses the crawler or asks it to slow down."""
    limit = context.thresholds
    answers = sum(context.statuses.values())
    refused = sum(context.statuses.get(code, 0) for code in limit.unwanted_codes)
    if answers < limit.unwanted_answers:
        return not_judged(
            sentence("not judged: {total} answers, {count} of them 403 or 429", total=answers, count=refused)
        )
    share = refused / answers
    verdict = _graded(share, limit.unwanted_warn, limit.unwanted_fail)
    verdict = "ok" if refused < limit.unwanted_least else verdict
    finding = sentence("{count} of {total} answers were 403 or 429", count=refused, total=answers)
    threshold = _two_shares(limit.unwanted_warn, limit.unwanted_fail)
    return check_result(verdict, percent(share), threshold, finding)


def moved_in(stats: Mapping[str, Any], thresholds: Thresholds) -> dict[str, str]:
    """Hosts nearly all of whose responses redirect to one other host of the site, by host; read from a run's stats."""
    moved = {}
    for key, count in stats.items():
        if key.startswith(_MOVED):
            host, _slash, target = key.removeprefix(_MOVED).partition("/")
            answers = stats.get(_ANSWERS + host, 0)
            if answers >= thresholds.moved_answers and count >= thresholds.moved_share * answers:
                moved[host] = target
    return moved


def moved_hosts(context: RunContext) -> CheckAnswer:
    """Hosts that redirect to another host since this run. Warns once: from the next run on the move is known."""
    if not context.history:
        return not_judged(sentence("no history yet: where hosts led before"))
    known = {pair for run in context.history for pair in run.moved.items()}
    new = sorted(set(context.figures.moved.items()) - known)
    threshold = sentence("{share:.0%} of a host's answers lead elsewhere", share=context.thresholds.moved_share)
    if new:
        finding = sentence(
            "{hosts}: everything is still read; `scrapy doctor` gives the lines of the profile to change",
            hosts="; ".join(
                str(sentence("{host} now leads to {target}", host=host, target=target)) for host, target in new
            ),
        )
        return check_result("warn", len(new), threshold, finding)
    return check_result("ok", 0, threshold, sentence("no host has moved"))


def execution_time(context: RunContext) -> CheckAnswer:
    """Duration of the run against the median of earlier runs of its kind (full or not)."""
    figures, limit = context.figures, context.thresholds
    if not figures.whole:
        return not_judged(sentence("not judged: no whole run; {count:.0f} s", count=figures.seconds))
    like = [run.seconds for run in context.history if run.full == figures.full]
    if len(like) < limit.time_runs:
        return not_judged(sentence("no history yet of such runs: {count:.0f} s", count=figures.seconds))
    usual = median(like)
    most = max(limit.time_factor * usual, usual + limit.time_seconds)
    finding = sentence("the run took {count:.0f} s, its like {usual:.0f} s", count=figures.seconds, usual=usual)
    verdict: Verdict = "warn" if figures.seconds > most else "ok"
    threshold = sentence("{count:.0f} s warns", count=most)
    return check_result(verdict, f"{figures.seconds:.0f} s", threshold, finding)


def peak_memory(context: RunContext) -> CheckAnswer:
    """Peak memory of the process, MiB."""
    limit, peak = context.thresholds, context.figures.peak_mib
    verdict = _graded(peak, limit.memory_warn, limit.memory_fail)
    threshold = sentence("{count:.0f} MiB warns, {most:.0f} MiB fails", count=limit.memory_warn, most=limit.memory_fail)
    finding = sentence("the process held {count:.0f} MiB at the most", count=peak)
    return check_result(verdict, f"{peak:.0f} MiB", threshold, finding)
