"""Child process: one command of the project in a process of its own, which does not outlive the process that started it.

`python -m panan_spider.fleet.child_process PARENT crawl panan …` is `scrapy crawl panan …`, but for that.
"""

import asyncio
import ctypes
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from panan_spider.core.outcomes import ExitCode

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
    """Closing line of the last command that wrote into `log`, without `panan: `; empty where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    found = _CLOSING.findall(text)
    return found[-1] if found else ""


class ChildPool:
    """Child processes that run now, each with its output appended to a log of its own."""

    def __init__(self) -> None:
        self.stopping = False
        self._running: set[asyncio.subprocess.Process] = set()

    async def run(
        self, words: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Run one command to its end: its exit code (negative: the signal that ended it), and its closing line.

        Cancelled, it ends the command by SIGTERM, and waits for it.
        """
        with log.open("ab") as output:
            begin = output.tell()
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=None if environment is None else {**os.environ, **environment},
                start_new_session=True,  # a terminal's Ctrl-C comes from us, once
            )
            self._running.add(process)
            try:
                if self.stopping:
                    process.terminate()
                code = await process.wait()
            except asyncio.CancelledError:
                process.terminate()
                await process.wait()
                raise
            finally:
                self._running.discard(process)
        line = closing_line(log) if log.stat().st_size > begin else ""
        return code, line or _ended(code)

    def stop(self) -> None:
        """Send SIGTERM to every child, now and to those that begin later; a second call makes Scrapy stop at once."""
        self.stopping = True
        for process in self._running:
            process.terminate()


def _ended(code: int) -> str:
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    names = {int(known): known.name.lower().replace("_", " ") for known in ExitCode}
    return names.get(code, f"exit code {code}")


def main() -> None:
    """Run the command named by the words after the parent's number, as Scrapy's command line does."""
    bind_to(int(sys.argv[1]))
    sys.argv = ["scrapy", *sys.argv[2:]]
    from scrapy.cmdline import execute

    execute()


if __name__ == "__main__":
    main()
