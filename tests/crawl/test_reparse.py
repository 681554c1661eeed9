"""Articles built again from the raw pages: no request, nothing written unless told to, nothing lost unsaid."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import harness
import pytest
from harness import Begun, Crawler, Serve

DEAD_PROXY = "http://127.0.0.1:9"

#: An extraction of tomorrow, or a broken one, put in before the command starts.
TOMORROW = """
import socket, sys
from dataclasses import replace
from scrapy.cmdline import execute
from panan_spider.extract.results import UnknownLayout
from panan_spider.archive.reparse import reader as again
today = again.read_article
def no(*args, **kwargs): raise AssertionError("a request")
socket.socket.connect = socket.getaddrinfo = no
def read_article(page, site=None):
    read = today(page, site)
    if sys.argv[1] == "unreadable": raise UnknownLayout("no headline over the header line")
    return replace(read, kicker="田样例 2020") if page.url.endswith(sys.argv[2]) else read
again.read_article = read_article
if __name__ == "__main__":  # in a worker it is not
    execute(["scrapy", "reparse", *sys.argv[3:]])
"""


def reparse(data: Path, *options: str, tomorrow: tuple[str, str] | None = None) -> harness.Crawl:
    words = [sys.executable, "-m", "scrapy", "reparse"]
    if tomorrow is not None:
        script = data.with_name(f"{data.name}-tomorrow.py")
        script.write_text(TOMORROW, "utf-8")
        words = [sys.executable, str(script), *tomorrow]
    words += ["-s", f"PANAN_DATA_DIR={data}", *options]
    env = harness.environment(DEAD_PROXY) | {"PYTHONPATH": str(harness.ROOT)}
    done = subprocess.run(words, cwd=harness.ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
    return harness.Crawl(done.returncode, done.stdout, done.stderr, data, harness.articles_in(data))


def every_byte(data: Path) -> dict[str, tuple[str, int]]:
    files = [path for path in data.rglob("*") if path.is_file()]
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in (*files, data)
        if path.is_file()
    } | {str(path): ("", path.stat().st_mtime_ns) for path in (data, *data.rglob("*")) if path.is_dir()}


@pytest.fixture
def crawled(begun: Begun) -> harness.Crawl:
    _server, run = begun(articles=100)
    assert any(article["pages"] > 1 for article in run.articles)
    return run


def test_the_same_pages_make_the_same_articles_and_no_byte_is_touched(crawled: harness.Crawl) -> None:
    before = every_byte(crawled.data)
    again = reparse(crawled.data, "--diff")
    assert again.code == 0, again.said
    assert "100 stored articles read again: 100 the same, 0 changed, 0 no longer readable" in again.stdout
    assert every_byte(crawled.data) == before


def test_a_change_is_shown_field_by_field_and_stored_only_when_told(crawled: harness.Crawl) -> None:
    old = next(article for article in crawled.articles if article["kicker"] is None and article["pages"] == 1)
    tomorrow, before = ("", old["url"].rpartition("/")[2]), every_byte(crawled.data)
    shown = reparse(crawled.data, "--diff", tomorrow=tomorrow)
    assert shown.code == 0, shown.said
    assert "99 the same, 1 changed" in shown.stdout
    assert f'{old["url"]}: changed\n  kicker: null → "田样例 2020"\npanan:' in shown.stdout
    assert every_byte(crawled.data) == before
    written = reparse(crawled.data, "--write", tomorrow=tomorrow)
    assert written.code == 0, written.said
    assert written.articles[:100] == crawled.articles
    (new,) = written.articles[100:]
    assert new["content_hash"] != old["content_hash"]
    changed = {name for name in new if new[name] != old[name]}
    assert changed == {"revision", "kicker", "content_hash"}
    assert new["revision"] == 2
    assert (written.report["outcomes"], written.report["command"]) == ({"revised": 1}, "reparse")
    assert "100 the same, 0 changed" in reparse(crawled.data, tomorrow=tomorrow).stdout


def test_a_line_altered_by_hand_is_noticed(crawled: harness.Crawl) -> None:
    path = crawled.data / "articles.jsonl"
    altered = crawled.articles[41] | {"title": "不是这个标题"}
    lines = path.read_text("utf-8").split("\n")
    lines[41] = json.dumps(altered, ensure_ascii=False)
    path.write_text("\n".join(lines), "utf-8")
    shown = reparse(crawled.data, "--diff")
    assert '  title: "不是这个标题" → "' in shown.stdout, shown.said
    assert "99 the same, 1 changed" in shown.stdout


def test_what_can_no_longer_be_read_is_named_and_keeps_its_line(crawled: harness.Crawl) -> None:
    lost = reparse(crawled.data, "--write", tomorrow=("unreadable", ""))
    assert lost.code == 11, lost.said
    assert "0 the same, 0 changed, 100 no longer readable" in lost.stdout
    assert f"{crawled.articles[7]['url']}: no longer readable: no headline over the header line" in lost.stdout
    assert lost.articles == crawled.articles


def test_a_raw_page_that_is_missing_is_named(crawled: harness.Crawl) -> None:
    for path in (crawled.data / "warc").iterdir():
        path.unlink()
    gone = reparse(crawled.data)
    assert gone.code == 14, gone.said
    assert "100 without their raw page" in gone.stdout
    assert "Traceback" not in gone.said


def test_quarantined_pages_that_have_become_readable_are_stored(
    serving: Serve, crawl: Crawler, crawled: harness.Crawl, tmp_path: Path
) -> None:
    """A crawl whose extraction could read none of 2019 and joined no parts is made good without asking the site again."""
    rescued = tmp_path / "rescued"
    blind = tmp_path / "sitecustomize.py"
    blind.write_text(
        "from panan_spider.extract import article as layout, assemble as parts\n"
        "from panan_spider.extract.results import InvalidPage, UnknownLayout\n"
        "together = parts.join\n"
        "def join(pages):\n"
        "    if len(pages) > 1: raise InvalidPage('blind')\n"
        "    return together(pages)\n"
        "parts.join = join\n"
        "today = layout.read_article\n"
        "def read_article(page, site=None):\n"
        "    if '/2019/' in page.url and '_' not in page.url: raise UnknownLayout('blind')\n"
        "    return today(page, site)\n"
        "layout.read_article = read_article\n"
    )
    first = crawl(serving(articles=100), data=rescued, env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{harness.ROOT}"})
    assert first.code == 11, first.said
    assert 5 < len(first.articles) < 95
    before = every_byte(rescued)
    missing = 100 - len(first.articles)
    assert f"{missing} quarantined pages read again: {missing} newly readable" in reparse(rescued).stdout
    assert every_byte(rescued) == before
    written = reparse(rescued, "--write")
    assert written.code == 0, written.said
    own = ("fetched_at", "warc")
    whole, expected = (
        {article["id"]: {k: v for k, v in article.items() if k not in own} for article in run.articles}
        for run in (written, crawled)
    )
    assert whole == expected
    assert any(a["pages"] > 1 and a["warc"]["parts"] for a in written.articles[len(first.articles) :])
    assert "quarantined" not in reparse(rescued).stdout


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (("--since", "2020-01-01"), lambda a: (a["published"] or a["posted"])[:10] >= "2020-01-01"),
        (("--until", "2019-12-31"), lambda a: (a["published"] or a["posted"])[:10] <= "2019-12-31"),
        (("--template", "enorth_b"), lambda a: a["template"] == "enorth_b"),
    ],
)
def test_a_part_of_the_archive(crawled: harness.Crawl, options: tuple[str, str], kept: "object") -> None:
    assert callable(kept)
    expected = sum(map(kept, crawled.articles))
    assert 0 < expected < 100
    assert f"{expected} stored articles read again: {expected} the same" in reparse(crawled.data, *options).stdout


@pytest.mark.parametrize(
    ("options", "named"),
    [(("--since", "2020-02-30"), "--since"), (("--until", "soon"), "--until"), (("--template", "wordpress"), "trs"),
     (("--since", "2020-03-02", "--until", "2020-03-01"), "later"), (("--data-dir", "none-such"), "none-such")],
)  # fmt: skip
def test_a_wrong_option_is_one_line(tmp_path: Path, options: tuple[str, ...], named: str) -> None:
    wrong = reparse(tmp_path, *options)
    assert wrong.code == 1, wrong.said
    assert len(wrong.stderr.splitlines()) == 1 and named in wrong.stderr


def test_several_processes_find_and_store_what_one_does_in_the_same_order(
    crawled: harness.Crawl, tmp_path: Path
) -> None:
    found = []
    for jobs in ("1", "3"):
        data = tmp_path / jobs
        shutil.copytree(crawled.data, data)
        run = reparse(data, "--write", "--diff", "--jobs", jobs, tomorrow=("kicker", "1.shtml"))
        lines = [{**article, "fetched_at": ""} for article in run.articles]
        found.append((run.code, run.stdout, lines))
    assert len(found[0][2]) > 105  # some have been revised
    assert found[0] == found[1]


def test_no_processes_at_all_are_refused(crawled: harness.Crawl) -> None:
    run = reparse(crawled.data, "--jobs=0")
    assert (run.code, run.stderr) == (1, "panan: --jobs: '0' is no number of processes from 1 to 999\n")
