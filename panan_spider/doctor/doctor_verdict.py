"""Verdict of doctor: state of the site, exit code and advice, as tables, text or JSON. No request."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from rich.console import Console

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.tables import ResultTable, say, show
from panan_spider.doctor import site_checks
from panan_spider.doctor.first_profile import changes, patch, patched_file, unproven_values
from panan_spider.doctor.probe_client import FetchResult, SiteProbe
from panan_spider.doctor.site_checks import changed, matched, other_hosts
from panan_spider.extract.results import PageError, UnknownLayout


class DoctorStatus(StrEnum):
    """States of a site."""

    DOWN = "down"
    HALF_DOWN = "half down"
    BLOCKED = "blocked"
    FORBIDDEN = "forbidden"
    MOVED = "moved"
    UNREADABLE = "unreadable"
    REDESIGNED = "redesigned"
    INCOMPLETE = "incomplete"
    GOOD = "good"


CODES: Final = {
    DoctorStatus.DOWN: ExitCode.ROBOTS_UNREACHABLE,
    DoctorStatus.HALF_DOWN: ExitCode.ROBOTS_UNREACHABLE,
    DoctorStatus.BLOCKED: ExitCode.BLOCKED,
    DoctorStatus.FORBIDDEN: ExitCode.BLOCKED,
    DoctorStatus.MOVED: ExitCode.INCOMPLETE,
    DoctorStatus.UNREADABLE: ExitCode.LAYOUT_DRIFT,
    DoctorStatus.REDESIGNED: ExitCode.LAYOUT_DRIFT,
    DoctorStatus.INCOMPLETE: ExitCode.INCOMPLETE,
    DoctorStatus.GOOD: ExitCode.GOOD,
}

ADVICE: Final = {
    DoctorStatus.DOWN: "Try again in an hour, and tomorrow. If it lasts, open the site in a browser, from another network too.",
    DoctorStatus.HALF_DOWN: "Try again tomorrow. Only if it lasts for weeks, remove the dead host from the profile as shown below.",
    DoctorStatus.BLOCKED: "Wait a day; do not try to get round it. If it lasts, write to the site's operators.",
    DoctorStatus.FORBIDDEN: "robots.txt forbids this crawler: write to the operators before anything else.",
    DoctorStatus.MOVED: "If the new host is the newspaper's own, change the profile as shown below and run doctor again.",
    DoctorStatus.UNREADABLE: "`scrapy inspect` shows where reading such a page stops, `scrapy savepage` keeps it as a fixture: the extraction must be extended.",
    DoctorStatus.REDESIGNED: "The crawl works without a change. Keep a few pages with --save, and add the new selectors to sites/cms.toml.",
    DoctorStatus.INCOMPLETE: "Run doctor again. Every crawl retries the pages that stay lost.",
    DoctorStatus.GOOD: "Crawl: scrapy crawl {key}",
}


@dataclass(frozen=True)
class DoctorVerdict:
    """`reason` is one line; `key` is the site's; `changes` are the new values of keys in the profile, as TOML source."""

    state: DoctorStatus
    reason: str
    key: str
    changes: dict[str, str]

    @property
    def code(self) -> ExitCode:
        """The exit code."""
        return CODES[self.state]

    @property
    def advice(self) -> str:
        """The advice, in one or two sentences."""
        return ADVICE[self.state].format(key=self.key)


def judge(probe: SiteProbe) -> DoctorVerdict:
    """The first rule that applies, in the order of urgency."""
    found = next(((state, reason) for state, rule in _RULES if (reason := rule(probe))), None)
    if found is None:
        articles = sum(sample.article is not None for sample in probe.samples)
        found = DoctorStatus.GOOD, f"{len(probe.sections)} sections and {articles} articles read completely"
    state, reason = found
    new = changes(probe) if state in (DoctorStatus.MOVED, DoctorStatus.HALF_DOWN) else {}
    if probe.site.unproven:
        new = unproven_values(probe, good=state is DoctorStatus.GOOD) | new
    return DoctorVerdict(state, reason, probe.site.key, new)


def _came(probe: SiteProbe) -> int:
    return sum(answer.outcome is None for answer in probe.answers)


def _down(probe: SiteProbe) -> str | None:
    ends = {entry.outcome for entry in probe.entries}
    if _came(probe) or ends != {Outcome.FAILED}:
        return None
    return "; ".join(dict.fromkeys(entry.reason or entry.asked for entry in probe.entries))


def _half_down(probe: SiteProbe) -> str | None:
    dead = [robots for robots in probe.log.robots.values() if robots.unreachable is not None]
    return "; ".join(f"robots.txt of {robots.host} unreachable: {robots.unreachable}" for robots in dead) or None


def _blocked(probe: SiteProbe) -> str | None:
    blocked: list[str] = []
    for answer in probe.answers:
        read = answer.section if answer in probe.entries or answer in probe.rowless else answer.article
        if answer.outcome is Outcome.BLOCKED:
            blocked.append(f"{answer.asked}: {answer.reason}")
        elif isinstance(read, PageError) and read.outcome is Outcome.BLOCKED:
            blocked.append(f"{answer.asked}: {read.reason}")
    return f"{len(blocked)} of {len(probe.answers)} pages, first {blocked[0]}" if blocked else None


def _forbidden(probe: SiteProbe) -> str | None:
    shut = [robots.host for robots in probe.log.robots.values() if robots.forbids_all]
    return f"robots.txt of {' and '.join(sorted(shut))} forbids us everything" if shut else None


