"""Archive files: store errors, and file operations that survive a kill and a power cut (sync, atomic write, append, cut)."""

import errno
import logging
import os
import resource
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final


class StoreError(Exception):
    """The archive cannot be read or written: a full disk, a failing one, a ledger of a newer version. Exit code 14."""


class ForeignArchive(Exception):
    """The archive belongs to another site. Exit code 1."""


class LockHeld(Exception):
    """Another run is writing to this archive. Exit code 15."""


#: Errors of a process that has reached a limit of its machine: no fault of the line of code that met it.
_LIMITS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


def _used_up(error: BaseException | None) -> str | None:
    """Words for a limit of the machine that an exception is about; None for any other exception."""
    if isinstance(error, OSError) and error.errno in _LIMITS:
        return error.strerror
    if isinstance(error, RuntimeError) and "thread" in str(error):  # CPython's and Twisted's, named in words alone
        return "no thread can be started"
    return "Out of memory" if isinstance(error, MemoryError) else None


def demote_store_errors(record: logging.LogRecord) -> bool:
    """Logging filter: a StoreError is logged once, by the archive's extension; Scrapy's own records of it are demoted to DEBUG.

    Memory, file descriptors or threads that are used up are one line each, without a traceback.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, StoreError):
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
    elif why := _used_up(error):
        record.msg, record.args, record.exc_info = f"{record.getMessage()}: {why}", (), None
    return True


class MemoryErrorFilter:
    """Logging filter: tells `end` of the record of a MemoryError, and drops it and, once `is_dropping`, every other one."""

    def __init__(self, end: Callable[[str], None]) -> None:
        self._end, self.is_dropping = end, False

    def __call__(self, record: logging.LogRecord) -> bool:
        """False for a record to be dropped."""
        if record.exc_info and _is_out_of_memory(record.exc_info[1]):
            self._end(f"out of memory in {record.name}")
            return False
        return not self.is_dropping


def _is_out_of_memory(error: BaseException | None) -> bool:
    """True for a MemoryError, and for an exception raised while one was handled."""
    for _depth in range(20):
        if error is None or isinstance(error, MemoryError):
            return error is not None
        error = error.__cause__ or error.__context__
    return False


def _in_one_line(what: str, error: Exception) -> str:
    message = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR:
        # SQLite calls a full disk that, where it cannot grow the file it shares with readers.
        message += f" ({getattr(error, 'sqlite_errorname', '')}{_file_limit()}; {_free_bytes(what)} bytes free)"
    return " ".join(f"{what}: {message or type(error).__name__}".split())


def _file_limit() -> str:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return "" if limit == resource.RLIM_INFINITY else f"; a file of this process may have {limit} bytes (ulimit -f)"


def _free_bytes(path: str) -> int | str:
    try:
        return shutil.disk_usage(os.path.dirname(path)).free
    except OSError:
        return "unknown"


@contextmanager
def naming(what: str | os.PathLike[str]) -> Iterator[None]:
    """Turn an operating-system or SQLite error about `what` into a `StoreError` that names it."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StoreError(_in_one_line(os.fspath(what), error)) from error


class WriteGuard:
    """Blown by the first `StoreError` of a run; from then on nothing more is written.

    A disk that refused one write may take the next, smaller one. An archive that went on would have
    a hole that nobody looks for, so whatever is written after the first refusal is refused too.
    So is every write after somebody else has deleted, replaced or cut a file that is watched.
    """

    def __init__(self) -> None:
        self.failed: StoreError | None = None
        self._watched: dict[str, os.stat_result] = {}

    @contextmanager
    def writing(self, what: str | os.PathLike[str]) -> Iterator[None]:
        """Guard one write to `what`. Raises StoreError: this write's own, a watched file's, or the run's first again."""
        if self.failed is not None:
            raise StoreError(str(self.failed))
        try:
            self._check_watched()
            with naming(what):
                yield
        except StoreError as error:
            self.failed = error
            raise

    def watch(self, *paths: Path) -> None:
        """Watch files that the run holds open by other means than `check_in_place`: they may grow, and never shrink."""
        self._watched |= {str(path): path.stat() for path in paths}

    def unwatch(self, *paths: Path) -> None:
        """Watch the files no longer: the run has closed them. Idempotent."""
        for path in paths:
            self._watched.pop(str(path), None)

    def check(self) -> None:
        """Raises StoreError where somebody else has deleted, replaced or cut a watched file."""
        with self.writing(""):
            pass

    def _check_watched(self) -> None:
        """Every write comes here, several times an article: `os.stat` takes a third of `Path.stat`."""
        path = ""
        try:
            for path, before in self._watched.items():
                here = os.stat(path)  # noqa: PTH116  # see above
                if not os.path.samestat(before, here):
                    raise OSError(_REPLACED)
                if here.st_size < before.st_size:
                    raise OSError(f"it has {here.st_size} bytes and had {before.st_size}: somebody else cut it")
                self._watched[path] = here
        except OSError as error:
            raise StoreError(_in_one_line(path, error)) from error


