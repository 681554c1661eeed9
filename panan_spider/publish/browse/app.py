"""The Datasette that serves the pages: one read-only database, our plugin and templates, and nothing of its own to see."""

from importlib import resources
from typing import Final

from datasette.app import Datasette
from datasette.plugins import pm
from jinja2 import StrictUndefined

from panan_spider.publish.browse import plugin
from panan_spider.publish.browse.fresh_export import ExportSource
from panan_spider.publish.browse.reload import Fresh
from panan_spider.publish.browse.run_history import clock, shown

#: Milliseconds that one question to the export may take: ten times what the slowest takes of 100,000 articles.
TIME_LIMIT_MS: Final = 10_000


def make(source: ExportSource, *, loopback_only: bool = True, time_limit_ms: int = TIME_LIMIT_MS) -> Datasette:
    """Pages of an archive whose export is there. `invoke_startup` comes before the first of them is set.

    `loopback_only`: answer only who asks for this machine by a loopback name.
    """
    if not pm.is_registered(plugin):
        pm.register(plugin, plugin.NAME)
    config = {"data": str(source.data.absolute()), "loopback_only": loopback_only}
    made = Datasette(
        [],
        metadata={"plugins": {plugin.NAME: config}},
        template_dir=str(resources.files("panan_spider.publish.browse").joinpath("templates")),
        settings={"sql_time_limit_ms": time_limit_ms, "allow_download": False, "default_cache_ttl": 0},
    )
    plugin.FRESH[made] = Fresh(made, source)
    env = made.jinja_env
    env.undefined = StrictUndefined  # a misspelt name is a fault, not a blank
    env.trim_blocks = env.lstrip_blocks = True
    env.filters |= {"clock": clock, "shown": shown}
    return made
