"""Page checks: pages of unknown layout, and fields that a template no longer prints. Pure functions of a run context."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import CheckResult, Figures, Verdict
from panan_spider.core.translations import Message, sentence
from panan_spider.report.checks.context import RunContext, check_result, listed, not_judged, percent
from panan_spider.sites.thresholds import Thresholds

UNKNOWN_LAYOUT: Final = "unknown_layout"
FIELD_COVERAGE: Final = "field_coverage"
UNKNOWN_LABELS: Final = "unknown_labels"

#: Fields whose loss shows that a template misses something although the article is still valid.
FIELDS: Final = (
    *("kicker", "subtitle", "published", "section", "source", "header_line", "authors", "editor", "credits"),
    *("text", "images", "related"),
)
ARTICLES: Final = "articles"
_READ: Final = (Outcome.STORED, Outcome.REVISED, Outcome.UNCHANGED, Outcome.UNKNOWN_LAYOUT, Outcome.INVALID)

#: Template → section → field → articles that have the field; key `articles`: all of them.
FieldCounts = dict[str, dict[str, dict[str, int]]]


def unknown_layout(context: RunContext) -> CheckResult:
    """Share of the article pages read whose layout is unknown. Pages already in quarantine, unchanged, do not count."""
    limit = context.thresholds
    read = sum(context.outcomes.get(outcome, 0) for outcome in _READ)
    unknown = context.fresh_quarantine.get(Outcome.UNKNOWN_LAYOUT, 0)
    if not read:
        return not_judged(UNKNOWN_LAYOUT, sentence("not judged: no article page was read"))
    share = unknown / read
    threshold = sentence("{share} and {count} pages", share=percent(limit.unknown_share), count=limit.unknown_pages)
    if not unknown:
        finding = sentence("all {count} article pages read have a known layout", count=read)
        return check_result(UNKNOWN_LAYOUT, "ok", percent(0), threshold, finding)
    many = share >= limit.unknown_share and unknown >= limit.unknown_pages
    finding = sentence("{count} of {total} article pages read are of an unknown layout", count=unknown, total=read)
    return check_result(UNKNOWN_LAYOUT, "fail" if many else "warn", percent(share), threshold, finding)


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


def field_coverage(context: RunContext) -> CheckResult:
    """Fields of each template against what the template has printed in the same sections before."""
    if not any(run.coverage for run in context.history):
        return not_judged(FIELD_COVERAGE, sentence("no history yet of what each template prints"))
    if not context.figures.coverage:
        return not_judged(FIELD_COVERAGE, sentence("not judged: no article was new or changed"))
    lost = context.thresholds.coverage_lost
    threshold = sentence("{share:.0%} of the expected, and no chance", share=lost)
    losses = sorted(_losses(context), key=lambda loss: loss.share)
    if not losses:
        finding = sentence("each template prints its fields as it did before")
        return check_result(FIELD_COVERAGE, "ok", "as before", threshold, finding)
    verdict: Verdict = "fail" if losses[0].share <= lost else "warn"
    finding = Message("; ".join(map(str, losses[:4])))
    if (more := len(losses) - 4) > 0:
        finding = sentence("{losses}; and {count} more", losses=finding, count=more)
    return check_result(FIELD_COVERAGE, verdict, percent(losses[0].share), threshold, finding)


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


def unknown_labels(context: RunContext) -> CheckResult:
    """Labels of tail lines that no word list knows, kept in `credits` as printed."""
    found = sorted(context.unknown_labels, key=lambda label: (-context.unknown_labels[label], label))
    none = sentence("none")
    if not found:
        return check_result(UNKNOWN_LABELS, "ok", 0, none, sentence("every label of a tail line is listed"))
    finding = sentence("labels of tail lines that no list knows: {names}", names=listed(found))
    return check_result(UNKNOWN_LABELS, "warn", sum(context.unknown_labels.values()), none, finding)


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
