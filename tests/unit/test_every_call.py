"""Every command, every wrong call: one table of call, exit code and line. No traceback, nothing written.

Calls that are refused before a crawl is set up run in this process; the others, and those about streams, in one of their own.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from command_line import scrapy
from verify_archive import a_copy

ROOT = Path(__file__).parents[2]
PANAN = (sys.executable, "-m", "panan_spider")

#: Commands on an archive, with what they need beside `--data-dir`.
ON_ARCHIVES = {
    "browse": (),
    "export": ("--format", "csv"),
    "people": (),
    "reparse": ("--jobs", "1"),
    "status": (),
    "verify": (),
}
#: Calls of every command that end well on the archive of `folder`.
GOOD = {
    "status": ("status", "--data-dir", "arch"),
    "status --json": ("status", "--data-dir", "arch", "--json"),
    "verify": ("verify", "--data-dir", "arch"),
    "export": ("export", "--data-dir", "arch", "--format", "csv"),
    "people": ("people", "--data-dir", "arch"),
    "reparse": ("reparse", "--data-dir", "arch", "--jobs", "1"),
    "inspect": ("inspect", "ARTICLE", "--data-dir", "arch"),
    "inspect --article": ("inspect", "ARTICLE", "--data-dir", "arch", "--article"),
    "sites": ("sites",),
    "fleet status": ("fleet", "status"),
    "demo --fault list": ("demo", "--fault", "list"),
    "list": ("list",),
    "help": ("--help",),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that no call of this module may change."""
    return a_copy(tmp_path_factory.mktemp("every-call"))


