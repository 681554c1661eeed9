"""Faults of a run: what is missing or doubtful, with the exit code of each. Pure.

A fault gives its code when a run first sees it, until runs have seen it on three days, and again when it changes. From
then on it is known: it stands among the gaps and in the count of the closing line, and the code is silent about it, so
that the night on which something else goes missing can be told from the others. A fault that says nothing lasting about
the site (no answer, an exception, a block of the whole site) gives its code every time.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from panan_spider.archive.ledger.runs_and_walks import DoubtfulUrl, FaultRecord
from panan_spider.archive.state import STILL_GONE
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import CheckResult
from panan_spider.core.text import without_figures
from panan_spider.core.translations import sentence
from panan_spider.sites.thresholds import Thresholds

_ARTICLES: Final = frozenset({"article", "part"})

#: How the reason of an alias begins that redirects to another article. Other aliases are a second address of the same one.
_REDIRECTS: Final = "leads to "

#: The section that a line about the layout begins with, and words of a line about rows with addresses of a new form.
_SECTION: Final = re.compile(r"section .{0,200}? \(\S+?\)")
#: The address of a section at the end of a subject: `name (address)`.
_SECTION_URL: Final = re.compile(r" \((http\S+)\)$")
_NEW_FORM: Final = "no known form"

#: How the spider names a link of the navigation that leads to no list: `name (address): reason`.
_DEAD_LINK: Final = re.compile(r" \((http\S+)\): ")

#: Detail of a section that no walk has read, and how an unfinished walk is described, by its state.
_NOT_READ: Final = str(sentence("not read"))
_UNFINISHED: Final = {
    "unproven": sentence("read, without evidence that this is its end"),
    "capped": sentence("not read to its end: more list pages than the limit"),
    "failed": sentence("not read to its end: a list page or its pager could not be read"),
    "None": sentence("not read to its end: the walk did not end"),
}

#: States of a walk that has read its section.
_WALKED: Final = frozenset({"end", "known", "since"})

#: Outcomes of a link of the navigation behind which there is no list.
_NO_LIST: Final = frozenset({Outcome.GONE, Outcome.NO_LIST, Outcome.ALIAS})

#: Outcomes that say nothing about the site. The next run requests the address again by itself.
_UNANSWERED: Final = frozenset({Outcome.FAILED, Outcome.PENDING})

#: Outcomes of an address that leave a listed article out of the archive where no other address of it was stored.
_NOT_STORED: Final = frozenset({Outcome.GONE, Outcome.ALIAS})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one run. Another `detail` makes it another fault."""

    code: ExitCode
    kind: Literal["address", "section", "drift", "check"]
    subject: str  # the address, the name of the section or of the check, or what has drifted
    detail: str
    outcome: Outcome | None = None  # of an address
    lasting: bool = True  # False: gives its code every time

    @property
    def remembered(self) -> bool:
        """True for a fault that the ledger keeps: a lasting one, and one of a page that the site has answered for."""
        return self.lasting or (self.kind == "address" and self.outcome not in _UNANSWERED)

    @property
    def url(self) -> str | None:
        """The address of a page, or of the first list page of a section; None for the site as a whole and for a check."""
        if self.kind == "address":
            return self.subject
        match = _SECTION_URL.search(self.subject)  # of a section
        return None if match is None else match[1]

    @property
    def reason(self) -> str:
        """The fault in one line, with the name of a section."""
        if self.kind != "section":
            return self.detail
        name, why = _SECTION_URL.sub("", self.subject), _UNFINISHED.get(self.detail, self.detail)
        return str(sentence("section {name}: {why}", name=name, why=why))

    @property
    def key(self) -> str:
        """Identity across runs: kind, subject, outcome, and detail without its figures."""
        plain = "\x1f".join((self.kind, self.subject, str(self.outcome or ""), without_figures(self.detail)))
        return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True)
class SeenFaults:
    """The faults of a run, divided into those that give their code and those that are known."""

    alerting: tuple[Fault, ...] = ()
    known: tuple[Fault, ...] = ()
    records: tuple[FaultRecord, ...] = ()  # of all that the ledger keeps, tonight counted

    def counts(self, code: ExitCode) -> Counter[Outcome]:
        """Number of alerting addresses of that code by outcome."""
        return Counter(fault.outcome for fault in self.alerting if fault.code is code and fault.outcome is not None)

    def of(self, kind: str, code: ExitCode) -> list[Fault]:
        """The alerting faults of that kind and code."""
        return [fault for fault in self.alerting if fault.kind == kind and fault.code is code]


def seen_faults(faults: Iterable[Fault], known: Mapping[str, FaultRecord], day: str, limits: Thresholds) -> SeenFaults:
    """Divide the faults that a run sees on `day` (site time) by what earlier runs have recorded."""
    alerting, silent, records = list[Fault](), list[Fault](), dict[str, FaultRecord]()
    for fault in faults:
        record = _seen_today(fault, known.get(fault.key), day)
        if fault.remembered:
            records.setdefault(fault.key, record)
        alerts = not fault.lasting or record.days <= limits.confirmed_days
        (alerting if alerts else silent).append(fault)
    return SeenFaults(tuple(alerting), tuple(silent), tuple(records.values()))


def _seen_today(fault: Fault, before: FaultRecord | None, day: str) -> FaultRecord:
    outcome = None if fault.outcome is None else str(fault.outcome)
    if before is None:
        return FaultRecord(fault.key, int(fault.code), fault.url, outcome, fault.reason, day, day, 1)
    # Several runs of one day are one sighting; a clock that was set back adds none.
    days = before.days + (day > before.last_seen)
    last = max(day, before.last_seen)
    return FaultRecord(fault.key, int(fault.code), fault.url, outcome, fault.reason, before.first_seen, last, days)


