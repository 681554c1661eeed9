"""Tables on a terminal, aligned lines anywhere else."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from panan_spider.doctor.result_tables import ResultTable, RowStatus

_STYLES: Final = {RowStatus.OK: "green", RowStatus.NOTE: "yellow", RowStatus.BAD: "bold red", RowStatus.NONE: "dim"}
_WIDEST: Final = 75  # cells of a column in plain lines; the last one is never cut
_GAP: Final = "  "


def show(console: Console, groups: Iterable[ResultTable]) -> None:
    """Print each group that has lines."""
    for one in groups:
        if not one.lines:
            continue
        if console.is_terminal:
            console.print(_table(one))
        else:
            for line in plain_lines(one):
                say(console, line)
        console.print()


def say(console: Console, text: str, style: str | None = None) -> None:
    """One line as it is: no markup, no wrapping."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def _table(one: ResultTable) -> Table:
    table = Table(title=one.title, title_justify="left", title_style="bold", header_style="bold")
    table.add_column("")
    for name in one.columns:
        table.add_column(name, overflow="fold")
    for line in one.lines:
        mark = f"[{_STYLES[line.mark]}]{line.mark}[/]"
        table.add_row(mark, *map(escape, line.cells))
    return table


def plain_lines(one: ResultTable) -> list[str]:
    """The title, and a line a row, columns aligned by the width of Chinese characters on a screen."""
    rows: list[Sequence[str]] = [("", *one.columns), *((str(line.mark), *line.cells) for line in one.lines)]
    rows = [tuple("; ".join(" ".join(line.split()) for line in cell.splitlines()) for cell in row) for row in rows]
    widths = [min(_WIDEST, max(cell_len(row[at]) for row in rows)) for at in range(len(rows[0]) - 1)]
    lines = [one.title]
    for row in rows:
        cells = [cell + " " * max(0, width - cell_len(cell)) for cell, width in zip(row, widths, strict=False)]
        lines.append((_GAP + _GAP.join([*cells, row[-1]])).rstrip())
    return lines