@pytest.fixture
def folder(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder: an archive `arch`, a file, an empty folder. After the test it is as it was."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "panan_spider.settings")
    monkeypatch.setenv("PANAN_LOOPBACK_ONLY", "1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "arch").symlink_to(archive)
    (tmp_path / "afile").write_text("x")
    (tmp_path / "empty").mkdir()
    before = contents(tmp_path), contents(archive)
    yield tmp_path
    assert (contents(tmp_path), contents(archive)) == before


def contents(folder: Path) -> dict[str, int]:
    """Every file of the folder with its time of change, but what exports write."""
    paths = (path for path in folder.rglob("*") if "export" not in path.parts and "people.jsonl" not in path.name)
    return {str(path): path.stat().st_mtime_ns if path.is_file() else 0 for path in paths}


def panan(
    *words: str,
    cwd: Path | None = None,
    stdout: Any = subprocess.PIPE,
    env: Mapping[str, str] = {},
    encoding: str = "utf-8",
) -> "subprocess.CompletedProcess[str]":
    """One call in a process of its own."""
    given = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **env}
    return subprocess.run(
        [*PANAN, *words], cwd=cwd, env=given, stdout=stdout, stderr=subprocess.PIPE, encoding=encoding, check=False
    )


NAMED = {
    "": "--data-dir names no folder",
    "nowhere": "there is no archive in nowhere",
    "empty": "there is no archive in empty",
    "afile": "afile is a file, not a folder",
    "afile/below": "afile is a file, not a folder",
}


@pytest.mark.parametrize("command", ON_ARCHIVES)
@pytest.mark.parametrize("given", NAMED)
def test_a_folder_that_holds_no_archive(
    command: str, given: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = scrapy(capsys, command, *ON_ARCHIVES[command], "--data-dir", given)
    assert (said.code, said.out, said.err) == (1, "", f"panan: {NAMED[given]}\n")


#: Call, exit code, and the beginning of the one line on stderr. `{no_file}` is a path in a folder that is not there.
REFUSED: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("status",), 1, "there is no archive in data"),
    (("status", ""), 1, "scrapy status takes options only, not ''"),
    (("status", "word"), 1, "scrapy status takes options only, not 'word'"),
    (("demo", ""), 1, "scrapy demo takes options only"),
    (("demo", "--data-dir", ""), 1, "--data-dir names no folder"),
    (("demo", "--data-dir", "afile"), 1, "--data-dir afile: File exists"),
    (("demo", "--data-dir", "afile/below"), 1, "--data-dir afile/below: Not a directory"),
    (("demo", "--site", "nowhere"), 1, "--site: no made-up county 'nowhere'"),
    (("demo", "--fault", ""), 1, "no such fault"),
    (("demo", "--articles", "few"), 1, "argument --articles: invalid int value"),
    (("doctor", "word"), 1, "scrapy doctor takes options only"),
    (("doctor", "--site", ""), 1, "--site: no site ''"),
    (("doctor", "--save", ""), 1, "--save names no folder"),
    (("doctor", "--save", "afile"), 1, "--save afile: not a folder"),
    (("doctor", "--fault", "drop"), 1, "--fault is for --demo"),
    (("browse", "--static", "", "--data-dir", "arch"), 1, "--static names no folder"),
    (("browse", "--host", "", "--data-dir", "arch"), 1, "--host"),
    (("export", "--out", "", "--data-dir", "arch"), 1, "--out: '' names no file"),
    (("export", "--out", "-", "--data-dir", "arch"), 1, "--out: '-' names no file"),
    (("export", "--format", "", "--data-dir", "arch"), 1, "--format: no format is named ''"),
    (("export", "--section", "没有", "--data-dir", "arch"), 1, "no section is named '没有'"),
    (("export", "--since", "soon", "--data-dir", "arch"), 1, "--since: 'soon' is no date"),
    (("reparse", "--template", "", "--data-dir", "arch"), 1, "--template: no template is named ''"),
    (("reparse", "--jobs", "", "--data-dir", "arch"), 1, "--jobs: ''"),
    (("sites", "--sites", ""), 1, "--sites names no site"),
    (("sites", "word"), 1, "scrapy sites takes options only"),
    (("fleet",), 1, "scrapy fleet takes one of run"),
    (("fleet", ""), 1, "scrapy fleet takes one of run"),
    (("fleet", "status", "--sites", "nowhere"), 1, "--sites: no site is named 'nowhere'"),
    (("parse",), 1, "scrapy parse does not work with the spiders of this project; `scrapy inspect`"),
    (("parse", "http://panews.zjol.com.cn/"), 1, "scrapy parse does not work"),
    (("crawl",), 1, "scrapy crawl takes the name of one spider"),
    (("crawl", ""), 1, "no spider is named ''"),
    (("crawl", "nobody"), 1, "no spider is named 'nobody'"),
    (("crawl", "panan", "-a", "bogus=1"), 1, "unknown argument 'bogus'"),
    (("crawl", "panan", "-a", "since="), 1, "since"),
    (("crawl", "panan", "-s", "PANAN_DATA_DIR=afile"), 14, "afile is a file, not a folder"),
    (("crawl", "panan", "-s", "PANAN_DATA_DIR=afile/below"), 14, "afile is a file, not a folder"),
    (("crawl", "panan", "-s", "PANAN_DATA_DIR=/proc"), 14, "/proc: No such file or directory"),
    (("crawl", "panan", "-s", "PANAN_DATA_DIR=/proc/new"), 14, "/proc/new: No such file or directory"),
    (("crawl", "panan", "-s", "LOG_FILE={no_file}"), 1, "LOG_FILE: {no_file}: there is no folder"),
    (("crawl", "panan", "-o", "afile/x.jsonl"), 1, "the feed afile/x.jsonl cannot be written"),
    (("crawl", "panan", "-O", "empty:csv"), 1, "the feed empty cannot be written: it is a folder"),
    (("crawl", "panan", "-O", "x.parquet"), 1, ""),
    (("crawl", "panan", "-O", ""), 1, ""),
    (("crawl", "panan", "-o", "gopher://host/x.jsonl"), 1, "the feeds cannot be written: Unknown feed storage scheme"),
    (("crawl", "panan", "-s", 'FEEDS={"x":{"format":"odd"}}'), 1, "the feeds cannot be written: Unknown feed format"),
    (("runspider",), 1, "scrapy runspider takes one Python file"),
    (("runspider", ""), 1, "one Python file"),
    (("runspider", "nosuch.py"), 1, "nosuch.py: no such file"),
    (("runspider", "empty"), 1, "empty: a folder"),
    (("check", "nosuch"), 1, "no spider is named 'nosuch'"),
    (("check", ""), 1, "no spider is named ''"),
    (("check", "-a", "bogus"), 1, "Invalid -a value"),
    (("check", "--bogus"), 1, "scrapy check has no option '--bogus'"),
    (("fetch",), 1, "scrapy fetch takes one address, with http:// or https://"),
    (("fetch", ""), 1, "scrapy fetch takes one address"),
    (("fetch", "nosuch"), 1, "scrapy fetch takes one address"),
    (("fetch", "http://127.0.0.1:9/", "--spider", "nosuch"), 1, "no spider is named 'nosuch'"),
    (("view",), 1, "scrapy view takes one address"),
    (("view", "afile"), 1, "scrapy view takes one address"),
    (("view", "http://127.0.0.1:9/", "--spider", ""), 1, "no spider is named ''"),
    (("shell", "--spider", "nosuch"), 1, "no spider is named 'nosuch'"),
    (("shell", "./nosuch.html"), 1, "./nosuch.html: no such file"),
    (("shell", "afile", "afile"), 1, "scrapy shell takes one address or file, or none"),
    (("settings", "word"), 1, "scrapy settings takes options only, not 'word'"),
    (("settings", "--getint", "BOT_NAME"), 1, "--getint BOT_NAME: invalid literal"),
    (("settings", "--getbool", "BOT_NAME"), 1, "--getbool BOT_NAME: "),
    (("settings", "--getfloat", "BOT_NAME"), 1, "--getfloat BOT_NAME: "),
    (("settings", "--get"), 1, "argument --get: expected one argument"),
    (("runspider", str(ROOT / "panan_spider/spiders/county.py"), "-a", "bogus=1"), 1, "unknown argument 'bogus'"),
    (("runspider", "afile"), 1, "afile cannot be loaded: ValueError: Not a Python source file"),
)


