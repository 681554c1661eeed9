"""`scrapy demo`, as a newcomer runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ROOT, articles_in, newest

from demo_site.site import Site


def demo(data: Path, *options: str, **env: str) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-m", "scrapy", "demo", "--data-dir", str(data), "--articles", "150", *options]
    given = {**os.environ, "COLUMNS": "120", "PYTHONIOENCODING": "utf-8", **env}
    return subprocess.run(words, cwd=ROOT, env=given, capture_output=True, encoding="utf-8", check=False, timeout=200)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple["subprocess.CompletedProcess[str]", Path]:
    data = tmp_path_factory.mktemp("demo")
    # A proxy and a no_proxy of the user's own must not lead the crawl elsewhere.
    return demo(data, no_proxy="*", NO_PROXY="panews.zjol.com.cn,www.panews.cn", HTTP_PROXY="http://127.0.0.1:9"), data


def test_it_ends_well_and_says_where_the_articles_are(done: tuple["subprocess.CompletedProcess[str]", Path]) -> None:
    process, data = done
    assert process.returncode == 0, process.stdout + process.stderr
    assert "150 articles in 150 lines" in process.stdout
    assert "0 of them off the site" in process.stdout
    assert str(data / "articles.jsonl") in process.stdout


def test_its_table_counts_every_section(done: tuple["subprocess.CompletedProcess[str]", Path]) -> None:
    process, _ = done
    records = Site.build(1, 150).records
    for name in {record.breadcrumbs[-1] for record in records if record.breadcrumbs}:
        count = sum(record.breadcrumbs[-1:] == (name,) for record in records)
        assert re.search(rf"│ {name} +│[^│]+│[^│]+│ +{count} │", process.stdout), name


def test_every_article_is_stored_once_and_exact_in_every_field(
    done: tuple["subprocess.CompletedProcess[str]", Path],
) -> None:
    site, lines = Site.build(1, 150), articles_in(done[1])
    stored = newest(lines)
    assert len(lines) == len(stored)
    assert stored.keys() == {record.id for record in site.records}
    for record in site.records:
        expected = site.expected(record)
        assert {name: stored[record.id][name] for name in expected} == expected


def test_its_exit_code_is_the_crawls(tmp_path: Path) -> None:
    process = demo(tmp_path, "--fault", "robots-5xx:500", "-s", "RETRY_TIMES=0", "-s", "PANAN_RETRY_BASE=0.01")
    assert process.returncode == 13, process.stdout + process.stderr
    assert "exit code 13" in process.stdout


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--fault", "nonsense"), "no such fault: nonsense"),
        (("--articles", "3"), "at least 100"),
        (("--sections", "2"), "has 18 to 117 sections, not 2"),
        (("--sections", "1000"), "has 18 to 117 sections, not 1000"),
        (("--sections", "60", "--articles", "400"), "of 60 sections has more articles than 400"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_starts(tmp_path: Path, options: tuple[str, ...], complaint: str) -> None:
    process = demo(tmp_path, *options)
    assert process.returncode not in (0, 10)
    assert "Traceback" not in process.stderr
    assert complaint in process.stdout + process.stderr
    assert not list(tmp_path.iterdir())
