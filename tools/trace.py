"""Call tracer: the files and functions of panan_spider that one walk through the code enters.

`python -m tools.trace article` crawls one article of the demo site and traces it from the response to the durable line.
`python -m tools.trace exit` traces the same run from its end to the exit code, `python -m tools.trace ledger` one question
of the spider to the ledger. `--steps` prints each function once, in the order in which it is entered. Loopback only.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

PACKAGE: Final = Path(__file__).resolve().parents[1] / "panan_spider"

_SETTINGS: Final = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "RANDOMIZE_DOWNLOAD_DELAY": False,
    "LOG_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
}


@dataclass
class CallTrace:
    """Calls of functions of the package. A move is a call of a function in another file than the function before it."""

    calls: int = 0
    moves: int = 0
    functions: dict[CodeType, None] = field(default_factory=dict)  # in the order of their first call
    _last: str = ""

    def add(self, code: CodeType) -> None:
        """Count one call."""
        self.calls += 1
        self.moves += code.co_filename != self._last
        self._last = code.co_filename
        self.functions.setdefault(code)

    @property
    def files(self) -> list[str]:
        """The files entered, in the order of their first call, from the package's folder."""
        return list(dict.fromkeys(_relative(code) for code in self.functions))


class CallTracer:
    """Profile hook that records calls from the call that `start` accepts to the return that `stop` accepts."""

    def __init__(self, start: Callable[[FrameType], bool], stop: Callable[[FrameType], bool]) -> None:
        self.trace, self._start, self._stop = CallTrace(), start, stop
        self._on = self._done = False

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        """The hook of sys.setprofile."""
        if self._done or event not in ("call", "return") or not _is_ours(frame.f_code):
            return
        if event == "return":
            self._done = self._on and self._stop(frame)
            return
        self._on = self._on or self._start(frame)
        if self._on:
            self.trace.add(frame.f_code)


def _is_ours(code: CodeType) -> bool:
    # A comprehension or lambda is part of the function around it, a compiled template none of our code.
    file = code.co_filename
    return file.startswith(f"{PACKAGE}/") and file.endswith(".py") and not code.co_name.startswith("<")


def _relative(code: CodeType) -> str:
    return str(Path(code.co_filename).relative_to(PACKAGE))


def _is(frame: FrameType, file: str, name: str) -> bool:
    return frame.f_code.co_name == name and frame.f_code.co_filename.endswith(f"/{file}")


def _article_received(frame: FrameType) -> bool:
    """The response of an article (no robots.txt, no list) enters the first middleware."""
    if not _is(frame, "middlewares/raw_capture.py", "process_response"):
        return False
    return "/t2" in (url := frame.f_locals["request"].url) or "/system/20" in url


#: By walk: what it is, where it begins, and the function after whose return it is over.
WALKS: Final[dict[str, tuple[str, Callable[[FrameType], bool], Callable[[FrameType], bool]]]] = {
    "article": (
        "one article, from its response to its durable line and its mark in the ledger",
        _article_received,
        lambda frame: _is(frame, "pipelines.py", "_store"),
    ),
    "exit": (
        "the end of a run, from Scrapy's spider_closed to the exit code and the reports",
        lambda frame: _is(frame, "extensions/archive_run.py", "_closed"),
        lambda frame: _is(frame, "extensions/archive_run.py", "_closed"),
    ),
    "ledger": (
        "one question to the ledger: the section-like addresses that list nothing",
        lambda frame: _is(frame, "state.py", "barren"),
        lambda frame: _is(frame, "state.py", "barren"),
    ),
}


def trace(walk: str) -> CallTrace:
    """Crawl one article of the demo site in this process and trace the walk. Can be called once a process."""
    from scrapy.crawler import CrawlerProcess
    from scrapy.utils.project import get_project_settings

    from demo_site.proxy import serve
    from demo_site.site import Site

    _what, start, stop = WALKS[walk]
    tracer = CallTracer(start, stop)
    site = Site.build(7, 100)
    with tempfile.TemporaryDirectory() as folder, serve(site, []) as server:
        os.environ["http_proxy"] = os.environ["https_proxy"] = server.url
        process = CrawlerProcess({**get_project_settings(), **_SETTINGS, "PANAN_DATA_DIR": folder})
        arguments = {} if walk == "ledger" else {"urls": next(r.url for r in site.records if r.template == "enorth_b")}
        process.crawl("panan", **arguments)
        sys.setprofile(tracer)
        try:
            process.start(install_signal_handlers=False)
        finally:
            sys.setprofile(None)
    return tracer.trace


def main() -> None:
    """Print the files, and how many calls, functions and moves there were."""
    parser = argparse.ArgumentParser(prog="python -m tools.trace", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("walk", choices=WALKS, help="; ".join(f"{name}: {walk[0]}" for name, walk in WALKS.items()))
    parser.add_argument("--steps", action="store_true", help="print each function once, in the order of its first call")
    options = parser.parse_args()
    found = trace(options.walk)
    if options.steps:
        for code in found.functions:
            print(f"{_relative(code)}:{code.co_firstlineno} {code.co_qualname}")
    else:
        print("\n".join(found.files))
    print(
        f"{options.walk}: {len(found.files)} files, {len(found.functions)} functions, {found.calls} calls, "
        f"{found.moves} moves between files"
    )


if __name__ == "__main__":
    main()
