"""Rendering: the export that pages are made from, brought up to date and opened, and the templates that turn it into HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from panan_spider import __version__
from panan_spider.archive.store.files import ARTICLES_FILE, LEDGER_FILE
from panan_spider.core.clock import local_time
from panan_spider.core.outcomes import RefusedError
from panan_spider.core.text import web_address
from panan_spider.core.translations import DEFAULT, HTML_LANGUAGE, LANGUAGES, N_, Translate, translator
from panan_spider.publish.browse.question import NO_SECTION
from panan_spider.publish.browse.routes import Route, UrlBuilder
from panan_spider.publish.browse.search import ArticleIndex, Search
from panan_spider.publish.export import sqlite
from panan_spider.publish.export.export_files import ForeignFileError, only_export_to
from panan_spider.publish.export.job import FORMATS, ExportJob, ExportResult
from panan_spider.publish.export.sqlite_reader import ExportDatabase
from panan_spider.publish.export.sqlite_schema import LAYOUT
from panan_spider.publish.people.mentions import GRAMMAR
from panan_spider.sites.profile import Site

#: Content-Security-Policy of the pages: their own style, script and pictures; nothing inline, nothing from anywhere else.
#: In a file, where `frame-ancestors` has no meaning.
POLICY_IN_A_FILE: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
)
#: Milliseconds that one question to the export may take: ten times what the slowest takes of 100,000 articles.
TIME_LIMIT_MS: Final = 10_000
#: Rows of a list page.
ROWS: Final = 30
#: Page templates of the CMSs: Chinese name.
_TEMPLATES: Final = {"enorth_a": "北方版式一", "enorth_b": "北方版式二", "trs": "拓尔思版式"}
#: Kinds of work of an author.
_WORK: Final = {
    "text": N_("text"),
    "photo": N_("photo"),
    "text+photo": N_("text and photo"),
    "video": N_("video"),
}


class PageNotFound(Exception):
    """There is no such page."""


@dataclass(frozen=True)
class RenderContext:
    """The archive as one state of its export shows it, the language of a page, and whether the pages become files."""

    data: Path
    site: Site
    database: ExportDatabase
    index: ArticleIndex
    search: Search
    made_at: str
    sites: Mapping[str, Site] = field(default_factory=dict)  # of many archives, by key
    memory: dict[str, Any] = field(default_factory=dict)  # answers that cost much; as old as the export
    language: str = DEFAULT
    filed: bool = False

    def site_of(self, article: str) -> Site:
        """The site of an article, by its id."""
        return self.sites.get(article.rpartition("-")[0], self.site)

    @property
    def translate(self) -> Translate:
        """Translates into the page's language."""
        return translator(self.language)


class ArchiveNotFound(RefusedError):
    """There is no archive in that folder. The message is one line."""


class ExportSource:
    """An archive folder and the file of its export."""

    #: Seconds between two looks at whether the archive has gone on.
    every = 30.0
    #: SQL of the views of each connection, where the tables are not those of one archive.
    views: Sequence[str] = ()

    def __init__(self, data: Path, site: Site) -> None:
        """`data`: the folder that the export's paths begin from."""
        self.data, self.site = data, site

    @property
    def sites(self) -> Mapping[str, Site]:
        """The sites by key, of many archives; empty for one."""
        return {}

    @property
    def export(self) -> Path:
        """Path of the export, the same as that of `scrapy export`."""
        return self.data / sqlite.EXPORT_FOLDER / FORMATS["sqlite"].file_name(self.site)

    def is_stale(self) -> bool:
        """True where the archive has gone on since its export: in lines, or in what the ledger knows to be gone.

        Raises ArchiveNotFound; ForeignFileError where something else stands at the export's place, or an export of a part.
        """
        lines = self.data / ARTICLES_FILE
        if not lines.is_file():
            raise ArchiveNotFound(f"there is no archive in {self.data}")
        meta = sqlite.read_meta(self.export)
        if meta is not None and meta.get("selection") not in (None, self._job.kind):
            raise ForeignFileError(
                f"{self.export} holds a part of the archive; move it away, and export parts with --out"
            )
        due = {"source_bytes": str(lines.stat().st_size), "grammar": GRAMMAR, "layout": str(LAYOUT)}
        if meta is None or any(meta.get(key) != value for key, value in due.items()):
            return True
        exported = self.export.stat().st_mtime_ns
        return any(path.is_file() and path.stat().st_mtime_ns > exported for path in (lines, self.data / LEDGER_FILE))

    def is_readable(self) -> bool:
        """True where there is an export that pages can be made from, up to date or not. Raises ForeignFileError."""
        meta = sqlite.read_meta(self.export)
        return meta is not None and meta.get("layout") == str(LAYOUT)

    def refresh(self) -> ExportResult | None:
        """Bring the export up to date where it is stale; None where it was not.

        Raises ArchiveNotFound; what the export raises (ForeignFileError, LockHeld, StoreError) leaves the last good one in place.
        """
        if not self.is_stale():
            return None
        with only_export_to(self.export):
            return sqlite.export(self._job, self.export)

    @property
    def _job(self) -> ExportJob:
        return ExportJob(self.data, self.site, all_revisions=True)


