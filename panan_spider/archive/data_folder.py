"""Data folder: the site it is bound to (site.json), the lock that its one writer holds, and the files that are an archive's own.

site.json is written by the first crawl; another site's crawl is refused. An archive without it is of the default profile, or
of the one whose hosts its lines name.
"""

import fcntl
import json
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from panan_spider.archive.store import files
from panan_spider.archive.store.files import (
    ARTICLES_FILE,
    LEDGER_FILE,
    SITE_FILE,
    ForeignArchive,
    LockHeld,
    StoreError,
    naming,
    refuse_link,
    refuse_special,
    write_atomically,
)
from panan_spider.archive.store.jsonl import read_lines
from panan_spider.sites.profile import ProfileError, Site, UnknownSiteError, load_site, site_keys

#: Held by the run that writes to the archive.
LOCK_FILE: Final = "lock"

_OWN_FILES: Final = (
    *(ARTICLES_FILE, files.QUARANTINE_FILE, SITE_FILE, LOCK_FILE),
    *(LEDGER_FILE, f"{LEDGER_FILE}-wal", f"{LEDGER_FILE}-shm"),
)
_OWN_FOLDERS: Final = (files.WARC_FOLDER, files.RUNS_FOLDER)
_KEY: Final = "site"

#: Seconds after which a lock found taken is tried once more: `holder` takes it for an instant to look.
_INSTANT: Final = 0.05


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
    urls = (line.record.get("url") for line in read_lines(data / ARTICLES_FILE) if line.record is not None)
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
    for line in read_lines(data / ARTICLES_FILE):
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
    lines = (folder / name for name in (ARTICLES_FILE, files.QUARANTINE_FILE))
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


class Lock:
    """The lock of one archive, by `flock` on one file, held from construction to `release`, or to the death of the process.

    Lock libraries fall back, on file systems without flock, to a file that merely exists; a killed run would leave it behind.
    """

    def __init__(self, path: Path, run_id: str) -> None:
        """Raises LockHeld, naming the holder, where another process holds it; StoreError where it cannot be made."""
        self._path = path
        while not self._open(f"pid {os.getpid()}, run {run_id}"):
            pass  # the holder has removed the file between the opening and the lock

    def _open(self, name: str) -> bool:
        """Open and lock the file; False where another one, or none, is at its path by then."""
        path = self._path
        with naming(path):
            refuse_special(path)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            with naming(path):
                self._take(path, name)
        except BaseException:
            os.close(self._fd)
            raise
        if _is_at(path, self._fd):
            return True
        self.release()
        return False

    def _take(self, path: Path, name: str) -> None:
        if not _taken(self._fd):
            time.sleep(_INSTANT)
            if not _taken(self._fd):
                raise LockHeld(f"{path} is held by {_name_of_holder(self._fd)}; one run at a time writes to an archive")
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, name.encode() + b"\n", 0)

    def remove(self) -> None:
        """Let go, and remove the file: another process that has opened it meanwhile opens it anew."""
        if self._fd >= 0:
            with suppress(OSError):
                self._path.unlink()
        self.release()

    def release(self) -> None:
        """Let go. Idempotent."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def holder(path: Path) -> str | None:
    """Holder of the lock at `path`, as it wrote itself; None where nobody holds it. Makes no file."""
    if not path.exists():
        return None
    with naming(path):
        refuse_special(path)
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return None if _taken(fd) else _name_of_holder(fd)
        finally:
            os.close(fd)  # lets go of it


def _is_at(path: Path, fd: int) -> bool:
    """True where the open file is the one at the path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(fd))
    except FileNotFoundError:
        return False


def _taken(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _name_of_holder(fd: int) -> str:
    return os.pread(fd, 200, 0).decode("utf-8", "replace").strip() or "a holder that left no name"
