"""docs/operating.md: its commands are run, its backup is restored, its figures are those of a run."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from store_helpers import lines_of
from verify_archive import Newsroom, newsroom, said

from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import ExitCode, Outcome

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs/operating.md").read_text("utf-8")
BIN: Final = Path(sys.executable).parent


def block(name: str) -> list[str]:
    """The commands of the block under `<!-- name -->`, a `for` loop as one."""
    found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None, name
    return _commands(found[1])


def _commands(text: str) -> list[str]:
    joined = re.sub(r"(for [^\n]*\n)(.*?)(\ndone)", lambda loop: loop[0].replace("\n", " "), text, flags=re.DOTALL)
    return [line for line in joined.splitlines() if line]


def shell(command: str, data: Path, backup: Path | None = None) -> str:
    """Run one command of the page in a folder outside the checkout, as `panan` from the PATH; raises where it fails."""
    env = os.environ | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PANAN_DATA_DIR": str(data),
        "BACKUP": str(backup),
        "PYTHONPATH": str(ROOT),
    }
    home = data.parent / "home"
    home.mkdir(exist_ok=True)
    program = home.parent / "bin" / "panan"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m panan_spider "$@"\n', "utf-8")
    program.chmod(0o755)
    env["PATH"] = f"{program.parent}{os.pathsep}{env['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-ec", command], cwd=home, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return newsroom(tmp_path / "data")


def restored(backup: Path, into: Path) -> str:
    return [shell(command, into, backup) for command in block("restore")][-1]


def test_a_backup_between_runs_restores_to_the_last_byte(room: Newsroom, tmp_path: Path) -> None:
    for command in block("backup"):
        shell(command, room.folder, tmp_path / "backup")
    told = restored(tmp_path / "backup", tmp_path / "again")
    assert "everything agrees" in told.splitlines()[-1] and "0 things did not agree" in told.splitlines()[-1]
    for name in ("articles.jsonl", "quarantine.jsonl"):
        assert (tmp_path / "again" / name).read_bytes() == (room.folder / name).read_bytes()
    assert said(tmp_path / "again") == []


def test_a_backup_while_a_run_goes_on_restores_too(room: Newsroom, tmp_path: Path) -> None:
    """Between any two of its commands, and within its loop, the run goes on storing."""
    backup, number = tmp_path / "backup", iter(room.site.slots)
    stored = {line["id"] for line in lines_of(room.folder / "articles.jsonl")}

    def go_on(archive: Archive) -> None:
        archive.memory.settle("http://www.panews.cn/nowhere/", Outcome.GONE)
        for _ in range(2):
            room.store(archive, next(one for one in number if one not in stored))

    def a_run(archive: Archive) -> None:
        for command in block("backup"):
            go_on(archive)
            steps = re.match(r"for part in (.*?); do (.*); fi done", command)
            for part in steps[1].split() if steps else [""]:
                shell(f"part={part}; {steps[2]}; fi" if steps else command, room.folder, backup)
                go_on(archive)

    room.run(a_run)
    before = len(lines_of(backup / "articles.jsonl"))
    assert "everything agrees" in restored(backup, tmp_path / "again").splitlines()[-1]
    kept = lines_of(tmp_path / "again/articles.jsonl")
    stored_lines = lines_of(room.folder / "articles.jsonl")
    assert kept[:before] == stored_lines[:before] and before > 10
    # A raw page that was copied after its line was written is no loss: the line is made again. Sections come from the ledger.
    assert [{**line, "listed_in": []} for line in kept] == [
        {**line, "listed_in": []} for line in stored_lines[: len(kept)]
    ]
    assert said(tmp_path / "again") == []


def test_a_restored_archive_goes_on(room: Newsroom, tmp_path: Path) -> None:
    for command in block("backup"):
        shell(command, room.folder, tmp_path / "backup")
    restored(tmp_path / "backup", tmp_path / "again")
    room.folder = tmp_path / "again"

    def a_run(archive: Archive) -> None:
        room.site.correct(room.ids[1])
        assert room.store(archive, room.ids[1]).revision == 3

    room.run(a_run)
    assert said(room.folder) == []


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^\$ (panan (?:status|verify).*)$", PAGE, re.MULTILINE))))
def test_commands_that_look_are_as_the_page_gives_them(room: Newsroom, command: str) -> None:
    assert shell(command, room.folder)


def test_the_page_names_commands_that_look() -> None:
    assert len(re.findall(r"^\$ panan (?:status|verify)", PAGE, re.MULTILINE)) >= 3
    assert not re.search(r"\bscrapy (?:status|verify|crawl)", PAGE)


def test_installing_takes_ten_lines_that_name_what_there_is() -> None:
    install = re.search(r"## Install on a server.*?```sh\n(.*?)```", PAGE, re.DOTALL)
    assert install is not None
    lines = install[1].splitlines()
    assert len(lines) <= 10
    for unit in re.findall(r"panan-\w+\.timer", install[1]):
        assert (ROOT / "deploy/systemd" / unit).is_file()
    service = (ROOT / "deploy/systemd/panan@.service").read_text()
    assert "User=panan" in service and "/opt/panan_spider/" in service and "useradd --system" in lines[1]
    assert "EnvironmentFile=/etc/panan.env" in service and (ROOT / "deploy/panan.env").is_file()
    assert "panan@true.service" in install[1] and "/var/lib/panan" in lines[4]


def test_the_shell_takes_every_block() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 5
    for text in blocks:
        subprocess.run(["/bin/sh", "-n", "-c", text], check=True, timeout=10)


def test_every_exit_code_asks_something_or_says_that_it_does_not() -> None:
    table = PAGE.partition("## What it tells you")[2].partition("## Upgrading")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == sorted(ExitCode)


def test_the_sums_of_the_disk_are_right() -> None:
    disk = PAGE.partition("## Disk")[2].partition("## scrapyd")[0]
    page, line, book, request, report, night = 10, 4.8, 1, 1.4, 36, 12
    for figure in (
        f"{line} kB",
        f"{request} kB",
        f"{report} kB",
        f"{book} kB an article",
        f"{night} kB a night",
        f"to {page} kB",
    ):
        assert figure in disk, figure
    articles = 20_000 / 1_000
    for sum_, said_ in (
        (articles * page, "200 MB of raw pages"),
        (articles * line, "100 MB of lines"),
        (articles * book, "20 MB of ledger"),
        (365 * 80 * request / 1_000, "40 MB\nof raw pages"),
        (365 * (report + night) / 1_000, "18 MB of reports and books"),
    ):
        assert said_ in disk and float(said_.split()[0]) == pytest.approx(sum_, rel=0.05), said_
