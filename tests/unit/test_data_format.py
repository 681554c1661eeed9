"""DATA_FORMAT.md is made from the code, and true of what a run leaves behind."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.items import Article
from tools.docs import article_schema, data_format

TEXT = data_format.PATH.read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)[^\n]*\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a demo run in which some pages cannot be read."""
    folder = tmp_path_factory.mktemp("run") / "data"
    words = [sys.executable, "-m", "scrapy", "demo", "--articles", "100", "--data-dir", str(folder)]
    env = {**os.environ, "SCRAPY_SETTINGS_MODULE": "panan_spider.settings"}
    done = subprocess.run([*words, "--fault", "relayout-unreadable%20"], env=env, check=False, capture_output=True)
    assert done.returncode == ExitCode.LAYOUT_DRIFT, (folder / "crawl.log").read_text("utf-8")
    return folder


def keys_of(section: str) -> set[str]:
    """What stands in backticks in the first cells of the section's tables."""
    cells = re.findall(r"^\| ([^|]+) \|", SECTIONS[section], re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_file_is_made_from_the_code() -> None:
    """`make docs` brings it up to date."""
    assert data_format.data_format_text() == TEXT
    assert "{{" not in TEXT


def test_every_outcome_has_a_meaning() -> None:
    assert data_format.MEANINGS.keys() == set(Outcome)


def test_every_field_has_type_meaning_and_example() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| `(.+)` \|$", SECTIONS["articles.jsonl"], re.MULTILINE)
    assert [name for name, *_rest in rows] == list(Article.model_fields)
    assert {name for name, kind, *_rest in rows if kind.endswith("or null")} >= {"kicker", "source", "warc"}


def test_its_example_is_a_line() -> None:
    found = re.search(r"```json\n(.*?)\n```", TEXT, re.DOTALL)
    assert found is not None
    Draft202012Validator(article_schema.article_schema()).validate(json.loads(found[1]))


def test_every_line_of_a_run_fits_the_schema(data: Path) -> None:
    validator = Draft202012Validator(article_schema.article_schema())
    lines = records(data / "articles.jsonl")
    for line in lines:
        validator.validate(line)
    assert len(lines) > 50


def test_it_names_every_file_of_a_run(data: Path) -> None:
    named = {"articles.jsonl", "ledger.sqlite", "quarantine.jsonl", "lock", "site.json", "warc", "runs"}
    assert {path.name for path in data.iterdir()} == named | {"crawl.log"}  # the demo's own
    assert all(re.search(rf"^\| `{re.escape(name)}\b", TEXT, re.MULTILINE) for name in named)


def test_it_names_every_key_of_a_quarantine_line(data: Path) -> None:
    lines = records(data / "quarantine.jsonl")
    assert lines
    assert all(set(line) == keys_of("quarantine.jsonl") for line in lines)


def test_it_names_every_key_of_a_report(data: Path) -> None:
    (path,) = (data / "runs").glob("*.json")
    report = json.loads(path.read_text("utf-8"))
    assert set(report) == keys_of("runs/")
    inner = set(report["sections"][0]) | set(report["gaps"][0])
    assert not {key for key in inner if f"`{key}`" not in SECTIONS["runs/"]}
