"""Loopback switch: refuses every connection and name lookup of this process that would leave the machine.

For tests, demos and benchmarks, which crawl under the names of real hosts through a proxy on this machine. Without the proxy (an
empty variable is enough) such a run would ask the real site. A connection counts by its own address, so that to the proxy passes.
"""

import errno
import ipaddress
import os
import socket
import sys
from typing import Any, Final

#: The setting, and the environment variable that child processes inherit.
NAME: Final = "PANAN_LOOPBACK_ONLY"

_LOOKUPS: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_CONNECTIONS: Final = frozenset({"socket.connect", "socket.sendto"})
_installed: list[bool] = []


def install() -> None:
    """Switch on, for the rest of the process and for its children. There is no way back."""
    os.environ[NAME] = "1"
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_refuse)


def wanted() -> bool:
    """True where the environment variable says so."""
    return os.environ.get(NAME, "").strip().lower() not in ("", "0", "false")


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
        raise socket.gaierror(socket.EAI_NONAME, f"{NAME}: no lookup of {args[0]!r}")
    if event in _CONNECTIONS and isinstance(args[-1], tuple) and not is_loopback(args[-1][0]):
        raise OSError(errno.ENETUNREACH, f"{NAME}: no connection to {args[-1][0]!r}")
