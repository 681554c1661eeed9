"""Exit code of a run, with its reasons in one line: a table of causes, the gravest first. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from panan_spider.core.outcomes import QUARANTINED, ExitCode, Outcome
from panan_spider.core.translations import sentence
from panan_spider.report.faults import SeenFaults

#: Drift lines in the reason. A redesign changes every section; the report has them all.
_MOST_DRIFT: Final = 3
_STOPPED: Final = frozenset({"shutdown"})
#: Order of the outcomes in a reason.
_UNFINISHED: Final = (
    *(Outcome.FAILED, Outcome.TOO_LARGE, Outcome.OFF_SITE, Outcome.PENDING, Outcome.INVALID),
    *(Outcome.GONE, Outcome.ALIAS, Outcome.UNKNOWN_ADDRESS),
)
#: Codes after which the other reasons are not reliable: the run saw too little, or could not be recorded.
_ALONE: Final = frozenset({ExitCode.NOT_STARTED, ExitCode.STORE_ERROR, ExitCode.INTERRUPTED})


@dataclass(frozen=True)
class RunFacts:
    """All that the exit code depends on."""

    finish_reason: str = "finished"  # Scrapy's
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)  # addresses of this run
    discovered: int = 0  # addresses of this run
    faults: SeenFaults = field(default_factory=SeenFaults)
    missing: Mapping[Outcome, int] = field(default_factory=dict)  # addresses missing of which no fault alerts tonight
    robots_unreachable: tuple[str, ...] = ()  # hosts
    robots_reasons: tuple[str, ...] = ()  # where robots.txt of a host redirects to, off the site
    spider_errors: int = 0
    item_errors: int = 0
    failed_images: int = 0
    log_errors: int = 0
    no_news: str | None = None  # page one of every section is well-formed, and nothing is new
    refusal: str | None = None
    store_error: str | None = None


def _counted(counts: Mapping[Outcome, int], outcomes: Iterable[Outcome]) -> list[str]:
    return [f"{counts[outcome]} {outcome}" for outcome in outcomes if counts.get(outcome)]


def _checks(facts: RunFacts, code: ExitCode) -> list[str]:
    return [fault.detail for fault in facts.faults.of("check", code)]


def _robots(facts: RunFacts) -> list[str]:
    hosts, why = ", ".join(facts.robots_unreachable), "; ".join(dict.fromkeys(facts.robots_reasons))
    if not hosts:
        return []
    message = sentence("robots.txt unreachable: {hosts}", hosts=hosts)
    if why:
        message = sentence("robots.txt unreachable: {hosts} ({why})", hosts=hosts, why=why)
    return [str(message)]


def _blocked(facts: RunFacts) -> list[str]:
    count = facts.faults.counts(ExitCode.BLOCKED).total()
    reasons = [str(sentence("{count} addresses blocked or rate-limited", count=count))] if count else []
    return reasons + _checks(facts, ExitCode.BLOCKED)


def _drift(facts: RunFacts) -> list[str]:
    count = facts.faults.counts(ExitCode.LAYOUT_DRIFT).total()
    reasons = [str(sentence("{count} pages of an unknown layout", count=count))] if count else []
    # Lines about the whole site stand before those about one section.
    lines = sorted(
        (fault.detail for fault in facts.faults.of("drift", ExitCode.LAYOUT_DRIFT)),
        key=lambda line: line.startswith("section "),
    )
    reasons += lines[:_MOST_DRIFT]
    if (more := len(lines) - _MOST_DRIFT) > 0:
        reasons.append(str(sentence("and {count} more like these", count=more)))
    return reasons + _checks(facts, ExitCode.LAYOUT_DRIFT)


def _names(subjects: Iterable[str]) -> list[str]:
    """The names of sections; those of one name with their addresses."""
    subjects = list(subjects)
    names = [subject.partition(" (http")[0] for subject in subjects]
    return [name if names.count(name) == 1 else subject for name, subject in zip(names, subjects, strict=True)]


def _incomplete(facts: RunFacts) -> list[str]:
    addresses = facts.faults.counts(ExitCode.INCOMPLETE)
    counts = _counted(addresses, (*_UNFINISHED, *sorted(addresses.keys() - set(_UNFINISHED))))
    reasons = [", ".join(counts)] if counts else []
    if sections := facts.faults.of("section", ExitCode.INCOMPLETE):
        names = ", ".join(_names(fault.subject for fault in sections))
        reasons.append(str(sentence("sections not read to their end: {names}", names=names)))
    reasons += _checks(facts, ExitCode.INCOMPLETE)
    for message in (
        sentence("{count} exceptions in the spider", count=facts.spider_errors),
        sentence("{count} exceptions in a pipeline", count=facts.item_errors),
        sentence("{count} images not kept", count=facts.failed_images),
        sentence("{count} errors in the log", count=facts.log_errors),
    ):
        reasons += [str(message)] if message.values["count"] else []
    if (accounted := sum(facts.outcomes.values())) != facts.discovered:
        reasons.append(
            str(
                sentence("{total} addresses discovered, {count} accounted for", total=facts.discovered, count=accounted)
            )
        )
    if facts.finish_reason not in ("finished", *_STOPPED):
        reasons.append(str(sentence("the run ended early: {why}", why=facts.finish_reason)))
    return reasons


def _reasons(facts: RunFacts) -> dict[ExitCode, list[str]]:
    """The reasons for each exit code, the gravest code first."""
    stopped = sentence("interrupted; what is stored is safe, the next run goes on")
    return {
        ExitCode.NOT_STARTED: [facts.refusal] if facts.refusal else [],
        ExitCode.STORE_ERROR: [facts.store_error] if facts.store_error else [],
        ExitCode.INTERRUPTED: [str(stopped)] if facts.finish_reason in _STOPPED else [],
        ExitCode.ROBOTS_UNREACHABLE: _robots(facts),
        ExitCode.BLOCKED: _blocked(facts),
        ExitCode.LAYOUT_DRIFT: _drift(facts),
        ExitCode.INCOMPLETE: _incomplete(facts),
    }


def exit_code_of(facts: RunFacts) -> tuple[ExitCode, str]:
    """The exit code of a run, and all its reasons in one line, the gravest first."""
    causes = [(code, reasons) for code, reasons in _reasons(facts).items() if reasons]
    known = known_missing(facts.missing)
    if not causes:
        counts = ", ".join(_counted(facts.outcomes, facts.outcomes)) or str(sentence("nothing to do"))
        return ExitCode.GOOD, " · ".join(filter(None, (facts.no_news, counts, known)))
    code = causes[0][0]
    if code in _ALONE:
        return code, "; ".join(causes[0][1])
    reason = "; ".join(text for _code, reasons in causes for text in reasons)
    return code, " · ".join(filter(None, (reason, known)))


def known_missing(missing: Mapping[Outcome, int]) -> str:
    """The count of known missing addresses for the closing line: `33 known unread, 2 known missing`."""
    unread = sum(count for outcome, count in missing.items() if outcome in QUARANTINED)
    others = sum(missing.values()) - unread
    parts = [sentence("{count} known unread", count=unread)] if unread else []
    parts += [sentence("{count} known missing", count=others)] if others else []
    return ", ".join(map(str, parts))
