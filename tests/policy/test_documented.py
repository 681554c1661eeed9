"""The documents say what there is: every command, argument, setting, exit code and field, and nothing that is not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from checkout import ROOT, files, read
from readme_run import lasting, run_demo, shown, table

from panan_spider import settings
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.items import Article
from panan_spider.spiders.arguments import Arguments

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "DATA_FORMAT.md")


def first_cells(name: str) -> set[str]:
    """What stands in backticks in the first cells of a document's tables."""
    rows = re.findall(r"^\| ([^|]+) \|", read(name), re.MULTILINE)
    return {word for cell in rows for word in re.findall(r"`([^`]+)`", cell)}


def project_commands() -> set[str]:
    modules = (ROOT / "panan_spider/commands").glob("*.py")
    return {path.stem for path in modules if "class Command(" in path.read_text("utf-8")}


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))


def scrapy_commands() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "-h"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return set(re.findall(r"^  ([a-z]+) ", done, re.MULTILINE))


def test_every_command_is_in_readme() -> None:
    commands = project_commands()
    assert {"crawl", "demo"} <= commands
    documented = {cell.split()[1] for cell in first_cells("README.md") if cell.startswith("panan ")}
    assert not commands - documented


def test_every_spider_argument_is_in_readme() -> None:
    assert len(Arguments.model_fields) >= 7
    assert not Arguments.model_fields.keys() - first_cells("README.md")


def test_every_setting_of_ours_is_in_readme_with_its_default() -> None:
    ours = {name: value for name, value in vars(settings).items() if name.startswith("PANAN_")}
    assert len(ours) >= 3 and settings.PANAN_LOOPBACK_ONLY
    ours["PANAN_LOOPBACK_ONLY"] = False  # on in the tests
    for name, value in ours.items():
        assert re.search(rf"^\| `{name}` \|[^|]+\| `{re.escape(str(value))}` \|$", read("README.md"), re.MULTILINE), (
            name
        )


def test_every_exit_code_says_what_to_do() -> None:
    rows = dict(re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", read("README.md"), re.MULTILINE))
    assert {int(code) for code in rows} == set(ExitCode)
    assert len(rows) == 9


def test_every_field_and_outcome_is_in_the_data_format() -> None:
    cells = first_cells("DATA_FORMAT.md")
    assert len(Article.model_fields) >= 25
    assert not Article.model_fields.keys() - cells
    assert not {str(outcome) for outcome in Outcome} - cells


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_documents_give_exist(name: str) -> None:
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", read(name), re.DOTALL))
    scrapy = set(re.findall(r"\bscrapy ([a-z]+)", code))
    make = set(re.findall(r"\bmake ([a-z-]+)", code)) - {"help"}
    arguments = set(re.findall(r"-a ([a-z]+)=", code)) - {"name"}
    assert not scrapy - scrapy_commands()
    assert not make - make_targets()
    assert not arguments - Arguments.model_fields.keys()
    assert scrapy or make, f"{name} gives no command: is it read rightly?"


def test_links_and_paths_lead_somewhere() -> None:
    checked = 0
    for document in files("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8")):
            if "://" not in target:
                checked += 1
                assert (document.parent / target).exists(), f"{document.name}: {target}"
    for path in first_cells("README.md"):
        if "/" in path and " " not in path:
            checked += 1
            assert Path(ROOT, path).exists(), path
    assert checked > 20


def test_readme_shows_a_real_run() -> None:
    """`make docs` brings it up to date."""
    run = run_demo()
    assert table(shown("demo")) == run.table
    assert lasting(shown("line")) == run.article
    assert "420 articles in 420 lines" in run.output and len(run.table.splitlines()) > 15


def test_the_gate_is_what_readme_gives() -> None:
    gate = [line for line in read(".ci/run").splitlines() if line.startswith("make ")]
    assert gate == ["make venv", "make test"]
    assert "`make test`" in read("README.md")