#: Files and folders of an archive that commands and readers look for.
ARTICLES_FILE: Final = "articles.jsonl"
QUARANTINE_FILE: Final = "quarantine.jsonl"
LEDGER_FILE: Final = "ledger.sqlite"
RUNS_FOLDER: Final = "runs"
WARC_FOLDER: Final = "warc"
IMAGES_FOLDER: Final = "images"
SITE_FILE: Final = "site.json"

_CHUNK = 1 << 20

_REPLACED: Final = "it was deleted or replaced while the run wrote to it"


def refuse_special(path: Path) -> None:
    """Raises OSError where `path` exists and is no regular file: a FIFO would block the reader, a device never ends."""
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        raise OSError(f"{path.name} is no regular file")


def refuse_link(path: Path) -> None:
    """Raises StoreError where `path`, a file that a run writes to, is a symbolic link, dangling or not.

    SQLite keeps its -wal beside the target, and an atomic write replaces the link and not the target.
    """
    if path.is_symlink():
        raise StoreError(
            f"{path}: is a symbolic link to {path.readlink()}; an archive's files are written in place: "
            "link the data folder instead, or its folders warc and images"
        )


def open_regular(path: Path) -> BinaryIO:
    """`path`, open for reading. Raises OSError where it is no regular file."""
    refuse_special(path)
    return path.open("rb")


def check_in_place(fd: int, path: Path, size: int) -> None:
    """Raises OSError where `path` is no longer the open file `fd`, or the file has not `size` bytes: somebody else writes."""
    here = os.fstat(fd)
    if here.st_nlink == 0 or not os.path.samestat(here, path.stat()):
        raise OSError(_REPLACED)
    if here.st_size != size:
        raise OSError(
            f"it has {here.st_size} bytes and not the {size} that the run has written: somebody else changed it"
        )


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: a new file is lost in a power cut until its folder is synced."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def free_name(path: Path) -> Path:
    """`path`, or the first of `path-2`, `path-3`, … that does not exist."""
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate


def append_whole(fd: int, data: bytes, *, sync: bool = True) -> int:
    """Append `data` to `fd` (opened O_APPEND, one writer) in one write; the offset it starts at. Durable on return if `sync`.

    What the disk does not take whole is taken back: the file then ends where it ended before. Raises OSError.
    """
    start = os.fstat(fd).st_size
    try:
        written = os.write(fd, data)
        if written != len(data):
            raise OSError(f"only {written} of {len(data)} bytes were written; is the disk full?")
        if sync:
            os.fsync(fd)
    except OSError:
        os.ftruncate(fd, start)
        raise
    return start


def keep_owner(path: Path, fd: int) -> None:
    """Give the file open as `fd`, which will replace `path`, the mode of `path` and, where permitted, its owner."""
    if not path.exists():
        return
    old = path.stat()
    with suppress(PermissionError):
        os.fchown(fd, old.st_uid, old.st_gid)
    os.fchmod(fd, stat.S_IMODE(old.st_mode))  # after the owner, whose change drops bits


def write_atomically(path: Path, data: bytes) -> None:
    """Write `path` so that it is either whole or not there, durable on return. Raises OSError."""
    temporary = path.with_name(f".{path.name}.part")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        keep_owner(path, fd)
        append_whole(fd, data)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)
    os.replace(temporary, path)
    sync_folder(path.parent)


def replace_bytes(path: Path, edits: Mapping[int, tuple[int, list[bytes]]], appended: list[bytes], aside: Path) -> None:
    """Write `path` anew, durable on return: at each byte of `edits` so many bytes go and these come; `appended` at the end.

    The file as it was is kept whole as `aside`. Killed at any moment, `path` is the old file or the new one. Raises OSError.
    """
    temporary = path.with_name(f".{path.name}.part")
    with path.open("rb") as old, temporary.open("wb") as new:
        for start in sorted(edits):
            _copy_until(old, start, new)
            gone, lines = edits[start]
            old.seek(gone, os.SEEK_CUR)
            new.writelines(lines)
        shutil.copyfileobj(old, new, _CHUNK)
        new.writelines(appended)
        new.flush()
        keep_owner(path, new.fileno())
        os.fsync(new.fileno())
    os.link(path, aside)
    os.replace(temporary, path)
    sync_folder(path.parent)


def _copy_until(old: BinaryIO, end: int, new: BinaryIO) -> None:
    while (left := end - old.tell()) > 0 and (chunk := old.read(min(left, _CHUNK))):
        new.write(chunk)
