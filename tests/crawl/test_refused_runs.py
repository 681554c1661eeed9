"""Runs that are refused, and what a terminal at `-L WARNING` shows of runs that failed."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from harness import ROOT, Begun, Crawler, Serve, environment

from demo_site.proxy import ProxyServer
from panan_spider.sites.profile import load_site


def test_an_unknown_section_leaves_no_archive_behind(demo: ProxyServer, crawl: Crawler) -> None:
    run = crawl(demo, {"sections": "没有这个"}, settings={"LOG_LEVEL": "WARNING"})
    assert run.code == 1 and not run.data.exists(), run.said
    assert "panan: exit 1" in run.stderr and run.stderr.splitlines()[-1].startswith("panan: sections: "), run.said
    assert not [request for request in demo.requests if demo.site.article_at(f"http://{request.host}{request.path}")]


def test_what_somebody_else_keeps_in_the_folder_stays(demo: ProxyServer, crawl: Crawler, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/mine.txt").write_text("mine")
    run = crawl(demo, {"sections": "没有这个"})
    assert run.code == 1 and [path.name for path in run.data.iterdir()] == ["mine.txt"], run.said


def test_an_archive_that_was_there_stays_and_answers_for_the_sections_it_knows(begun: Begun, crawl: Crawler) -> None:
    server, first = begun()
    run = crawl(server, {"sections": "书记,没有这个"})
    assert run.code == 1 and first.articles and run.articles == first.articles, run.said
    asked = sorted(f"{request.host}{request.path}" for request in server.requests)
    assert asked == sorted(host + path for host in load_site().hosts for path in ("/", "/robots.txt")), asked
    assert "书记" in run.stderr.splitlines()[-1] and "乡镇" in run.stderr.splitlines()[-1]


def test_without_an_archive_every_page_that_can_be_the_section_is_asked_for_once(
    demo: ProxyServer, crawl: Crawler
) -> None:
    run = crawl(demo, {"sections": "没有这个"})
    asked = [f"{request.host}{request.path}" for request in demo.requests]
    assert run.code == 1 and len(asked) == len(set(asked)) == 21, asked  # two hosts, 17 lists that links lead to


@pytest.mark.parametrize(
    ("fault", "level", "code"), [("always-5xx%40@/system/", "WARNING", 10), ("challenge", "ERROR", 12)]
)
def test_a_failed_run_says_so_at_the_level_of_its_verdict(
    serving: Serve, crawl: Crawler, fault: str, level: str, code: int
) -> None:
    quick = {"RETRY_TIMES": 0, "LOG_LEVEL": level}
    run = crawl(serving(fault), {"sections": "书记"}, settings=quick)
    assert run.code == code and f"{level}: panan: exit {code} · " in run.stderr, run.said


def test_a_good_run_says_nothing_at_warning(demo: ProxyServer, crawl: Crawler) -> None:
    run = crawl(demo, {"sections": "视频"}, settings={"LOG_LEVEL": "WARNING", "PANAN_CONTACT": "me@example.org"})
    assert run.code == 0 and "panan: exit" not in run.stderr, run.said


def test_csv_and_xml_hold_json_where_they_have_no_form_of_their_own(
    demo: ProxyServer, crawl: Crawler, tmp_path: Path
) -> None:
    feeds = [str(tmp_path / name) for name in ("x.csv", "x.xml")]
    run = crawl(demo, {"sections": "书记"}, extra=("-O", feeds[0], "-O", feeds[1]))
    assert run.code == 0, run.said
    lines = {line["id"]: line for line in run.articles}
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    root = ElementTree.parse(tmp_path / "x.xml").getroot()
    elements = {str(item.findtext("id")): item for item in root}
    assert rows.keys() == elements.keys() == lines.keys()
    for number, line in lines.items():
        for name in ("blocks", "authors", "images", "credits", "breadcrumbs"):
            assert json.loads(rows[number][name]) == json.loads(str(elements[number].findtext(name))) == line[name]
        for name in ("title", "kicker", "text"):
            assert rows[number][name] == elements[number].findtext(name) == (line[name] or "")


TWO_CRAWLS = """
import sys
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings

settings = get_project_settings()
settings.setdict({"PANAN_DATA_DIR": sys.argv[1], "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "LOG_LEVEL": "WARNING"})
process = CrawlerProcess(settings)
for _ in range(2):
    process.crawl("panan", sections="视频")
process.start()
sys.exit(3 if process.bootstrap_failed else 0)
"""


def test_a_second_crawl_in_the_process_is_one_line_and_the_first_is_unharmed(
    demo: ProxyServer, crawl: Crawler, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", TWO_CRAWLS, str(tmp_path / "two")]
    run = subprocess.run(
        command, env=environment(demo.url), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    refused = [line for line in run.stderr.splitlines() if "is held by" in line]
    assert run.returncode == 3 and len(refused) == 1 and "the crawl could not start" in refused[0], run.stderr
    assert "Traceback" not in run.stderr and "Unhandled" not in run.stderr
    lines = [json.loads(line) for line in (tmp_path / "two/articles.jsonl").read_text(encoding="utf-8").splitlines()]
    alone = crawl(demo, {"sections": "视频"}).articles
    assert alone and {line["id"] for line in lines} == {line["id"] for line in alone}
