"""Commands where the extras are not installed, as after `make demo`: they work, or name in one line what to install."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from verify_archive import a_copy

ROOT = Path(__file__).parents[2]
EXTRAS = ("sqlite_utils", "feedgen", "starlette", "uvicorn", "pyroaring", "opencc", "xlsxwriter", "duckdb", "procrastinate", "psycopg", "obstore", "trafilatura")  # fmt: skip
_PROGRAM = f"""
import sys
sys.modules.update(dict.fromkeys({EXTRAS!r}))
from panan_spider.__main__ import main
main()
"""


def call(words: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PANAN_LOOPBACK_ONLY": "1"}
    words = [sys.executable, "-c", _PROGRAM, *words]
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("without-extras")
    (folder / "data").mkdir()
    a_copy(folder / "data").rename(folder / "data/demo")
    return folder


def next_commands() -> list[str]:
    """README's commands after `make demo`; the archive here has another first article."""
    found = re.search(r"(?s)<!-- next -->\n```\w+\n(.*?)\n```", (ROOT / "README.md").read_text("utf-8"))
    assert found is not None
    return [line.removeprefix(".venv/bin/panan ") for line in found[1].splitlines()]


@pytest.mark.parametrize("command", next_commands())
def test_readme_s_next_commands_need_no_extra(command: str, folder: Path) -> None:
    first = (folder / "data/demo/articles.jsonl").read_text("utf-8").partition('"id":"')[2].partition('"')[0]
    words = [first if re.fullmatch(r"\d{7,9}", word) else word for word in command.split()]
    done = call(words, folder)
    assert done.returncode == 0 and done.stdout and not done.stderr, done


@pytest.mark.parametrize(
    ("words", "module"),
    [
        (["browse"], "starlette"),
        (["export"], "sqlite_utils"),
        (["export", "--format", "atom"], "feedgen"),
        (["export", "--format", "xlsx"], "XlsxWriter"),
        (["export", "--format", "parquet"], "duckdb"),
    ],
)
def test_what_needs_an_extra_names_it_in_one_line(words: list[str], module: str, folder: Path) -> None:
    done = call([*words, "--data-dir", "data/demo"], folder)
    assert done.returncode == 1 and done.stdout == "" and done.stderr.count("\n") == 1, done
    assert f"needs {module}, which is not installed: pip install '" in done.stderr
