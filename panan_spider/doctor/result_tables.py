"""What is found out, in tables: every row with a mark that says whether it is as it should be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class RowStatus(StrEnum):
    """How a row stands."""

    OK = "ok"
    NOTE = "note"  # worth a look
    BAD = "bad"  # the crawl would fail over it
    NONE = ""


@dataclass(frozen=True)
class ResultRow:
    """One row: a mark, and a text a column."""

    mark: RowStatus
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ResultTable:
    """One table."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[ResultRow, ...] = field(default=())

    def as_dicts(self) -> list[dict[str, str]]:
        """The rows for JSON, by column, the mark first."""
        return [{"mark": str(line.mark), **dict(zip(self.columns, line.cells, strict=True))} for line in self.lines]


def group(title: str, columns: str, lines: Iterable[tuple[RowStatus, tuple[str, ...]]]) -> ResultTable:
    """A table; `columns` separated by `|`."""
    return ResultTable(title, tuple(columns.split("|")), tuple(ResultRow(mark, cells) for mark, cells in lines))
