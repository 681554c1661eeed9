"""A status told: as tables on a terminal, as tab-separated lines through a pipe, as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TextIO

from rich.console import Console
from rich.table import Table

from panan_spider.core.outcomes import ExitCode
from panan_spider.report.status.archive_status import ArchiveStatus, MissingCounts, PastRun

#: What an exit code is called in one word or two.
VERDICTS: Final = {code: code.name.lower().replace("_", " ") for code in ExitCode}


@dataclass(frozen=True, slots=True)
class StatusTable:
    """One table: a title, the names of its columns, its rows; the last `numbers` columns are figures."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    numbers: int = 0


def as_json(status: ArchiveStatus) -> dict[str, Any]:
    """The status as JSON values: the fields of `ArchiveStatus`, with `count` in `gaps`, and of `waiting` dates as text."""
    made = asdict(status)
    made["gaps"]["count"] = status.gaps.count
    for one in made["waiting"]:
        one["posted"] = None if one["posted"] is None else one["posted"].isoformat()
    return made


def show(status: ArchiveStatus, out: TextIO, *, gaps_alone: bool) -> None:
    """Print the status, or its gaps alone, one by one, to `out`."""
    parts: Iterable[str | StatusTable] = gap_sheets(status.gaps) if gaps_alone else summary(status)
    if out.isatty():
        console = Console(file=out)
        for part in parts:
            console.print(part if isinstance(part, str) else _drawn(part), markup=False, highlight=False)
        return
    for part in parts:
        out.writelines(f"{line}\n" for line in ([part] if isinstance(part, str) else _plain(part)))


def summary(status: ArchiveStatus) -> Iterator[str | StatusTable]:
    """Everything but the single gaps."""
    corrections = status.revisions - status.articles
    yield f"{status.folder}: {status.articles} articles, {corrections} corrections; {status.gone} gone from the site"
    if status.held_by is not None:
        yield f"being written to: {status.held_by}"
    yield f"last run: {verdict(status.runs[0], status)}" if status.runs else "no run yet"
    if len(status.runs) > 1:
        columns = ("run", "started", "arguments", "code")
        yield StatusTable("newest runs", columns, [_run_row(run, status) for run in status.runs], numbers=1)
    yield _sections(status)
    counts = [(str(outcome), str(count)) for outcome, count in sorted(status.outcomes.items())]
    yield StatusTable("addresses by newest outcome", ("outcome", "addresses"), counts, numbers=1)
    yield _waiting(status)
    yield from _gap_lines(status)


def verdict(run: PastRun, status: ArchiveStatus) -> str:
    """How a run ended, in one line."""
    if run.finished is None:
        ended = "goes on" if run.run in (status.held_by or "") else "did not end; the next run takes up what it left"
    elif run.exit_code is None:
        ended = "died; what it had stored is safe"
    else:
        ended = f"exit {run.exit_code}, {_named(run.exit_code)}" + (f": {run.reason}" if run.reason else "")
    return f"{run.run}, {run.finished or run.started}: {ended}"


def _named(code: int) -> str:
    return VERDICTS[ExitCode(code)] if code in set(ExitCode) else "unknown"


def _run_row(run: PastRun, status: ArchiveStatus) -> tuple[str, ...]:
    arguments = " ".join(f"{name}={value}" for name, value in run.arguments.items())
    goes_on = run.finished is None and run.run in (status.held_by or "")
    code = "" if goes_on else "died" if run.exit_code is None else str(run.exit_code)
    return run.run, run.started, arguments, code


def _sections(status: ArchiveStatus) -> StatusTable:
    years = sorted(status.by_year)
    rows = [
        (name or "(in no list)", *(str(of_it.get(year, "")) for year in years), str(sum(of_it.values())))
        for name, of_it in sorted(status.by_section.items(), key=lambda row: (-sum(row[1].values()), row[0]))
    ]
    rows.append(("each once", *(str(status.by_year[year]) for year in years), str(status.articles)))
    named = tuple(year or "no date" for year in years)
    return StatusTable("articles by section and year", ("section", *named, "all"), rows, numbers=len(years) + 1)


def _waiting(status: ArchiveStatus) -> str:
    outcomes = Counter(one.outcome for one in status.waiting)
    said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    return f"the next run asks again for {len(status.waiting)} articles{f': {said}' if said else ''}"


def _gap_lines(status: ArchiveStatus) -> Iterator[str]:
    gaps = status.gaps
    quiet = sum(map(len, gaps.quiet.values()))
    yield f"gaps: {quiet} suspiciously empty stretches, {len(gaps.missing)} articles listed and not stored, " + (
        f"{len(gaps.walks)} walks without their end" + ("" if not gaps.count else "; `scrapy status --gaps` names them")
    )
    if status.never_had:
        yield f"{status.never_had} more were listed, and gone before they could be stored"


def gap_sheets(gaps: MissingCounts) -> Iterator[str | StatusTable]:
    """Every gap by itself."""
    if not gaps.count:
        yield "no gaps"
    quiet = [
        (section, one.first, one.last, str(one.found), str(one.expected))
        for section, stretches in gaps.quiet.items()
        for one in stretches
    ]
    missing = [
        (one.article_id, str(one.outcome), str(one.tries), ", ".join(one.listed_in), one.url or "", one.reason or "")
        for one in gaps.missing
    ]
    walks = [
        (walk.name, walk.state or "goes on", str(walk.pages), str(walk.rows), walk.began, walk.url)
        for walk in gaps.walks
    ]
    if gaps.quiet:
        columns: tuple[str, ...] = ("section", "from", "to", "found", "usual")
        yield StatusTable("suspiciously empty, by the section's own rhythm", columns, quiet, numbers=2)
    if missing:
        columns = ("article", "outcome", "tries", "listed in", "url", "reason")
        yield StatusTable("listed and not stored", columns, missing)
    if walks:
        yield StatusTable("walks without their end", ("section", "state", "pages", "rows", "began", "url"), walks)


def _drawn(sheet: StatusTable) -> Table:
    table = Table(title=sheet.title, title_justify="left")
    for at, name in enumerate(sheet.columns):
        figure = at >= len(sheet.columns) - sheet.numbers
        table.add_column(name, justify="right" if figure else "left", overflow="fold")
    for row in sheet.rows:
        table.add_row(*row)
    return table


def _plain(sheet: StatusTable) -> Iterator[str]:
    yield f"{sheet.title}:"
    yield "\t".join(sheet.columns)
    yield from ("\t".join(row) for row in sheet.rows)
