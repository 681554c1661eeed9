"""The state of one archive, gathered from its ledger."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.ledger.queries import MissingArticle, Months, OpenWalk, PendingArticle
from panan_spider.archive.ledger.runs import RunRecord
from panan_spider.archive.store.lock import holder
from panan_spider.archive.store.recovery import LEDGER
from panan_spider.core.outcomes import UNSETTLED, Outcome
from panan_spider.report.rhythm import QuietMonths, quiet_months

#: How many of the newest runs are told of.
RUNS: Final = 7


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run. `exit_code` and `reason` are None while it goes on, and where it died."""

    run: str
    started: str
    finished: str | None
    exit_code: int | None
    reason: str | None
    arguments: dict[str, str]


@dataclass(frozen=True, slots=True)
class MissingCounts:
    """What the archive lacks, as far as the ledger can tell."""

    quiet: dict[str, list[QuietMonths]]  # by section
    missing: list[MissingArticle]  # named by lists, not stored, and there when last asked for
    walks: list[OpenWalk]

    @property
    def count(self) -> int:
        """All of them together."""
        return sum(map(len, self.quiet.values())) + len(self.missing) + len(self.walks)


@dataclass(frozen=True, slots=True)
class ArchiveStatus:
    """The archive as it stands. `held_by` names the run that is writing to it; None where none is."""

    folder: str
    held_by: str | None
    runs: list[PastRun]  # newest first
    articles: int
    revisions: int
    gone: int  # articles the site no longer has; their lines stay
    never_had: int  # named by lists, and gone before they could be stored
    by_year: dict[str, int]
    by_section: dict[str, dict[str, int]]
    outcomes: dict[Outcome, int]
    waiting: list[PendingArticle]  # what the next run takes up again by itself
    gaps: MissingCounts


def look(folder: Path) -> ArchiveStatus:
    """The status of the archive in `folder`, beside a run if need be. Writes nothing. Raises StoreError."""
    held = holder(folder / "lock")
    ledger = Ledger.read_only(folder / LEDGER)
    try:
        return _gathered(folder, held, ledger)
    finally:
        ledger.close()


def _gathered(folder: Path, held: str | None, ledger: Ledger) -> ArchiveStatus:
    queries = ledger.queries
    sections = queries.months_by_section()
    articles, revisions, gone = queries.totals()
    unlisted, missing = queries.months_unlisted(), queries.missing_articles()
    lacking = [one for one in missing if one.outcome is not Outcome.GONE]
    return ArchiveStatus(
        folder=str(folder),
        held_by=held,
        runs=[_past(run) for run in ledger.runs.newest(RUNS)],
        articles=articles,
        revisions=revisions,
        gone=gone,
        never_had=len(missing) - len(lacking),
        by_year=_years(queries.months()),
        by_section={name: _years(months) for name, months in sections.items()}
        | ({"": _years(unlisted)} if unlisted else {}),
        outcomes=queries.outcome_totals(),
        waiting=[one for one in queries.unsettled() if one.outcome in UNSETTLED],
        gaps=MissingCounts(
            quiet={name: found for name, months in sections.items() if (found := quiet_months(months))},
            missing=lacking,
            walks=queries.open_walks(),
        ),
    )


def _past(run: RunRecord) -> PastRun:
    report: dict[str, Any] = run.report or {}
    arguments = {name: str(value) for name, value in run.args.items()}
    return PastRun(run.id, run.started, run.finished, run.exit_code, report.get("reason"), arguments)


def _years(months: Months) -> dict[str, int]:
    years: dict[str, int] = {}
    for month, count in months.items():
        years[month[:4]] = years.get(month[:4], 0) + count
    return years
