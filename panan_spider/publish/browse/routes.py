"""Every page there is, its address on the server, and its file in a folder of files."""

import hashlib
import posixpath
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from urllib.parse import quote, urlencode

#: Names that are themselves a file's name: Chinese characters alone, few enough for any file system.
_PLAIN_NAME: Final = re.compile(r"[\u3400-\u9fff·]{1,40}")


class RouteKind(StrEnum):
    """The kinds of page. `key` of a Place is the name, number, month or file it is about; `page` counts from 1."""

    FRONT = "front"
    SEARCH = "search"
    SECTION = "section"
    ARTICLE = "article"
    REVISION = "revision"
    CHANGES = "changes"
    RAW = "raw"
    CALENDAR = "calendar"
    MONTH = "month"
    PEOPLE = "people"
    PERSON = "person"
    AUTHORS = "authors"
    AUTHOR = "author"
    RUNS = "runs"
    RUN = "run"
    REPORT = "report"
    IMAGE = "image"
    ASSET = "asset"
    INDEX = "index"


#: Kinds in which `page` is the revision of an article, and stands in the path.
_OF_A_REVISION: Final = {RouteKind.REVISION: "revision", RouteKind.CHANGES: "changes", RouteKind.RAW: "raw"}


@dataclass(frozen=True)
class Route:
    """One page."""

    kind: RouteKind
    key: str = ""
    page: int = 1


def address(place: Route, **query: object) -> str:
    """The page's path on the server, percent-encoded; `query` without what is None or empty."""
    kind, key, page = place.kind, quote(place.key, safe=""), place.page
    if kind is RouteKind.FRONT:
        path = "/"
    elif kind in _OF_A_REVISION:
        path = f"/article/{key}/{_OF_A_REVISION[kind]}/{page}"
    elif kind is RouteKind.MONTH:
        path = f"/calendar/{key}"
    elif kind is RouteKind.REPORT:
        path = f"/runs/{key}"
    elif kind is RouteKind.IMAGE:
        path = "/" + quote(place.key)
    elif kind is RouteKind.ASSET:
        path = f"/static/{key}"
    else:
        path = f"/{kind}" + (f"/{key}" if key else "")
        query = {**query, "page": page if page > 1 else None}
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return path + (f"?{urlencode(given)}" if given else "")


def file_of(place: Route) -> str:
    """The page's file below the folder of files, not encoded. No name of a person or section can lead out of it."""
    kind, key, page = place.kind, place.key, place.page
    turned = f"-{page}" if page > 1 else ""
    if kind is RouteKind.FRONT:
        return "index.html"
    if kind is RouteKind.ARTICLE:
        return f"article/{key[-2:]}/{key}.html"  # a hundred folders: some file systems and web servers list slowly
    if kind in _OF_A_REVISION:
        return f"article/{key[-2:]}/{key}-{_OF_A_REVISION[kind]}-{page}.html"
    if kind is RouteKind.MONTH:
        return f"calendar/{key}.html"
    if kind is RouteKind.REPORT:
        return f"runs/{key}"
    if kind is RouteKind.RUN:
        return f"run/{key}.html"
    if kind is RouteKind.IMAGE:
        return key
    if kind is RouteKind.ASSET:
        return f"static/{key}"
    if kind is RouteKind.INDEX:
        return f"index/{key}.js"
    return f"{kind}/{slug(key)}{turned}.html" if key else f"{kind}{turned}.html"


def slug(name: str) -> str:
    """A file's name for a name: itself where it is plain Chinese, else a hash of it."""
    return (
        name if _PLAIN_NAME.fullmatch(name) else "x-" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:20]
    )


class UrlBuilder(Protocol):
    """What templates make links with: `to("person", "甲")`."""

    def __call__(self, kind: str, key: str = "", page: int = 1, anchor: str = "", **query: object) -> str:
        """The address of that page, as it is to stand in a link."""


class ServedUrls:
    """Links of pages that a server sends."""

    def __call__(self, kind: str, key: str = "", page: int = 1, anchor: str = "", **query: object) -> str:
        """A path with its query."""
        return address(Route(RouteKind(kind), key, page), **query) + _fragment(anchor)


class FileUrls:
    """Links of pages that are files: relative, so that the folder can lie anywhere. A query has no meaning there."""

    def __init__(self, here: Route) -> None:
        self._folder = posixpath.dirname(file_of(here))

    def __call__(self, kind: str, key: str = "", page: int = 1, anchor: str = "", **query: object) -> str:
        """A relative path."""
        return quote(posixpath.relpath(file_of(Route(RouteKind(kind), key, page)), self._folder or ".")) + _fragment(
            anchor
        )


def _fragment(anchor: str) -> str:
    return f"#{quote(anchor)}" if anchor else ""
