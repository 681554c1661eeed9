"""What a run says while it runs: on a terminal, off it, and as JSON."""

import json
import re
from pathlib import Path
from typing import Any

import harness
import pytest
import terminal
from harness import Crawler, Serve

from demo_site.proxy import ProxyServer

LOGGED = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[[\w.]+\] [A-Z]+: ")
BROKEN = "class Breaking:\n    def process_item(self, item):\n        raise RuntimeError('broken on purpose')\n"


def test_on_a_terminal_progress_leaves_every_log_line_whole_and_the_run_ends_with_ten_lines(
    serving: Serve, tmp_path: Path
) -> None:
    server = serving("relayout-unreadable%20")
    words = harness.command(tmp_path / "data", None, {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0.01})
    code, printed = terminal.run(words, harness.environment(server.url))
    assert code == 11, printed[-3000:]
    assert "list pages ·" in printed and "━" in printed  # there was progress to see
    lines = [line for line in terminal.seen(printed) if line]
    report = json.loads(next((tmp_path / "data/runs").glob("2*.json")).read_text("utf-8"))
    unknown = [line for line in lines if "unknown_layout: http" in line]
    assert len(unknown) == report["outcomes"]["unknown_layout"] > 5
    assert all(LOGGED.match(line) for line in unknown)
    assert not [line for line in lines if "list pages ·" in line or "━" in line]
    assert lines[-10].split(maxsplit=1) == ["verdict", "The site has changed (exit code 11)"]
    assert LOGGED.match(lines[-11])
    assert lines[-1].endswith(f"{report['run']}.html")


@pytest.fixture
def broken(demo: ProxyServer, crawl: Crawler, tmp_path: Path) -> harness.Crawl:
    """A crawl in which every article breaks a pipeline, logged as JSON, told three times a second."""
    (tmp_path / "breaking.py").write_text(BROKEN)
    settings = {"ITEM_PIPELINES": json.dumps({"breaking.Breaking": 50}), "LOGSTATS_INTERVAL": 0.3, "LOG_LEVEL": "DEBUG"}
    return crawl(demo, settings=settings, env={"PYTHONPATH": str(tmp_path)}, extra=("--json-log",))


def records(run: harness.Crawl) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.stderr.split("\n")[:-1]]


def test_as_json_every_line_is_one_object_with_tracebacks_inside(broken: harness.Crawl) -> None:
    told = records(broken)
    assert broken.code == 10
    assert all({"time", "level", "logger", "message"} <= set(one) for one in told)
    assert any("broken on purpose" in one.get("traceback", "") for one in told)
    assert any(one["message"].startswith("panan: exit 10") for one in told)
    progress = [one["message"] for one in told if "list pages ·" in one["message"]]
    assert progress and "\x1b" not in broken.stderr


@pytest.mark.parametrize("words", [("-a", "sice=1"), ("-s", "PANAN_REPORT_URL=nowhere")])
def test_a_refusal_is_json_too(words: tuple[str, ...], crawl: Crawler, demo: ProxyServer) -> None:
    run = crawl(demo, extra=("--json-log", *words))
    assert run.code == 1
    (only,) = records(run)
    assert only["message"].startswith("panan: ")
    assert not run.data.exists()


def test_off_a_terminal_it_logs_a_line_now_and_then(demo: ProxyServer, crawl: Crawler) -> None:
    run = crawl(demo, settings={"LOGSTATS_INTERVAL": 0.3})
    assert run.code == 0
    lines = [line for line in run.stderr.splitlines() if re.search(r"INFO: panan: [\d,]+ list pages · ", line)]
    assert lines
    assert "Crawled" not in run.stderr and "\x1b" not in run.stderr


def test_after_a_failure_the_command_is_started_and_after_a_good_run_it_is_not(
    serving: Serve, crawl: Crawler, tmp_path: Path
) -> None:
    hook = tmp_path / "hook.sh"
    hook.write_text(
        '#!/bin/sh\necho "$PANAN_EXIT_CODE $PANAN_REASON" > "$1"; test -s "$PANAN_REPORT" && echo report >> "$1"\n'
    )
    hook.chmod(0o755)
    env = {"PANAN_ON_FAILURE": f"'{hook}' {tmp_path}/told"}
    server = serving("robots-5xx:500")
    run = crawl(server, settings={"RETRY_TIMES": 0}, env=env)
    assert run.code == 13
    said, report = (tmp_path / "told").read_text("utf-8").splitlines()
    assert said == f"13 {run.report['reason']}" and report == "report"
    (tmp_path / "told").unlink()
    server.faults.clear()
    assert crawl(server, {"sections": "视频"}, env=env).code == 0
    assert not (tmp_path / "told").exists()
    assert crawl(server, {"since": "never"}, env=env).code == 1
    assert (tmp_path / "told").read_text("utf-8").startswith("1 since: 'never' is not a day")
