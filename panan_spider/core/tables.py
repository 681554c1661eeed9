"""Tables of the commands: drawn by rich on a terminal, aligned or tab-separated lines anywhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

# rich is loaded when a table is drawn: a command that writes into a pipe needs none of it.
if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDEST: Final = 75  # cells of a column in aligned lines; the last column is never cut
_GAP: Final = "  "
#: A place of so many characters fits any column.
_SHORT_PLACE: Final = 16
#: Columns enough for any table.
_UNBOUND: Final = 10_000


class RowStatus(StrEnum):
    """The mark of a row."""

    OK = "ok"
    NOTE = "note"  # worth a look
    BAD = "bad"  # a crawl would fail over it
    NONE = ""


_STYLES: Final = {RowStatus.OK: "green", RowStatus.NOTE: "yellow", RowStatus.BAD: "bold red", RowStatus.NONE: "dim"}


@dataclass(frozen=True)
class ResultRow:
    """One row: a mark, and one text per column."""

    mark: RowStatus
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ResultTable:
    """One table. The last `numbers` columns hold figures; `marked` tables have a column for the marks of the rows."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[ResultRow, ...] = field(default=())
    numbers: int = 0
    marked: bool = True

    @classmethod
    def plain(
        cls, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0
    ) -> "ResultTable":
        """A table without marks."""
        lines = tuple(ResultRow(RowStatus.NONE, tuple(row)) for row in rows)
        return cls(title, tuple(columns), lines, numbers, marked=False)

    def as_dicts(self) -> list[dict[str, str]]:
        """The rows for JSON: by column, the mark first."""
        return [{"mark": str(line.mark), **dict(zip(self.columns, line.cells, strict=True))} for line in self.lines]


def group(title: str, columns: str, lines: Iterable[tuple[RowStatus, tuple[str, ...]]]) -> ResultTable:
    """A table of marked rows; the names of `columns` are separated by `|`."""
    return ResultTable(title, tuple(columns.split("|")), tuple(ResultRow(mark, cells) for mark, cells in lines))


def show(console: "Console", tables: Iterable[ResultTable]) -> None:
    """Print each table that has rows, an empty line after each."""
    for table in tables:
        if not table.lines:
            continue
        if console.is_terminal:
            print_drawn(console, table)
        else:
            for line in plain_lines(table):
                say(console, line)
        console.print()


def print_drawn(console: "Console", table: ResultTable) -> None:
    """Draw one table under its title. Places that its columns would break stand unbroken below it, to be copied."""
    say(console, table.title, "bold")
    if console.measure(drawn(table), options=console.options.update(max_width=_UNBOUND)).maximum <= console.width:
        console.print(drawn(table))
        return
    places: dict[str, str] = {}
    lines = tuple(
        ResultRow(line.mark, tuple(_noted(cell, places) if _is_place(cell) else cell for cell in line.cells))
        for line in table.lines
    )
    console.print(drawn(replace(table, lines=lines)))
    for place, note in places.items():
        say(console, f"{note} {place}")


def _is_place(cell: str) -> bool:
    """An address, a path or an XPath too long for a narrow column; several of them are parted by `|`."""
    return len(cell) > _SHORT_PLACE and cell.count("/") > 1 and all(" " not in part for part in cell.split(" | "))


def _noted(cell: str, places: dict[str, str]) -> str:
    return " ".join(places.setdefault(place, f"[{len(places) + 1}]") for place in cell.split(" | "))


def say(console: "Console", text: str, style: str | None = None) -> None:
    """Print one line as it is: no markup, no wrapping."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def drawn(table: ResultTable) -> "Table":
    """The table as rich draws it, without its title: rich breaks a title at the table's width."""
    from rich.markup import escape
    from rich.table import Table

    sheet = Table(header_style="bold")
    if table.marked:
        sheet.add_column("")
    for number, name in enumerate(table.columns):
        figure = number >= len(table.columns) - table.numbers
        sheet.add_column(escape(name), justify="right" if figure else "left", overflow="fold")
    for line in table.lines:
        mark = (f"[{_STYLES[line.mark]}]{line.mark}[/]",) if table.marked else ()
        sheet.add_row(*mark, *map(escape, line.cells))
    return sheet


def plain_lines(table: ResultTable) -> list[str]:
    """The title and one line per row, columns aligned by the width of Chinese characters on a screen."""
    from rich.cells import cell_len

    rows: list[Sequence[str]] = [("", *table.columns), *((str(line.mark), *line.cells) for line in table.lines)]
    if not table.marked:
        rows = [row[1:] for row in rows]
    rows = [tuple("; ".join(" ".join(line.split()) for line in cell.splitlines()) for cell in row) for row in rows]
    widths = [min(_WIDEST, max(cell_len(row[n]) for row in rows)) for n in range(len(rows[0]) - 1)]
    lines = [table.title]
    for row in rows:
        cells = [cell + " " * max(0, width - cell_len(cell)) for cell, width in zip(row, widths, strict=False)]
        lines.append((_GAP + _GAP.join([*cells, row[-1]])).rstrip())
    return lines


def tab_lines(table: ResultTable) -> list[str]:
    """The title, then names of columns and rows as tab-separated lines, for other programs."""
    return [f"{table.title}:", "\t".join(table.columns), *("\t".join(line.cells) for line in table.lines)]
