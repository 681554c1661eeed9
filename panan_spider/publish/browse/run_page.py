"""The runs and their verdicts."""

import asyncio
from typing import Final

from panan_spider.publish.browse.render_context import PageData, PageNotFound, RenderContext, skipped, turning
from panan_spider.publish.browse.routes import Route
from panan_spider.publish.browse.run_history import names, run_of
from panan_spider.publish.links import web_address

RUNS_A_PAGE: Final = 100


async def runs(desk: RenderContext, place: Route) -> PageData:
    """All runs, newest first."""
    named = names(desk.data)
    turned = turning(place.page, len(named), RUNS_A_PAGE)
    shown = named[skipped(place.page, RUNS_A_PAGE) :][:RUNS_A_PAGE]
    read = await asyncio.to_thread(lambda: [run for name in shown if (run := run_of(desk.data, name)) is not None])
    return PageData("runs.html", {"runs": read, "turning": turned})


async def run(desk: RenderContext, place: Route) -> PageData:
    """One run: its sums, its sections, what it lacked."""
    found = run_of(desk.data, place.key)
    if found is None:
        raise PageNotFound(f"run {place.key}")
    gaps = [
        {**gap, "link": web_address(gap.get("url"))} for gap in (found.report["gaps"] or ()) if isinstance(gap, dict)
    ]
    return PageData("run.html", {"run": found, "report": found.report, "gaps": gaps})
