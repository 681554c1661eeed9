"""Page source: one page from a file, a fixture folder, a WARC record or, by its number, from the archive. No request."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.store import warc_file
from panan_spider.archive.store.files import ARTICLES_FILE, QUARANTINE_FILE, StoreError
from panan_spider.archive.store.jsonl import read_lines
from panan_spider.core.outcomes import RefusedError
from panan_spider.extract.document import Page
from panan_spider.items import WarcLocation
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, absolute

_WARC: Final = re.compile(r"^(?P<path>.+\.warc\.gz):(?P<offset>\d+)$")
_NUMBER: Final = re.compile(r"^\d{1,12}$")
_SAVED_FROM: Final = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_TAG: Final = re.compile(
    r"<(?:!doctype|html|head|body|title|meta|div|p|table|a|ul|h1|section|article|span)\b", re.IGNORECASE
)


class PageNotAvailable(RefusedError):
    """There is no such page, with the reason in one line."""


def no_address(site: Site) -> str:
    """The address of a page whose own is not known: on the site, and of no kind."""
    return f"http://{site.hosts[0]}/unknown"


def is_address(given: str) -> bool:
    """Whether it is an address to be asked for."""
    return given.lower().startswith(("http://", "https://"))


def local_page(given: str, data: Path, site: Site, url: str | None = None) -> Page:
    """The page `given` names: FILE, fixture folder, `FILE.warc.gz:OFFSET`, or an article's number in the archive `data`.

    `url` is the address of a file that does not hold its own. Raises PageNotAvailable.
    """
    if found := _WARC.match(given):
        return _record(Path(found["path"]), int(found["offset"]), data)
    if _NUMBER.match(given) and not Path(given).exists():
        return _numbered(given, data, site)
    if not given.strip():
        raise PageNotAvailable("an empty name is no page")
    path = Path(given)
    if path.is_dir() and not (path / "page.html").exists():
        raise PageNotAvailable(f"{given}: a folder without page.html")
    return _file(path / "page.html" if path.is_dir() else path, url, site)


def _file(path: Path, url: str | None, site: Site) -> Page:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise PageNotAvailable(f"{path}: {error.strerror}") from error
    came: dict[str, Any] = {}
    beside = path.with_name("page.json")
    if path.name == "page.html" and beside.exists():
        came = json.loads(beside.read_text("utf-8"))
    saved = _SAVED_FROM.search(body[:4096])
    page = Page(
        url or came.get("url") or (saved[1].decode("latin-1") if saved else no_address(site)),
        body,
        came.get("content_type"),
    )
    if not _TAG.search(page.text):
        raise PageNotAvailable(f"{path}: not HTML")
    return page


def _record(path: Path, offset: int, data: Path) -> Page:
    path = path if path.exists() else data / path
    try:
        response = warc_file.read(path.parent, WarcLocation(file=path.name, offset=offset))
    except StoreError as error:
        raise PageNotAvailable(str(error)) from error
    if response.status != 200:
        raise PageNotAvailable(f"{path}:{offset}: {response.url} with status {response.status}, no page")
    return Page(response.url, response.body, response.content_type)


def _numbered(number: str, data: Path, site: Site) -> Page:
    """The raw page of the newest revision, or of the newest line of quarantine."""
    for name in (ARTICLES_FILE, QUARANTINE_FILE):
        newest = None
        for line in _lines(data / name, number, site):
            newest = line
        if newest is not None:
            if not newest.get("warc"):
                raise PageNotAvailable(f"{number}: the archive kept no raw page of it")
            place = newest["warc"]
            return _record(data / place["file"], int(place["offset"]), data)
    raise PageNotAvailable(
        f"{number}: no such file, and no such article in {data / ARTICLES_FILE} or {QUARANTINE_FILE}"
    )


def _lines(path: Path, number: str, site: Site) -> Iterator[dict[str, Any]]:
    for line in read_lines(path):
        if number.encode() in line.raw and (record := line.record) is not None:
            address = site.urls.understand(str(record.get("url", "")))
            if number in (record.get("id"), address.article_id):
                yield record


def resolved(page: Page, given: str | None, site: Site) -> Page:
    """`page` under another address, where one is given. Raises PageNotAvailable for one that is not the site's."""
    if given is None:
        return page
    if site.urls.understand(absolute(given, "")).kind is UrlKind.OFF_SITE:
        raise PageNotAvailable(f"--url {given}: not an address of the site")
    return Page(given, page.body, page.content_type)
