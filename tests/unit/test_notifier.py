"""The webhook and the command on failure: told once, in time, and never at the cost of the run."""

import json
import logging
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from scrapy.settings import Settings

from panan_spider.report import notifier
from panan_spider.report.notifier import Notifier

SECRET = "T0K3N"


class Hook(ThreadingHTTPServer):
    """A webhook on loopback: `got` are the bodies, `answers` the statuses it gives, the last of them for ever."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.answers = [204]
        self.slow = 0.0
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{SECRET}?key={SECRET}"


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers["Content-Type"], body))
        time.sleep(self.server.slow)
        answers = self.server.answers
        self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_given: Any) -> None:
        """Silent."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setattr(notifier, "_PAUSE", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Hook() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "r1.json"
    path.write_text('{"reason": "书记"}', "utf-8")
    return path


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("code", [0, 11])
def test_the_report_is_posted_as_it_is(hook: Hook, report: Path, code: int, caplog: pytest.LogCaptureFixture) -> None:
    Notifier(hook.url).notify(code, "why", report)
    assert hook.got == [("application/json", report.read_bytes())]
    assert errors(caplog) == []


def test_a_failure_is_tried_once_more(hook: Hook, report: Path, caplog: pytest.LogCaptureFixture) -> None:
    hook.answers = [503, 204]
    Notifier(hook.url).notify(0, "", report)
    assert (len(hook.got), errors(caplog)) == (2, [])


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_stays_a_failure_is_one_line_without_the_addresss_secrets(
    hook: Hook, report: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    hook.answers = [status]
    Notifier(hook.url).notify(0, "", report)
    assert errors(caplog) == [
        f"webhook: the report could not be posted to http://127.0.0.1:{hook.server_port}: HTTP {status}"
    ]
    assert len(hook.got) == 2
    assert SECRET not in caplog.text


def test_nobody_listening_is_one_line(hook: Hook, report: Path, caplog: pytest.LogCaptureFixture) -> None:
    hook.shutdown()
    hook.server_close()
    Notifier(hook.url).notify(0, "", report)
    assert len(errors(caplog)) == 1 and "ConnectionError" in caplog.text
    assert SECRET not in caplog.text


def test_a_hanging_webhook_holds_nobody_up(
    hook: Hook, report: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notifier, "WEBHOOK_SECONDS", 0.2)
    hook.slow = 3.0
    began = time.monotonic()
    Notifier(hook.url).notify(0, "", report)
    assert time.monotonic() - began < hook.slow
    assert "no answer in time" in errors(caplog)[0]


def test_without_a_report_there_is_nothing_to_post(hook: Hook) -> None:
    Notifier(hook.url).notify(15, "locked", None)
    assert hook.got == []


TELLING = (
    "import json, os, sys; json.dump({n: os.environ[n] for n in "
    "('PANAN_EXIT_CODE', 'PANAN_REASON', 'PANAN_REPORT')}, open(sys.argv[1], 'w'))"
)


def command(*words: str) -> Notifier:
    return Notifier(command=(sys.executable, "-c", *words))


def test_after_a_failure_the_command_knows_code_reason_and_report(tmp_path: Path, report: Path) -> None:
    command(TELLING, str(tmp_path / "told")).notify(11, "3 pages; $(touch x)", report)
    told = json.loads((tmp_path / "told").read_text("utf-8"))
    assert told == {"PANAN_EXIT_CODE": "11", "PANAN_REASON": "3 pages; $(touch x)", "PANAN_REPORT": str(report)}


def test_after_a_good_run_it_is_not_started(tmp_path: Path) -> None:
    command(TELLING, str(tmp_path / "told")).notify(0, "", None)
    assert not (tmp_path / "told").exists()


def test_a_run_without_a_report_says_so(tmp_path: Path) -> None:
    command(TELLING, str(tmp_path / "told")).notify(15, "locked", None)
    assert json.loads((tmp_path / "told").read_text("utf-8"))["PANAN_REPORT"] == ""


@pytest.mark.parametrize(
    ("told", "seconds", "words"),
    [
        (command("raise SystemExit(3)"), 60, "ended with exit code 3"),
        (Notifier(command=("/no/such/program",)), 60, "No such file"),
        (command("import time; time.sleep(60)"), 0.5, "took longer than 0.5 s"),
    ],
)
def test_a_command_that_fails_is_one_line(
    told: Notifier, seconds: float, words: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notifier, "HOOK_SECONDS", seconds)
    began = time.monotonic()
    told.notify(10, "why", None)
    assert time.monotonic() - began < 50
    (line,) = errors(caplog)
    assert words in line


def test_the_command_is_split_as_a_shell_would_but_no_shell_sees_it() -> None:
    made = Notifier.of(Settings({"PANAN_ON_FAILURE": "notify --title 'panan: down' $HOME; rm -rf x"}))
    assert made.command == ("notify", "--title", "panan: down", "$HOME;", "rm", "-rf", "x")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PANAN_REPORT_URL": "example.org/hook"}, "PANAN_REPORT_URL"),
        ({"PANAN_REPORT_URL": "file:///etc/passwd"}, "http"),
        ({"PANAN_ON_FAILURE": "notify 'open"}, "PANAN_ON_FAILURE"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_the_run(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        Notifier.of(Settings(settings))
    assert "\n" not in str(caught.value)


def test_nothing_set_is_nothing_told() -> None:
    assert Notifier.of(Settings({"PANAN_REPORT_URL": None, "PANAN_ON_FAILURE": ""})) == Notifier()
