"""OpenAPI document of every form of the pages but HTML: paths, parameters, media types, schemas of JSON. A test validates every answer against it."""

import re
from typing import Any, Final

from panan_spider import __version__
from panan_spider.publish.browse.article_index import FACETS

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
_PATHS: Final = {
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
    for path, (summary, _schema, query) in _PATHS.items():
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
        "paths": {path: _get(path, *about) for path, about in _PATHS.items()} | _other_forms(),
        "components": {"schemas": SCHEMAS},
    }
