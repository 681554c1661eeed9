"""Fleet status: of each site the last crawl's end, who holds it, and when it is crawled next; of one machine or of all."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from panan_spider.fleet.job_queue import JobQueue
from panan_spider.fleet.roster import SiteState, state_of
from panan_spider.sites.profile import Site

#: Columns of the table: key of the row, heading.
_COLUMNS: Final = (
    ("site", "site"),
    ("last_ended", "last crawl"),
    ("last_exit_code", "exit"),
    ("holder", "holder"),
    ("epoch", "epoch"),
    ("jobs", "jobs"),
    ("due", "due"),
    ("next", "next"),
)


def local_rows(sites: Sequence[Site], root: Path) -> list[dict[str, Any]]:
    """One row a site whose archive lies on this machine. The holder is who holds the archive's lock."""
    now = datetime.now(UTC)
    rows = []
    for state in (state_of(site, root) for site in sites):
        row = state.as_json(now)
        last = state.last
        rows.append(row | {"last_ended": None if last is None else last.finished, "epoch": None, "jobs": None})
    return rows


async def queue_rows(queue: JobQueue, sites: Sequence[Site]) -> list[dict[str, Any]]:
    """One row a site of a fleet of many machines. The holder is who holds the lease; `jobs` wait or go on."""
    now = datetime.now(UTC)
    found = {row["site"]: row for row in await queue.sites()}
    rows = []
    for site in sites:
        row = found.get(site.key)
        known: dict[str, Any] = {
            "site": site.key,
            "in_database": row is not None and row["active"],
            "last_ended": _moment(row, "last_ended"),
            "last_exit_code": None if row is None else row["last_code"],
            "last_line": None if row is None else row["last_line"],
            "worker": None if row is None else row["worker"],
            "holder": None if row is None else row["holder"],
            "epoch": None if row is None else row["epoch"],
            "jobs": 0 if row is None else row["jobs"],
            "due": row is not None and row["next_due"] <= now,
            "next": _moment(row, "next_due"),
        }
        rows.append(known)
    return rows


def _moment(row: dict[str, Any] | None, name: str) -> str | None:
    value = None if row is None else row[name]
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def status_table(rows: Sequence[dict[str, Any]]) -> Table:
    """The rows as a table; columns that are empty throughout are left out."""
    shown = [(key, heading) for key, heading in _COLUMNS if any(row[key] is not None for row in rows)]
    table = Table(box=None, pad_edge=False)
    for key, heading in shown:
        table.add_column(
            heading, justify="right" if key in ("last_exit_code", "epoch", "jobs") else "left", no_wrap=True
        )
    for row in rows:
        table.add_row(*(_cell(row[key]) for key, _heading in shown))
    return table


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def site_table(states: list[SiteState]) -> Table:
    """One row a site: key, name, group, whether its profile is proven, its newest run, its articles."""
    table = Table(box=None, pad_edge=False)
    for name in ("site", "name", "group", "profile", "last run", "exit", "articles"):
        table.add_column(name, justify="right" if name in ("exit", "articles") else "left", no_wrap=True)
    for state in states:
        last = state.last
        code = "" if last is None or last.exit_code is None else str(last.exit_code)
        table.add_row(
            state.site.key,
            state.site.name or "(unknown)",
            state.site.group or "",
            "unproven" if state.site.unproven else "proven",
            state.problem or ("never" if last is None else last.started),
            code,
            str(state.articles),
        )
    return table
