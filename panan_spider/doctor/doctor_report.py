"""Report of `scrapy doctor`: tables, verdict and the patch of the profile; as text or as JSON."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rich.console import Console

from panan_spider.core.tables import ResultTable, say, show
from panan_spider.doctor import article_checks, site_checks
from panan_spider.doctor.doctor_verdict import DoctorVerdict, judge
from panan_spider.doctor.probe_result import SiteProbe
from panan_spider.doctor.profile_patch import patch, patched_file


@dataclass(frozen=True)
class DoctorReport:
    """A probe and its verdict. `saved` are the fixture folders written."""

    visit: SiteProbe
    saved: tuple[str, ...] = ()

    @cached_property
    def groups(self) -> list[ResultTable]:
        """The table of every check."""
        visit = self.visit
        return [
            site_checks.hosts(visit),
            site_checks.sections(visit),
            article_checks.articles(visit),
            article_checks.fields(visit),
            article_checks.known_selectors(visit),
            site_checks.charsets(visit),
            site_checks.twins(visit),
            article_checks.unknown_addresses(visit),
        ]

    @cached_property
    def verdict(self) -> DoctorVerdict:
        """The verdict."""
        return judge(self.visit)

    @cached_property
    def patch(self) -> str:
        """The patch of the profile; empty where nothing has to be changed."""
        return patch(self.verdict.changes, self.visit.site) if self.verdict.changes else ""

    def print(self, console: Console) -> None:
        """Print everything, the verdict last."""
        show(console, self.groups)
        for folder in self.saved:
            say(console, f"saved: {folder}")
        verdict = self.verdict
        style = "bold green" if verdict.code == 0 else "bold red"
        say(console, f"{self.visit.log.requests} requests")
        say(console, f"verdict: {verdict.state} (exit code {int(verdict.code)})", style)
        say(console, f"  {verdict.reason}")
        say(console, f"  {verdict.advice}")
        if self.patch:
            say(console, f"\n{patched_file(self.visit.site)}, to paste into `git apply`:\n")
            say(console, self.patch.rstrip("\n"))

    def as_dict(self) -> dict[str, Any]:
        """The whole report as JSON values."""
        verdict = self.verdict
        return {
            "verdict": str(verdict.state),
            "exit_code": int(verdict.code),
            "reason": verdict.reason,
            "advice": verdict.advice,
            "requests": self.visit.log.requests,
            "checks": {group.title: group.as_dicts() for group in self.groups},
            "site_py": {"values": verdict.changes, "patch": self.patch},
            "saved": list(self.saved),
        }