def _moved(probe: SiteProbe) -> str | None:
    hosts = other_hosts(probe)
    count = sum(answer.leads_to is not None for answer in probe.answers)
    many = 2 * count > len(probe.answers) or any(entry.leads_to for entry in probe.entries)
    if not hosts or not many:
        return None
    return f"{count} of {len(probe.answers)} pages lead to {' and '.join(hosts)}, which was not requested: it is not in the profile's hosts"


def _unreadable(probe: SiteProbe) -> str | None:
    if not probe.sections:
        return "the entry pages lead to no list of articles"
    lost = [s for s in probe.samples if isinstance(s.answer.article, UnknownLayout)]
    lists = [a for s in probe.sections for a in s.lists if isinstance(a.section, PageError)]
    reasons = [f"{len(lost)} of {len(probe.samples)} articles: {lost[0].answer.article}"] if lost else []
    reasons += [f"{len(lists)} list pages: {lists[0].section}"] if lists else []
    return "; ".join(reasons) or None


def _lists_lost(probe: SiteProbe) -> str | None:
    """List pages without an answer hide articles, whatever the selectors say of the others."""
    lost = list(_without_answer(_list_pages(probe)))
    if not lost:
        return None
    others = [reason for reason in (_articles_lost(probe), _redesigned(probe)) if reason]
    return "; ".join([f"{len(lost)} entry and list pages not read, first {lost[0]}", *others])


def _redesigned(probe: SiteProbe) -> str | None:
    kinds = changed(matched(probe))
    if not kinds:
        return None
    words = " and ".join("the lists" if kind == "list" else f"the articles of {kind}" for kind in kinds)
    return f"no selector once seen on this site is on {words} any more; all was read by its words"


def _articles_lost(probe: SiteProbe) -> str | None:
    lost = list(_without_answer(sample.answer for sample in probe.samples))
    lost += [
        f"{sample.row.url}: {sample.answer.article.outcome}, {sample.answer.article}"
        for sample in probe.samples
        if isinstance(sample.answer.article, PageError)
    ]
    return f"{len(lost)} pages: {lost[0]}" if lost else None


def _list_pages(probe: SiteProbe) -> Iterator[FetchResult]:
    yield from probe.entries
    for section in probe.sections:
        yield from section.lists
        if section.script is not None:
            yield section.script
    yield from (answer for answer in probe.rowless if answer.outcome is Outcome.FAILED)


def _without_answer(answers: Iterable[FetchResult]) -> Iterator[str]:
    return (f"{answer.asked}: {answer.outcome}, {answer.reason}" for answer in answers if answer.outcome is not None)


_RULES: Final[tuple[tuple[DoctorStatus, Callable[[SiteProbe], str | None]], ...]] = (
    (DoctorStatus.DOWN, _down),
    (DoctorStatus.BLOCKED, _blocked),
    (DoctorStatus.FORBIDDEN, _forbidden),
    (DoctorStatus.MOVED, _moved),
    (DoctorStatus.HALF_DOWN, _half_down),
    (DoctorStatus.UNREADABLE, _unreadable),
    (DoctorStatus.INCOMPLETE, _lists_lost),
    (DoctorStatus.REDESIGNED, _redesigned),
    (DoctorStatus.INCOMPLETE, _articles_lost),
)


@dataclass(frozen=True)
class DoctorReport:
    """A probe and its verdict. `saved` are the fixture folders written."""

    probe: SiteProbe
    saved: tuple[str, ...] = ()

    @cached_property
    def groups(self) -> list[ResultTable]:
        """The table of every check."""
        probe = self.probe
        return [
            site_checks.hosts(probe),
            site_checks.sections(probe),
            site_checks.articles(probe),
            site_checks.fields(probe),
            site_checks.known_selectors(probe),
            site_checks.charsets(probe),
            site_checks.twins(probe),
            site_checks.unknown_addresses(probe),
        ]

    @cached_property
    def verdict(self) -> DoctorVerdict:
        """The verdict."""
        return judge(self.probe)

    @cached_property
    def patch(self) -> str:
        """The patch of the profile; empty where nothing has to be changed."""
        return patch(self.verdict.changes, self.probe.site) if self.verdict.changes else ""

    def print(self, console: Console) -> None:
        """Print everything, the verdict last."""
        show(console, self.groups)
        for folder in self.saved:
            say(console, f"saved: {folder}")
        verdict = self.verdict
        style = "bold green" if verdict.code == 0 else "bold red"
        say(console, f"{self.probe.log.requests} requests")
        say(console, f"verdict: {verdict.state} (exit code {int(verdict.code)})", style)
        say(console, f"  {verdict.reason}")
        say(console, f"  {verdict.advice}")
        if self.patch:
            say(console, f"\n{patched_file(self.probe.site)}, to paste into `git apply`:\n")
            say(console, self.patch.rstrip("\n"))

    def as_dict(self) -> dict[str, Any]:
        """The whole report as JSON values."""
        verdict = self.verdict
        return {
            "verdict": str(verdict.state),
            "exit_code": int(verdict.code),
            "reason": verdict.reason,
            "advice": verdict.advice,
            "requests": self.probe.log.requests,
            "checks": {group.title: group.as_dicts() for group in self.groups},
            "site_py": {"values": verdict.changes, "patch": self.patch},
            "saved": list(self.saved),
        }
