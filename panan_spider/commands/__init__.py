"""The project's commands, beside Scrapy's own."""

import os
import signal
import sys
from types import FrameType
from typing import Final, NoReturn

_INTERRUPTED: Final = 16  # ExitCode.INTERRUPTED: nothing may be imported before the handlers stand
_STOPPED: Final = b"panan: stopped before it began; the archive was not touched\n"


def _stopped(number: int, frame: FrameType | None) -> NoReturn:
    os.write(2, _STOPPED)
    os._exit(_INTERRUPTED)


# The commands take most of a second to load, and Scrapy's own handlers stand only when all is loaded. Until then nothing is
# open that would have to be closed, and a scheduler that stops a run early reads the code of an interrupted one.
if sys.argv[1:2] == ["crawl"]:
    signal.signal(signal.SIGTERM, _stopped)
    signal.signal(signal.SIGINT, _stopped)
