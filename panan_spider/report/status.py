"""Archive status, read from the ledger: contents, last runs, what is missing; as tables, tab-separated lines or JSON."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from panan_spider.archive.data_folder import holder
from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.ledger.queries import MissingUrl, Months, PendingArticle
from panan_spider.archive.ledger.runs_and_walks import OpenWalk, RunRecord
from panan_spider.archive.store.files import ARTICLES_FILE, LEDGER_FILE
from panan_spider.archive.store.jsonl import read_lines
from panan_spider.core.outcomes import UNSETTLED, ExitCode, Outcome
from panan_spider.core.tables import ResultTable, print_drawn, say, tab_lines
from panan_spider.core.translations import N_, Translate, translator
from panan_spider.report.quiet_periods import QuietPeriod, quiet_periods
from panan_spider.report.vocabulary import ENDINGS, OUTCOMES, WALKS, worded
from panan_spider.sites.thresholds import Thresholds

#: The beginning of a line of articles.jsonl: ID and revision.
_HEAD: Final = re.compile(rb'\{"id":"(\d+)","revision":\d+,')
#: The place of its raw page; within text the quotation marks would be escaped.
_PLACE: Final = re.compile(rb'"warc":(null|\{[^}]*\})')

#: How many of the newest runs are shown.
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
class StatusMissing:
    """An address whose content the archive lacks, with the sections that list it: a gap of the newest report."""

    article_id: str | None
    url: str
    kind: str
    outcome: Outcome
    reason: str | None
    tries: int
    listed_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusGaps:
    """The gaps, with the quiet periods of sections and the walks that did not reach their end."""

    missing: list[StatusMissing]  # the same as `gaps` of the newest report
    quiet: dict[str, list[QuietPeriod]]  # by section
    walks: list[OpenWalk]

    @property
    def count(self) -> int:
        """Gaps, quiet periods and open walks together."""
        return len(self.missing) + sum(map(len, self.quiet.values())) + len(self.walks)


@dataclass(frozen=True, slots=True)
class LookBackTotals:
    """The look-back of several runs, and the days on which articles are due. `mean_days` as in `LookBackFigures`."""

    runs: int
    asked: int
    corrections: int
    removals: int
    mean_days: float | None
    due: dict[str, int]


@dataclass(frozen=True, slots=True)
class ArchiveStatus:
    """The state of an archive. `held_by` names the run that is writing to it; None where none is."""

    folder: str
    held_by: str | None
    runs: list[PastRun]  # newest first
    articles: int
    revisions: int
    rereadings: int  # revisions read from the same raw page as the one before: no corrections
    gone: int  # stored articles that the site no longer has
    never_had: int  # listed articles that were gone before they could be stored
    by_year: dict[str, int]
    by_section: dict[str, dict[str, int]]
    outcomes: dict[Outcome, int]
    waiting: list[PendingArticle]  # articles that the next run asks for again
    gaps: StatusGaps
    look_back: LookBackTotals  # of the newest runs


def read_status(folder: Path, thresholds: Thresholds) -> ArchiveStatus:
    """The status of the archive in `folder`, also beside a run. Writes nothing. Raises StoreError."""
    held = holder(folder / "lock")
    with closing(Ledger.read_only(folder / LEDGER_FILE)) as ledger:
        return _status(folder, held, ledger, thresholds)


def _status(folder: Path, held: str | None, ledger: Ledger, thresholds: Thresholds) -> ArchiveStatus:
    queries = ledger.queries
    sections = queries.months_by_section()
    articles, revisions, gone = queries.totals()
    unlisted = queries.months_unlisted()
    newest = ledger.runs.newest(RUNS)
    return ArchiveStatus(
        folder=str(folder),
        held_by=held,
        runs=[_past(run) for run in newest],
        articles=articles,
        revisions=revisions,
        rereadings=count_rereadings(folder / ARTICLES_FILE) if revisions > articles else 0,
        gone=gone,
        never_had=sum(article.outcome is Outcome.GONE for article in ledger.gaps.missing_articles()),
        by_year=_years(queries.months()),
        by_section={name: _years(months) for name, months in sections.items()}
        | ({"": _years(unlisted)} if unlisted else {}),
        outcomes=queries.outcome_totals(),
        waiting=[article for article in queries.unsettled() if article.outcome in UNSETTLED],
        gaps=_gaps(ledger, thresholds),
        look_back=look_back_totals((run.report or {} for run in newest), ledger.rechecks.by_day()),
    )


def look_back_totals(reports: Iterable[Mapping[str, Any]], due: dict[str, int]) -> LookBackTotals:
    """The sums of reports as JSON values; those of earlier versions hold no figures and are left out."""
    found = [figures for report in reports if (figures := report.get("look_back"))]
    counted = [(sum(figures["corrections"].values()), figures["mean_days"]) for figures in found]
    waits = [(count, days) for count, days in counted if count and days is not None]
    total = sum(count for count, _days in waits)
    return LookBackTotals(
        runs=len(found),
        asked=sum(sum(figures["asked"].values()) for figures in found),
        corrections=sum(count for count, _days in counted),
        removals=sum(sum(figures["removals"].values()) for figures in found),
        mean_days=round(sum(count * days for count, days in waits) / total, 1) if total else None,
        due=due,
    )


def count_rereadings(lines: Path) -> int:
    """Number of revisions that were read from the same raw page as the revision before. Raises StoreError."""
    places: dict[bytes, bytes] = {}
    count = 0
    for line in read_lines(lines):
        head, place = _HEAD.match(line.raw), _PLACE.search(line.raw)
        if head is not None and place is not None:
            count += place[1] != b"null" and places.get(head[1]) == place[1]
            places[head[1]] = place[1]
    return count


def _gaps(ledger: Ledger, thresholds: Thresholds) -> StatusGaps:
    newest = ledger.runs.newest(1)
    missing = ledger.gaps.missing_urls(newest[0].number if newest else 0)
    quiet = {name: quiet_periods(days, thresholds) for name, days in ledger.queries.by_section("").items()}
    return StatusGaps(
        missing=[_missing(ledger, url) for url in missing],
        quiet={name: periods for name, periods in quiet.items() if periods},
        walks=ledger.walks.open_walks(),
    )


def _missing(ledger: Ledger, url: MissingUrl) -> StatusMissing:
    sections = () if url.article_id is None else ledger.articles.listed_in(url.article_id)
    return StatusMissing(url.article_id, url.url, url.kind, url.outcome, url.reason, url.tries, sections)


def _past(run: RunRecord) -> PastRun:
    report: dict[str, Any] = run.report or {}
    arguments = {name: str(value) for name, value in run.args.items()}
    return PastRun(run.id, run.started, run.finished, run.exit_code, report.get("reason"), arguments)


def _years(months: Months) -> dict[str, int]:
    years: dict[str, int] = {}
    for month, count in months.items():
        years[month[:4]] = years.get(month[:4], 0) + count
    return years


def as_json(status: ArchiveStatus) -> dict[str, Any]:
    """The status as JSON values: the fields of `ArchiveStatus`, with `count` in `gaps`, and dates as text."""
    record = asdict(status)
    record["gaps"]["count"] = status.gaps.count
    for article in record["waiting"]:
        article["posted"] = None if article["posted"] is None else article["posted"].isoformat()
    record["gaps"]["quiet"] = {
        section: [_quiet_record(period) for period in periods] for section, periods in status.gaps.quiet.items()
    }
    return record


def _quiet_record(period: QuietPeriod) -> dict[str, Any]:
    return {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "months": 12 * (period.last.year - period.first.year) + period.last.month - period.first.month + 1,
        "days": period.days,
        "found": 0,
        "limit": period.limit,
        "expected": period.expected,
    }


def show(status: ArchiveStatus, out: TextIO, *, gaps_alone: bool, language: str = "en") -> None:
    """Print the status, or the single gaps alone, to `out`: tables on a terminal, tab-separated lines elsewhere."""
    translate = translator(language)
    parts: Iterable[str | ResultTable] = (
        gap_tables(status.gaps, translate) if gaps_alone else summary(status, translate)
    )
    if out.isatty():
        from rich.console import Console

        console = Console(file=out)
        for part in parts:
            say(console, part) if isinstance(part, str) else print_drawn(console, part)
        return
    for part in parts:
        out.writelines(f"{line}\n" for line in ([part] if isinstance(part, str) else tab_lines(part)))


def summary(status: ArchiveStatus, translate: Translate) -> Iterator[str | ResultTable]:
    """Everything but the single gaps."""
    corrections = status.revisions - status.articles - status.rereadings
    rereadings = translate(N_(", {count} rereadings"), count=status.rereadings) if status.rereadings else ""
    yield translate(
        N_("{folder}: {articles} articles, {corrections} corrections{rereadings}; {gone} gone from the site"),
        folder=status.folder, articles=status.articles, corrections=corrections, rereadings=rereadings, gone=status.gone,
    )  # fmt: skip
    if status.held_by is not None:
        yield translate(N_("being written to: {run}"), run=status.held_by)
    if status.runs:
        yield translate(N_("last run: {ending}"), ending=ending(status.runs[0], status, translate))
    else:
        yield translate(N_("no run yet"))
    if len(status.runs) > 1:
        columns = _named(translate, N_("run"), N_("started"), N_("arguments"), N_("code"))
        rows = [_run_row(run, status, translate) for run in status.runs]
        yield ResultTable.plain(translate(N_("newest runs")), columns, rows, numbers=1)
    yield _sections(status, translate)
    counts = [(_outcome(outcome, translate), str(count)) for outcome, count in sorted(status.outcomes.items())]
    columns = _named(translate, N_("outcome"), N_("addresses"))
    yield ResultTable.plain(translate(N_("addresses by newest outcome")), columns, counts, numbers=1)
    yield _waiting(status, translate)
    yield _look_back(status.look_back, translate)
    yield from _gap_lines(status, translate)


def _named(translate: Translate, *columns: str) -> tuple[str, ...]:
    return tuple(map(translate, columns))


def _outcome(outcome: Outcome, translate: Translate) -> str:
    """The outcome's own name in English, which other programs read; a word in Chinese."""
    return str(outcome) if translate.language == "en" else OUTCOMES[outcome][1]


