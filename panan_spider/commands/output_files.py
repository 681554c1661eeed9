"""Output files of a crawl: a feed, log, PID or profile file that is one of the archive's own is refused, as is an unwritable feed."""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings, Settings

# Scrapy loads this module at every start, with the commands: the names, and not the store that has them.
from panan_spider.archive.store.files import (
    ARTICLES_FILE,
    IMAGES_FOLDER,
    LEDGER_FILE,
    QUARANTINE_FILE,
    RUNS_FOLDER,
    SITE_FILE,
    WARC_FOLDER,
)

_FILES: Final = (ARTICLES_FILE, QUARANTINE_FILE, LEDGER_FILE, SITE_FILE, "lock", "people.jsonl", "reparse.json")
_FOLDERS: Final = (WARC_FOLDER, RUNS_FOLDER, IMAGES_FOLDER)


def archive_file(data: Path, path: Path) -> str | None:
    """The file of the archive in `data` that `path` is, by whatever name or link; None where it is none of them."""
    root, real = Path(os.path.realpath(data)), Path(os.path.realpath(path))
    for name in _FILES:
        own = data / name
        if real == Path(os.path.realpath(own)) or (own.exists() and path.exists() and own.samefile(path)):
            return name
    if not real.is_relative_to(root):
        return _linked(data, path)
    parts = real.relative_to(root).parts
    if not parts:
        return "."
    is_own = parts[0] in _FOLDERS or any(parts[0].startswith((f"{name}.", f"{name}-")) for name in _FILES)
    return "/".join(parts) if is_own else _linked(data, path)


def _linked(data: Path, path: Path) -> str | None:
    """The WARC file, report or image of which `path` is another link."""
    if not path.is_file() or path.stat().st_nlink == 1:
        return None
    files = (file for folder in _FOLDERS for file in (data / folder).rglob("*") if file.is_file())
    return next((str(file.relative_to(data)) for file in files if file.samefile(path)), None)


def feed_path(uri: str, spider: str) -> Path | None:
    """The local file of a feed URI, its parameters filled in; None for standard output and for other storages."""
    fields: dict[str, Any] = {"name": spider, "batch_id": 1}
    fields |= dict.fromkeys(("time", "batch_time"), datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S"))
    with suppress(TypeError, ValueError, KeyError):  # Scrapy will say so, or take it as it is
        uri = uri % fields
    if uri in ("-", "stdout:"):
        return None
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in uri else Path(uri)


def feed_objection(settings: BaseSettings, spider: str) -> str | None:
    """Why the crawl's feeds and log file cannot be written; None where they can."""
    data = Path(settings["PANAN_DATA_DIR"])
    for uri in map(str, settings.getdict("FEEDS")):
        path = feed_path(uri, spider)
        if path is None:
            continue
        if (objection := file_objection(data, path, uri)) is not None:
            return objection
        if (reason := unwritable(path, makes_folders=True)) is not None:
            return f"the feed {uri} cannot be written: {reason}"
    log_file = settings["LOG_FILE"]
    if log_file and (reason := unwritable(log_file)) is not None:
        return f"LOG_FILE: {log_file}: {reason}"
    return file_objection(data, Path(log_file), str(log_file)) if log_file else None


def unsupported_feed(settings: Settings, spider_class: type[Spider]) -> str | None:
    """Why Scrapy would leave out the crawl's feeds (a storage or a format that is not there); None where it takes all."""
    from scrapy.extensions import feedexport

    if not settings.getdict("FEEDS"):
        return None
    reasons: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: reasons.append(record.getMessage())  # type: ignore[method-assign]
    log, propagate = feedexport.logger, feedexport.logger.propagate
    log.propagate = False  # Scrapy logs the reason, and goes on without feeds
    log.addHandler(handler)
    try:
        feedexport.FeedExporter(Crawler(spider_class, settings.copy()))
    except (NotConfigured, AssertionError, ValueError) as error:
        return f"the feeds cannot be written: {'; '.join(reasons) or str(error) or 'a wrong address'}"
    finally:
        log.removeHandler(handler)
        log.propagate = propagate
    return None


def file_objection(data: Path, path: Path, named: str) -> str | None:
    """Why a crawl's output may not go to `path`, called `named`; None where it may."""
    name = archive_file(data, path)
    return None if name is None else f"{named} is the archive's own {data / name}: nothing else is written to it"


def unwritable(given: str | Path, *, makes_folders: bool = False) -> str | None:
    """Why no file can be written at `given`; None where one can. `makes_folders`: missing folders will be made."""
    path = Path(given)
    if not str(given).strip():
        return "names no file"
    if path.is_dir():
        return "it is a folder"
    if path.exists():
        return None if os.access(path, os.W_OK) else "permission denied"
    parent = next(_existing(path))
    if not parent.is_dir():
        return f"{parent} is no folder"
    if not makes_folders and parent != path.absolute().parent:
        return f"there is no folder {path.parent}"
    return None if os.access(parent, os.W_OK | os.X_OK) else f"permission denied in {parent}"


def _existing(path: Path) -> Iterator[Path]:
    return (parent for parent in path.absolute().parents if parent.exists())
