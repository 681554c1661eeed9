"""Run checks: the figures of a run as every check takes them, and the checks of its responses, time and memory. Pure functions."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any, Final, NamedTuple

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import MOST_CORRECTIONS, MOST_ENTRIES, Entry, Figures, Verdict
from panan_spider.core.translations import Message, sentence
from panan_spider.sites.thresholds import Thresholds

_MOST_NAMED: Final = 8
#: Fields whose loss shows that a template misses something although the article is still valid.
FIELDS: Final = (
    *("kicker", "subtitle", "published", "section", "source", "header_line", "authors", "editor", "credits"),
    *("text", "images", "related"),
)
ARTICLES: Final = "articles"

#: Template → section → field → articles that have the field; key `articles`: all of them.
FieldCounts = dict[str, dict[str, dict[str, int]]]

#: Characters of a text that is compared with others, and articles whose title is looked for among those that lists show.
_SHORTEST_TEXT: Final = 10
_MOST_RETITLED: Final = 100
_UNASKED: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE, Outcome.ALIAS, Outcome.FORBIDDEN})
_FAILED: Final = (Outcome.FAILED, Outcome.PENDING, Outcome.TOO_LARGE)

#: Stats keys of the middlewares: responses by host, and redirects by host and target host.
_ANSWERS, _MOVED = "panan/answers/", "panan/moved/"


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """A stored article whose page had another content tonight. Lengths are characters of its text."""

    article_id: str
    content: str  # content hash
    length: int
    length_before: int | None  # None where the revision before cannot be read
    pages: int = 1
    pages_before: int = 1


def entry(record: Mapping[str, Any]) -> Entry:
    """An article as the report names it."""
    return Entry.model_validate({name: record[name] for name in Entry.model_fields})


class Revised(NamedTuple):
    """A revision of a stored article, as far as later checks need it."""

    revision: int
    content: str  # content hash
    length: int  # of its text
    pages: int


@dataclass
class StoredSummary:
    """Summary of the lines a run stored. Counts are complete; lists hold no more than the report shows."""

    day: date  # of the run
    late_days: int  # an article put on the web longer ago is `late`
    new: int = 0
    late: int = 0
    corrected: int = 0
    newest: list[Entry] = field(default_factory=list)  # of the new articles, newest first
    corrections: list[dict[str, Any]] = field(default_factory=list)  # records
    fields: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)  # as `FieldCounts`
    contents: Counter[str] = field(default_factory=Counter)  # article numbers by content hash
    texts: Counter[int] = field(default_factory=Counter)  # articles that are nothing but a text, by its hash
    revised: dict[str, Revised] = field(default_factory=dict)  # by article ID
    titles_shown: Callable[[str], Sequence[str]] = field(default=lambda _article_id: (), repr=False)  # that lists show
    retitled: list[tuple[str, str]] = field(default_factory=list)  # (ID, title) of some that lists show otherwise

    def add_all(self, records: Iterable[dict[str, Any]]) -> None:
        """Add the records that a run stored, once."""
        entries = (found for record in records if (found := self._add(record)) is not None)
        self.newest = heapq.nlargest(MOST_ENTRIES, entries, key=lambda item: (item.posted or "", item.id))

    def _add(self, record: dict[str, Any]) -> Entry | None:
        """Count one record; its entry where the article is new."""
        section = record["section"] or ""
        counts = self.fields.setdefault(record["template"], {}).setdefault(section, Counter())
        counts[ARTICLES] += 1
        counts.update(name for name in FIELDS if record[name])
        self.contents[record["content_hash"]] += 1
        if len(record["text"]) >= _SHORTEST_TEXT and not (record["images"] or record["attachments"]):
            self.texts[hash(record["text"])] += 1
        shown = self.titles_shown(record["id"]) if len(self.retitled) < _MOST_RETITLED else ()
        if shown and record["title"] not in shown:
            self.retitled.append((record["id"], record["title"]))
        if record["revision"] > 1:
            self.corrected += 1
            self.revised[record["id"]] = Revised(
                record["revision"], record["content_hash"], len(record["text"]), record["pages"]
            )
            if len(self.corrections) < MOST_CORRECTIONS:
                self.corrections.append(record)
            return None
        self.new += 1
        posted, oldest = record["posted"], self.day - timedelta(days=self.late_days)
        self.late += posted is not None and posted < oldest.isoformat()
        return entry(record)

    def field_counts(self) -> FieldCounts:
        """The field counts as plain dicts."""
        return {template: {s: dict(c) for s, c in sections.items()} for template, sections in self.fields.items()}


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
    mixed_up: int = 0  # … and in turn show of it the title of another such article
    changes: Sequence[ArticleChange] = ()
    requested: int = 0  # stored articles requested again
    unknown_labels: Mapping[str, int] = field(default_factory=dict)  # pages by labels of tail lines that no list knows

    @property
    def day(self) -> date:
        """The day of the run, in the site's time."""
        return date.fromisoformat(self.figures.day)


class CheckAnswer(NamedTuple):
    """Answer of a check, in English; `report.vocabulary` reads the messages back for a page in Chinese."""

    verdict: Verdict
    value: str
    threshold: str
    sentence: str


def check_result(verdict: Verdict, value: object, threshold: Message, finding: Message) -> CheckAnswer:
    """The answer of a check that has compared a value with a threshold."""
    return CheckAnswer(verdict, str(value), str(threshold), str(finding))