def ending(run: PastRun, status: ArchiveStatus, translate: Translate) -> str:
    """Ending of a run, in one line."""
    if run.finished is None:
        goes_on = run.run in (status.held_by or "")
        how = translate(N_("goes on") if goes_on else N_("did not end; the next run takes up what it left"))
    elif run.exit_code is None:
        how = translate(N_("died; what it had stored is safe"))
    else:
        name = _code_name(run.exit_code, translate)
        how = translate(N_("exit {code}, {name}"), code=run.exit_code, name=name)
        how += f": {_reason(run.reason, translate)}" if run.reason else ""
    return f"{run.run}, {run.finished or run.started}: {how}"


def _reason(reason: str | None, translate: Translate) -> str:
    """A reason as it is recorded in English, which other programs read; translated in Chinese."""
    return reason or "" if translate.language == "en" else worded(reason or "", translate.language)


def _code_name(code: int, translate: Translate) -> str:
    if code not in set(ExitCode):
        return translate(N_("unknown"))
    if translate.language != "en":
        return ENDINGS[ExitCode(code)][1]
    return ExitCode(code).name.lower().replace("_", " ")  # `layout drift`


def _run_row(run: PastRun, status: ArchiveStatus, translate: Translate) -> tuple[str, ...]:
    arguments = " ".join(f"{name}={value}" for name, value in run.arguments.items())
    goes_on = run.finished is None and run.run in (status.held_by or "")
    code = "" if goes_on else translate(N_("died")) if run.exit_code is None else str(run.exit_code)
    return run.run, run.started, arguments, code


