"""Process: standard streams that end in no traceback, and the switch that keeps every connection on this machine.

Guarded streams bear closed pipes, full disks and encodings without every character. The loopback switch is for tests, demos
and benchmarks, which crawl under the names of real hosts through a proxy on this machine. Without the proxy (an empty
variable is enough) such a run would ask the real site. A connection counts by its own address, so that to the proxy passes.
"""

import atexit
import errno
import io
import ipaddress
import os
import socket
import sys
from typing import Any, Final, TextIO

#: The setting, and the environment variable that child processes inherit.
LOOPBACK_ONLY: Final = "PANAN_LOOPBACK_ONLY"

_LOOKUPS: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_CONNECTIONS: Final = frozenset({"socket.connect", "socket.sendto"})
_installed: list[bool] = []


def allow_loopback_only() -> None:
    """Switch on, for the rest of the process and for its children. There is no way back."""
    os.environ[LOOPBACK_ONLY] = "1"
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_refuse)


def is_loopback_only() -> bool:
    """True where the environment variable says so."""
    return os.environ.get(LOOPBACK_ONLY, "").strip().lower() not in ("", "0", "false")


def is_loopback(host: object) -> bool:
    """True for an address of this machine, and for the names that stand for one; a file's path is a Unix socket."""
    if host is None or host in ("", "localhost", b"", b"localhost"):
        return True
    text = host.decode("latin-1") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event in _LOOKUPS and not is_loopback(args[0]):
        raise socket.gaierror(socket.EAI_NONAME, f"{LOOPBACK_ONLY}: no lookup of {args[0]!r}")
    if event in _CONNECTIONS and isinstance(args[-1], tuple) and not is_loopback(args[-1][0]):
        raise OSError(errno.ENETUNREACH, f"{LOOPBACK_ONLY}: no connection to {args[-1][0]!r}")


_STORE_ERROR: Final = 14  # ExitCode.STORE_ERROR: this module is loaded before all others
_STRICT: Final = frozenset({"strict", "surrogateescape"})


class _Guarded(io.RawIOBase):
    """A standard stream whose writes always succeed. The first error but a closed pipe is kept in `failure`.

    A reader that has gone changes no exit code: the code stays that of the work.
    """

    def __init__(self, raw: io.FileIO) -> None:
        self._raw = raw
        self.failure: OSError | None = None

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        try:
            written = 0
            while written < len(view):
                written += self._raw.write(view[written:]) or 0
        except BrokenPipeError:
            pass
        except OSError as error:
            self.failure = self.failure or error
        return len(view)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()


def guard_streams() -> None:
    """Guard sys.stdout and sys.stderr from now on. A write error of stdout ends the program with exit code 14 and one line.

    A stream that was closed by the caller becomes the null device: otherwise the next opened file would get its number.
    """
    for number in range(3):
        _open_closed(number)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    elif (out := _guarded(sys.stdout)) is not None:
        sys.stdout = out[0]
        atexit.register(_end, *out)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    elif (err := _guarded(sys.stderr)) is not None:
        sys.stderr = err[0]


def _open_closed(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)


def _guarded(stream: TextIO) -> tuple[TextIO, _Guarded] | None:
    """The stream, guarded, and what guards it; None for one that is no file of the system (a test's)."""
    buffer: Any = getattr(stream, "buffer", None)
    unbuffered = isinstance(buffer, io.FileIO)  # python -u, PYTHONUNBUFFERED
    raw = buffer if unbuffered else getattr(buffer, "raw", None)
    if not isinstance(raw, io.FileIO) or not isinstance(stream, io.TextIOWrapper):
        return None
    stream.flush()
    below = _Guarded(raw)
    errors = "replace" if stream.errors in _STRICT else stream.errors
    text = io.TextIOWrapper(
        below if unbuffered else io.BufferedWriter(below),  # type: ignore[type-var]
        stream.encoding,
        errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    return text, below


def _end(stream: TextIO, below: _Guarded) -> None:
    """At the very end: write what is left, and give the exit code of a write error."""
    stream.flush()
    if below.failure is not None:
        os.write(2, f"panan: standard output: {below.failure.strerror}\n".encode())
        os._exit(_STORE_ERROR)
