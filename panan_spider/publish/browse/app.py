"""Browse application: the pages as a Starlette app, behind a guard: security headers, GET and HEAD alone, loopback names alone."""

import base64
import hashlib
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route as AsgiRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from panan_spider.archive.store.files import LockHeld, StoreError
from panan_spider.archive.store.image_files import image_type
from panan_spider.core.translations import DEFAULT, N_, language_of
from panan_spider.publish.browse import article_page, changes_pages, coverage_pages, list_pages, people_pages, run_pages
from panan_spider.publish.browse.answer_formats import FORMATS, Representation, represent
from panan_spider.publish.browse.page_render import (
    POLICY_IN_A_FILE,
    TIME_LIMIT_MS,
    ArchiveNotFound,
    ExportSource,
    PageData,
    PageNotFound,
    RenderContext,
    open_library,
    render,
)
from panan_spider.publish.browse.question_parser import FORM
from panan_spider.publish.browse.routes import Route, RouteKind, ServedUrls
from panan_spider.publish.browse.run_pages import report_file
from panan_spider.publish.export.export_files import ForeignFileError
from panan_spider.publish.export.sqlite_reader import QueryTimeout

Args = Mapping[str, str]

_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}

#: Seconds that a reader may wait while a changed export is opened; one that took longer the last time is opened in the background.
_MOST_WAITED: Final = 0.3

#: Own files by name.
ASSETS: Final = ("browse.css", "browse.js", "find.js", "question.js", "icon.svg")

#: Where a kept picture can lie, as the pipeline names it.
IMAGE: Final = re.compile(r"(?:[a-z0-9-]{1,40}/)?images/[0-9A-Za-z/]{1,80}(\.[a-z]{3,4})?")
#: Types of picture that a page shows; any other, SVG above all, is not sent.
_PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp"})

