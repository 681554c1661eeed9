"""The project's commands, beside Scrapy's own."""

import os
import signal
import sys
from io import TextIOWrapper
from pkgutil import iter_modules
from types import FrameType
from typing import Final, NoReturn

_INTERRUPTED: Final = 16  # ExitCode.INTERRUPTED: nothing may be imported before the handlers are set
_STOPPED: Final = b"panan: stopped before it began; the archive was not touched\n"
_OURS: Final = frozenset(module.name for module in iter_modules(__path__))


def _stopped(number: int, frame: FrameType | None) -> NoReturn:
    os.write(2, _STOPPED)
    os._exit(_INTERRUPTED)


# The commands take most of a second to load, and each sets its own handlers only when it runs. Until then nothing is open that
# would have to be closed, and a scheduler that stops a run early reads the exit code of an interrupted one.
if sys.argv[1:2] and sys.argv[1] in _OURS:
    signal.signal(signal.SIGTERM, _stopped)
    signal.signal(signal.SIGINT, _stopped)
    # A terminal's charset can lack a character of a page: it is shown as \uXXXX, and the command does not end with a traceback.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
