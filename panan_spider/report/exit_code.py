"""Exit code of a run, with the reason in one line: a table of causes, the gravest first. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from panan_spider.core.outcomes import ExitCode, Outcome


@dataclass(frozen=True)
class RunFacts:
    """All that the exit code depends on. Counts are of addresses of this run."""

    finish_reason: str = "finished"
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    fresh_quarantine: Mapping[Outcome, int] = field(default_factory=dict)  # not in quarantine before, byte for byte
    discovered: int = 0
    led_off_site: int = 0  # of `outcomes`, links of the navigation that lead off the site
    known_faults: Mapping[Outcome, int] = field(default_factory=dict)  # of `outcomes`, named by an earlier run
    robots_unreachable: tuple[str, ...] = ()  # hosts
    drift: tuple[str, ...] = ()
    failed_sections: tuple[str, ...] = ()
    spider_errors: int = 0
    item_errors: int = 0
    failed_images: int = 0
    log_errors: int = 0
    layout_checks: tuple[str, ...] = ()  # sentences of failed checks of the layout
    blocked_checks: tuple[str, ...] = ()  # sentences of failed checks of refusals
    no_news: str | None = None  # page one of every section is well-formed, and nothing is new
    refusal: str | None = None
    store_error: str | None = None


#: Drift lines in the reason. A redesign changes every section; the report has them all.
_MOST_DRIFT: Final = 3

_STOPPED: Final = frozenset({"shutdown"})
_UNFINISHED: Final = (Outcome.FAILED, Outcome.TOO_LARGE, Outcome.OFF_SITE, Outcome.PENDING)


def _counted(counts: Mapping[Outcome, int], outcomes: tuple[Outcome, ...]) -> str:
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in outcomes if counts.get(outcome))


def _store(facts: RunFacts) -> str | None:
    return facts.store_error


def _interrupted(facts: RunFacts) -> str | None:
    return "interrupted; what is stored is safe, the next run goes on" if facts.finish_reason in _STOPPED else None


def _robots(facts: RunFacts) -> str | None:
    hosts = ", ".join(facts.robots_unreachable)
    return f"robots.txt unreachable: {hosts}" if hosts else None


def _blocked(facts: RunFacts) -> str | None:
    count = facts.outcomes.get(Outcome.BLOCKED, 0)
    reasons = [f"{count} addresses blocked or rate-limited"] if count else []
    return "; ".join((*reasons, *facts.blocked_checks)) or None


def _drift(facts: RunFacts) -> str | None:
    # Lines about the whole site stand before those about one section.
    reasons = sorted(facts.drift, key=lambda line: line.startswith("section "))[:_MOST_DRIFT]
    if (more := len(facts.drift) - _MOST_DRIFT) > 0:
        reasons.append(f"and {more} more like these")
    if count := facts.fresh_quarantine.get(Outcome.UNKNOWN_LAYOUT, 0):
        reasons.insert(0, f"{count} pages of an unknown layout")
    return "; ".join((*reasons, *facts.layout_checks)) or None


def _incomplete(facts: RunFacts) -> str | None:
    missing = {outcome: count - facts.known_faults.get(outcome, 0) for outcome, count in facts.outcomes.items()}
    missing[Outcome.OFF_SITE] = missing.get(Outcome.OFF_SITE, 0) - facts.led_off_site
    reasons = [text for text in [_counted(missing, _UNFINISHED)] if text]
    if count := facts.fresh_quarantine.get(Outcome.INVALID, 0):
        reasons.append(f"{count} invalid")
    if facts.failed_sections:
        reasons.append("sections not read to their end: " + ", ".join(facts.failed_sections))
    for count, kind in (
        (facts.spider_errors, "exceptions in the spider"),
        (facts.item_errors, "exceptions in a pipeline"),
        (facts.failed_images, "images not kept"),
        (facts.log_errors, "errors in the log"),
    ):
        reasons += [f"{count} {kind}"] if count else []
    if sum(facts.outcomes.values()) != facts.discovered:
        reasons.append(f"{facts.discovered} addresses discovered, {sum(facts.outcomes.values())} accounted for")
    if facts.finish_reason != "finished":
        reasons.append(f"the run ended early: {facts.finish_reason}")
    return "; ".join(reasons) or None


#: Gravest first: the first cause with a reason gives the code.
_CAUSES: Final[tuple[tuple[ExitCode, Callable[[RunFacts], str | None]], ...]] = (
    (ExitCode.NOT_STARTED, lambda facts: facts.refusal),
    (ExitCode.STORE_ERROR, _store),
    (ExitCode.INTERRUPTED, _interrupted),
    (ExitCode.ROBOTS_UNREACHABLE, _robots),
    (ExitCode.BLOCKED, _blocked),
    (ExitCode.LAYOUT_DRIFT, _drift),
    (ExitCode.INCOMPLETE, _incomplete),
)


def exit_code_of(facts: RunFacts) -> tuple[ExitCode, str]:
    """The exit code of a run, and its reason in one line."""
    for code, cause in _CAUSES:
        if reason := cause(facts):
            return code, reason
    counts = _counted(facts.outcomes, tuple(facts.outcomes)) or "nothing to do"
    return ExitCode.GOOD, " · ".join(filter(None, (facts.no_news, counts)))
