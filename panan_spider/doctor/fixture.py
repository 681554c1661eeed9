"""Test fixture of one page: its bytes, its address and content type, and its fields, drafted for a person to check."""

import json
import re
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from panan_spider.core.outcomes import RefusedError
from panan_spider.doctor.article_checks import FIELDS
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage, PageError, SectionPage
from panan_spider.extract.section import read_section
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind

#: What a folder of each kind lies in, below tests/pages.
FOLDERS: Final = {"article": "fixtures", "list": "list_fixtures"}
LIST_FIELDS: Final = ("breadcrumbs", "rows", "sections", "pager")


class FixtureRefused(RefusedError):
    """Nothing was written, with the reason in one line."""


def kind_of(page: Page, site: Site) -> str:
    """`article` or `list`: by the address, where it tells; else an article if it can be read as one."""
    kind = site.urls.understand(page.url).kind
    if kind in (UrlKind.ARTICLE, UrlKind.PART):
        return "article"
    if kind in (UrlKind.SECTION, UrlKind.LIST_PAGE):
        return "list"
    try:
        read_article(page, site)
    except PageError:
        return "list" if _lists(page, site) else "article"
    return "article"


def _lists(page: Page, site: Site) -> bool:
    try:
        return bool(read_section(page, site).rows)
    except PageError:
        return False


def expected(page: Page, kind: str, site: Site) -> dict[str, Any]:
    """The page's fields as JSON values, read as `kind`. Raises PageError where it cannot be read."""
    read = read_article(page, site) if kind == "article" else read_section(page, site)
    names = FIELDS if isinstance(read, ArticlePage) else LIST_FIELDS
    return {name: plain(getattr(read, name)) for name in names}


def plain(value: Any) -> Any:
    """A field's value as JSON holds it."""
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump()
    return {k: plain(v) for k, v in asdict(value).items()} if hasattr(value, "__dataclass_fields__") else value


def default_name(page: Page, kind: str, site: Site) -> str:
    """`b-032299345` for an article, `list-pazf-sj-index` for a list."""
    address = site.urls.understand(page.url)
    if kind == "list":
        words = re.sub(r"\.s?html?$", "", urlsplit(page.url).path).strip("/")
        return "list-" + (re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-") or "front")
    try:
        letter = {"enorth_a": "a", "enorth_b": "b"}.get(template := read_article(page, site).template, template)
    except PageError:
        letter = "unread"
    return f"{letter}-{address.article_id or 'page'}" + (f"-{address.part}" if address.part > 1 else "")


def save(folder: Path, page: Page, kind: str, site: Site) -> str | None:
    """Write the three files. Returns None, or why the page could not be read: then a person fills in every field.

    Raises FixtureRefused where `folder` exists: nothing is overwritten.
    """
    names, unread = FIELDS if kind == "article" else LIST_FIELDS, None
    try:
        fields = expected(page, kind, site)
    except PageError as error:
        fields, unread = dict.fromkeys(names), f"{error.outcome}: {error.reason}"
    came = {"url": page.url, "content_type": page.content_type, "draft": _draft(unread)}
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise FixtureRefused(f"{folder} exists, and nothing is overwritten; --name gives another") from None
    except OSError as error:
        raise FixtureRefused(f"{folder}: {error.strerror}") from error
    (folder / "page.html").write_bytes(page.body)
    for name, content in (("page.json", came), ("expected.json", fields)):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return unread


def _draft(unread: str | None) -> str:
    said = f"it could not be read ({unread}): fill in" if unread else "drafted by reading the page: check"
    return f"{said} every field of expected.json by what a reader sees, then remove this line"


__all__ = ["FIELDS", "FOLDERS", "FixtureRefused", "SectionPage", "default_name", "expected", "kind_of", "plain", "save"]