@pytest.mark.parametrize(("words", "code", "line"), REFUSED, ids=[" ".join(words) for words, _code, _line in REFUSED])
def test_a_wrong_call_is_one_line(
    words: tuple[str, ...], code: int, line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"no_file": "/nonexistent/x.log"}
    said = scrapy(capsys, *(word.replace("{no_file}", names["no_file"]) for word in words))
    assert (said.code, said.out, said.err.count("\n")) == (code, "", 1), said
    assert said.err.startswith(f"panan: {line.replace('{no_file}', names['no_file'])}"), said


@pytest.mark.parametrize("words", [("--section", "没有"), ("--format", "csv", "--section", "没有")])
@pytest.mark.parametrize("out", ["afile", "new/er/x"])
def test_a_refused_export_leaves_nothing_behind(
    words: tuple[str, ...], out: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(folder.rglob("*"))
    said = scrapy(capsys, "export", "--data-dir", "arch", *words, "--out", out)
    assert (said.code, said.err.count("\n")) == (1, 1), said
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("option", ["--logfile", "--pidfile", "--profile"])
@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("", "{option} names no file"),
        ("empty", "{option} empty: it is a folder"),
        ("/nonexistent/x", "{option} /nonexistent/x: there is no folder /nonexistent"),
        ("afile/x", "{option} afile/x: "),
    ],
)
@pytest.mark.parametrize("command", [("crawl", "panan"), ("status", "--data-dir", "arch"), ("runspider", "x.py")])
def test_a_log_pid_or_profile_file_that_cannot_be_written(
    command: tuple[str, ...], option: str, given: str, line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = scrapy(capsys, *command, option, given)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1), said
    assert said.err.startswith(f"panan: {line.format(option=option)}"), said


PAGES = (
    (("inspect",), "inspect takes one page"),
    (("inspect", ""), "inspect takes one page"),
    (("inspect", "nosuch.html"), "nosuch.html: No such file or directory"),
    (("inspect", "empty"), "empty: a folder without page.html"),
    (
        ("inspect", "012345678", "--data-dir", "arch"),
        "012345678: no such file, and no such article in arch/articles.jsonl",
    ),
    (("inspect", "afile", "--data-dir", ""), "--data-dir names no folder"),
    (("inspect", "http://example.com/"), "http://example.com/: not on the site"),
    (("savepage", "afile", "--to", "afile"), "'afile': no such folder"),
    (("savepage", "afile", "--name", ""), "--name '' is no folder's name"),
)


