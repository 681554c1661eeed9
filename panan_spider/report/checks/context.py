"""Run context: the figures of one run and of earlier runs, as every check takes them, and how a check answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import CheckResult, Figures, Verdict
from panan_spider.core.translations import Message, sentence
from panan_spider.sites.thresholds import Thresholds

_MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """A stored article whose page had another content tonight. Lengths are characters of its text."""

    article_id: str
    content: str  # content hash
    length: int
    length_before: int | None  # None where the revision before cannot be read
    pages: int = 1
    pages_before: int = 1


@dataclass(frozen=True)
class RunContext:
    """One run and its past. `history` holds the figures of earlier whole runs, newest first."""

    figures: Figures
    thresholds: Thresholds = field(default_factory=Thresholds)
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    fresh_quarantine: Mapping[Outcome, int] = field(default_factory=dict)
    statuses: Mapping[int, int] = field(default_factory=dict)  # responses by HTTP status, retries included
    unread: frozenset[str] = frozenset()  # sections that were not read to their end
    history: Sequence[Figures] = ()
    posting_days: Mapping[str, Sequence[date]] = field(default_factory=dict)  # by section, ascending
    watched_since: date | None = None  # day of the first run that saw the site
    contents: Mapping[str, int] = field(default_factory=dict)  # article numbers by content hash, of tonight's revisions
    same_texts: int = 0  # articles of tonight with one text, where it is all that they hold
    same_titles: int = 0  # articles of tonight with one title, where lists show others; at most 100 are counted
    exchanged: int = 0  # articles of tonight with the title that lists show of another one; at most 100 are counted
    changes: Sequence[ArticleChange] = ()
    requested: int = 0  # stored articles requested again
    unknown_labels: Mapping[str, int] = field(default_factory=dict)  # pages by labels of tail lines that no list knows

    @property
    def day(self) -> date:
        """The day of the run, in the site's time."""
        return date.fromisoformat(self.figures.day)


def check_result(name: str, verdict: Verdict, value: object, threshold: Message, finding: Message) -> CheckResult:
    """The result of a check, in English; `report.vocabulary` reads the messages back for a page in Chinese."""
    return CheckResult(name=name, verdict=verdict, value=str(value), threshold=str(threshold), sentence=str(finding))


def not_judged(name: str, why: Message) -> CheckResult:
    """The result of a check that has nothing to compare with."""
    return CheckResult(name=name, verdict="none", value="–", threshold="–", sentence=str(why))


def percent(share: float) -> str:
    """`4.2 %`."""
    return f"{100 * share:.1f} %"


def listed(names: Sequence[str]) -> str:
    """At most eight names, and how many more there are."""
    more, text = len(names) - _MOST_NAMED, ", ".join(names[:_MOST_NAMED])
    return str(sentence("{names} and {count} more", names=text, count=more)) if more > 0 else text
