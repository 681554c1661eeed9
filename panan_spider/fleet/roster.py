"""Roster: the sites of a fleet, each with its archive's folder, its last run, who holds it, and whether a crawl of it is due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from panan_spider.archive.data_folder import holder
from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.ledger.runs_and_walks import RunRecord
from panan_spider.archive.store.files import LEDGER_FILE, StoreError
from panan_spider.core.clock import moment, now
from panan_spider.core.outcomes import ExitCode, RefusedError
from panan_spider.sites.profile import Schedule, Site, load_site, site_keys

#: Runs looked back on for the newest one that walked every section.
_RUNS: Final = 10

#: Exit codes after which a site is due again at once: the run was stopped, and has more to do.
_AGAIN: Final = frozenset({int(ExitCode.INTERRUPTED), None})

#: Arguments of a deep crawl: every section is walked to its end.
_FULL: Final = {"full": "true"}

#: Exit codes from the one that asks for help soonest to the one that asks for none.
_GRAVEST: Final = (16, 14, 1, 12, 13, 11, 10, 15)


class UnknownSites(RefusedError):
    """A pattern that no site's key matches. The message is one line, and names the sites there are."""


@dataclass(frozen=True)
class SiteState:
    """One site and its archive. `last` is its newest run, `deep` the newest one with `full=true`."""

    site: Site
    folder: Path
    last: RunRecord | None = None
    deep: RunRecord | None = None
    articles: int = 0
    held_by: str | None = None
    problem: str | None = None  # why the archive cannot be read

    def due(self, now: datetime) -> dict[str, str] | None:
        """The spider's arguments for the crawl that is due at `now`; None where none is due, or one is under way."""
        if self.held_by is not None:
            return None
        if self.last is None:
            return {}
        if self.last.exit_code in _AGAIN:
            return _FULL if self.last.args.get("full") == "true" else {}
        deep_tick = Schedule.parse(self.site.deep).before(now)
        # The first run walks every section to its end, as a deep one does.
        deep_start = self.deep.started if self.deep is not None else None
        if deep_tick is not None and _before(deep_start, deep_tick) and _before(self.last.started, deep_tick):
            return _FULL
        tick = Schedule.parse(self.site.nightly).before(now)
        return {} if tick is not None and _before(self.last.started, tick) else None

    def next_tick(self, now: datetime) -> datetime | None:
        """Time of the schedule's next crawl."""
        ticks = [Schedule.parse(text).after(now) for text in (self.site.nightly, self.site.deep)]
        return min((tick for tick in ticks if tick is not None), default=None)

    def as_json(self, now: datetime) -> dict[str, Any]:
        """The state as JSON values."""
        tick, last = self.next_tick(now), self.last
        return {
            "site": self.site.key,
            "name": self.site.name,
            "group": self.site.group,
            "unproven": self.site.unproven,
            "folder": str(self.folder),
            "articles": self.articles,
            "last_run": last and last.id,
            "last_started": last and last.started,
            "last_exit_code": last and last.exit_code,
            "holder": self.held_by,
            "problem": self.problem,
            "due": self.due(now) is not None,
            "next": tick and moment(tick),
        }


def _before(started: str | None, tick: datetime) -> bool:
    return started is None or datetime.fromisoformat(started) < tick


def chosen_sites(patterns: str = "all") -> list[Site]:
    """The profiles whose keys match one of the comma-separated patterns (`zj-*`, `all`), by key. Raises UnknownSites, ProfileError."""
    keys = site_keys()
    if patterns == "all":
        return [load_site(key) for key in keys]
    found: set[str] = set()
    for pattern in filter(None, map(str.strip, patterns.split(","))):
        matching = {key for key in keys if fnmatchcase(key, pattern)}
        if not matching:
            raise UnknownSites(f"--sites: no site is named {pattern!r}; there is: {', '.join(keys)}")
        found |= matching
    if not found:
        raise UnknownSites(f"--sites names no site; there is: {', '.join(keys)}")
    return [load_site(key) for key in sorted(found)]


