"""Scrapy loads every command at every start, so a command loads heavy libraries and the demo site only when it runs."""

import subprocess
import sys

from checkout import ROOT

_HEAVY = (
    "demo_site", "duckdb", "feedgen", "httpx", "starlette", "jinja2", "prometheus_client", "requests", "sqlite_utils", "trafilatura", "uvicorn",
)  # fmt: skip
_PROGRAM = f"""
import pkgutil, sys
from importlib import import_module, util
import panan_spider.commands as commands
assert sum(util.find_spec(name) is not None for name in {_HEAVY}) > 5  # extras may be left out
names = [f"{{commands.__name__}}.{{found.name}}" for found in pkgutil.iter_modules(commands.__path__)]
for name in names:
    import_module(name)
print(len(names), *sorted({{*{_HEAVY}, "procrastinate", "psycopg", "obstore"}} & sys.modules.keys()))
"""


def test_no_command_loads_a_heavy_library_before_it_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    count, *loaded = done.stdout.split()
    assert int(count) > 10 and loaded == []


_ARCHIVE = """
import pkgutil, sys
from importlib import import_module
import panan_spider.archive as archive
names = [found.name for found in pkgutil.walk_packages(archive.__path__, f"{archive.__name__}.")]
for name in names:
    import_module(name)
print(len(names), *sorted({"scrapy", "twisted"} & sys.modules.keys()))
"""


def test_the_archive_loads_nothing_of_scrapy() -> None:
    """An archive is verified and read again where no crawl ever runs."""
    done = subprocess.run(
        [sys.executable, "-c", _ARCHIVE], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    count, *loaded = done.stdout.split()
    assert int(count) > 25 and loaded == []
