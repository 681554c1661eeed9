"""What every page is made from, and what a page is before a template has set it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from panan_spider.publish.browse.article_queries import ExportReader
from panan_spider.sites.profile import Site

#: Rows of a list page.
ROWS: Final = 30


class PageNotFound(Exception):
    """There is no such page. The message says what there is none of."""


class InvalidQuery(Exception):
    """The page was asked for with something that makes no sense. The message is one line."""


@dataclass(frozen=True)
class RenderContext:
    """The archive folder, the export of it, and whether the pages become files."""

    data: Path
    site: Site
    reader: ExportReader
    filed: bool = False


@dataclass(frozen=True)
class PageData:
    """A page to be set: its template, and what the template is given."""

    template: str
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pagination:
    """Where a list page stands among its pages. `first` and `last` number its rows, counted from 1."""

    page: int
    pages: int
    first: int
    last: int
    total: int

    @property
    def near(self) -> list[int | None]:
        """The pages to offer: the ends and those around; None where some are left out."""
        shown = sorted({1, self.pages, *range(max(1, self.page - 2), min(self.pages, self.page + 2) + 1)})
        made: list[int | None] = []
        for number in shown:
            if made and number != (made[-1] or 0) + 1:
                made.append(None)
            made.append(number)
        return made


def turning(page: int, total: int, rows: int = ROWS) -> Pagination:
    """Raises NotHere where there are not so many pages. An empty list has one page."""
    pages = max(1, -(-total // rows))
    if not 1 <= page <= pages:
        raise PageNotFound(f"page {page} of {pages}")
    return Pagination(page, pages, min(total, (page - 1) * rows + 1), min(total, page * rows), total)


def skipped(page: int, rows: int = ROWS) -> int:
    """The rows of the pages before."""
    return (page - 1) * rows
