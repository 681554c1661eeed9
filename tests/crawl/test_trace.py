"""The call tracer of docs/architecture.md: each walk begins and ends where it says."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def traced(walk: str, *options: str) -> list[str]:
    words = [sys.executable, "-m", "tools.trace", walk, *options]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("walk", "first", "entered"),
    [
        (
            "article",
            "middlewares/raw_capture.py",
            {"extract/article.py", "archive/store/jsonl.py", "archive/ledger/stored_articles.py"},
        ),
        ("exit", "extensions/archive_run.py", {"report/exit_code.py", "report/evaluation.py", "report/builder.py"}),
        ("ledger", "archive/state.py", {"archive/ledger/queries.py", "archive/ledger/database.py"}),
    ],
)
def test_a_walk_begins_and_leads_where_it_says(walk: str, first: str, entered: set[str]) -> None:
    *files, summary = traced(walk)
    assert files[0] == first and entered <= set(files)
    assert len(files) == len(set(files))
    assert summary.startswith(f"{walk}: {len(files)} files, ")


def test_the_steps_of_an_article_end_with_its_mark_in_the_ledger() -> None:
    *steps, _summary = traced("article", "--steps")
    assert any(step.startswith("archive/ledger/") and step.endswith(".mark") for step in steps)
    appended = [number for number, step in enumerate(steps) if step.startswith("archive/store/jsonl.py")]
    marked = [number for number, step in enumerate(steps) if step.endswith(".mark")]
    assert appended and max(marked) > min(appended), "the line is written before its mark"