def _sections(status: ArchiveStatus, translate: Translate) -> ResultTable:
    years = sorted(status.by_year)
    rows = [
        (
            name or translate(N_("(in no list)")),
            *(str(counts.get(year, "")) for year in years),
            str(sum(counts.values())),
        )
        for name, counts in sorted(status.by_section.items(), key=lambda row: (-sum(row[1].values()), row[0]))
    ]
    rows.append((translate(N_("each once")), *(str(status.by_year[year]) for year in years), str(status.articles)))
    columns = (translate(N_("section")), *(year or translate(N_("no date")) for year in years), translate(N_("all")))
    return ResultTable.plain(translate(N_("articles by section and year")), columns, rows, numbers=len(years) + 1)


def _waiting(status: ArchiveStatus, translate: Translate) -> str:
    outcomes = Counter(article.outcome for article in status.waiting)
    counts = ", ".join(f"{count} {_outcome(outcome, translate)}" for outcome, count in sorted(outcomes.items()))
    asked = translate(N_("the next run asks again for {count} articles"), count=len(status.waiting))
    return f"{asked}{f': {counts}' if counts else ''}"


def _look_back(totals: LookBackTotals, translate: Translate) -> str:
    days = (
        "" if totals.mean_days is None else translate(N_(", seen {days} days after on average"), days=totals.mean_days)
    )
    line = translate(
        N_("look-back of the last {runs} runs: {asked} stored articles asked for again, {corrections} corrections{days}, {removals} removals"),
        runs=totals.runs, asked=totals.asked, corrections=totals.corrections, days=days, removals=totals.removals,
    )  # fmt: skip
    if not totals.due:
        return line
    later = N_("; {count} have their turn later, the first on {day}")
    return line + translate(later, count=sum(totals.due.values()), day=min(totals.due))


