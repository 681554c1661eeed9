"""The project's commands, beside Scrapy's own."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from panan_spider.core.process import guard_streams

_INTERRUPTED: Final = 16  # ExitCode.INTERRUPTED: nothing else may be imported before the handlers are set
_STOPPED: Final = b"panan: stopped before it began; the archive was not touched\n"
_PROGRAMS: Final = frozenset({"scrapy", "panan", "panan_spider"})


def _stopped(number: int, frame: FrameType | None) -> NoReturn:
    os.write(2, _STOPPED)
    os._exit(_INTERRUPTED)


def _is_program() -> bool:
    """True where this process is the command line `scrapy` or `panan`, and no script that uses the package."""
    called = Path(sys.argv[0])
    return (called.parent.name if called.name == "__main__.py" else called.name) in _PROGRAMS


# The commands take most of a second to load, and each sets its own handlers only when it runs. Until then nothing is open that
# would have to be closed, and a scheduler that stops a run early reads the exit code of an interrupted one.
if _is_program():
    guard_streams()
    if sys.argv[1:2] != ["shell"]:  # where Ctrl-C ends a line of input
        signal.signal(signal.SIGTERM, _stopped)
        signal.signal(signal.SIGINT, _stopped)
