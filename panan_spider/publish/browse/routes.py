"""Routes: every page there is, its address on the server and its file in a folder of files; the OpenAPI document of its other forms."""

import hashlib
import posixpath
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, urlencode

from panan_spider import __version__
from panan_spider.publish.browse.search import FACETS

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
    API = "api"


#: Kinds in which `page` is the revision of an article, and stands in the path.
_OF_A_REVISION: Final = {RouteKind.REVISION: "revision", RouteKind.CHANGES: "changes", RouteKind.RAW: "raw"}


#: Kinds that are in no language of their own.
_WITHOUT_LANGUAGE: Final = frozenset({RouteKind.ASSET, RouteKind.IMAGE, RouteKind.REPORT, RouteKind.API})


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


class UrlBuilder:
    """Links for templates: `to("person", "甲")`."""

    def __call__(
        self, kind: str, key: str = "", page: int = 1, /, anchor: str = "", suffix: str = "", **query: object
    ) -> str:
        """The address of that page, as it is to stand in a link."""
        link = self.link(Route(RouteKind(kind), key, page, suffix), query)
        return f"{link}#{quote(anchor)}" if anchor else link

    def link(self, route: Route, query: dict[str, object]) -> str:
        """The address of a page."""
        raise NotImplementedError


class ServedUrls(UrlBuilder):
    """Links of pages that a server sends, in the language of the page they stand on."""

    def __init__(self, language: str = "") -> None:
        self._language = language

    def link(self, route: Route, query: dict[str, object]) -> str:
        """A path with its query."""
        has_language = not route.suffix and route.kind not in _WITHOUT_LANGUAGE
        return address(route, **(query | {"lang": query.get("lang", self._language)} if has_language else query))


class FileUrls(UrlBuilder):
    """Links of pages that are files: relative, so that the folder can lie anywhere. A query has a meaning for the search alone."""

    def __init__(self, here: Route) -> None:
        self._folder = posixpath.dirname(file_of(here))

    def link(self, route: Route, query: dict[str, object]) -> str:
        """A relative path."""
        given = {name: value for name, value in query.items() if value} if route.kind is RouteKind.SEARCH else {}
        path = quote(posixpath.relpath(file_of(route), self._folder or "."))
        return path + (f"?{urlencode(given)}" if given else "")


_JSON: Final = "application/json"
_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_COUNT: Final = {"type": "integer", "minimum": 0}
_COUNTS: Final = {"type": "object", "additionalProperties": _COUNT}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


_PAGED: Final = {
    "total": _COUNT,
    "page": {"type": "integer", "minimum": 1},
    "pages": {"type": "integer", "minimum": 1},
    "size": _COUNT,
    "next": _TEXT_OR_NULL,
}

SCHEMAS: Final[dict[str, Any]] = {
    "Error": _object(error=_TEXT),
    "Hit": _object(
        id={"type": "string", "pattern": r"^(?:[a-z0-9-]{1,40}-)?\d+$"}, revision={"type": "integer", "minimum": 1}, title=_TEXT, kicker=_TEXT_OR_NULL,
        subtitle=_TEXT_OR_NULL, day=_TEXT_OR_NULL, section=_TEXT_OR_NULL, source=_TEXT_OR_NULL, gone={"type": "boolean"}, places=_COUNT, page=_TEXT,
    ),
    "Answer": _object(
        question=_object(source=_TEXT, words=_TEXT), **_PAGED, order={"enum": ["best", "newest"]},
        articles=_list({"$ref": "#/components/schemas/Hit"}),
        facets=_object(**{name: _list(_object(value=_TEXT, count=_COUNT)) for name in FACETS}), years=_COUNTS,
    ),
    "Change": _object(
        kind={"enum": ["correction", "removal", "rereading"]}, at=_TEXT_OR_NULL, last_seen=_TEXT_OR_NULL, id=_TEXT, revision=_COUNT, title=_TEXT,
        day=_TEXT_OR_NULL, section=_TEXT_OR_NULL, page=_TEXT,
        fields=_list(_object(field=_TEXT, pieces=_list(_list(_object(kind={"enum": ["same", "gone", "new", "cut"]}, text=_TEXT))))),
    ),
    "Changes": _object(**_PAGED, changes=_list({"$ref": "#/components/schemas/Change"})),
    "Trend": _object(months=_list(_TEXT), articles=_COUNTS, questions=_list(_object(source=_TEXT, words=_TEXT, total=_COUNT, counts=_COUNTS))),
    "Citations": _list(
        {"type": "object", "description": "An item of CSL-JSON.", "required": ["id", "type", "title", "container-title", "URL", "accessed", "note"]}
    ),
    "Article": {
        "type": "object",
        "description": "A line of articles.jsonl (DATA_FORMAT.md), with `day` and `gone`.",
        "required": ["id", "revision", "url", "title", "text", "blocks", "content_hash", "fetched_at", "gone"],
    },
}  # fmt: skip

