"""`scrapy doctor --new HOST`: a first profile of the second county, which the crawl then takes."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, environment

from demo_site.counties import COUNTIES
from demo_site.proxy import serve
from demo_site.site import Site as DemoSite
from panan_spider.sites.profile import Site

HOST = "lcnews.yangjiang.example.com"


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    with serve(DemoSite.build(1, 150, COUNTIES["lichuan"]), []) as server:
        yield server.url


def doctor(*words: str, proxy: str | None = None, **env: str) -> "subprocess.CompletedProcess[str]":
    quick = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "PANAN_RETRY_BASE=0.01")
    call = [sys.executable, "-m", "panan_spider", "doctor", *words, *quick]
    given = environment(proxy, {"PANAN_LOOPBACK_ONLY": "1", "PYTHONPATH": str(ROOT), **env})
    return subprocess.run(call, env=given, capture_output=True, text=True, check=False, cwd="/", timeout=200)


def test_a_first_profile_holds_what_the_pages_say_and_is_one(proxy: str, tmp_path: Path) -> None:
    done = doctor("--new", HOST, proxy=proxy)
    assert done.stderr.splitlines()[-1].startswith("panan: ") and "Traceback" not in done.stderr, done
    site = Site.model_validate(tomllib.loads(done.stdout))
    county = COUNTIES["lichuan"]
    assert (site.key, site.hosts, site.prefix, site.unproven) == ("lcnews", (HOST,), "/lcnews", True)
    assert (site.name, site.portal, site.first_section) == ("例川新闻网", "样江在线", "领导活动")
    assert county.key == "lichuan" and "enorth" in site.cms
    assert f"http://{HOST}/lcnews/index.shtml" not in site.known_sections and len(site.known_sections) >= 3
    (tmp_path / "lcnews.toml").write_text(done.stdout)
    again = doctor("--new", HOST, proxy=proxy, PANAN_SITES_DIR=str(tmp_path))
    assert (
        again.returncode == 1 and again.stderr == f"panan: --new: there is a profile of {HOST}: doctor --site lcnews\n"
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--new", ""), "--new : no name of a host"),
        (("--new", "a b"), "--new a b: no name of a host"),
        (("--new", "www.panews.cn"), "--new: there is a profile of www.panews.cn: doctor --site panan"),
        (("--new", HOST, "--site", "panan"), "--new goes without --site, --demo and --json"),
    ],
)
def test_a_wrong_host_is_one_line(words: tuple[str, ...], line: str) -> None:
    done = doctor(*words)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"panan: {line}\n")


def test_a_host_that_does_not_answer_gives_no_profile() -> None:
    done = doctor("--new", "news.example.org", proxy="http://127.0.0.1:9")
    assert done.returncode == 13 and done.stdout == "" and "Traceback" not in done.stderr, done


def test_an_unproven_profile_gets_the_lines_that_its_pages_state_until_nothing_is_left_to_write(
    proxy: str, tmp_path: Path
) -> None:
    path = tmp_path / "lcnews.toml"
    hosts = f'["{HOST}", "www.lcnews.example.com"]'
    entries = f'["http://{HOST}/", "http://www.lcnews.example.com/"]'
    path.write_text(f'# By hand.\nkey = "lcnews"\nunproven = true # as yet\nhosts = {hosts}\nentry_pages = {entries}\n')
    values = []
    for _round in range(3):
        done = doctor("--site", "lcnews", "--json", proxy=proxy, PANAN_SITES_DIR=str(tmp_path))
        found = json.loads(done.stdout)["site_py"]
        values.append(found["values"])
        if found["patch"]:
            subprocess.run(["git", "apply", "-"], cwd="/", input=found["patch"], text=True, check=True)
    assert {"name", "portal", "prefix", "known_sections", "first_section", "first_year"} <= values[0].keys()
    assert values[1:] == [{"unproven": "false"}, {}] and done.returncode == 0, values
    site = Site.model_validate(tomllib.loads(path.read_text("utf-8")))
    assert path.read_text("utf-8").startswith('# By hand.\nkey = "lcnews"\nname = "例川新闻网"\n')
    assert (site.name, site.portal, site.prefix) == ("例川新闻网", "样江在线", "/lcnews") and not site.unproven
