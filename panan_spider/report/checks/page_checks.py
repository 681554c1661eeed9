"""Page checks: sections and links of list pages, pages of unknown layout, fields that a template no longer prints. Pure functions."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final, NamedTuple

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import Figures, Verdict
from panan_spider.core.translations import Message, sentence
from panan_spider.report.checks.run_checks import (
    ARTICLES,
    FIELDS,
    CheckAnswer,
    FieldCounts,
    RunContext,
    check_result,
    listed,
    not_judged,
    percent,
)
from panan_spider.sites.thresholds import Thresholds

_READ: Final = (Outcome.STORED, Outcome.REVISED, Outcome.UNCHANGED, Outcome.UNKNOWN_LAYOUT, Outcome.INVALID)


def unknown_layout(context: RunContext) -> CheckAnswer:
    """Share of the article pages read whose layout is unknown. Pages already in quarantine, unchanged, do not count."""
    limit = context.thresholds
    read = sum(context.outcomes.get(outcome, 0) for outcome in _READ)
    unknown = context.fresh_quarantine.get(Outcome.UNKNOWN_LAYOUT, 0)
    if not read:
        return not_judged(sentence("not judged: no article page was read"))
    share = unknown / read
    threshold = sentence("{share} and {count} pages", share=percent(limit.unknown_share), count=limit.unknown_pages)
    if not unknown:
        finding = sentence("all {count} article pages read have a known layout", count=read)
        return check_result("ok", percent(0), threshold, finding)
    many = share >= limit.unknown_share and unknown >= limit.unknown_pages
    finding = sentence("{count} of {total} article pages read are of an unknown layout", count=unknown, total=read)
    return check_result("fail" if many else "warn", percent(share), threshold, finding)


class FieldLoss(NamedTuple):
    """A field that fewer articles have than expected: `had` of `articles` in the last `runs` runs."""

    template: str
    field: str
    had: int
    articles: int
    expected: float
    runs: int

    @property
    def share(self) -> float:
        """`had` as a share of `expected`."""
        return self.had / self.expected

    def __str__(self) -> str:
        values: dict[str, object] = {"template": self.template, "field": self.field}
        values |= {"count": self.had, "total": self.articles}
        values |= {"usual": self.expected, "runs": self.runs}
        if self.runs > 1:
            return str(
                sentence(
                    "{template} has {field} in {count} of {total} articles in the last {runs} runs, expected {usual:.0f}",
                    **values,
                )
            )
        return str(sentence("{template} has {field} in {count} of {total} articles, expected {usual:.0f}", **values))


def field_coverage(context: RunContext) -> CheckAnswer:
    """Fields of each template against what the template has printed in the same sections before."""
    if not any(run.coverage for run in context.history):
        return not_judged(sentence("no history yet of what each template prints"))
    if not context.figures.coverage:
        return not_judged(sentence("not judged: no article was new or changed"))
    lost = context.thresholds.coverage_lost
    threshold = sentence("{share:.0%} of the expected, and no chance", share=lost)
    losses = sorted(_losses(context), key=lambda loss: loss.share)
    if not losses:
        finding = sentence("each template prints its fields as it did before")
        return check_result("ok", "as before", threshold, finding)
    verdict: Verdict = "fail" if losses[0].share <= lost else "warn"
    finding = Message("; ".join(map(str, losses[:4])))
    if (more := len(losses) - 4) > 0:
        finding = sentence("{losses}; and {count} more", losses=finding, count=more)
    return check_result(verdict, percent(losses[0].share), threshold, finding)


def _losses(context: RunContext) -> Iterator[FieldLoss]:
    past = _PastCounts(context.history)
    for template in context.figures.coverage:
        for name in FIELDS:
            if (loss := _loss(context, past, template, name)) is not None:
                yield loss


def _loss(context: RunContext, past: "_PastCounts", template: str, name: str) -> FieldLoss | None:
    """The loss of a field, tonight or over consecutive runs that each have too little of it; None for no loss."""
    limit = context.thresholds
    articles = had = 0
    expected = 0.0
    for number, run in enumerate((context.figures, *context.history)):
        before = past.before(number)
        if all_sections(before.get(template, {})).get(ARTICLES, 0) < limit.coverage_history:
            return None
        more, has, should = _expected(run, before, (template, name), limit)
        if has > limit.coverage_thin * should or not (more or number):
            return None
        articles, had, expected = articles + more, had + has, expected + should
        if articles and odds_against(had, articles, expected) >= limit.coverage_odds:
            return FieldLoss(template, name, had, articles, expected, number + 1)
    return None


def _expected(now: Figures, past: FieldCounts, field: tuple[str, str], limit: Thresholds) -> tuple[int, int, float]:
    """For (template, field) of one run: articles that can be judged, how many have the field, how many should have it."""
    template, name = field
    articles = had = 0
    expected = 0.0
    # By section, because articles of a section are alike: a batch of notices without a byline is no loss of bylines.
    pooled = all_sections(past.get(template, {}))
    for section, counts in now.coverage.get(template, {}).items():
        before = pooled if name == "section" else past.get(template, {}).get(section, {})
        # A batch larger than all that is known of its section says more about the history than about the batch.
        if before.get(ARTICLES, 0) < max(limit.coverage_articles, counts[ARTICLES]):
            continue
        articles += counts[ARTICLES]
        had += counts.get(name, 0)
        if (sightings := before.get(name, 0)) >= limit.coverage_sightings:
            expected += counts[ARTICLES] * sightings / (before[ARTICLES] + 1)  # + 1: never quite all of them
    return articles, had, expected


def unknown_labels(context: RunContext) -> CheckAnswer:
    """Labels of tail lines that no word list knows, kept in `credits` as printed."""
    found = sorted(context.unknown_labels, key=lambda label: (-context.unknown_labels[label], label))
    none = sentence("none")
    if not found:
        return check_result("ok", 0, none, sentence("every label of a tail line is listed"))
    finding = sentence("labels of tail lines that no list knows: {names}", names=listed(found))
    return check_result("warn", sum(context.unknown_labels.values()), none, finding)


def all_sections(sections: dict[str, dict[str, int]]) -> dict[str, int]:
    """The counts of all sections of a template together."""
    total: Counter[str] = Counter()
    for counts in sections.values():
        total.update(counts)
    return dict(total)


def odds_against(had: int, articles: int, expected: float) -> float:
    """Lower bound (Chernoff) of the odds against `had` or fewer of `articles`, where `expected` should have the field."""
    p, q = expected / articles, had / articles
    if q >= p:
        return 1.0
    lost = math.log((1 - q) / (1 - p)) * (1 - q)
    kept = math.log(q / p) * q if q else 0.0
    return math.exp(min(articles * (kept + lost), 700.0))


class _PastCounts:
    """Field counts summed over the runs before a given one, each sum computed once."""

    def __init__(self, history: Sequence[Figures]) -> None:
        self._history, self._sums = history, list[FieldCounts]()

    def before(self, number: int) -> FieldCounts:
        """The counts of the history without its newest `number` runs."""
        while len(self._sums) <= number:
            self._sums.append(_summed(self._history[len(self._sums) :]))
        return self._sums[number]


def _summed(history: Sequence[Figures]) -> FieldCounts:
    total: dict[str, dict[str, Counter[str]]] = {}
    for run in history:
        for template, sections in run.coverage.items():
            for section, counts in sections.items():
                total.setdefault(template, {}).setdefault(section, Counter()).update(counts)
    return {t: {s: dict(counts) for s, counts in sections.items()} for t, sections in total.items()}


def known_sections(history: Sequence[Figures], thresholds: Thresholds) -> set[str]:
    """Sections found in enough of the last whole runs to be expected in the next."""
    recent = history[: thresholds.known_runs]
    times = Counter(name for run in recent for name, section in run.sections.items() if section.rows)
    return {name for name, count in times.items() if count >= min(thresholds.known_times, len(recent))}


def sections_found(context: RunContext) -> CheckAnswer:
    """Sections found against sections known. A section that could not be read is incomplete, not missing."""
    figures, limit = context.figures, context.thresholds
    if not figures.whole:
        return not_judged(sentence("not judged: the run did not see the whole site"))
    if not context.history:
        return not_judged(sentence("no history yet: {count} sections found", count=len(figures.sections)))
    known = known_sections(context.history, limit)
    found = {name for name, section in figures.sections.items() if section.rows}
    present = (known & found) | _renamed(known - found, found, context)
    missing = sorted(known - present - context.unread)
    value = f"{len(present)} of {len(known)}"
    threshold = sentence("every section of the last {count} runs", count=limit.known_runs)
    total = len(known)
    if missing:
        finding = sentence(
            "{count} of {total} known sections not found: {names}",
            count=len(missing),
            total=total,
            names=listed(missing),
        )
        return check_result("fail", value, threshold, finding)
    new = sorted(found - known - {name for run in context.history for name in run.sections})
    finding = sentence("all {total} known sections are there", total=total)
    if new:
        finding = sentence("all {total} known sections are there, and new: {names}", total=total, names=listed(new))
    return check_result("ok", value, threshold, finding)


def _renamed(names: set[str], found: set[str], context: RunContext) -> set[str]:
    """The names whose sections bear another one tonight: one of their addresses is that of a section found."""
    tonight = {url for name in found for url in context.figures.addresses.get(name, ())}
    return {name for name in names if any(tonight.intersection(run.addresses.get(name, ())) for run in context.history)}


def floor_of(name: str, history: Sequence[Figures], thresholds: Thresholds) -> int:
    """Links that page one of the section must have: the site's floor, and half of the section's usual number."""
    floor = thresholds.floors.get(name, thresholds.floor)
    fronts = [run.sections[name].front for run in history if name in run.sections]
    usual = [front for front in fronts if front is not None]
    if len(usual) < thresholds.floor_runs:
        return floor
    return max(floor, math.ceil(thresholds.floor_share * median(usual)))


def front_page_links(context: RunContext) -> CheckAnswer:
    """Links on page one of each section against the section's floor."""
    limit = context.thresholds
    fronts = {name: section.front for name, section in context.figures.sections.items()}
    read = {name: front for name, front in fronts.items() if front is not None}
    if not read:
        return not_judged(sentence("not judged: page one of no section was read"))
    floors = {name: floor_of(name, context.history, limit) for name in read}
    low = [name for name in sorted(read) if read[name] < floors[name]]
    threshold = sentence(
        "each section's floor, {count} link or {share:.0%} of its usual number",
        count=limit.floor,
        share=limit.floor_share,
    )
    if low:
        named = [
            str(sentence("{name} has {count} of at least {most}", name=name, count=read[name], most=floors[name]))
            for name in low[:8]
        ]
        finding = sentence("page one lists too little: {sections}", sections="; ".join(named))
        return check_result("fail", f"{len(low)} low", threshold, finding)
    lowest = min(read.values())
    finding = sentence(
        "page one of all {total} sections lists what it should, {count} links or more", total=len(read), count=lowest
    )
    return check_result("ok", lowest, threshold, finding)


def list_markup(context: RunContext) -> CheckAnswer:
    """Share of the lists whose block is no longer known by its class. Warns once, on the night of the change."""
    limit, now = context.thresholds, _share_by_words(context.figures)
    before = next((share for run in context.history if (share := _share_by_words(run)) is not None), None)
    if now is None:
        return not_judged(sentence("not judged: no list was read"))
    if before is None:
        return not_judged(sentence("no history yet: how lists were marked up before"))
    lost = sorted(name for name, section in context.figures.sections.items() if section.front and section.by_words)
    threshold = sentence("{share:.0%} of the sections", share=limit.redesigned_share)
    if now >= limit.redesigned_share > before:
        finding = sentence(
            "page one of {names} has lost its list block and is read by its words alone: has the site been redesigned?",
            names=listed(lost),
        )
        return check_result("warn", len(lost), threshold, finding)
    return check_result("ok", len(lost), threshold, sentence("lists are marked up as they were"))


def _share_by_words(figures: Figures) -> float | None:
    """Share of the sections whose page one was read by its words; None where no page one was read."""
    by_words = [section.by_words for section in figures.sections.values() if section.front]
    return sum(by_words) / len(by_words) if by_words else None