_QUERY: Final = {
    "q": 'The question: words, -word, word|word, "phrase", field:value, 2019..2020.',
    "site": "The key of a site, where the articles are of many.",
    "section": "A section's name; `-` for none.",
    "since": "First day, month or year.",
    "until": "Last day, month or year.",
    "author": "A name of the byline.",
    "person": "A name that stands with an office.",
    "state": "revised, removed or pictures.",
    "order": "`new` for the newest first.",
}
_PAGE: Final = {
    "page": "Page of the list, from 1.",
    "size": "Articles a page, at most 200.",
    "lang": "Language of words: zh or en.",
}


def _parameters(path: str, query: dict[str, str]) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", path)
    in_path = [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in names]
    return [
        *in_path,
        *({"name": name, "in": "query", "description": text, "schema": _TEXT} for name, text in query.items()),
    ]


def _answer(description: str, schema: str, media_type: str = _JSON) -> dict[str, Any]:
    described = {"schema": {"$ref": f"#/components/schemas/{schema}"}} if schema else {}
    return {"description": description, "content": {media_type: described}}


def _get(path: str, summary: str, schema: str, query: dict[str, str], media_type: str = _JSON) -> dict[str, Any]:
    responses = {
        "200": _answer(summary, schema, media_type),
        "400": _answer("The question was not understood.", "Error"),
        "404": {"description": "There is none."},
        "501": _answer("A library is missing that this form needs.", "Error"),
        "503": {"description": "The question took too long."},
    }
    return {"get": {"summary": summary, "parameters": _parameters(path, query), "responses": responses}}


#: Path → summary, schema of its answer, its query.
_DESCRIBED: Final = {
    "/search.json": ("The articles a question holds for.", "Answer", {**_QUERY, **_PAGE}),
    "/section/{name}.json": ("The articles of a section.", "Answer", _PAGE),
    "/author/{name}.json": ("The articles under a name of the byline.", "Answer", _PAGE),
    "/person/{name}.json": ("The articles that print somebody's office.", "Answer", _PAGE),
    "/office/{name}.json": ("The articles that print an office.", "Answer", _PAGE),
    "/calendar/{month}.json": ("The articles of a month.", "Answer", _PAGE),
    "/article/{id}.json": ("One article.", "Article", {}),
    "/changes.json": (
        "Corrections and removals.",
        "Changes",
        {"kind": "correction, removal or rereading.", "page": _PAGE["page"]},
    ),
    "/trend.json": ("Questions over time.", "Trend", {"q": "A question; may be repeated."}),
}


#: Suffix → media type and schema of the forms that are not `.json`.
_FORMS: Final = {
    "csv": ("text/csv", ""),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ""),
    "atom": ("application/atom+xml", ""),
    "bib": ("application/x-bibtex", ""),
    "txt": ("text/plain", ""),
    "csl.json": ("application/vnd.citationstyles.csl+json", "Citations"),
    "wacz": ("application/wacz", ""),
}
_CITATIONS: Final = ("bib", "txt", "csl.json")
#: Path without suffix → its forms beside `.json`; any other path is a list's.
_FORMS_OF: Final = {
    "/article/{id}": (*_CITATIONS, "wacz"),
    "/changes": ("csv", "atom"),
    "/trend": ("csv",),
}
_FORMS_OF_A_LIST: Final = ("csv", "xlsx", "atom", *_CITATIONS)


def _other_forms() -> dict[str, Any]:
    """The paths of every form but JSON: the whole answer, not a page of it."""
    found = {}
    for path, (summary, _schema, query) in _DESCRIBED.items():
        base = path.removesuffix(".json")
        whole = {name: text for name, text in query.items() if name not in ("page", "size")}
        for suffix in _FORMS_OF.get(base, _FORMS_OF_A_LIST):
            media_type, schema = _FORMS[suffix]
            found[f"{base}.{suffix}"] = _get(base, summary, schema, whole, media_type)
    return found


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "panan_spider browse", "version": __version__, "description": "Reading alone: GET and HEAD."},
        "paths": {path: _get(path, *about) for path, about in _DESCRIBED.items()} | _other_forms(),
        "components": {"schemas": SCHEMAS},
    }
