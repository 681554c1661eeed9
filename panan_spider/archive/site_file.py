"""site.json: binds an archive to its site. Written by the first crawl; another site's crawl is refused.

An archive without the file is of the default profile, or of the one whose hosts its lines name.
"""

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from panan_spider.archive.store import files
from panan_spider.archive.store.files import (
    ForeignArchive,
    StoreError,
    naming,
    refuse_link,
    refuse_special,
    write_atomically,
)
from panan_spider.archive.store.jsonl import read_lines
from panan_spider.sites.profile import ProfileError, Site, UnknownSiteError, load_site, site_keys

SITE_FILE: Final = files.SITE_FILE
_ARTICLES_FILE: Final = "articles.jsonl"
_KEY: Final = "site"
_LEDGER: Final = files.LEDGER_FILE
#: Held by the run that writes to the archive.
LOCK_FILE: Final = "lock"
_OWN_FILES: Final = (
    *(files.ARTICLES_FILE, files.QUARANTINE_FILE, files.SITE_FILE, LOCK_FILE),
    *(_LEDGER, f"{_LEDGER}-wal", f"{_LEDGER}-shm"),
)
_OWN_FOLDERS: Final = (files.WARC_FOLDER, files.RUNS_FOLDER)


def site_of(data: Path) -> Site:
    """The profile of the archive in `data`; the default profile where there is no site.json.

    Raises StoreError where site.json is unreadable or names an unknown profile.
    """
    key = site_key(data)
    if key is None:
        return load_site()
    try:
        return load_site(key)
    except (UnknownSiteError, ProfileError) as error:
        raise StoreError(f"{data / SITE_FILE}: {error}") from error


def site_key(data: Path) -> str | None:
    """The key in site.json; None where there is no such file. Raises StoreError where it is unreadable."""
    path = data / SITE_FILE
    with naming(path):
        refuse_special(path)
        if not path.exists():
            return None
        raw = path.read_bytes()
    try:
        key = json.loads(raw)[_KEY]
    except (ValueError, KeyError, TypeError):
        key = None
    if not isinstance(key, str):
        raise StoreError(f'{path}: not of the form {{"site": "panan"}}')
    return key


def site_by_lines(data: Path) -> Site | None:
    """The profile whose hosts the first line of articles.jsonl names; None where there is no line or no such profile."""
    urls = (line.record.get("url") for line in read_lines(data / _ARTICLES_FILE) if line.record is not None)
    if (url := next((url for url in urls if isinstance(url, str)), None)) is None:
        return None
    return next((site for site in map(load_site, site_keys()) if site.urls.on_site(url)), None)


def check_site(data: Path, site: Site) -> bool:
    """Whether the archive in `data` is still to be bound to `site`. Reads alone.

    Raises ForeignArchive where it belongs to another site; StoreError where it cannot be read.
    """
    key = site_key(data)
    if key is not None:
        if key != site.key:
            raise ForeignArchive(f"the archive in {data} belongs to the site {key}; this is a crawl of {site.key}")
        return False
    for line in read_lines(data / _ARTICLES_FILE):
        url = None if line.record is None else line.record.get("url")
        if isinstance(url, str) and not site.urls.on_site(url):
            raise ForeignArchive(f"the archive in {data} holds {url}, which is not of the site {site.key}")
    return True


def bind_site(data: Path, site: Site) -> None:
    """Write site.json, durable on return. Raises StoreError."""
    path = data / SITE_FILE
    with naming(path):
        write_atomically(path, json.dumps({_KEY: site.key}).encode("utf-8") + b"\n")


def has_archive(folder: Path) -> bool:
    """True where `folder` holds any file or folder of an archive."""
    return any((folder / name).exists() for name in (*_OWN_FILES, *_OWN_FOLDERS))


def refuse_links(folder: Path) -> None:
    """Raises StoreError where a file that runs write to is a symbolic link. The data folder and its folders may be links."""
    for name in (*_OWN_FILES, f"{files.IMAGES_FOLDER}/index.jsonl"):
        refuse_link(folder / name)


def remove_new_archive(folder: Path) -> bool:
    """Remove an archive that the run which has just ended made, and that holds no article; True where it did.

    For a run whose arguments were refused. Files of others in `folder` stay, and the folder with them. Raises OSError.
    """
    lines = (folder / name for name in (files.ARTICLES_FILE, files.QUARANTINE_FILE))
    if any(path.exists() and path.stat().st_size for path in lines):
        return False
    for name in _OWN_FOLDERS:
        if (folder / name).exists():
            shutil.rmtree(folder / name)
    for name in _OWN_FILES:
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # something else is in it
        folder.rmdir()
    return True