def state_of(site: Site, root: Path) -> SiteState:
    """The state of one site, whose archive is `<root>/<key>`. Reads only, also beside a run."""
    folder = root / site.key
    if not (folder / LEDGER_FILE).is_file():
        return SiteState(site, folder)
    try:
        held = holder(folder / "lock")
        ledger = Ledger.read_only(folder / LEDGER_FILE)
        try:
            runs = ledger.runs.newest(_RUNS)
            deep = next((run for run in runs if run.args.get("full") == "true" and run.exit_code is not None), None)
            return SiteState(site, folder, runs[0] if runs else None, deep, ledger.queries.totals()[0], held)
        finally:
            ledger.close()
    except StoreError as error:
        return SiteState(site, folder, problem=str(error))


def due_crawls(
    states: Sequence[SiteState], now: datetime, given: Mapping[str, str], *, every: bool = False
) -> list[tuple[Site, dict[str, str]]]:
    """The crawls that are due (`every`: of all that nobody holds) with their arguments, those that waited longest first."""
    found = []
    for state in sorted(states, key=lambda state: (state.last.started if state.last else "", state.site.key)):
        due = state.due(now)
        if due is not None or (every and state.held_by is None):
            found.append((state.site, {**(due or {}), **given}))
    return found


def group_of(site: Site) -> str:
    """The group whose slots the site takes: its own key where its profile names none."""
    return site.group or site.key


def slots_of(sites: Sequence[Site], asked: Mapping[str, int]) -> dict[str, int]:
    """Slots of each group of these sites: as asked for, else the most that one of its profiles names."""
    found: dict[str, int] = {}
    for site in sites:
        group = group_of(site)
        found[group] = asked.get(group, max(site.group_slots, found.get(group, 1)))
    return found


def gravest(codes: Sequence[int]) -> int:
    """The exit code of a fleet's run: 0 where all are, else the one that asks for help soonest."""
    wrong = {code for code in codes if code}
    return next((code for code in _GRAVEST if code in wrong), max(wrong, default=0))


#: Columns of the status: key of the row → heading.
_COLUMNS: Final = {"site": "site", "last_ended": "last crawl", "last_exit_code": "exit"} | {
    name: name for name in ("holder", "epoch", "jobs", "due", "next")
}
_FIGURES: Final = frozenset({"exit", "epoch", "jobs", "articles"})


def local_rows(sites: Sequence[Site], root: Path) -> list[dict[str, Any]]:
    """One row a site whose archive lies on this machine. The holder is who holds the archive's lock."""
    time, states = now(), [state_of(site, root) for site in sites]
    beside: dict[str, Any] = {"epoch": None, "jobs": None}
    return [state.as_json(time) | {"last_ended": state.last and state.last.finished, **beside} for state in states]


def queue_rows(known: Sequence[Mapping[str, Any]], sites: Sequence[Site]) -> list[dict[str, Any]]:
    """One row a site of a fleet of many machines, by the rows of the job queue's `sites`.

    The holder is who holds the lease; `jobs` wait or go on.
    """
    time, by_key = now(), {row["site"]: row for row in known}
    rows = []
    for site in sites:
        row = by_key.get(site.key, {"active": False, "jobs": 0})
        ended, due = row.get("last_ended"), row.get("next_due")
        rows.append(
            {
                "site": site.key,
                "in_database": row["active"],
                "last_ended": ended and moment(ended),
                "last_exit_code": row.get("last_code"),
                **{name: row.get(name) for name in ("last_line", "worker", "holder", "epoch", "jobs")},
                "due": due is not None and due <= time,
                "next": due and moment(due),
            }
        )
    return rows


def status_table(rows: Sequence[dict[str, Any]]) -> Table:
    """The rows as a table; columns that are empty throughout are left out."""
    shown = {key: heading for key, heading in _COLUMNS.items() if any(row[key] is not None for row in rows)}
    table = _table(shown.values())
    for row in rows:
        table.add_row(*(_cell(row[key]) for key in shown))
    return table


def _table(headings: Iterable[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in _FIGURES else "left", no_wrap=True)
    return table


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def site_table(states: Sequence[SiteState]) -> Table:
    """One row a site: key, name, group, whether its profile is proven, its newest run, its articles."""
    table = _table(("site", "name", "group", "profile", "last run", "exit", "articles"))
    for state in states:
        site, last = state.site, state.last
        table.add_row(
            site.key,
            site.name or "(unknown)",
            site.group or "",
            "unproven" if site.unproven else "proven",
            state.problem or ("never" if last is None else last.started),
            "" if last is None else _cell(last.exit_code),
            str(state.articles),
        )
    return table