def resolved(known: Mapping[str, FaultRecord], seen: SeenFaults, *, full: bool = False) -> list[str]:
    """Keys of the known faults without an outcome that a whole run has not seen again; an address resolves its own.

    A run that read every list to its end (`full`) also resolves rows of an unknown form that stand in none of them.
    """
    tonight = {record.key for record in seen.records}
    gone = ((key, record) for key, record in known.items() if key not in tonight)
    return [key for key, record in gone if record.outcome in ((None, Outcome.UNKNOWN_ADDRESS) if full else (None,))]


def address_faults(
    urls: Sequence[DoubtfulUrl], asked: int, limits: Thresholds, dead_links: Container[str] = ()
) -> list[Fault]:
    """The faults among the addresses of a run, of which it has requested `asked`; `dead_links` are links of the navigation."""
    mass = _mass_outcomes(urls, asked, limits)
    faults = []
    for url in urls:
        dead = url.url in dead_links and url.outcome in _NO_LIST
        vanished = url.outcome in mass and _has_vanished(url)
        code = ExitCode.INCOMPLETE if dead or vanished else _code_of(url)
        if code is not None:
            lasting = url.outcome not in mass and _is_lasting(url)
            faults.append(Fault(code, "address", url.url, url.reason or "", url.outcome, lasting))
    return faults


def _code_of(url: DoubtfulUrl) -> ExitCode | None:
    """The exit code of an address with that outcome; None where it is no fault."""
    article = url.kind in _ARTICLES
    match url.outcome:
        case Outcome.BLOCKED:
            return ExitCode.BLOCKED
        case Outcome.UNKNOWN_LAYOUT:
            return ExitCode.LAYOUT_DRIFT
        case Outcome.FAILED | Outcome.PENDING | Outcome.TOO_LARGE | Outcome.INVALID | Outcome.UNKNOWN_ADDRESS:
            return ExitCode.INCOMPLETE
        case Outcome.OFF_SITE:
            return ExitCode.INCOMPLETE if article else None  # links of the navigation may lead anywhere
        case Outcome.GONE | Outcome.ALIAS:
            return ExitCode.INCOMPLETE if article and _is_lost(url) else None
    return None


def _is_lost(url: DoubtfulUrl) -> bool:
    """True for an article that a list names and the archive lacks."""
    same = url.outcome is Outcome.ALIAS and not (url.reason or "").startswith(_REDIRECTS)
    return url.listed and not url.stored and not same


def redirects(urls: Iterable[DoubtfulUrl]) -> int:
    """Number of article addresses that redirect to another article."""
    return sum(
        url.kind in _ARTICLES and url.outcome is Outcome.ALIAS and (url.reason or "").startswith(_REDIRECTS)
        for url in urls
    )


def _has_vanished(url: DoubtfulUrl) -> bool:
    """True for a stored article that is gone since this run. One is a removal; many at once are a fault of the site."""
    return url.kind in _ARTICLES and url.outcome is Outcome.GONE and url.stored and url.reason != STILL_GONE


def _is_lasting(url: DoubtfulUrl) -> bool:
    if url.outcome in _UNANSWERED:
        return False
    # A list or an entry page that is blocked hides articles that no list has named yet.
    return url.outcome is not Outcome.BLOCKED or url.kind in _ARTICLES


def _mass_outcomes(urls: Sequence[DoubtfulUrl], asked: int, limits: Thresholds) -> frozenset[Outcome]:
    """Outcomes of so many articles that they are a fault of the site tonight, not of single pages."""
    counts = Counter(
        url.outcome
        for url in urls
        if url.kind in _ARTICLES
        and (url.outcome is Outcome.BLOCKED or _has_vanished(url) or (url.outcome in _NOT_STORED and _is_lost(url)))
    )
    least = max(limits.mass_addresses, limits.mass_share * asked)
    return frozenset(outcome for outcome, count in counts.items() if count >= least)


def drift_faults(lines: Iterable[str]) -> list[Fault]:
    """Faults of the layout, from the spider's lines.

    A line about one section lasts. A line about the whole site, or about addresses of a new form, gives its code every time.
    """
    faults = []
    for line in lines:
        section = _SECTION.match(line)
        lasting = section is not None and _NEW_FORM not in line
        faults.append(Fault(ExitCode.LAYOUT_DRIFT, "drift", section[0] if section else line, line, lasting=lasting))
    return faults


def section_faults(names: Sequence[str], walks: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """Faults of the sections that were not read to their end: of the walks by address, and of the names without a walk.

    A section that no walk has begun is named `name (address)` where its address is known.
    """
    broken = [walk for walk in walks if walk["name"] in names and walk.get("state") not in _WALKED]
    faults = [
        Fault(ExitCode.INCOMPLETE, "section", f"{walk['name']} ({walk['url']})", str(walk.get("state")))
        for walk in broken
    ]
    unwalked = dict.fromkeys(name for name in names if name not in {walk["name"] for walk in broken})
    return faults + [Fault(ExitCode.INCOMPLETE, "section", name, _NOT_READ) for name in unwalked]


def dead_links(names: Iterable[str]) -> dict[str, str]:
    """Links of the navigation that lead to no list, by address: those of the spider's lines that have the form `name (address): reason`."""
    found = (_DEAD_LINK.search(name) for name in names)
    return {match[1]: match.string for match in found if match is not None}


def check_faults(checks: Iterable[CheckResult], codes: Mapping[str, ExitCode], lasting: Container[str]) -> list[Fault]:
    """Faults of failed checks, by the exit code of each; a check in `lasting` is about the site, any other about tonight."""
    return [
        Fault(codes[check.name], "check", check.name, check.sentence, lasting=check.name in lasting)
        for check in checks
        if check.verdict == "fail" and check.name in codes
    ]
