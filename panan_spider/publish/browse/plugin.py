"""The Datasette plugin: our pages in the place of its own, behind the guard.

It acts on the instances that are configured for it (`app.make`), and on no other in the same process.
"""

import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted

from panan_spider.publish.browse.assets import asset, image
from panan_spider.publish.browse.guard import Asgi, guarded, report_policy
from panan_spider.publish.browse.reload import Fresh
from panan_spider.publish.browse.render_context import PageData, PageNotFound, RenderContext
from panan_spider.publish.browse.routes import Route, RouteKind, ServedUrls
from panan_spider.publish.browse.run_history import file_of
from panan_spider.publish.browse.views import set_in_type, sheet

NAME: Final = "panan-browse"

#: What keeps the export of each instance up to date.
FRESH: Final[WeakKeyDictionary[Datasette, Fresh]] = WeakKeyDictionary()

View = Callable[[Datasette, Request], Awaitable[Response]]

#: Every address there is. What Datasette itself would answer (tables, SQL, its settings) is none of them.
_ADDRESSES: Final = (
    (r"/", RouteKind.FRONT),
    (r"/(?P<kind>search|calendar|people|authors|runs)", None),
    (r"/section/(?P<key>[^/]+)", RouteKind.SECTION),
    (r"/person/(?P<key>[^/]+)", RouteKind.PERSON),
    (r"/author/(?P<key>[^/]+)", RouteKind.AUTHOR),
    (r"/calendar/(?P<key>\d{4}-\d{2})", RouteKind.MONTH),
    (r"/run/(?P<key>[^/]+)", RouteKind.RUN),
    (r"/article/(?P<key>\d+)", RouteKind.ARTICLE),
    (r"/article/(?P<key>\d+)/(?P<kind>revision|changes|raw)/(?P<page>\d{1,6})", None),
)


@hookimpl  # type: ignore[untyped-decorator]  # Datasette has no types
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    """Ours first, and then one that takes everything else, so that none of Datasette's own is ever reached."""
    if _config(datasette) is None:
        return []
    own = [(rf"^{pattern}$", _page_view(kind)) for pattern, kind in _ADDRESSES]
    own += [(r"^/static/(?P<name>[^/]+)$", _asset), (r"^/(?P<file>images/.+)$", _image)]
    return [*own, (r"^/runs/(?P<name>[^/]+)$", _report), (r"^.*$", _nothing)]


@hookimpl  # type: ignore[untyped-decorator]  # Datasette has no types
def asgi_wrapper(datasette: Datasette) -> Callable[[Asgi], Asgi]:
    """The guard, outermost."""
    config = _config(datasette)
    if config is None:
        return lambda app: app
    return lambda app: guarded(app, loopback_only=config["loopback_only"])


def _config(datasette: Datasette) -> dict[str, Any] | None:
    config: dict[str, Any] | None = datasette.plugin_config(NAME)
    return config


def desk_of(datasette: Datasette, *, filed: bool = False) -> RenderContext:
    """What the pages of this instance are made from."""
    return RenderContext(_data(datasette), FRESH[datasette].site, FRESH[datasette].reader(page_after_page=filed), filed)


def _data(datasette: Datasette) -> Path:
    config = _config(datasette)
    assert config is not None
    return Path(config["data"])


def _page_view(kind: RouteKind | None) -> View:
    async def view(datasette: Datasette, request: Request) -> Response:
        found = request.url_vars
        place = Route(
            kind or RouteKind(found["kind"]), unquote(found.get("key", "")), _number(found.get("page"), request)
        )
        return await _answer(datasette, request, place)

    return view


def _number(in_path: str | None, request: Request) -> int:
    given = in_path or request.args.get("page") or "1"
    return int(given) if re.fullmatch(r"[0-9]{1,6}", given) else 0  # 0: no list has such a page


async def _answer(datasette: Datasette, request: Request, place: Route) -> Response:
    args = {name: request.args.get(name) for name in request.args}
    FRESH[datasette].look()
    try:
        made = await sheet(desk_of(datasette), place, args)
        status = 400 if made.given.get("fault") else 200
        return Response.html(await set_in_type(datasette, made, place, ServedUrls(), filed=False), status=status)
    except PageNotFound as error:
        return await _fault(datasette, 404, "没有这一页", "There is no such page", str(error))
    except QueryInterrupted:
        said = "Ask for less: a section, a year, another word."
        return await _fault(datasette, 503, "查询太久", "That took too long", said)
    except Exception as error:
        print(f"panan: {request.path}: {type(error).__name__}: {error}", file=sys.stderr)
        said = "The command that serves these pages says what."
        return await _fault(datasette, 500, "出错了", "Something went wrong", said)


async def _fault(datasette: Datasette, status: int, chinese: str, english: str, said: str) -> Response:
    made = PageData("fault.html", {"chinese": chinese, "english": english, "said": said})
    return Response.html(await set_in_type(datasette, made, None, ServedUrls(), filed=False), status=status)


async def _nothing(datasette: Datasette, request: Request) -> Response:
    return await _fault(datasette, 404, "没有这一页", "There is no such page", unquote(request.path))


async def _asset(datasette: Datasette, request: Request) -> Response:
    found = asset(request.url_vars["name"])
    return await _nothing(datasette, request) if found is None else Response(found.body, content_type=found.media_type)


async def _image(datasette: Datasette, request: Request) -> Response:
    found = image(_data(datasette), unquote(request.url_vars["file"]))
    return await _nothing(datasette, request) if found is None else Response(found.body, content_type=found.media_type)


async def _report(datasette: Datasette, request: Request) -> Response:
    path = file_of(_data(datasette), unquote(request.url_vars["name"]))
    if path is None:
        return await _nothing(datasette, request)
    body = path.read_bytes()
    if path.suffix == ".json":
        return Response(body, content_type="application/json; charset=utf-8")
    headers = {"content-security-policy": report_policy(body)}
    return Response(body, headers=headers, content_type="text/html; charset=utf-8")
