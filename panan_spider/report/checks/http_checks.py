"""Checks of the crawl itself: what failed, what was refused, how long it took, how much memory it held. Pure."""

from typing import Final

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import CheckResult, Verdict
from panan_spider.report.checks.context import NO_HISTORY, RunContext, found, middle, percent, unjudged
from panan_spider.sites.thresholds import DEFAULT_THRESHOLDS

FAILED_ADDRESSES: Final = "failed_addresses"
UNWANTED_CODES: Final = "unwanted_http_codes"
EXECUTION_TIME: Final = "execution_time"
PEAK_MEMORY: Final = "peak_memory"

_UNASKED: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE, Outcome.ALIAS, Outcome.FORBIDDEN})
_FAILED: Final = (Outcome.FAILED, Outcome.PENDING, Outcome.TOO_LARGE)


def _graded(share: float, warn: float, fail: float) -> Verdict:
    return "fail" if share >= fail else "warn" if share >= warn else "ok"


def failed_addresses(seen: RunContext) -> CheckResult:
    """Share of the addresses asked for that brought nothing."""
    asked = sum(count for outcome, count in seen.outcomes.items() if outcome not in _UNASKED)
    failed = sum(seen.outcomes.get(outcome, 0) for outcome in _FAILED)
    if asked < DEFAULT_THRESHOLDS.failed_addresses:
        return unjudged(FAILED_ADDRESSES, f"not judged: {asked} addresses asked for, {failed} failed")
    share = failed / asked
    verdict = _graded(share, DEFAULT_THRESHOLDS.failed_warn, DEFAULT_THRESHOLDS.failed_fail)
    threshold = f"{percent(DEFAULT_THRESHOLDS.failed_warn)} warns, {percent(DEFAULT_THRESHOLDS.failed_fail)} fails"
    return found(FAILED_ADDRESSES, verdict, percent(share), threshold, f"{failed} of {asked} addresses failed")


def unwanted_http_codes(seen: RunContext) -> CheckResult:
    """Share of 403 and 429 among all answers: the site asks us to go away, or to slow down."""
    answers = sum(seen.statuses.values())
    refused = sum(seen.statuses.get(code, 0) for code in DEFAULT_THRESHOLDS.unwanted_codes)
    if answers < DEFAULT_THRESHOLDS.unwanted_answers:
        return unjudged(UNWANTED_CODES, f"not judged: {answers} answers, {refused} of them 403 or 429")
    share = refused / answers
    verdict = _graded(share, DEFAULT_THRESHOLDS.unwanted_warn, DEFAULT_THRESHOLDS.unwanted_fail)
    verdict = "ok" if refused < DEFAULT_THRESHOLDS.unwanted_least else verdict
    threshold = f"{percent(DEFAULT_THRESHOLDS.unwanted_warn)} warns, {percent(DEFAULT_THRESHOLDS.unwanted_fail)} fails"
    said = f"{refused} of {answers} answers were 403 or 429"
    return found(UNWANTED_CODES, verdict, percent(share), threshold, said)


def execution_time(seen: RunContext) -> CheckResult:
    """How long the run took, against earlier runs of its kind."""
    figures = seen.figures
    if not figures.whole:
        return unjudged(EXECUTION_TIME, f"not judged: no whole run; {figures.seconds:.0f} s")
    like = [run.seconds for run in seen.history if run.full == figures.full]
    if len(like) < DEFAULT_THRESHOLDS.time_runs:
        return unjudged(EXECUTION_TIME, f"{NO_HISTORY} of such runs: {figures.seconds:.0f} s")
    usual = middle(like)
    most = max(DEFAULT_THRESHOLDS.time_factor * usual, usual + DEFAULT_THRESHOLDS.time_seconds)
    said = f"the run took {figures.seconds:.0f} s, its like {usual:.0f} s"
    verdict: Verdict = "warn" if figures.seconds > most else "ok"
    return found(EXECUTION_TIME, verdict, f"{figures.seconds:.0f} s", f"{most:.0f} s warns", said)


def peak_memory(seen: RunContext) -> CheckResult:
    """The most memory the process held."""
    peak = seen.figures.peak_mib
    verdict = _graded(peak, DEFAULT_THRESHOLDS.memory_warn, DEFAULT_THRESHOLDS.memory_fail)
    threshold = f"{DEFAULT_THRESHOLDS.memory_warn:.0f} MiB warns, {DEFAULT_THRESHOLDS.memory_fail:.0f} MiB fails"
    return found(PEAK_MEMORY, verdict, f"{peak:.0f} MiB", threshold, f"the process held {peak:.0f} MiB at the most")