#: The function of each kind of page.
PAGES: Final[dict[RouteKind, Callable[[RenderContext, Route, Args], PageData]]] = {
    RouteKind.FRONT: lambda context, route, _args: list_pages.front(context, route),
    RouteKind.SEARCH: list_pages.search,
    RouteKind.SECTION: lambda context, route, _args: list_pages.titled(context, route),
    RouteKind.AUTHOR: lambda context, route, _args: list_pages.titled(context, route),
    RouteKind.AUTHORS: lambda context, route, _args: list_pages.authors(context, route),
    RouteKind.PEOPLE: lambda context, route, _args: people_pages.people(context, route),
    RouteKind.PERSON: people_pages.person,
    RouteKind.OFFICES: lambda context, route, _args: people_pages.offices(context, route),
    RouteKind.OFFICE: lambda context, route, _args: people_pages.office(context, route),
    RouteKind.CALENDAR: lambda context, route, _args: coverage_pages.calendar(context, route),
    RouteKind.MONTH: lambda context, route, _args: coverage_pages.month(context, route),
    RouteKind.TREND: lambda context, route, args: coverage_pages.trend(context, route, args.get("q", "").split("\n")),
    RouteKind.CORRECTIONS: changes_pages.all_changes,
    RouteKind.ARTICLE: lambda context, route, _args: article_page.article(context, route),
    RouteKind.REVISION: lambda context, route, _args: article_page.revision(context, route),
    RouteKind.CHANGES: changes_pages.revision_changes,
    RouteKind.RAW: lambda context, route, _args: article_page.raw(context, route),
    RouteKind.RUNS: lambda context, route, _args: run_pages.runs(context, route),
    RouteKind.RUN: lambda context, route, _args: run_pages.run(context, route),
}
#: An article's number, behind the key of its site where the articles are of many.
_ID: Final = r"(?:[a-z0-9-]{1,40}-)?\d+"
#: Path → kind of page. A key ends before a suffix that names another form of the page.
_SUFFIX: Final = rf"(?:\.(?P<suffix>{'|'.join(map(re.escape, FORMATS))}))?"
_PATHS: Final = tuple(
    (re.compile(pattern + _SUFFIX), kind)
    for pattern, kind in (
        (r"/", RouteKind.FRONT),
        (r"/changes", RouteKind.CORRECTIONS),
        (r"/(?P<kind>search|calendar|people|authors|offices|runs|trend)", None),
        (r"/calendar/(?P<key>\d{4}-\d{2})", RouteKind.MONTH),
        (r"/(?P<kind>section|person|author|office|run)/(?P<key>[^/]+?)", None),
        (rf"/article/(?P<key>{_ID})/(?P<kind>revision|changes|raw)/(?P<page>\d{{1,6}})", None),
        (rf"/article/(?P<key>{_ID})", RouteKind.ARTICLE),
        (r"/openapi\.json", RouteKind.API),
    )
)
_FILES: Final = re.compile(
    r"/(?:static/(?P<asset>[^/]+)|(?P<image>(?:[a-z0-9-]{1,40}/)?images/.+)|runs/(?P<report>[^/]+))"
)
#: Parameters of an address; any other is left out of it.
_PARAMETERS: Final = frozenset({"q", *FORM, "order", "page", "size", "lang", "kind", "from", "deed", "place", "year"})
#: Control characters of an address never reach the terminal.
_CONTROL: Final = dict.fromkeys((*range(32), *range(127, 160)), "?")
_STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
#: Headers of every response that does not set them itself.
_HEADERS: Final = {
    "content-security-policy": f"{POLICY_IN_A_FILE}; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
#: A name or address and a port: nothing that an address can hold before or behind them.
_HOST: Final = re.compile(r"[\w.:\[\]-]+", re.ASCII)
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Asset:
    """Bytes, and their media type."""

    body: bytes
    media_type: str


def asset(name: str) -> Asset | None:
    """One of our own files; None where there is none of that name."""
    if name not in ASSETS:
        return None
    body = resources.files("panan_spider.publish.browse").joinpath("static", name).read_bytes()
    return Asset(body, _TYPES[name.rpartition(".")[2]])


def image(data: Path, file: str) -> Asset | None:
    """A picture of the archive, by its path below the data folder; None where there is none, or its bytes are no picture."""
    if not IMAGE.fullmatch(file) or not (path := data / file).is_file():
        return None
    body = path.read_bytes()
    kind = image_type(body)
    return Asset(body, kind.media_type) if kind is not None and kind.media_type in _PICTURES else None


def route_of(path: str, args: Args) -> Route | None:
    """The page at a path, still percent-encoded; None where there is none. A page number that is none is 0, which no list has."""
    for pattern, kind in _PATHS:
        if found := pattern.fullmatch(path):
            groups = found.groupdict()
            given = groups.get("page") or args.get("page") or "1"
            page = int(given) if re.fullmatch(r"[0-9]{1,6}", given) else 0
            return Route(
                kind or RouteKind(groups["kind"]), unquote(groups.get("key") or ""), page, groups.get("suffix") or ""
            )
    return None


class LiveLibrary:
    """The library of an archive that goes on while its pages are read. No reader waits for an export: the last good one is shown."""

    def __init__(self, source: ExportSource, time_limit_ms: int = TIME_LIMIT_MS) -> None:
        self.source, self._limit = source, time_limit_ms
        self._lock = threading.Lock()
        self._library: RenderContext | None = None
        self._state: tuple[int, ...] = ()
        self._seconds = 0.0
        self._looked = time.monotonic()
        self._opening: threading.Thread | None = None
        self._refreshing: threading.Thread | None = None

    def current(self) -> RenderContext:
        """The newest export that is open; a changed one is opened first, or beside where that takes long."""
        with self._lock:
            stat = self.source.export.stat()
            state = (stat.st_dev, stat.st_ino, stat.st_mtime_ns)
            if self._library is None or (state != self._state and self._seconds < _MOST_WAITED):
                self._open(state)
            elif state != self._state and (self._opening is None or not self._opening.is_alive()):
                self._opening = threading.Thread(target=self._open, args=(state,), daemon=True)
                self._opening.start()
            assert self._library is not None
            return self._library

    def _open(self, state: tuple[int, ...]) -> None:
        began = time.monotonic()
        library = open_library(self.source, self._limit)
        self._seconds = time.monotonic() - began
        self._library, self._state = library, state

    def look(self, *, at_once: bool = False) -> None:
        """Begin to bring the export up to date, where it is time to look, and it is stale. Never waits."""
        due = at_once or time.monotonic() - self._looked > self.source.every
        if due and not self.is_refreshing:
            self._looked = time.monotonic()
            self._refreshing = threading.Thread(target=self.refresh, daemon=True)
            self._refreshing.start()

    @property
    def is_refreshing(self) -> bool:
        """True where the export is being brought up to date."""
        return self._refreshing is not None and self._refreshing.is_alive()

    def refresh(self) -> None:
        """Bring the export up to date; a failure is one line on stderr."""
        try:
            self.source.refresh()
        except LockHeld:
            pass  # another export is at work
        except (ArchiveNotFound, ForeignFileError, StoreError) as error:
            print(f"panan: the pages show the last good export: {error}", file=sys.stderr)


class BrowseApp:
    """The pages of one archive as an ASGI application."""

    def __init__(self, live: LiveLibrary, *, loopback_only: bool = True) -> None:
        """`loopback_only`: answer only who asks for this machine by a loopback name."""
        self.live = live
        routes = [AsgiRoute("/{path:path}", self._answer, methods=["GET"])]
        self._app = guarded(Starlette(routes=routes), loopback_only=loopback_only)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    def _answer(self, request: Request) -> Response:  # not async: Starlette runs it in a thread
        raw: str = request.scope["raw_path"].decode("latin-1")  # decoded, a name could hold a slash of its own
        path = unquote(raw)
        pairs = parse_qsl(
            request.scope["query_string"].decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="replace"
        )
        args = {name: value for name, value in reversed(pairs) if name in _PARAMETERS}
        if path.partition(".")[0] == "/trend":
            args["q"] = "\n".join(value for name, value in pairs if name == "q")
        context = None
        try:
            self.live.look()
            context = replace(self.live.current(), language=language_of(args.pop("lang", None)))
            if (file := _FILES.fullmatch(raw)) is not None:
                return self._file(context, file.groupdict())
            route = route_of(raw, args)
            if route is None:
                raise PageNotFound(path)
            return self._page(context, route, args, f"{request.url.scheme}://{request.url.netloc}")
        except PageNotFound:
            return _error(context, 404, N_("There is no such page"), path)
        except QueryTimeout:
            return _error(context, 503, N_("That took too long"), N_("Ask for less: a section, a year, another word."))
        except Exception as error:
            print(f"panan: {path}: {type(error).__name__}: {error}".translate(_CONTROL), file=sys.stderr)
            return _error(
                context, 500, N_("Something went wrong"), N_("The command that serves these pages says what.")
            )

    def _page(self, context: RenderContext, route: Route, args: Args, base: str) -> Response:
        if route.suffix or route.kind is RouteKind.API:
            return _represented(represent(context, route, args, base))
        page = PAGES[route.kind](context, route, args)
        page = PageData(page.template, {"is_refreshing": self.live.is_refreshing, **page.given}, page.status)
        return Response(_html(context, page, route, args), page.status, media_type="text/html; charset=utf-8")

    def _file(self, context: RenderContext, names: Mapping[str, str | None]) -> Response:
        if names["report"] is not None:
            return _report(report_file(context.data, unquote(names["report"])), names["report"])
        found = (
            asset(names["asset"]) if names["asset"] is not None else image(context.data, unquote(names["image"] or ""))
        )
        if found is None:
            raise PageNotFound
        return Response(found.body, media_type=found.media_type)


def _html(context: RenderContext, page: PageData, route: Route | None, args: Args) -> str:
    language = "" if context.language == DEFAULT else context.language
    query = {name: value for name, value in args.items() if name != "page"}
    return render(context, page, route, ServedUrls(language), query)


def _represented(found: Representation) -> Response:
    headers = {"content-disposition": f'attachment; filename="{found.file_name}"'} if found.file_name else {}
    if isinstance(found.body, bytes):
        return Response(found.body, found.status, headers, media_type=found.media_type)
    return StreamingResponse(found.body, found.status, headers, media_type=found.media_type)


def _report(path: Path | None, name: str) -> Response:
    if path is None:
        raise PageNotFound(name)
    body = path.read_bytes()
    if path.suffix == ".json":
        return Response(body, media_type="application/json; charset=utf-8")
    return Response(
        body, headers={"content-security-policy": report_policy(body)}, media_type="text/html; charset=utf-8"
    )


def _error(context: RenderContext | None, status: int, title: str, detail: str) -> Response:
    if context is None:  # the export cannot be opened
        return Response(f"{title}\n", status, media_type="text/plain; charset=utf-8")
    given: dict[str, Any] = {
        "title": context.translate(title),
        "detail": context.translate(detail) if status != 404 else detail,
    }
    return Response(
        _html(context, PageData("fault.html", given), None, {}), status, media_type="text/html; charset=utf-8"
    )


def report_policy(page: bytes) -> str:
    """For a report that a run wrote, one file: its own style, known by its hash, and nothing that could act."""
    digests = [base64.b64encode(hashlib.sha256(style).digest()).decode() for style in _STYLE.findall(page)]
    styles = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return f"default-src 'none'; style-src {styles}; img-src data:; base-uri 'none'; frame-ancestors 'none'; sandbox"


def guarded(app: ASGIApp, *, loopback_only: bool) -> ASGIApp:
    """`app` behind the guard.

    `loopback_only` refuses requests under any other host name: a web page whose name resolves to this machine
    (DNS rebinding) would otherwise read the archive.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        answer = app
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            answer = PlainTextResponse("these pages are for reading only\n", 405, {"allow": "GET, HEAD"})
        elif scope["type"] == "http" and loopback_only and _host(scope) not in LOOPBACK:
            answer = PlainTextResponse("these pages are for this machine only\n", 403)
        await answer(scope, receive, _with_headers(send))

    return guard


def _host(scope: Scope) -> str | None:
    named = Headers(scope=scope).getlist("host")
    if len(named) != 1 or not _HOST.fullmatch(named[0]):
        return None
    try:
        return urlsplit(f"//{named[0]}").hostname
    except ValueError:
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