def not_judged(why: Message) -> CheckAnswer:
    """The answer of a check that has nothing to compare with."""
    return CheckAnswer("none", "–", "–", str(why))


def percent(share: float) -> str:
    """`4.2 %`."""
    return f"{100 * share:.1f} %"


def listed(names: Sequence[str]) -> str:
    """At most eight names, and how many more there are."""
    more, text = len(names) - _MOST_NAMED, ", ".join(names[:_MOST_NAMED])
    return str(sentence("{names} and {count} more", names=text, count=more)) if more > 0 else text


def _graded(share: float, warn: float, fail: float) -> Verdict:
    return "fail" if share >= fail else "warn" if share >= warn else "ok"


def _two_shares(warn: float, fail: float) -> Message:
    return sentence("{warn} warns, {fail} fails", warn=percent(warn), fail=percent(fail))


def failed_addresses(context: RunContext) -> CheckAnswer:
    """Share of the requested addresses without a usable response."""
    limit = context.thresholds
    asked = sum(count for outcome, count in context.outcomes.items() if outcome not in _UNASKED)
    failed = sum(context.outcomes.get(outcome, 0) for outcome in _FAILED)
    if asked < limit.failed_addresses:
        return not_judged(
            sentence("not judged: {total} addresses asked for, {count} failed", total=asked, count=failed)
        )
    share = failed / asked
    verdict = _graded(share, limit.failed_warn, limit.failed_fail)
    finding = sentence("{count} of {total} addresses failed", count=failed, total=asked)
    threshold = _two_shares(limit.failed_warn, limit.failed_fail)
    return check_result(verdict, percent(share), threshold, finding)


def unwanted_http_codes(context: RunContext) -> CheckAnswer:
    """Share of 403 and 429 among all responses: the site refuses the crawler or asks it to slow down."""
    limit = context.thresholds
    answers = sum(context.statuses.values())
    refused = sum(context.statuses.get(code, 0) for code in limit.unwanted_codes)
    if answers < limit.unwanted_answers:
        return not_judged(
            sentence("not judged: {total} answers, {count} of them 403 or 429", total=answers, count=refused)
        )
    share = refused / answers
    verdict = _graded(share, limit.unwanted_warn, limit.unwanted_fail)
    verdict = "ok" if refused < limit.unwanted_least else verdict
    finding = sentence("{count} of {total} answers were 403 or 429", count=refused, total=answers)
    threshold = _two_shares(limit.unwanted_warn, limit.unwanted_fail)
    return check_result(verdict, percent(share), threshold, finding)


def moved_in(stats: Mapping[str, Any], thresholds: Thresholds) -> dict[str, str]:
    """Hosts nearly all of whose responses redirect to one other host of the site, by host; read from a run's stats."""
    moved = {}
    for key, count in stats.items():
        if key.startswith(_MOVED):
            host, _slash, target = key.removeprefix(_MOVED).partition("/")
            answers = stats.get(_ANSWERS + host, 0)
            if answers >= thresholds.moved_answers and count >= thresholds.moved_share * answers:
                moved[host] = target
    return moved


def moved_hosts(context: RunContext) -> CheckAnswer:
    """Hosts that redirect to another host since this run. Warns once: from the next run on the move is known."""
    if not context.history:
        return not_judged(sentence("no history yet: where hosts led before"))
    known = {pair for run in context.history for pair in run.moved.items()}
    new = sorted(set(context.figures.moved.items()) - known)
    threshold = sentence("{share:.0%} of a host's answers lead elsewhere", share=context.thresholds.moved_share)
    if new:
        finding = sentence(
            "{hosts}: everything is still read; `scrapy doctor` gives the lines of the profile to change",
            hosts="; ".join(
                str(sentence("{host} now leads to {target}", host=host, target=target)) for host, target in new
            ),
        )
        return check_result("warn", len(new), threshold, finding)
    return check_result("ok", 0, threshold, sentence("no host has moved"))


def execution_time(context: RunContext) -> CheckAnswer:
    """Duration of the run against the median of earlier runs of its kind (full or not)."""
    figures, limit = context.figures, context.thresholds
    if not figures.whole:
        return not_judged(sentence("not judged: no whole run; {count:.0f} s", count=figures.seconds))
    like = [run.seconds for run in context.history if run.full == figures.full]
    if len(like) < limit.time_runs:
        return not_judged(sentence("no history yet of such runs: {count:.0f} s", count=figures.seconds))
    usual = median(like)
    most = max(limit.time_factor * usual, usual + limit.time_seconds)
    finding = sentence("the run took {count:.0f} s, its like {usual:.0f} s", count=figures.seconds, usual=usual)
    verdict: Verdict = "warn" if figures.seconds > most else "ok"
    threshold = sentence("{count:.0f} s warns", count=most)
    return check_result(verdict, f"{figures.seconds:.0f} s", threshold, finding)


def peak_memory(context: RunContext) -> CheckAnswer:
    """Peak memory of the process, MiB."""
    limit, peak = context.thresholds, context.figures.peak_mib
    verdict = _graded(peak, limit.memory_warn, limit.memory_fail)
    threshold = sentence("{count:.0f} MiB warns, {most:.0f} MiB fails", count=limit.memory_warn, most=limit.memory_fail)
    finding = sentence("the process held {count:.0f} MiB at the most", count=peak)
    return check_result(verdict, f"{peak:.0f} MiB", threshold, finding)
