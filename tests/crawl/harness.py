"""Whole crawls in a process of their own, against the demo site on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from demo_site.proxy import Logged, ProxyServer
from demo_site.site import Site
from tools.docs import report_schema

ROOT = Path(__file__).resolve().parents[2]

#: The published schema of reports.
REPORTS = Draft202012Validator(json.loads(report_schema.PATH.read_text("utf-8")))

#: Settings every test crawl runs with; a test's own come after them.
FAST: Mapping[str, object] = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
}
#: What the fixtures `serving` and `crawl` are.
Serve = Callable[..., ProxyServer]
Crawler = Callable[..., "Crawl"]
#: What the fixtures `first` and `begun` are.
Firsts = Callable[..., "First"]
Begun = Callable[..., "tuple[ProxyServer, Crawl]"]
_PROXY_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True)
class Crawl:
    """How one crawl ended. `articles` are all lines of articles.jsonl, those of earlier runs into the folder included."""

    code: int
    stdout: str
    stderr: str
    data: Path
    articles: list[dict[str, Any]]

    @property
    def said(self) -> str:
        """Everything it printed, for a failing test's message."""
        return f"exit {self.code}\n{self.stdout}\n{self.stderr[-6000:]}"

    @property
    def report(self) -> dict[str, Any]:
        """The newest run's report."""
        newest = max((self.data / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        found: dict[str, Any] = json.loads(newest.read_text("utf-8"))
        REPORTS.validate(found)  # every report that a test looks at is a real one
        return found


@dataclass(frozen=True)
class First:
    """A first run over a healthy site, shared by tests that only look at it: what it left, what it asked for, and of what."""

    run: Crawl
    site: Site
    requests: list[Logged]
    strays: list[str]


def environment(proxy: str | None, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment with `proxy` as the only way out, and nothing that goes round it."""
    env = {name: value for name, value in os.environ.items() if name.lower() not in _PROXY_NAMES}
    if proxy is not None:
        env |= {"http_proxy": proxy, "https_proxy": proxy}
    return env | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", **(extra or {})}


def command(
    data: Path, args: Mapping[str, object] | None, settings: Mapping[str, object] | None, extra: Sequence[str] = ()
) -> list[str]:
    """The command line of a crawl into `data`."""
    words = [sys.executable, "-m", "scrapy", "crawl", "panan"]
    for name, value in (args or {}).items():
        words += ["-a", f"{name}={value}"]
    for name, value in {**FAST, "PANAN_DATA_DIR": data, **(settings or {})}.items():
        words += ["-s", f"{name}={value}"]
    return [*words, *extra]


def start(
    proxy: str | None,
    data: Path,
    args: Mapping[str, object] | None = None,
    settings: Mapping[str, object] | None = None,
    *,
    env: Mapping[str, str] | None = None,
    extra: Sequence[str] = (),
) -> "subprocess.Popen[str]":
    """Start a crawl and return at once: for tests that kill it. Its session is its own; `kill` ends all of it."""
    return launch(command(data, args, settings, extra), proxy, env)


def launch(words: Sequence[str], proxy: str | None, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """Start any command as `start` starts a crawl."""
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env=environment(proxy, env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


@contextmanager
def refusing_proxy() -> Iterator[str]:
    """The address of a proxy that refuses every connection: its port is bound, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def finish(process: "subprocess.Popen[str]", data: Path, timeout: float = 120) -> Crawl:
    """Wait for a crawl's end. One that outlasts `timeout` seconds is killed; raises TimeoutError with what it said."""
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        kill(process)
        stdout, stderr = process.communicate()
        raise TimeoutError(f"the crawl did not end within {timeout} s\n{stdout}\n{stderr[-6000:]}") from None
    return Crawl(process.returncode, stdout, stderr, data, articles_in(data))


def kill(process: "subprocess.Popen[str]", how: signal.Signals = signal.SIGKILL) -> None:
    """Send `how` to the crawl and whatever it started."""
    if process.poll() is None:
        os.killpg(process.pid, how)


def crawl(
    proxy: str | None,
    data: Path,
    args: Mapping[str, object] | None = None,
    settings: Mapping[str, object] | None = None,
    *,
    env: Mapping[str, str] | None = None,
    extra: Sequence[str] = (),
    timeout: float = 120,
) -> Crawl:
    """Run `scrapy crawl panan` to its end through `proxy` into the folder `data`."""
    return finish(start(proxy, data, args, settings, env=env, extra=extra), data, timeout)


def articles_in(data: Path) -> list[dict[str, Any]]:
    """The whole lines of the folder's articles.jsonl; a torn last line is left out."""
    path = data / "articles.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def newest(articles: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The newest revision of each article, by its number."""
    found: dict[str, dict[str, Any]] = {}
    for article in articles:
        if article["id"] not in found or article["revision"] > found[article["id"]]["revision"]:
            found[article["id"]] = article
    return found
