"""Look-back figures: what asking for stored articles again has cost and found, of one run and of several."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from panan_spider.archive.ledger.url_outcomes import AGES, Recheck
from panan_spider.core.clock import site_day
from panan_spider.core.outcomes import Outcome

if TYPE_CHECKING:  # it loads the store, which `status` does without
    from panan_spider.core.run_report import LookBackFigures
    from panan_spider.report.evaluation import EndedRun, RunEvaluation

#: Outcomes of an article that was to be asked for and was not.
_UNASKED: Final = frozenset({Outcome.PENDING, Outcome.KNOWN, Outcome.OUT_OF_RANGE})


@dataclass(frozen=True, slots=True)
class LookBackTotals:
    """The look-back of several runs, and the days on which articles are due. `mean_days` as in `LookBackFigures`."""

    runs: int
    asked: int
    corrections: int
    removals: int
    mean_days: float | None
    due: dict[str, int]


def look_back_figures(run: "EndedRun", evaluation: "RunEvaluation") -> "LookBackFigures":
    """The figures of one run. Raises StoreError."""
    from panan_spider.core.run_report import LookBackFigures

    state, ledger, day = run.archive.memory, run.archive.ledger, site_day(run.started)
    asked = {number: recheck for number, recheck in state.rechecks.items() if _was_asked(run, recheck)}
    revised = [asked[number] for number in evaluation.stored.revised if number in asked]
    removed = [asked[record["id"]] for record in run.archive.removed() if record["id"] in asked]
    waits = [(day - recheck.asked).days / 2 for recheck in revised if recheck.asked is not None]
    due = ledger.rechecks.by_day()
    return LookBackFigures(
        mode=_mode(run.arguments),
        asked=_by_reason(asked.values()),
        corrections=_by_reason(revised),
        removals=_by_reason(removed),
        mean_days=round(sum(waits) / len(waits), 1) if waits else None,
        recent=ledger.articles.posted_since((day - timedelta(days=AGES[-1])).isoformat()),
        not_asked=sum(due.values()),
        due=due,
    )


def _was_asked(run: "EndedRun", recheck: Recheck) -> bool:
    return run.archive.memory.outcome_of(recheck.url) not in _UNASKED


def _mode(arguments: Mapping[str, str]) -> Literal["ages", "days", "all", "none"]:
    if "urls" in arguments:
        return "none"
    recheck = arguments.get("recheck")
    return "ages" if recheck is None else "all" if recheck == "all" else "days"


def _by_reason(rechecks: Iterable[Recheck]) -> dict[str, int]:
    counts = Counter(recheck.reason for recheck in rechecks)
    return {reason: counts[reason] for reason in sorted(counts, key=_place)}


def _place(reason: str) -> tuple[bool, int, str]:
    """Ages in their order, then the other reasons by name."""
    age = reason.removeprefix("age ")
    return not age.isdecimal(), int(age) if age.isdecimal() else 0, reason


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
