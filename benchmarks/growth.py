"""How commands over a whole archive grow: processor seconds at two sizes and the exponent between them, start-up taken off."""

import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import Cost, run, through

_PANAN: Final = (sys.executable, "-m", "scrapy")
#: Command → its words behind `--data-dir`; each leaves the archive as it is.
COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "verify": ("verify",),
    "reparse": ("reparse", "--jobs", "1"),
    "people": ("people",),
    "export (SQLite)": ("export", "--format", "sqlite"),
    "browse --static": ("browse", "--static", "{folder}/pages"),
}
START_UP: Final = 100  # articles: the smallest demo site


@dataclass(frozen=True)
class Growth:
    """One command at several sizes: articles → cost, and what it costs over the smallest site."""

    name: str
    start_up: float  # processor seconds
    costs: dict[int, Cost]

    @property
    def exponent(self) -> float:
        """The power of the number of articles that its work grows with, between the two largest sizes."""
        (less, before), (more, after) = sorted(self.costs.items())[-2:]
        work = [max(0.01, cost.cpu - self.start_up) for cost in (before, after)]
        return math.log(work[1] / work[0]) / math.log(more / less)


def growth(sizes: Sequence[int]) -> list[Growth]:
    """Every command over archives of these sizes. Raises RuntimeError where one fails."""
    found: dict[int, dict[str, Cost]] = {size: _measured(size) for size in (START_UP, *sizes)}
    return [Growth(name, found[START_UP][name].cpu, {size: found[size][name] for size in sizes}) for name in COMMANDS]


def _measured(articles: int) -> dict[str, Cost]:
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        made = run([sys.executable, "-m", "benchmarks.archives", str(data), str(articles)], through(""))
        if made.code:
            raise RuntimeError(made.said[-2000:])
        costs = {}
        for command, words in COMMANDS.items():
            given = [word.format(folder=name) for word in words]
            costs[command] = run([*_PANAN, *given, "--data-dir", str(data)], through(""))
            if costs[command].code:
                raise RuntimeError(f"{command}: {costs[command].said[-2000:]}")
        return costs
