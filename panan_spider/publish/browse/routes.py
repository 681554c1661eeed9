"""Routes: every page there is, its address on the server, and its file in a folder of files."""

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
    """The kinds of page. `key` of a Route is the name, number, month or file it is about; `page` counts from 1."""

    FRONT = "front"
    SEARCH = "search"
    SECTION = "section"
    ARTICLE = "article"
    REVISION = "revision"
    CHANGES = "changes"
    RAW = "raw"
    CORRECTIONS = "corrections"
    TREND = "trend"
    CALENDAR = "calendar"
    MONTH = "month"
    PEOPLE = "people"
    PERSON = "person"
    OFFICES = "offices"
    OFFICE = "office"
    AUTHORS = "authors"
    AUTHOR = "author"
    RUNS = "runs"
    RUN = "run"
    REPORT = "report"
    IMAGE = "image"
    ASSET = "asset"
    INDEX = "index"
    API = "api"


#: Kinds in which `page` is the revision of an article, and stands in the path.
_OF_A_REVISION: Final = {RouteKind.REVISION: "revision", RouteKind.CHANGES: "changes", RouteKind.RAW: "raw"}


@dataclass(frozen=True)
class Route:
    """One page; `suffix` names a form of it that is no page: json, csv, xlsx, atom, …."""

    kind: RouteKind
    key: str = ""
    page: int = 1
    suffix: str = ""


def address(place: Route, /, **query: object) -> str:
    """The page's path on the server, percent-encoded; `query` without what is None or empty."""
    path = _path(place) + (f".{place.suffix}" if place.suffix else "")
    if place.kind not in _OF_A_REVISION and place.page > 1:
        query = {**query, "page": place.page}
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return path + (f"?{urlencode(given)}" if given else "")


#: Kinds whose path is not `/<kind>/<key>`.
_PATHS: Final = {
    RouteKind.FRONT: "/",
    RouteKind.API: "/openapi.json",
    RouteKind.CORRECTIONS: "/changes",
    RouteKind.MONTH: "/calendar/{key}",
    RouteKind.REPORT: "/runs/{key}",
    RouteKind.IMAGE: "/{plain}",
    RouteKind.ASSET: "/static/{key}",
    **{kind: f"/article/{{key}}/{word}/{{page}}" for kind, word in _OF_A_REVISION.items()},
}


def _path(place: Route) -> str:
    key = quote(place.key, safe="")
    if (pattern := _PATHS.get(place.kind)) is not None:
        return pattern.format(key=key, plain=quote(place.key), page=place.page)
    return f"/{place.kind}" + (f"/{key}" if key else "")


#: Kinds whose file is not `<kind>/<slug>.html`. A hundred folders of articles: some file systems and web servers list slowly.
_FILES: Final = {
    RouteKind.FRONT: "index.html",
    RouteKind.ARTICLE: "article/{folder}/{key}.html",
    RouteKind.MONTH: "calendar/{key}.html",
    RouteKind.REPORT: "runs/{key}",
    RouteKind.RUN: "run/{key}.html",
    RouteKind.IMAGE: "{key}",
    RouteKind.ASSET: "static/{key}",
    RouteKind.INDEX: "index/{key}.js",
    RouteKind.CORRECTIONS: "changes{turned}.{suffix}",
    **{kind: f"article/{{folder}}/{{key}}-{word}-{{page}}.html" for kind, word in _OF_A_REVISION.items()},
}


def file_of(place: Route) -> str:
    """The page's file below the folder of files, not encoded. No name of a person or section can lead out of it."""
    turned, suffix = (f"-{place.page}" if place.page > 1 else ""), place.suffix or "html"
    if (pattern := _FILES.get(place.kind)) is not None:
        return pattern.format(key=place.key, folder=place.key[-2:], page=place.page, turned=turned, suffix=suffix)
    return f"{place.kind}/{slug(place.key)}{turned}.{suffix}" if place.key else f"{place.kind}{turned}.{suffix}"


def slug(name: str) -> str:
    """A file's name for a name: itself where it is plain Chinese, else a hash of it."""
    return (
        name if _PLAIN_NAME.fullmatch(name) else "x-" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:20]
    )


class UrlBuilder(Protocol):
    """Links for templates: `to("person", "甲")`."""

    def __call__(
        self, kind: str, key: str = "", page: int = 1, /, anchor: str = "", suffix: str = "", **query: object
    ) -> str:
        """The address of that page, as it is to stand in a link."""


class ServedUrls:
    """Links of pages that a server sends, in the language of the page they stand on."""

    def __init__(self, language: str = "") -> None:
        self._language = language

    def __call__(
        self, kind: str, key: str = "", page: int = 1, /, anchor: str = "", suffix: str = "", **query: object
    ) -> str:
        """A path with its query."""
        route = Route(RouteKind(kind), key, page, suffix)
        given = {**query, "lang": query.get("lang", self._language)} if _has_language(route) else query
        return address(route, **given) + _fragment(anchor)


def _has_language(route: Route) -> bool:
    return not route.suffix and route.kind not in (RouteKind.ASSET, RouteKind.IMAGE, RouteKind.REPORT, RouteKind.API)


class FileUrls:
    """Links of pages that are files: relative, so that the folder can lie anywhere. A query has a meaning for the search alone."""

    def __init__(self, here: Route) -> None:
        self._folder = posixpath.dirname(file_of(here))

    def __call__(
        self, kind: str, key: str = "", page: int = 1, /, anchor: str = "", suffix: str = "", **query: object
    ) -> str:
        """A relative path."""
        route = Route(RouteKind(kind), key, page, suffix)
        given = {name: value for name, value in query.items() if value} if route.kind is RouteKind.SEARCH else {}
        path = quote(posixpath.relpath(file_of(route), self._folder or "."))
        return path + (f"?{urlencode(given)}" if given else "") + _fragment(anchor)


def _fragment(anchor: str) -> str:
    return f"#{quote(anchor)}" if anchor else ""
