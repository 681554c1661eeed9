"""Taking time: of calls in this process by its CPU seconds, of whole commands by theirs, their wall time and their memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """Cost of a command: wall seconds, processor seconds, peak memory in MB, exit code and output."""

    wall: float
    cpu: float
    megabytes: float
    code: int
    said: str


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process for one call: what else the machine does counts little."""
    began = time.process_time()
    work()
    return time.process_time() - began


def best_of(rounds: int, works: Sequence[Callable[[], object]]) -> list[float]:
    """The least CPU seconds of each work, the works taken in turn so that a slow minute hits them all."""
    taken = [[cpu_seconds(work) for work in works] for _round in range(rounds)]
    return [min(column) for column in zip(*taken, strict=True)]


def run(words: Sequence[str], env: Mapping[str, str] | None = None, folder: Path = ROOT) -> Cost:
    """Run a command to its end."""
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        process = subprocess.Popen(words, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode, text)


@contextmanager
def demo_site(articles: int, *more: str) -> Any:
    """The demo site in a process of its own, so that its work is not counted; gives its address."""
    words = [sys.executable, "-m", "demo_site", "--articles", str(articles), *more]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def through(proxy: str) -> dict[str, str]:
    """This process's environment with `proxy` as the only way out."""
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return env | {"http_proxy": proxy, "https_proxy": proxy, "PYTHONPATH": str(ROOT)}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: the first column to the left, all others, figures, to the right."""
    lines = [head, [" --- ", *(" ---: " for _column in head[1:])], *rows]
    return "\n".join(
        "|" + "|".join(cell if cell.startswith(" -") else f" {cell} " for cell in line) + "|" for line in lines
    )
