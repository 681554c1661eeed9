"""HTTP checks: failed addresses, refusals, moved hosts, and the time and memory of the run. Pure functions of a run context."""

from collections.abc import Mapping
from statistics import median
from typing import Any, Final

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import CheckResult, Verdict
from panan_spider.report.checks.context import NO_HISTORY, RunContext, check_result, not_judged, percent
from panan_spider.sites.thresholds import Thresholds

FAILED_ADDRESSES: Final = "failed_addresses"
UNWANTED_CODES: Final = "unwanted_http_codes"
MOVED_HOSTS: Final = "moved_hosts"
EXECUTION_TIME: Final = "execution_time"
PEAK_MEMORY: Final = "peak_memory"

_UNASKED: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE, Outcome.ALIAS, Outcome.FORBIDDEN})
_FAILED: Final = (Outcome.FAILED, Outcome.PENDING, Outcome.TOO_LARGE)

#: Stats keys of the middlewares: responses by host, and redirects by host and target host.
_ANSWERS, _MOVED = "panan/answers/", "panan/moved/"


def _graded(share: float, warn: float, fail: float) -> Verdict:
    return "fail" if share >= fail else "warn" if share >= warn else "ok"


def failed_addresses(context: RunContext) -> CheckResult:
    """Share of the requested addresses without a usable response."""
    limit = context.thresholds
    asked = sum(count for outcome, count in context.outcomes.items() if outcome not in _UNASKED)
    failed = sum(context.outcomes.get(outcome, 0) for outcome in _FAILED)
    if asked < limit.failed_addresses:
        return not_judged(FAILED_ADDRESSES, f"not judged: {asked} addresses asked for, {failed} failed")
    share = failed / asked
    verdict = _graded(share, limit.failed_warn, limit.failed_fail)
    threshold = f"{percent(limit.failed_warn)} warns, {percent(limit.failed_fail)} fails"
    return check_result(FAILED_ADDRESSES, verdict, percent(share), threshold, f"{failed} of {asked} addresses failed")


def unwanted_http_codes(context: RunContext) -> CheckResult:
    """Share of 403 and 429 among all responses: the site refuses the crawler or asks it to slow down."""
    limit = context.thresholds
    answers = sum(context.statuses.values())
    refused = sum(context.statuses.get(code, 0) for code in limit.unwanted_codes)
    if answers < limit.unwanted_answers:
        return not_judged(UNWANTED_CODES, f"not judged: {answers} answers, {refused} of them 403 or 429")
    share = refused / answers
    verdict = _graded(share, limit.unwanted_warn, limit.unwanted_fail)
    verdict = "ok" if refused < limit.unwanted_least else verdict
    threshold = f"{percent(limit.unwanted_warn)} warns, {percent(limit.unwanted_fail)} fails"
    sentence = f"{refused} of {answers} answers were 403 or 429"
    return check_result(UNWANTED_CODES, verdict, percent(share), threshold, sentence)


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


def moved_hosts(context: RunContext) -> CheckResult:
    """Hosts that redirect to another host since this run. Warns once: from the next run on the move is known."""
    if not context.history:
        return not_judged(MOVED_HOSTS, f"{NO_HISTORY}: where hosts led before")
    known = {pair for run in context.history for pair in run.moved.items()}
    new = sorted(set(context.figures.moved.items()) - known)
    threshold = f"{context.thresholds.moved_share:.0%} of a host's answers lead elsewhere"
    if new:
        led = "; ".join(f"{host} now leads to {target}" for host, target in new)
        sentence = f"{led}: everything is still read; `scrapy doctor` gives the lines of the profile to change"
        return check_result(MOVED_HOSTS, "warn", len(new), threshold, sentence)
    return check_result(MOVED_HOSTS, "ok", 0, threshold, "no host has moved")


def execution_time(context: RunContext) -> CheckResult:
    """Duration of the run against the median of earlier runs of its kind (full or not)."""
    figures, limit = context.figures, context.thresholds
    if not figures.whole:
        return not_judged(EXECUTION_TIME, f"not judged: no whole run; {figures.seconds:.0f} s")
    like = [run.seconds for run in context.history if run.full == figures.full]
    if len(like) < limit.time_runs:
        return not_judged(EXECUTION_TIME, f"{NO_HISTORY} of such runs: {figures.seconds:.0f} s")
    usual = median(like)
    most = max(limit.time_factor * usual, usual + limit.time_seconds)
    sentence = f"the run took {figures.seconds:.0f} s, its like {usual:.0f} s"
    verdict: Verdict = "warn" if figures.seconds > most else "ok"
    return check_result(EXECUTION_TIME, verdict, f"{figures.seconds:.0f} s", f"{most:.0f} s warns", sentence)


def peak_memory(context: RunContext) -> CheckResult:
    """Peak memory of the process, MiB."""
    limit, peak = context.thresholds, context.figures.peak_mib
    verdict = _graded(peak, limit.memory_warn, limit.memory_fail)
    threshold = f"{limit.memory_warn:.0f} MiB warns, {limit.memory_fail:.0f} MiB fails"
    sentence = f"the process held {peak:.0f} MiB at the most"
    return check_result(PEAK_MEMORY, verdict, f"{peak:.0f} MiB", threshold, sentence)
