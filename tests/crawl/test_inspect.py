"""`scrapy inspect` and `scrapy savepage` from the shell: over the network, out of an archive, and when there is nothing to show."""

import json
import subprocess
import sys
from pathlib import Path

import harness
import pytest
from harness import Crawler, Serve

from demo_site.proxy import ProxyServer

QUICK = (
    "-s",
    "DOWNLOAD_DELAY=0",
    "-s",
    "AUTOTHROTTLE_ENABLED=False",
    "-s",
    "PANAN_RETRY_BASE=0.01",
    "-s",
    "RETRY_TIMES=1",
)
NOWHERE = "http://127.0.0.1:9"


def scrapy(*words: str, proxy: str = NOWHERE, cwd: Path = harness.ROOT) -> "subprocess.CompletedProcess[str]":
    env = {**harness.environment(proxy), "SCRAPY_SETTINGS_MODULE": "panan_spider.settings"}
    command = [sys.executable, "-m", "scrapy", *words]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False, timeout=60)


def article_of(server: ProxyServer) -> str:
    return next(slot.url for slot in server.site.slots.values() if slot.template == "enorth_b")


def test_an_address_is_asked_for_politely_and_read(demo: ProxyServer, tmp_path: Path) -> None:
    url = article_of(demo)
    done = scrapy("inspect", "--json", url, *QUICK, proxy=demo.url, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    record = demo.site.record(demo.site.article_at(url) or "")
    assert told["fields"]["title"]["value"] == record.title and told["fields"]["title"]["where"].startswith(
        "/html/body/"
    )
    assert [entry.path for entry in demo.requests] == ["/robots.txt", url.split("zjol.com.cn")[1]]
    assert not list(tmp_path.iterdir())


def test_out_of_an_archive_by_number_and_by_place(demo: ProxyServer, crawl: Crawler) -> None:
    run = crawl(demo, {"urls": article_of(demo)})
    article = run.articles[0]
    where = f"{article['warc']['file']}:{article['warc']['offset']}"
    for given in (article["id"], where, str(run.data / where)):
        done = scrapy("inspect", "--json", given, "-s", f"PANAN_DATA_DIR={run.data}")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["url"], told["fields"]["title"]["value"]) == (article["url"], article["title"])


def test_a_page_that_cannot_be_read_out_of_quarantine(serving: Serve, crawl: Crawler) -> None:
    server = serving("relayout-unreadable")
    url = article_of(server)
    data = crawl(server, {"urls": url}).data
    done = scrapy("inspect", server.site.article_at(url) or "", "-s", f"PANAN_DATA_DIR={data}")
    assert done.returncode == 11, done.stderr
    assert "how far it was read" in done.stdout and "unknown_layout: no header line" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("faults", "path", "code", "said"),
    [
        ((), "http://www.panews.cn/nowhere.html", 10, "gone: HTTP 404"),
        ((), "http://www.example.org/", 1, "not on the site, and so never requested"),
        (("robots-5xx",), "http://www.panews.cn/", 13, "unreachable: status 503"),
        (("robots-disallow",), "http://www.panews.cn/", 12, "forbidden: robots.txt disallows it"),
    ],
)
def test_no_page_is_one_line_and_the_code_of_a_crawl(
    serving: Serve, faults: tuple[str, ...], path: str, code: int, said: str
) -> None:
    server = serving(*faults)
    done = scrapy("inspect", path, *QUICK, proxy=server.url)
    assert done.returncode == code and not server.strays
    assert said in done.stderr and done.stderr.count("\n") == 1 and not done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("inspect",), "inspect takes one page"),
        (("inspect", "nowhere.html"), "No such file"),
        (("savepage", "a", "b"), "savepage takes one page"),
        (("savepage", "--name", "../x", "nowhere.html"), "is no folder's name"),
        (("savepage", "--to", "nowhere", "nowhere.html"), "'nowhere': no such folder"),
    ],
)
def test_a_wrong_call_is_one_line(words: tuple[str, ...], said: str) -> None:
    done = scrapy(*words)
    assert done.returncode == 1 and said in done.stderr and done.stderr.count("\n") == 1


def test_a_kept_page_is_a_fixture_that_the_tests_find(demo: ProxyServer, tmp_path: Path) -> None:
    url = article_of(demo)
    for options in ((), ("--redact", "--name", "redacted")):
        done = scrapy("savepage", url, "--to", str(tmp_path), *options, *QUICK, proxy=demo.url)
        assert done.returncode == 0, done.stderr
    folders = sorted((tmp_path / "fixtures").iterdir())
    assert [folder.name for folder in folders] == [f"b-{demo.site.article_at(url)}", "redacted"]
    plain, redacted = (json.loads((folder / "expected.json").read_text("utf-8")) for folder in folders)
    assert plain["title"] != redacted["title"] and len(plain["title"]) == len(redacted["title"])
    again = scrapy("savepage", url, "--to", str(tmp_path), *QUICK, proxy=demo.url)
    assert again.returncode == 1 and "nothing is overwritten" in again.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["fixtures"]
