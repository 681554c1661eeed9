"""Tables: which hold data, and which only lay the page out."""

from collections.abc import Iterator

from lxml import etree

from panan_spider.extract.lines import flatten

_LONGEST_CELL = 200  # characters; a longer cell is text that was laid out in a table


class DataTables:
    """The tables of one page that hold data, each looked at once."""

    def __init__(self) -> None:
        self._known: dict[etree._Element, bool] = {}

    def around(self, element: etree._Element) -> etree._Element | None:
        """The data table `element` stands in; None where it stands in none. The outermost table of data counts."""
        found = None
        if element.tag == "caption":  # a line over the table
            return None
        for ancestor in (element, *element.iterancestors("table")):
            if ancestor.tag == "table" and self._is_data(ancestor):
                found = ancestor
        return found

    def _is_data(self, table: etree._Element) -> bool:
        if table not in self._known:
            self._known[table] = is_data(table)
        return self._known[table]


def is_data(table: etree._Element) -> bool:
    """Whether the table holds data: two rows of two filled cells at least, no table and no picture inside, no long text."""
    if table.find(".//table") is not None or table.find(".//img") is not None:
        return False
    full = 0
    for row in _rows(table):
        if any(len(cell) > _LONGEST_CELL for cell in row):
            return False
        full += sum(1 for cell in row if cell) >= 2
    return full >= 2


def table_rows(table: etree._Element) -> list[list[str]]:
    """The cells' texts row by row, blanks collapsed; rows without any text left out."""
    return [row for row in _rows(table) if any(row)]


def _rows(table: etree._Element) -> Iterator[list[str]]:
    for row in table.iter("tr"):
        yield [_cell_text(cell) for cell in row if cell.tag in ("td", "th")]


def _cell_text(cell: etree._Element) -> str:
    # As lines, so that scripts, styles and what is hidden stay out here as everywhere.
    return " ".join(" ".join(line.text for line in flatten(cell) if line.kind == "text").split())
