"""Commands over a whole archive: verify, people, browse, reparse and every export; processor seconds, memory, and how they grow.

`python -m benchmarks.archive_commands FOLDER` prints what each command of the growth table costs over the archive there.
"""

import math
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.archives import add_lines
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

#: Forms of `scrapy export`, in the order of the table.
FORMS: Final = ("sqlite", "csv", "jsonld", "parquet", "atom")
ADDED: Final = 10


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
    found: dict[int, dict[str, Cost]] = {}
    for size in (START_UP, *sizes):
        with tempfile.TemporaryDirectory() as name:
            data = Path(name) / "data"
            _make(data, size)
            found[size] = costs(data)
    return [Growth(name, found[START_UP][name].cpu, {size: found[size][name] for size in sizes}) for name in COMMANDS]


def costs(data: Path) -> dict[str, Cost]:
    """Command → cost over the archive in `data`. Raises RuntimeError where one fails."""
    return {command: cost_of(command, data) for command in COMMANDS}


def cost_of(command: str, data: Path) -> Cost:
    """Cost of one command over the archive in `data`. Raises RuntimeError where it fails."""
    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        words = [word.format(folder=folder) for word in COMMANDS[command]]
        cost = run([*_PANAN, *words, "--data-dir", str(data)], through(""))
    if cost.code:
        raise RuntimeError(f"{command}: {cost.said[-2000:]}")
    return cost


def reparsed(articles: int, jobs: Sequence[int]) -> dict[int, Cost]:
    """Jobs → what reading an archive of that many articles again costs. Raises RuntimeError where any is not the same."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        _make(data, articles)
        for count in jobs:
            found[count] = run([*_PANAN, "reparse", "--data-dir", str(data), "--jobs", str(count)], through(""))
            if f"{articles} stored articles read again: {articles} the same" not in found[count].said:
                raise RuntimeError(found[count].said[-2000:])
    return found


def _make(data: Path, articles: int) -> None:
    # In a process of its own: the peak memory of a process that is started is never below its starter's.
    made = run([sys.executable, "-m", "benchmarks.archives", str(data), str(articles)], through(""))
    if made.code:
        raise RuntimeError(made.said[-2000:])


def exported(articles: int, forms: Iterable[str] = FORMS) -> dict[str, tuple[Cost, Cost]]:
    """Form → cost of making it anew, and of going on with it after ten more articles; over lines without raw pages.

    Raises RuntimeError where an export fails.
    """
    found = {}
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        path = data / "articles.jsonl"
        add_lines(path, articles)
        size = path.stat().st_size
        for form in forms:
            anew = _export(form, data)
            add_lines(path, ADDED, articles)
            found[form] = anew, _export(form, data)
            with path.open("ab") as lines:
                lines.truncate(size)
    return found


def _export(form: str, data: Path) -> Cost:
    words = ["export", "--format", form, "--data-dir", str(data), "--out", f"{data}/out/{form}"]
    cost = run([*_PANAN, *words], through(""))
    if cost.code:
        raise RuntimeError(f"{form}: {cost.said[-2000:]}")
    return cost


def main() -> None:
    """Print the cost of each command over one archive, as each ends."""
    for command in COMMANDS:
        cost = cost_of(command, Path(sys.argv[1]))
        print(f"{command}: {cost.cpu:.1f} s CPU, {cost.wall:.1f} s, {cost.megabytes:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