def open_library(source: ExportSource, time_limit_ms: int = TIME_LIMIT_MS) -> RenderContext:
    """The archive as its export now stands."""
    database = ExportDatabase(source.export, time_limit_ms, source.views)
    index = ArticleIndex(database)
    made_at = database.meta().get("made_at", "")
    search = Search(list(source.sites.values()) or [source.site], database, index)
    return RenderContext(source.data, source.site, database, index, search, made_at, sites=source.sites)


@dataclass(frozen=True)
class PageData:
    """A page before it is rendered: its template, what the template is given, and the HTTP status."""

    template: str
    given: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Pagination:
    """Position of a list page among its pages. `first` and `last` number its rows, counted from 1."""

    page: int
    pages: int
    first: int
    last: int
    total: int

    @property
    def near(self) -> list[int | None]:
        """The pages to offer: the ends and those around; None where some are left out."""
        shown = sorted({1, self.pages, *range(max(1, self.page - 2), min(self.pages, self.page + 2) + 1)})
        offered: list[int | None] = []
        for number in shown:
            if offered and number != (offered[-1] or 0) + 1:
                offered.append(None)
            offered.append(number)
        return offered


def paginate(page: int, total: int, rows: int = ROWS) -> Pagination:
    """Raises PageNotFound where there are not so many pages. An empty list has one page."""
    pages = max(1, -(-total // rows))
    if not 1 <= page <= pages:
        raise PageNotFound(f"page {page} of {pages}")
    return Pagination(page, pages, min(total, (page - 1) * rows + 1), min(total, page * rows), total)


def skipped(page: int, rows: int = ROWS) -> int:
    """The rows of the pages before."""
    return (page - 1) * rows


@cache
def environment() -> Environment:
    """The templates: escaped, and a misspelt name is an error."""
    folder = str(resources.files("panan_spider.publish.browse").joinpath("templates"))
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "local": local_time,
        "thousands": lambda count: f"{count:,}" if isinstance(count, int) else "–",
    }
    return templates


def render(
    context: RenderContext, page: PageData, route: Route | None, to: UrlBuilder, query: Mapping[str, str]
) -> str:
    """The page as HTML. `route` is None for a page about an error; `query` is that of its address, without the language."""
    translate = context.translate
    given: dict[str, Any] = {
        "to": to, "here": route.kind if route else "", "key": route.key if route else "", "page_number": route.page if route else 1,
        "query": query, "filed": context.filed, "web": web_address, "version": __version__, "policy": POLICY_IN_A_FILE,
        "_": translate, "n_": translate.number, "lang": context.language, "html_lang": HTML_LANGUAGE[context.language],
        "languages": LANGUAGES, "site_title": site_title(context), "site_name": site_name(context), "made_at": context.made_at,
        "section_label": lambda name: section_label(name, translate), "template_label": lambda name: template_label(name, translate),
        "work_label": lambda work: translate(_WORK[work]) if work in _WORK else work,
        "is_refreshing": False, "head_data": None, **page.given,
    }  # fmt: skip
    return environment().get_template(page.template).render(given)


def site_name(context: RenderContext) -> str:
    """The name of the site without 网, its key where it has no name."""
    return context.site.title.removesuffix("网") if context.site.name else context.site.key


def site_title(context: RenderContext) -> str:
    """The name of the site's archive in the page's language."""
    word = context.translate(N_("Archive"))
    return f"{site_name(context)}{word}" if context.language == DEFAULT else f"{site_name(context)} {word}"


def section_label(name: str | None, translate: Translate) -> str:
    """A section's name; words for none."""
    return name if name and name != NO_SECTION else translate(N_("no section"))


def template_label(name: str, translate: Translate) -> str:
    """The name of a page template in the reader's language."""
    return translate(name, zh=_TEMPLATES.get(name, name))
