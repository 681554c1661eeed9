"""Rendering: what every page is made from, and the templates that turn it into HTML in one language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from panan_spider import __version__
from panan_spider.core.clock import local_time
from panan_spider.core.text import web_address
from panan_spider.core.translations import DEFAULT, HTML_LANGUAGE, LANGUAGES, N_, Translate, translator
from panan_spider.publish.browse.question import NO_SECTION
from panan_spider.publish.browse.routes import Route, UrlBuilder
from panan_spider.publish.browse.search import ArticleIndex, Search
from panan_spider.publish.export.sqlite_reader import ExportDatabase
from panan_spider.sites.profile import Site

#: Content-Security-Policy of the pages: their own style, script and pictures; nothing inline, nothing from anywhere else.
#: In a file, where `frame-ancestors` has no meaning.
POLICY_IN_A_FILE: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
)
#: Rows of a list page.
ROWS: Final = 30
#: Page templates of the CMSs: Chinese name.
_TEMPLATES: Final = {"enorth_a": "北方版式一", "enorth_b": "北方版式二", "trs": "拓尔思版式"}
#: What an author did.
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
        made: list[int | None] = []
        for number in shown:
            if made and number != (made[-1] or 0) + 1:
                made.append(None)
            made.append(number)
        return made


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
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"local": local_time, "thousands": lambda count: f"{count:,}" if isinstance(count, int) else "–"}
    return made


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
