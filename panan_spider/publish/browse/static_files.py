"""All pages as files: a folder that any web server can show, or a browser from the disk."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from datasette.app import Datasette
from rich.console import Console

from panan_spider import __version__
from panan_spider.core.clock import moment
from panan_spider.publish.browse.all_pages import every_place
from panan_spider.publish.browse.app import make
from panan_spider.publish.browse.assets import asset, image
from panan_spider.publish.browse.fresh_export import ExportSource
from panan_spider.publish.browse.plugin import desk_of
from panan_spider.publish.browse.render_context import RenderContext
from panan_spider.publish.browse.routes import FileUrls, Route, RouteKind
from panan_spider.publish.browse.routes import file_of as path_of
from panan_spider.publish.browse.run_history import file_of
from panan_spider.publish.browse.static_search import index_of, years
from panan_spider.publish.browse.views import KINDS, set_in_type, sheet
from panan_spider.publish.export.atomic import ForeignFileError, built_aside, only_export_to

#: In every such folder; says that it may be written over.
MARK: Final = "panan-browse.json"

#: Nobody waits for a page, so one may take longer than on the server.
_TIME_LIMIT_MS: Final = 120_000


async def write(source: ExportSource, out: Path) -> int:
    """Write every page below `out`; how many files. They are built aside, and `out` is the old folder or the whole new one.

    Raises NotOurs where something else stands at `out`, LockHeld, StoreError.
    """
    if out.exists() and not (out / MARK).is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise ForeignFileError(f"{out} exists and was not made by scrapy browse --static; name another")
    datasette = make(source, time_limit_ms=_TIME_LIMIT_MS)
    await datasette.invoke_startup()
    with only_export_to(out), built_aside(out) as aside:
        aside.mkdir()
        count = await _fill(datasette, aside)
        about = {"made_by": f"panan_spider {__version__}", "made_at": moment(datetime.now(UTC)), "files": count}
        (aside / MARK).write_text(json.dumps(about) + "\n", "utf-8")
    return count


async def _fill(datasette: Datasette, folder: Path) -> int:
    desk, count = desk_of(datasette, filed=True), 0
    with Console(stderr=True).status("") as status:
        async for place in every_place(desk):
            body = await _page(datasette, desk, place)
            if body is not None:
                count += 1
                _put(folder, place, body)
            if count % 100 == 0:
                status.update(f"{count} files")
    for year in await years(desk.reader):
        _put(folder, Route(RouteKind.INDEX, year), (await index_of(desk.reader, year)).encode())
        count += 1
    return count


def _put(folder: Path, place: Route, body: bytes) -> None:
    path = folder / path_of(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


async def _page(datasette: Datasette, desk: RenderContext, place: Route) -> bytes | None:
    """The file's bytes; None for a picture that has gone since the export, or that is none."""
    if place.kind is RouteKind.REPORT:
        path = file_of(desk.data, place.key)
        return path.read_bytes() if path is not None else None
    if place.kind in (RouteKind.ASSET, RouteKind.IMAGE):
        found = asset(place.key) if place.kind is RouteKind.ASSET else image(desk.data, place.key)
        return found.body if found is not None else None
    assert place.kind in KINDS
    made = await sheet(desk, place, {})
    return (await set_in_type(datasette, made, place, FileUrls(place), filed=True)).encode()