@pytest.mark.parametrize(("words", "line"), PAGES, ids=[" ".join(words) for words, _line in PAGES])
def test_a_page_that_is_not_there(words: tuple[str, ...], line: str, folder: Path) -> None:
    done = panan(*words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done
    assert done.stderr.startswith(f"panan: {line}"), done


def call(name: str, archive: Path) -> list[str]:
    """The words of a good call, the archive's first article in it."""
    first = (archive / "articles.jsonl").read_text("utf-8").partition('"id":"')[2].partition('"')[0]
    return [first if word == "ARTICLE" else word for word in GOOD[name]]


@pytest.mark.parametrize("name", GOOD)
def test_a_closed_pipe_changes_no_exit_code_and_a_full_disk_is_one_line(name: str, folder: Path, archive: Path) -> None:
    words = call(name, archive)
    reader, writer = os.pipe()
    os.close(reader)
    gone = panan(*words, stdout=writer)
    os.close(writer)
    assert (gone.returncode, gone.stderr) == (0, ""), gone
    with Path("/dev/full").open("w") as full:
        done = panan(*words, stdout=full)
    assert (done.returncode, done.stderr) == (14, "panan: standard output: No space left on device\n"), done


@pytest.mark.parametrize("name", ["status", "inspect", "inspect --article", "sites", "verify"])
@pytest.mark.parametrize("env", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "gbk", "PYTHONUNBUFFERED": "1"}])
def test_a_terminal_without_every_character(name: str, env: dict[str, str], folder: Path, archive: Path) -> None:
    done = panan(*call(name, archive), encoding=env["PYTHONIOENCODING"], env=env)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout, done
    if name == "inspect --article":
        assert "?" not in json.loads(done.stdout)["title"]


@pytest.mark.parametrize("name", ["status", "status --json", "sites"])
def test_a_standard_output_that_is_closed_is_no_error(name: str, folder: Path, archive: Path) -> None:
    words = " ".join((*PANAN, *call(name, archive)))
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["/bin/sh", "-c", f"exec {words} >&-"], env=env, check=False)
    assert done.returncode == 0


_LOADING = """
import sys
sys.argv = ["panan", "crawl", "panan"]
import panan_spider.commands
print("loading", flush=True)
import time
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_command_is_loading_is_code_16(number: int, folder: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", _LOADING]
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == "loading\n"
        process.send_signal(number)
        said = process.stderr.read()
        assert process.wait() == 16
    assert said == "panan: stopped before it began; the archive was not touched\n"


_TYPED = """
import scrapy
from pydantic import BaseModel

class Given(BaseModel):
    depth: int = 1

class Typed(scrapy.Spider):
    name = "typed"

    def __init__(self, **kwargs):
        super().__init__()
        self.given = Given.model_validate(kwargs)
"""


def test_a_wrong_argument_of_another_spider_is_one_line_without_the_validator_s_own_words(tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text(_TYPED)
    done = panan("runspider", "typed.py", "-a", "depth=deep", "-s", "PANAN_CONTACT=a@example.org", cwd=tmp_path)
    line = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and "Traceback" not in done.stderr, done
    assert line.startswith("panan: depth='deep': Input should be a valid integer"), done
    assert "pydantic.dev" not in done.stderr and "validation error" not in done.stderr


@pytest.mark.parametrize("command", ["browse", "crawl", "demo", "doctor", "export", "fleet", "inspect", "savepage"])
def test_help_is_whole_at_80_columns_and_names_the_program(command: str) -> None:
    done = panan(command, "--help")
    assert done.returncode == 0 and f"panan {command}" in done.stdout and "scrapy " not in done.stdout, done.stdout
    assert "(Default" not in done.stdout and max(map(len, done.stdout.splitlines())) <= 80
    assert "===" not in done.stdout  # Scrapy underlines what it takes for a heading
