"""Child process: one command of the project in a process of its own, which does not outlive the process that started it.

`python -m panan_spider.fleet.child_process PARENT crawl panan …` is `scrapy crawl panan …`, but for that.
"""

import ctypes
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_CLOSING: Final = re.compile(r"panan: (.*)")
_TAIL: Final = 1 << 16


def child_words(words: Sequence[str]) -> list[str]:
    """The command line that runs `scrapy <words>` as a child of this process.

    Linux sends its signal when the *thread* that started the child ends: start children from the main thread.
    """
    return [sys.executable, "-m", __name__, str(os.getpid()), *words]


def crawl_words(key: str, folder: Path, arguments: Mapping[str, str], settings: Sequence[str]) -> list[str]:
    """The words of a crawl of one site into `folder`."""
    words = ["crawl", key]
    for name, value in arguments.items():
        words += ["-a", f"{name}={value}"]
    for setting in (f"PANAN_DATA_DIR={folder}", *settings):
        words += ["-s", setting]
    return words


def bind_to(parent: int) -> None:
    """End this process by SIGKILL when the thread that started it ends; at once where `parent` is no longer its parent."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(int(signal.SIGKILL) + 128)


def closing_line(log: Path) -> str:
    """What the last command that wrote into `log` said at its end, without `panan: `; empty where it said nothing."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    found = _CLOSING.findall(text)
    return found[-1] if found else ""


def main() -> None:
    """Run the command named by the words after the parent's number, as Scrapy's command line does."""
    bind_to(int(sys.argv[1]))
    sys.argv = ["scrapy", *sys.argv[2:]]
    from scrapy.cmdline import execute

    execute()


if __name__ == "__main__":
    main()
