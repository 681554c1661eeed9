"""Checks of the article pages: can they be read, and do they still print every field? Pure."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import CheckResult, Figures, Verdict
from panan_spider.report.checks.context import NO_HISTORY, RunContext, found, percent, unjudged
from panan_spider.sites.thresholds import DEFAULT_THRESHOLDS

UNKNOWN_LAYOUT: Final = "unknown_layout"
FIELD_COVERAGE: Final = "field_coverage"

#: Fields whose loss shows that a page object misses something, though the article is still valid.
FIELDS: Final = (
    *("kicker", "subtitle", "published", "section", "source", "header_line", "authors", "editor", "credits"),
    *("text", "images", "related"),
)
ARTICLES: Final = "articles"
_READ: Final = (Outcome.STORED, Outcome.REVISED, Outcome.UNCHANGED, Outcome.UNKNOWN_LAYOUT, Outcome.INVALID)

Coverage = dict[str, dict[str, dict[str, int]]]


def unknown_layout(seen: RunContext) -> CheckResult:
    """Share of article pages that nobody can read. Pages that lie in quarantine unchanged are known already."""
    read = sum(seen.outcomes.get(outcome, 0) for outcome in _READ)
    unknown = seen.fresh_quarantine.get(Outcome.UNKNOWN_LAYOUT, 0)
    if not read:
        return unjudged(UNKNOWN_LAYOUT, "not judged: no article page was read")
    share = unknown / read
    threshold = f"{percent(DEFAULT_THRESHOLDS.unknown_share)} and {DEFAULT_THRESHOLDS.unknown_pages} pages"
    if not unknown:
        return found(UNKNOWN_LAYOUT, "ok", percent(0), threshold, f"all {read} article pages read have a known layout")
    many = share >= DEFAULT_THRESHOLDS.unknown_share and unknown >= DEFAULT_THRESHOLDS.unknown_pages
    said = f"{unknown} of {read} article pages read are of an unknown layout"
    return found(UNKNOWN_LAYOUT, "fail" if many else "warn", percent(share), threshold, said)


class FieldLoss(NamedTuple):
    """A field that fewer articles have than should: `had` of `articles` in the last `runs` runs."""

    template: str
    field: str
    had: int
    articles: int
    expected: float
    runs: int

    @property
    def share(self) -> float:
        """Of the expected, the share that is there."""
        return self.had / self.expected

    def __str__(self) -> str:
        span = f" in the last {self.runs} runs" if self.runs > 1 else ""
        return f"{self.template} has {self.field} in {self.had} of {self.articles} articles{span}, expected {self.expected:.0f}"


def summed(history: Sequence[Figures]) -> Coverage:
    """The coverage of all these runs together."""
    total: dict[str, dict[str, Counter[str]]] = {}
    for run in history:
        for template, sections in run.coverage.items():
            for section, counts in sections.items():
                total.setdefault(template, {}).setdefault(section, Counter()).update(counts)
    return {t: {s: dict(counts) for s, counts in sections.items()} for t, sections in total.items()}


def _expected(now: Figures, past: Coverage, template: str, name: str) -> tuple[int, int, float]:
    """Articles that can be judged, how many have the field, and how many should, by what their sections print."""
    articles = had = 0
    expected = 0.0
    # A section's articles are alike: a batch of notices without a byline is no loss of bylines.
    pooled = summed_sections(past.get(template, {}))
    for section, counts in now.coverage.get(template, {}).items():
        before = pooled if name == "section" else past.get(template, {}).get(section, {})
        if before.get(ARTICLES, 0) < DEFAULT_THRESHOLDS.coverage_articles:
            continue
        articles += counts[ARTICLES]
        had += counts.get(name, 0)
        expected += counts[ARTICLES] * (before.get(name, 0) + 1) / (before[ARTICLES] + 2)
    return articles, had, expected


def summed_sections(sections: dict[str, dict[str, int]]) -> dict[str, int]:
    """All sections of a template together."""
    total: Counter[str] = Counter()
    for counts in sections.values():
        total.update(counts)
    return dict(total)


def odds_against(had: int, articles: int, expected: float) -> float:
    """How many times more often than by chance `had` or fewer would be found: Chernoff's bound, never too high."""
    p, q = expected / articles, had / articles
    if q >= p:
        return 1.0
    lost = math.log((1 - q) / (1 - p)) * (1 - q)
    kept = math.log(q / p) * q if q else 0.0
    return math.exp(min(articles * (kept + lost), 700.0))


class _Past:
    """What all runs before a given one printed, each summed once."""

    def __init__(self, history: Sequence[Figures]) -> None:
        self._history, self._sums = history, list[Coverage]()

    def before(self, number: int) -> Coverage:
        """The coverage of the history without its newest `number` runs."""
        while len(self._sums) <= number:
            self._sums.append(summed(self._history[len(self._sums) :]))
        return self._sums[number]


def _losses(seen: RunContext) -> Iterator[FieldLoss]:
    past = _Past(seen.history)
    for template in seen.figures.coverage:
        for name in FIELDS:
            if (loss := _loss(seen, past, template, name)) is not None:
                yield loss


def _loss(seen: RunContext, past: _Past, template: str, name: str) -> FieldLoss | None:
    """Whether the field is lost: tonight, or over the nights in a row that each have too little of it."""
    articles = had = 0
    expected = 0.0
    for number, run in enumerate((seen.figures, *seen.history)):
        before = past.before(number)
        if summed_sections(before.get(template, {})).get(ARTICLES, 0) < DEFAULT_THRESHOLDS.coverage_history:
            return None
        more, has, should = _expected(run, before, template, name)
        if has > DEFAULT_THRESHOLDS.coverage_thin * should or not (more or number):
            return None
        articles, had, expected = articles + more, had + has, expected + should
        if articles and odds_against(had, articles, expected) >= DEFAULT_THRESHOLDS.coverage_odds:
            return FieldLoss(template, name, had, articles, expected, number + 1)
    return None


def field_coverage(seen: RunContext) -> CheckResult:
    """Each field of each template against what the template has printed in the same sections before."""
    if not any(run.coverage for run in seen.history):
        return unjudged(FIELD_COVERAGE, f"{NO_HISTORY} of what each template prints")
    if not seen.figures.coverage:
        return unjudged(FIELD_COVERAGE, "not judged: no article was new or changed")
    threshold = f"{DEFAULT_THRESHOLDS.coverage_lost:.0%} of the expected, and no chance"
    losses = sorted(_losses(seen), key=lambda loss: loss.share)
    if not losses:
        return found(FIELD_COVERAGE, "ok", "as before", threshold, "each template prints its fields as it did before")
    verdict: Verdict = "fail" if losses[0].share <= DEFAULT_THRESHOLDS.coverage_lost else "warn"
    said = "; ".join(map(str, losses[:4])) + (f"; and {len(losses) - 4} more" if len(losses) > 4 else "")
    return found(FIELD_COVERAGE, verdict, percent(losses[0].share), threshold, said)