def _gap_lines(status: ArchiveStatus, translate: Translate) -> Iterator[str]:
    gaps = status.gaps
    line = translate(
        N_("{missing} gaps in the archive, {quiet} quiet periods, {walks} walks without their end"),
        missing=len(gaps.missing), quiet=sum(map(len, gaps.quiet.values())), walks=len(gaps.walks),
    )  # fmt: skip
    yield line + (translate(N_("; `scrapy status --gaps` names them")) if gaps.count else "")
    if status.never_had:
        yield translate(N_("{count} more were listed, and gone before they could be stored"), count=status.never_had)


def gap_tables(gaps: StatusGaps, translate: Translate) -> Iterator[str | ResultTable]:
    """Every gap by itself."""
    if not gaps.count:
        yield translate(N_("no gap, no quiet period, no walk without its end"))
    missing = [
        (
            item.article_id or "", _outcome(item.outcome, translate), str(item.tries), ", ".join(item.listed_in),
            item.url, _reason(item.reason, translate),
        )
        for item in gaps.missing
    ]  # fmt: skip
    quiet = [
        (section, str(period.first), str(period.last), str(period.days), str(period.limit))
        for section, periods in gaps.quiet.items()
        for period in periods
    ]
    walks = [
        (walk.name, _walk(walk.state, translate), str(walk.pages), str(walk.rows), walk.began, walk.url)
        for walk in gaps.walks
    ]
    if missing:
        columns = _named(translate, N_("article"), N_("outcome"), N_("tries"), N_("listed in"), N_("url"), N_("reason"))
        yield ResultTable.plain(translate(N_("gaps")), columns, missing)
    if quiet:
        columns = _named(translate, N_("section"), N_("from"), N_("to"), N_("days"), N_("usual at most"))
        yield ResultTable.plain(translate(N_("quiet periods")), columns, quiet, numbers=2)
    if walks:
        columns = _named(translate, N_("section"), N_("state"), N_("pages"), N_("rows"), N_("began"), N_("url"))
        yield ResultTable.plain(translate(N_("walks without their end")), columns, walks)


def _walk(state: str | None, translate: Translate) -> str:
    if state is None:
        return translate(N_("goes on"))
    return state if translate.language == "en" else WALKS.get(state, (state, state))[1]
