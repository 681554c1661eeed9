"""A network of one's own: loopback and nothing else, so that whatever a foreign program asks for reaches no real host."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
from typing import Final

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
_UNSHARE: Final = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


def words() -> list[str] | None:
    """Words that run a command in a namespace without a network; None where this system does not allow it."""
    if (
        shutil.which(_UNSHARE[0]) is None
        or subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode
    ):
        return None
    return [*_UNSHARE, "--"]


def loopback_only() -> None:
    """Within it: loopback up. Raises RuntimeError where there is anything besides."""
    if others := [name for _number, name in socket.if_nameindex() if name != "lo"]:
        raise RuntimeError(f"there is a network: {', '.join(others)}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        (flags,) = struct.unpack_from("16xh", fcntl.ioctl(asking, _GET_FLAGS, struct.pack("16sh14x", b"lo", 0)))
        fcntl.ioctl(asking, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))
