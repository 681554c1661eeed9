"""Run report: the typed records of data/runs/<run>.json. DATA_FORMAT.md and the JSON Schema are made from the descriptions."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

REPORT_VERSION: Final = 1

#: Entries of each list in a report. The count beside a list is complete.
MOST_GAPS: Final = 1_000
MOST_ENTRIES: Final = 300
MOST_CORRECTIONS: Final = 50

Verdict = Literal["ok", "warn", "fail", "none"]
State = Literal["news", "no_news", "broken", "not_seen"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)  # built when first used


class CheckResult(_Record):
    """Result of one check."""

    name: str = Field(description="The check's name.")
    verdict: Verdict = Field(description="`ok`, `warn`, `fail`; `none` where there was nothing to judge by.")
    value: str = Field(description="The figure that was compared, as text.")
    threshold: str = Field(description="The threshold it was compared with.")
    sentence: str = Field(description="The verdict in one plain sentence.")


class SectionFigures(_Record):
    """Figures of one section in one run. Lists of one name are added up."""

    front: int | None = Field(description="Links on page one; null where it could not be read.")
    rows: int = Field(description="Articles in its lists.")
    new: int = Field(description="Of them, articles that no earlier run had settled.")
    newest: str | None = Field(description="The newest day in its lists.")
    by_words: bool = Field(
        default=False, description="True where page one was read by its words because its markup is unknown."
    )
    unknown: int = Field(default=0, description="Rows of its lists with an address of no known form.")
    off_site: int = Field(default=0, description="Rows of its lists that lead off the site.")


class Figures(_Record):
    """Figures of a run, for later runs to compare with."""

    day: str = Field(description="The day of the run in the site's time (+08:00).")
    whole: bool = Field(description="True for a run over the whole site that came to its end.")
    full: bool = Field(description="True for a run with `full=true`.")
    sections: dict[str, SectionFigures] = Field(description="Figures of the sections, by name.")
    addresses: dict[str, list[str]] = Field(
        default_factory=dict, description="URLs of the first list pages of the sections, by name."
    )
    coverage: dict[str, dict[str, dict[str, int]]] = Field(
        description="Stored revisions by template and section: their number (`articles`), and the number that have each field."
    )
    new: int = Field(description="Articles new in the archive.")
    late: int = Field(description="Of them, articles put on the web long before the run.")
    gone: list[str] = Field(description="Numbers of stored articles that the run found gone.")
    drift: list[str] = Field(description="Signs of a changed layout, a line each.")
    moved: dict[str, str] = Field(
        default_factory=dict, description="Hosts that redirect to another host of the site, with that host."
    )
    redirected: int = Field(default=0, description="Article addresses that redirect to another article.")
    forbidden: int = Field(default=0, description="Addresses that robots.txt forbids.")
    seconds: float = Field(description="Duration of the run.")
    peak_mib: float = Field(description="Peak memory of the process, MiB.")


class Entry(_Record):
    """One article in a list of the report."""

    id: str = Field(description="The CMS's number.")
    url: str = Field(description="Canonical address.")
    title: str = Field(description="The headline.")
    section: str | None = Field(description="Last part of the breadcrumb.")
    posted: str | None = Field(description="The date in the address.")
    revision: int = Field(description="Number of the revision.")


class DiffSpan(_Record):
    """A span of characters in a comparison of two revisions."""

    kind: Literal["same", "gone", "new", "cut"] = Field(
        description="`same`, `gone` (only in the old), `new` (only in the new), `cut` (left out here)."
    )
    text: str = Field(description="The characters; for `cut`, how many.")


class FieldChange(_Record):
    """One field of a corrected article."""

    field: str = Field(description="Name of the field, or `tables`.")
    pieces: list[DiffSpan] = Field(description="The old and the new text in spans, in reading order.")


class Correction(Entry):
    """A corrected article, with its changes against the revision before."""

    changes: list[FieldChange] = Field(description="The fields that changed.")


class WalkRecord(_Record):
    """One walk through the lists of one section."""

    name: str = Field(description="Name of the section.")
    url: str = Field(description="Address of its first list page.")
    state: str | None = Field(description="How it ended, see below; null for a walk that did not end.")
    pages: int = Field(description="List pages read.")
    rows: int = Field(description="Articles on them.")
    new: int = Field(description="Of them, articles that no earlier run had settled.")
    began: str = Field(description="Time, UTC.")
    ended: str | None = Field(description="Time, UTC; null for a walk that did not end.")


class Gap(_Record):
    """An address whose content the archive lacks."""

    url: str = Field(description="The address.")
    kind: str = Field(description="`article`, `part`, `section`, `list`, `script`, `other`.")
    article_id: str | None = Field(description="The CMS's number; null where the address has none.")
    outcome: str = Field(description="Its newest outcome.")
    reason: str | None = Field(description="Reason of the outcome, in one line.")
    tries: int = Field(description="Runs that have requested it.")
    reproduce: str = Field(description="The command that requests it again.")


class FaultEntry(_Record):
    """A fault of the site that the run has seen; `docs/decisions/exit-codes.md` has the rule."""

    code: int = Field(description="The exit code it gives.")
    url: str | None = Field(
        description="The address, of a section that of its first list page; null for a fault of the site as a whole or of a check."
    )
    outcome: str | None = Field(description="Outcome of the address.")
    reason: str = Field(description="The fault, in one line.")
    first_seen: str = Field(description="The day of the first run that saw it (+08:00).")
    last_seen: str = Field(description="The day of the last run that saw it (+08:00).")
    days: int = Field(description="On how many days runs have seen it.")
    known: bool = Field(description="True for a confirmed fault, which no longer gives its code.")


class LookBackFigures(_Record):
    """Stored articles that the run asked for again, what came of it, and those whose turn comes later."""

    mode: Literal["ages", "days", "all", "none"] = Field(
        description="`ages`: each at certain ages, with a sample of the old; `days` and `all`: by `recheck=`; `none`: with `urls=`."
    )
    asked: dict[str, int] = Field(
        description="Articles asked for again by reason: `age 1` … `age 30` (days), `listed` (a list shows another title or day), `changed`, `vanished` (in the run before), `sample` (of the old), `recheck` (by the argument, or because an earlier run failed)."
    )
    corrections: dict[str, int] = Field(description="Of them, articles whose content had changed, by reason.")
    removals: dict[str, int] = Field(description="Of them, articles that were gone, by reason.")
    mean_days: float | None = Field(
        description="Mean of the days until a correction was seen: half of the days since its article was last asked for; null without one."
    )
    recent: int = Field(description="Stored articles of the last 30 days: the cost of asking for each of them.")
    not_asked: int = Field(description="Articles that were not asked for and will be.")
    due: dict[str, int] = Field(description="Their number by the day of their turn (+08:00); a past day is overdue.")


class Timeline(_Record):
    """Requests and bytes over the run, in steps of equal length."""

    step_seconds: int = Field(description="Length of a step.")
    requests: list[int] = Field(description="Requests sent in each step.")
    bytes_received: list[int] = Field(description="Bytes received in each step.")


class _Report(_Record):
    """Keys of every report."""

    report_version: Literal[1] = Field(default=REPORT_VERSION, description="Version of this table.")
    run: str = Field(description="Identifier of the run: start time and process number.")
    arguments: dict[str, str] = Field(description="The arguments that differ from their defaults.")
    exit_code: int = Field(description="Exit code of the command.")
    reason: str = Field(description="Reason of the exit code, in one line.")
    started: str = Field(description="Time, UTC.")
    finished: str = Field(description="Time, UTC.")
    versions: dict[str, str] = Field(description="Versions of panan_spider and Scrapy.")
    requests: int = Field(description="Requests sent, retries included.")
    discovered: int = Field(description="Addresses that the run discovered.")
    outcomes: dict[str, int] = Field(description="Discovered addresses by outcome.")
    repaired: list[str] = Field(description="Repairs made when the archive was opened, a line each.")


class ReparseReport(_Report):
    """The report of `scrapy reparse --write`."""

    command: Literal["reparse"] = Field(description="The command that wrote the report.")
    reparsed: dict[str, int] = Field(
        description="Pages by result: unchanged, changed, …; `skipped`: done by an earlier call that was stopped."
    )


class VerifyReport(_Report):
    """The report of `scrapy verify --repair`; `repaired` lists the repairs."""

    command: Literal["verify"] = Field(description="The command that wrote the report.")
    disagreed: int = Field(description="Number of findings before the repair.")


class RunReport(_Report):
    """The report of a crawl."""

    command: Literal["crawl"] = Field(default="crawl", description="The command that wrote the report.")
    state: State = Field(
        description="`news`; `no_news`: page one of the sections is well-formed and names nothing new; `broken`: the site's lists or pages can no longer be read; `not_seen`: the run did not see enough to say."
    )
    finish_reason: str = Field(description="Scrapy's finish reason: `finished`, `shutdown`, …")
    bytes_received: int = Field(description="Bytes of the responses.")
    sums_match: bool = Field(
        description="True where `outcomes` adds up to `discovered`; otherwise the exit code is 10."
    )
    checks: list[CheckResult] = Field(description="Results of the checks.")
    new_count: int = Field(description="Number of articles new in the archive.")
    new: list[Entry] = Field(description=f"The new articles, newest first (at most {MOST_ENTRIES}).")
    corrections_count: int = Field(description="Number of articles whose content had changed.")
    rereadings_count: int = Field(
        default=0,
        description="Number of stored articles whose page is the same and that this version reads otherwise: no corrections; `scrapy reparse --write` stores the new readings.",
    )
    corrections: list[Correction] = Field(
        description=f"The corrected articles with their changes by field (at most {MOST_CORRECTIONS})."
    )
    removals_count: int = Field(
        description="Number of stored articles that the site no longer has, and had in the run before."
    )
    removals: list[Entry] = Field(description=f"The removed articles (at most {MOST_ENTRIES}).")
    sections: list[WalkRecord] = Field(description="The walks of the run.")
    failed_sections: list[str] = Field(
        description="Names of sections that were not read to their end; with the address where no list page of it was read."
    )
    drift: list[str] = Field(description="Signs of a changed layout, a line each.")
    faults: list[FaultEntry] = Field(
        default_factory=list,
        description=f"Faults of the site that the run has seen, those that give their code first (at most {MOST_ENTRIES}).",
    )
    robots_unreachable: dict[str, str] = Field(description="Hosts whose robots.txt could not be read, with the reason.")
    spider_errors: int = Field(description="Number of exceptions in the spider.")
    item_errors: int = Field(description="Number of exceptions in a pipeline.")
    failed_images: list[dict[str, Any]] = Field(
        description="With `images=true`, the images that were not stored: `url`, `article`, `outcome`, `reason`."
    )
    gaps_count: int = Field(description="Number of addresses whose content the archive lacks, of all runs.")
    gaps: list[Gap] = Field(
        description=f"The missing addresses, each with the command that requests it again (at most {MOST_GAPS:,})."
    )
    look_back: LookBackFigures | None = Field(
        default=None, description="Stored articles asked for again, and those whose turn comes later."
    )
    course: Timeline = Field(description="Requests and bytes over the run.")
    figures: Figures = Field(description="The run in numbers, for later runs to compare with.")


#: The kinds of report in data/runs/<run>.json.
AnyReport = Annotated[RunReport | ReparseReport | VerifyReport, Field(discriminator="command")]
