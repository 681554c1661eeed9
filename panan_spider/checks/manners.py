"""Checks of the crawl itself: what failed, what was refused, how long it took, how much memory it held. Pure."""

from typing import Final

from panan_spider import thresholds
from panan_spider.checks.seen import NO_HISTORY, Seen, found, middle, percent, unjudged
from panan_spider.outcomes import Outcome
from panan_spider.reports import Check, Verdict

FAILED_ADDRESSES: Final = "failed_addresses"
UNWANTED_CODES: Final = "unwanted_http_codes"
EXECUTION_TIME: Final = "execution_time"
PEAK_MEMORY: Final = "peak_memory"

_UNASKED: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE, Outcome.ALIAS, Outcome.FORBIDDEN})
_FAILED: Final = (Outcome.FAILED, Outcome.PENDING, Outcome.TOO_LARGE)


def _graded(share: float, warn: float, fail: float) -> Verdict:
    return "fail" if share >= fail else "warn" if share >= warn else "ok"


def failed_addresses(seen: Seen) -> Check:
    """Share of the addresses asked for that brought nothing."""
    asked = sum(count for outcome, count in seen.outcomes.items() if outcome not in _UNASKED)
    failed = sum(seen.outcomes.get(outcome, 0) for outcome in _FAILED)
    if asked < thresholds.FAILED_ADDRESSES:
        return unjudged(FAILED_ADDRESSES, f"not judged: {asked} addresses asked for, {failed} failed")
    share = failed / asked
    verdict = _graded(share, thresholds.FAILED_WARN, thresholds.FAILED_FAIL)
    threshold = f"{percent(thresholds.FAILED_WARN)} warns, {percent(thresholds.FAILED_FAIL)} fails"
    return found(FAILED_ADDRESSES, verdict, percent(share), threshold, f"{failed} of {asked} addresses failed")


def unwanted_http_codes(seen: Seen) -> Check:
    """Share of 403 and 429 among all answers: the site asks us to go away, or to slow down."""
    answers = sum(seen.statuses.values())
    refused = sum(seen.statuses.get(code, 0) for code in thresholds.UNWANTED_CODES)
    if answers < thresholds.UNWANTED_ANSWERS:
        return unjudged(UNWANTED_CODES, f"not judged: {answers} answers, {refused} of them 403 or 429")
    share = refused / answers
    verdict = _graded(share, thresholds.UNWANTED_WARN, thresholds.UNWANTED_FAIL)
    verdict = "ok" if refused < thresholds.UNWANTED_LEAST else verdict
    threshold = f"{percent(thresholds.UNWANTED_WARN)} warns, {percent(thresholds.UNWANTED_FAIL)} fails"
    said = f"{refused} of {answers} answers were 403 or 429"
    return found(UNWANTED_CODES, verdict, percent(share), threshold, said)


def execution_time(seen: Seen) -> Check:
    """How long the run took, against earlier runs of its kind."""
    figures = seen.figures
    if not figures.whole:
        return unjudged(EXECUTION_TIME, f"not judged: no whole run; {figures.seconds:.0f} s")
    like = [run.seconds for run in seen.history if run.full == figures.full]
    if len(like) < thresholds.TIME_RUNS:
        return unjudged(EXECUTION_TIME, f"{NO_HISTORY} of such runs: {figures.seconds:.0f} s")
    usual = middle(like)
    most = max(thresholds.TIME_FACTOR * usual, usual + thresholds.TIME_SECONDS)
    said = f"the run took {figures.seconds:.0f} s, its like {usual:.0f} s"
    verdict: Verdict = "warn" if figures.seconds > most else "ok"
    return found(EXECUTION_TIME, verdict, f"{figures.seconds:.0f} s", f"{most:.0f} s warns", said)


def peak_memory(seen: Seen) -> Check:
    """The most memory the process held."""
    peak = seen.figures.peak_mib
    verdict = _graded(peak, thresholds.MEMORY_WARN, thresholds.MEMORY_FAIL)
    threshold = f"{thresholds.MEMORY_WARN:.0f} MiB warns, {thresholds.MEMORY_FAIL:.0f} MiB fails"
    return found(PEAK_MEMORY, verdict, f"{peak:.0f} MiB", threshold, f"the process held {peak:.0f} MiB at the most")
