"""The report of a run as it is stored in data/runs/<run>.json: typed records, no behaviour.

What each key means is said here, and DATA_FORMAT.md is made from it.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

REPORT_VERSION: Final = 1

#: How many entries a list of the report holds at the most; the count beside it is the whole number.
MOST_GAPS: Final = 1_000
MOST_ENTRIES: Final = 300
MOST_CORRECTIONS: Final = 50

Verdict = Literal["ok", "warn", "fail", "none"]
State = Literal["news", "no_news", "broken", "not_seen"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CheckResult(_Record):
    """What one check says of the run."""

    name: str = Field(description="The check's name.")
    verdict: Verdict = Field(description="`ok`, `warn`, `fail`; `none` where there was nothing to judge by.")
    value: str = Field(description="What was found, as printed.")
    threshold: str = Field(description="What it was held against.")
    sentence: str = Field(description="The verdict in one plain sentence.")


class SectionFigures(_Record):
    """One section in one run; two lists of one name are one section."""

    front: int | None = Field(description="Links on page one; null where it could not be read.")
    rows: int = Field(description="Articles its lists named.")
    new: int = Field(description="Those among them that no earlier run had settled.")
    newest: str | None = Field(description="The newest day its lists showed.")
    by_words: bool = Field(default=False, description="Whether page one was read by its words, not by its classes.")


class Figures(_Record):
    """What later runs compare themselves with."""

    day: str = Field(description="The day the run began, at the site (+08:00).")
    whole: bool = Field(description="Whether the whole site was asked for, and the run came to its end.")
    full: bool = Field(description="Whether every section was to be walked to its end.")
    sections: dict[str, SectionFigures] = Field(description="By name.")
    coverage: dict[str, dict[str, dict[str, int]]] = Field(
        description="Of the revisions stored, by template and section: how many there are (`articles`), and how many have each field."
    )
    new: int = Field(description="Articles new in the archive.")
    late: int = Field(description="Those among them put on the web long before the run.")
    gone: list[str] = Field(description="Stored articles found gone, by number.")
    drift: list[str] = Field(description="What looked like drift.")
    moved: dict[str, str] = Field(default_factory=dict, description="Hosts that led to another host of the site.")
    seconds: float = Field(description="How long the run took.")
    peak_mib: float = Field(description="The most memory the process held, MiB.")


class Entry(_Record):
    """One article the report names."""

    id: str = Field(description="The CMS's number.")
    url: str = Field(description="Canonical address.")
    title: str = Field(description="The headline.")
    section: str | None = Field(description="Last part of the breadcrumb.")
    posted: str | None = Field(description="The date in the address.")
    revision: int = Field(description="Which revision is meant.")


class DiffSpan(_Record):
    """A run of characters: in both versions, only in the old one, only in the new one, or left out of the report."""

    kind: Literal["same", "gone", "new", "cut"] = Field(
        description="`same`, `gone` (only in the old), `new` (only in the new), `cut` (left out here)."
    )
    text: str = Field(description="The characters; of `cut` their number.")


class FieldChange(_Record):
    """One field of a corrected article."""

    field: str = Field(description="The field, or `tables`.")
    pieces: list[DiffSpan] = Field(description="Old and new, in reading order.")


class Correction(Entry):
    """A stored revision that follows another, and what it changes."""

    changes: list[FieldChange] = Field(description="The fields that changed.")


class WalkRecord(_Record):
    """One walk through one section."""

    name: str = Field(description="The section's name.")
    url: str = Field(description="Its first list page.")
    state: str | None = Field(description="How it ended, see below; null where it did not.")
    pages: int = Field(description="List pages read.")
    rows: int = Field(description="Articles they named.")
    new: int = Field(description="Those among them that no earlier run had settled.")
    began: str = Field(description="Time, UTC.")
    ended: str | None = Field(description="Time, UTC; null where it did not end.")


class Gap(_Record):
    """An address whose content the archive lacks."""

    url: str = Field(description="Its address.")
    kind: str = Field(description="`article`, `part`, `section`, `list`, `script`, `other`.")
    article_id: str | None = Field(description="The CMS's number; null where the address has none.")
    outcome: str = Field(description="Its newest outcome.")
    reason: str | None = Field(description="Why, in one line.")
    tries: int = Field(description="Runs that have asked for it.")
    reproduce: str = Field(description="The command that asks again.")


class Timeline(_Record):
    """Requests and bytes over the run, in steps of equal length."""

    step_seconds: int = Field(description="Length of a step.")
    requests: list[int] = Field(description="Requests sent in each step.")
    bytes_received: list[int] = Field(description="Bytes received in each step.")


class _Report(_Record):
    """What every report says."""

    report_version: Literal[1] = Field(default=REPORT_VERSION, description="Version of this table.")
    run: str = Field(description="The run's name: start time and process number.")
    arguments: dict[str, str] = Field(description="The arguments that differ from their defaults.")
    exit_code: int = Field(description="The exit code.")
    reason: str = Field(description="Why, in one line.")
    started: str = Field(description="Time, UTC.")
    finished: str = Field(description="Time, UTC.")
    versions: dict[str, str] = Field(description="Versions of panan_spider and Scrapy.")
    requests: int = Field(description="Requests sent, retries included.")
    discovered: int = Field(description="Addresses the run met.")
    outcomes: dict[str, int] = Field(description="How many of them ended in which outcome.")
    repaired: list[str] = Field(description="What opening the archive had to put right after a dead run.")


class ReparseReport(_Report):
    """The report of `scrapy reparse --write`."""

    command: Literal["reparse"] = Field(description="Which command made it.")
    reparsed: dict[str, int] = Field(
        description="How many pages read the same, changed, …; `skipped`: done by a call that was stopped."
    )


class VerifyReport(_Report):
    """The report of `scrapy verify --repair`; what was done stands in `repaired`."""

    command: Literal["verify"] = Field(description="Which command made it.")
    disagreed: int = Field(description="How many things did not agree before the repair.")


class RunReport(_Report):
    """The report of a crawl."""

    command: Literal["crawl"] = Field(default="crawl", description="Which command made it.")
    state: State = Field(
        description="`news`; `no_news`: page one of the sections is well-formed and names nothing new; `broken`: the site's lists or pages can no longer be read; `not_seen`: the run did not see enough to say."
    )
    finish_reason: str = Field(description="Scrapy's word for the end: `finished`, `shutdown`, …")
    bytes_received: int = Field(description="Bytes of the answers.")
    sums_match: bool = Field(description="Whether `outcomes` adds up to `discovered`; where not, the exit code is 10.")
    checks: list[CheckResult] = Field(description="What the checks say.")
    new_count: int = Field(description="Articles new in the archive.")
    new: list[Entry] = Field(description=f"They, newest first; the first {MOST_ENTRIES}.")
    corrections_count: int = Field(description="Articles whose content had changed.")
    corrections: list[Correction] = Field(description=f"They, field by field in pieces; the first {MOST_CORRECTIONS}.")
    removals_count: int = Field(description="Stored articles that the site no longer has, and had when last asked.")
    removals: list[Entry] = Field(description=f"They; the first {MOST_ENTRIES}.")
    sections: list[WalkRecord] = Field(description="The walks of the run.")
    failed_sections: list[str] = Field(description="Sections that were not read to their end.")
    drift: list[str] = Field(description="What looks as if the site had changed its layout.")
    robots_unreachable: dict[str, str] = Field(description="Hosts whose robots.txt did not answer, each with why.")
    spider_errors: int = Field(description="Exceptions in the spider.")
    item_errors: int = Field(description="Exceptions in a pipeline.")
    failed_images: list[dict[str, Any]] = Field(
        description="With `images=true`, the pictures not had: `url`, `article`, `outcome`, `reason`."
    )
    gaps_count: int = Field(description="How many addresses' content the archive lacks, of all runs.")
    gaps: list[Gap] = Field(description=f"They, each with the command that asks again; the first {MOST_GAPS:,}.")
    course: Timeline = Field(description="Requests and bytes over the run.")
    figures: Figures = Field(description="The run in numbers, for later runs to compare themselves with.")


#: What can stand in data/runs/<run>.json.
AnyReport = Annotated[RunReport | ReparseReport | VerifyReport, Field(discriminator="command")]
