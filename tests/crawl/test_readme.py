"""README, from top to bottom: every command it gives after `make demo` works on the archive that the demo has just made."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from demo_site.site import Site

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")


def block(name: str) -> str:
    found = re.search(rf"(?s)<!-- {name} -->\n```\w+\n(.*?)\n```", README)
    assert found is not None, name
    return found[1]


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """One command of README in `folder`, where .venv/bin/panan is this environment's."""
    words = shlex.split(command)
    assert words[0] == ".venv/bin/panan"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "panan_spider", *words[1:]],
        cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo has run."""
    folder = tmp_path_factory.mktemp("readme")
    done = run(".venv/bin/panan demo", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith("browse --data-dir data/demo")
    return folder


@pytest.mark.parametrize("command", block("next").splitlines())
def test_each_next_command_works(command: str, folder: Path) -> None:
    done = run(command, folder)
    assert done.returncode == 0 and done.stdout, done.stdout + done.stderr


def test_a_second_demo_says_that_all_is_there_already(folder: Path) -> None:
    done = run(".venv/bin/panan demo", folder)
    assert done.returncode == 0 and "nothing new: all 420 lines were there already" in done.stdout


def test_the_library_s_lines_work(folder: Path) -> None:
    site = Site.build()
    record = next(r for r in site.records if r.template == "enorth_b" and not r.parts)
    parts = urlsplit(record.url)
    (folder / "page.html").write_bytes(site.respond("GET", parts.netloc, parts.path, {}).body)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = re.sub(r'"http://[^"]+"', repr(record.url), block("library"))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(record.title) and f'"id":"{record.id}"' in done.stdout
