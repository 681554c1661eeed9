"""From what happened to the exit code, with the one line that says why. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from panan_spider.core.outcomes import ExitCode, Outcome


@dataclass(frozen=True)
class RunFacts:
    """All that the exit code depends on. Counts are of addresses of this run."""

    finish_reason: str = "finished"
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    fresh_quarantine: Mapping[Outcome, int] = field(default_factory=dict)
    discovered: int = 0
    led_off_site: int = 0  # of `outcomes`, the off-site ones that are no article's: navigation that leads elsewhere
    known_faults: Mapping[Outcome, int] = field(
        default_factory=dict
    )  # of `outcomes`, those that an earlier run has named
    robots_unreachable: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    failed_sections: tuple[str, ...] = ()
    spider_errors: int = 0
    item_errors: int = 0
    failed_images: int = 0
    log_errors: int = 0
    layout_checks: tuple[str, ...] = ()  # what checks say whose `fail` is drift
    blocked_checks: tuple[str, ...] = ()  # … whose `fail` is a refusal
    no_news: str | None = None  # page one of every section is well-formed, and there is nothing new
    refusal: str | None = None
    store_error: str | None = None


#: A redesign names every section; the report has them all, a reason is one line.
_MOST_SAID: Final = 3

_STOPPED: Final = frozenset({"shutdown"})
_UNFINISHED: Final = (Outcome.FAILED, Outcome.TOO_LARGE, Outcome.OFF_SITE, Outcome.PENDING)


def _listed(counts: Mapping[Outcome, int], outcomes: tuple[Outcome, ...]) -> str:
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
    said = [f"{count} addresses blocked or rate-limited"] if count else []
    return "; ".join((*said, *facts.blocked_checks)) or None


def _drift(facts: RunFacts) -> str | None:
    # That nothing is found at all is said before what in particular is missing.
    said = sorted(facts.drift, key=lambda line: line.startswith("section "))[:_MOST_SAID]
    if (more := len(facts.drift) - _MOST_SAID) > 0:
        said.append(f"and {more} more like these")
    if count := facts.fresh_quarantine.get(Outcome.UNKNOWN_LAYOUT, 0):
        said.insert(0, f"{count} pages of an unknown layout")
    return "; ".join((*said, *facts.layout_checks)) or None


def _incomplete(facts: RunFacts) -> str | None:
    missing = {outcome: count - facts.known_faults.get(outcome, 0) for outcome, count in facts.outcomes.items()}
    missing[Outcome.OFF_SITE] = missing.get(Outcome.OFF_SITE, 0) - facts.led_off_site
    said = [text for text in [_listed(missing, _UNFINISHED)] if text]
    if count := facts.fresh_quarantine.get(Outcome.INVALID, 0):
        said.append(f"{count} invalid")
    if facts.failed_sections:
        said.append("sections not read to their end: " + ", ".join(facts.failed_sections))
    for count, what in (
        (facts.spider_errors, "exceptions in the spider"),
        (facts.item_errors, "exceptions in a pipeline"),
        (facts.failed_images, "images not kept"),
        (facts.log_errors, "errors in the log"),
    ):
        said += [f"{count} {what}"] if count else []
    if sum(facts.outcomes.values()) != facts.discovered:
        said.append(f"{facts.discovered} addresses discovered, {sum(facts.outcomes.values())} accounted for")
    if facts.finish_reason != "finished":
        said.append(f"the run ended early: {facts.finish_reason}")
    return "; ".join(said) or None


#: In order: the first that has something to say gives the code.
_RULES: Final[tuple[tuple[ExitCode, Callable[[RunFacts], str | None]], ...]] = (
    (ExitCode.NOT_STARTED, lambda facts: facts.refusal),
    (ExitCode.STORE_ERROR, _store),
    (ExitCode.INTERRUPTED, _interrupted),
    (ExitCode.ROBOTS_UNREACHABLE, _robots),
    (ExitCode.BLOCKED, _blocked),
    (ExitCode.LAYOUT_DRIFT, _drift),
    (ExitCode.INCOMPLETE, _incomplete),
)


def verdict(facts: RunFacts) -> tuple[ExitCode, str]:
    """The exit code of a run, and why in one line."""
    for code, rule in _RULES:
        if said := rule(facts):
            return code, said
    counts = _listed(facts.outcomes, tuple(facts.outcomes)) or "nothing to do"
    return ExitCode.GOOD, " · ".join(filter(None, (facts.no_news, counts)))
