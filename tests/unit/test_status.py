"""`scrapy status`: true figures, every gap named, no file touched, no archive no answer."""

import io
import json
import os
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from command_line import scrapy
from store_helpers import a_dead_run, an_archive, an_article, url_of

from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article, WarcLocation
from panan_spider.report.status import ArchiveStatus, read_status, show
from panan_spider.sites.thresholds import Thresholds

Capture = pytest.CaptureFixture[str]


def status_of(folder: Path) -> ArchiveStatus:
    return read_status(folder, Thresholds())


def dated(number: int, day: date, **other: Any) -> Article:
    url = f"http://www.panews.cn/system/{day:%Y/%m/%d}/{number:09d}.shtml"
    return an_article(number, url=url, posted=day.isoformat(), published=day.isoformat(), **other)


def store(archive: Archive, number: int, day: date, *sections: str) -> None:
    article = dated(number, day, listed_in=list(sections))
    archive.store_all([(article, Outcome.STORED)])


def test_new_readings_of_a_stored_page_are_counted_apart_from_corrections(tmp_path: Path, capsys: Capture) -> None:
    archive = an_archive(tmp_path)
    for revision, offset in enumerate((10, 10, 20, 20, 20), 1):
        place = WarcLocation(file="warc/a.warc.gz", offset=offset)
        outcome = Outcome.STORED if revision == 1 else Outcome.REVISED
        archive.memory.discovered(url_of(1), "article", "000000001")
        archive.store_all([(an_article(1, revision=revision, version=revision, warc=place), outcome)])
        archive.close({"exit_code": 0})
        archive = an_archive(tmp_path, f"r{revision + 1}")
    archive.store_all([(an_article(2, version=9), Outcome.STORED)])
    archive.close({"exit_code": 0})
    status = status_of(tmp_path)
    assert (status.revisions, status.articles, status.rereadings) == (6, 2, 3)
    show(status, out := io.StringIO(), gaps_alone=False)
    assert "2 articles, 1 corrections, 3 rereadings;" in out.getvalue()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Ten articles a month of 2019 in 书记 but for June, one of them in 时政 too; one revised, one gone, one in no list."""
    archive = an_archive(tmp_path, "20260307T010203Z-1")
    numbers = iter(range(1, 1_000))
    for month in (1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12):
        for day in range(1, 31, 3):
            store(
                archive,
                next(numbers),
                date(2019, month, min(day, 28)),
                "书记",
                *(["时政"] if (month, day) == (1, 1) else []),
            )
    store(archive, 500, date(2020, 1, 1))
    archive.close({"exit_code": 0, "reason": "111 stored"})
    archive = an_archive(tmp_path, "20260308T010203Z-2")
    again = dated(2, date(2019, 1, 4), revision=2, version=2, listed_in=["书记"])
    archive.store_all([(again, Outcome.REVISED)])
    archive.memory.settle("http://www.panews.cn/system/2019/01/07/000000003.shtml", Outcome.GONE)
    archive.memory.begin_walk("http://www.panews.cn/shuji/", "书记")
    archive.memory.listed("书记", [(f"{n:09d}", url_of(n), date(2020, 3, 7)) for n in (901, 902, 903)])
    archive.memory.end_walk("http://www.panews.cn/shuji/", state="failed", pages=3, rows=3, new=3)
    for number, outcome in ((901, Outcome.FAILED), (902, Outcome.GONE)):
        archive.memory.settle(url_of(number), outcome, "HTTP 500" if outcome is Outcome.FAILED else None)
    archive.close({"exit_code": 10, "reason": "1 failed"})
    return tmp_path


@pytest.fixture
def status(data: Path) -> ArchiveStatus:
    return status_of(data)


def test_what_is_stored(status: ArchiveStatus) -> None:
    assert (status.articles, status.revisions, status.gone) == (111, 112, 1)


def test_articles_by_section_and_year_and_each_once(status: ArchiveStatus) -> None:
    assert status.by_section == {"书记": {"2019": 110}, "时政": {"2019": 1}, "": {"2020": 1}}
    assert status.by_year == {"2019": 110, "2020": 1}


def test_the_newest_run_comes_first_with_its_verdict(status: ArchiveStatus) -> None:
    newest, first = status.runs
    assert (newest.run, newest.exit_code, newest.reason) == ("20260308T010203Z-2", 10, "1 failed")
    assert (first.exit_code, first.reason) == (0, "111 stored")


def test_outcomes_count_addresses(status: ArchiveStatus) -> None:
    assert status.outcomes == {
        Outcome.STORED: 109, Outcome.REVISED: 1, Outcome.GONE: 2, Outcome.FAILED: 1, Outcome.PENDING: 1
    }  # fmt: skip


def test_what_waits_for_the_next_run(status: ArchiveStatus) -> None:
    assert {(one.article_id, one.outcome, one.tries) for one in status.waiting} == {
        ("000000901", Outcome.FAILED, 1),
        ("000000903", Outcome.PENDING, 0),
    }


def test_an_empty_month_of_a_busy_section_is_a_gap(status: ArchiveStatus) -> None:
    (june,) = status.gaps.quiet["书记"]
    assert (june.first, june.last, june.limit) == (date(2019, 5, 29), date(2019, 6, 30), 16)
    assert status.gaps.quiet.keys() == {"书记"}


def test_what_lists_name_and_nobody_stored_is_a_gap_and_what_was_gone_before_is_counted_apart(
    status: ArchiveStatus,
) -> None:
    assert [(one.article_id, one.outcome, one.reason, one.listed_in) for one in status.gaps.missing] == [
        ("000000901", Outcome.FAILED, "HTTP 500", ("书记",)),
        ("000000903", Outcome.PENDING, None, ("书记",)),
    ]
    assert status.never_had == 1


def test_a_walk_without_its_end_is_a_gap_until_one_reaches_it(data: Path, status: ArchiveStatus) -> None:
    (walk,) = status.gaps.walks
    assert (walk.name, walk.state, walk.pages, walk.rows) == ("书记", "failed", 3, 3)
    archive = an_archive(data, "r3")
    archive.memory.begin_walk(walk.url, "书记")
    archive.memory.end_walk(walk.url, state="end", pages=4, rows=4, new=0)
    archive.close({"exit_code": 0})
    assert status_of(data).gaps.walks == []


def test_a_walk_that_stops_at_known_articles_behind_a_proven_end_is_no_gap(data: Path, status: ArchiveStatus) -> None:
    for run, state, new in (("r3", "end", 3), ("r4", "known", 2)):
        archive = an_archive(data, run)
        archive.memory.begin_walk(status.gaps.walks[0].url, "书记")
        archive.memory.end_walk(status.gaps.walks[0].url, state=state, pages=1, rows=20, new=new)
        archive.close({"exit_code": 0})
    assert status_of(data).gaps.walks == []


def test_the_json_holds_everything(data: Path, capsys: Capture) -> None:
    said = scrapy(capsys, "status", "--json", "--data-dir", data)
    told = json.loads(said.out)
    assert said.code == 0 and said.err == ""
    assert (told["articles"], told["runs"][0]["exit_code"], told["gaps"]["count"]) == (111, 10, 4)
    assert told["waiting"][0]["posted"] == "2020-03-07"
    assert json.loads(scrapy(capsys, "status", "--json", "--gaps", "--data-dir", data).out) == told["gaps"]


def test_it_sums_up_the_look_back_and_names_the_days_to_come(data: Path, capsys: Capture) -> None:
    figures = {"asked": {"age 2": 6, "sample": 5}, "removals": {"age 2": 1}}
    for run, corrections, days in (("r3", {"age 2": 1}, 1.0), ("r4", {"age 8": 3}, 3.0), ("r5", {}, None)):
        look_back = figures | {"corrections": corrections, "mean_days": days}
        an_archive(data, run).close({"exit_code": 0, "look_back": look_back})
    status = status_of(data)
    totals = status.look_back
    assert (totals.runs, totals.asked, totals.corrections, totals.removals, totals.mean_days) == (3, 33, 4, 3, 2.5)
    assert sum(totals.due.values()) == 2, "one was corrected and one has vanished: both are asked again the day after"
    line = next(line for line in scrapy(capsys, "status", "--data-dir", data).lines if line.startswith("look-back"))
    assert (
        "33 stored articles asked for again, 4 corrections, seen 2.5 days after" in line and "2 have their turn" in line
    )
    assert json.loads(scrapy(capsys, "status", "--json", "--data-dir", data).out)["look_back"]["asked"] == 33


def test_through_a_pipe_it_is_plain(data: Path, capsys: Capture) -> None:
    said = scrapy(capsys, "status", "--data-dir", data)
    assert said.code == 0
    assert said.lines[0] == f"{data}: 111 articles, 1 corrections; 1 gone from the site"
    assert said.lines[1].startswith("last run: 20260308T010203Z-2, ") and said.lines[1].endswith(
        "exit 10, incomplete: 1 failed"
    )
    assert "书记\t110\t\t110" in said.lines and "each once\t110\t1\t111" in said.lines
    assert "the next run asks again for 2 articles: 1 failed, 1 pending" in said.lines
    assert not set(said.out) & set("\x1b│┃━")


def test_the_gaps_one_by_one(data: Path, capsys: Capture) -> None:
    lines = scrapy(capsys, "status", "--gaps", "--data-dir", data).lines
    assert "书记\t2019-05-29\t2019-06-30\t33\t16" in lines
    assert f"000000901\tfailed\t1\t书记\t{url_of(901)}\tHTTP 500" in lines
    assert any(line.startswith("书记\tfailed\t3\t3\t") for line in lines)


def test_it_speaks_chinese_and_its_figures_are_the_same(data: Path, capsys: Capture) -> None:
    english, chinese = (
        scrapy(capsys, "status", "--data-dir", data, "--lang", language).out for language in ("en", "zh")
    )
    assert english == scrapy(capsys, "status", "--data-dir", data).out
    words = re.findall(r"[A-Za-z]{2,}", chinese.replace(str(data), "").replace("scrapy status --gaps", ""))
    assert words == []
    assert sorted(re.findall(r"[0-9]+", chinese)) == sorted(re.findall(r"[0-9]+", english))
    assert "缺口" in chinese and "空白" in chinese
    gaps = scrapy(capsys, "status", "--data-dir", data, "--gaps", "--lang", "zh").out
    assert "栏目\t" in gaps or "文章\t" in gaps


@pytest.mark.parametrize("words", [("--lang", "fr"), ("--json", "--lang", "zh")])
def test_a_language_it_has_not_is_one_line(data: Path, capsys: Capture, words: tuple[str, ...]) -> None:
    call = scrapy(capsys, "status", "--data-dir", data, *words)
    assert (call.code, call.out, call.err.count("\n")) == (1, "", 1) and "--lang" in call.err


def test_an_archive_without_gaps_says_so(tmp_path: Path, capsys: Capture) -> None:
    an_archive(tmp_path).close({"exit_code": 0})
    assert scrapy(capsys, "status", "--gaps", "--data-dir", tmp_path).lines == [
        "no gap, no quiet period, no walk without its end"
    ]


def test_a_terminal_gets_tables(status: ArchiveStatus) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    show(status, out, gaps_alone=False)
    assert "┃" in out.getvalue() and "书记" in out.getvalue()


@pytest.mark.parametrize("options", [("--json",), ("--gaps",), ()])
def test_nothing_is_touched(data: Path, capsys: Capture, options: tuple[str, ...]) -> None:
    def every_file() -> dict[str, tuple[int, int]]:
        return {str(p): (p.stat().st_mtime_ns, p.stat().st_size) for p in (data, *data.rglob("*"))}

    before = every_file()
    assert scrapy(capsys, "status", *options, "--data-dir", data).code == 0
    assert every_file() == before


def test_a_missing_archive_is_one_line_and_stays_missing(tmp_path: Path, capsys: Capture) -> None:
    said = scrapy(capsys, "status", "--data-dir", tmp_path / "none")
    assert (said.code, said.out, said.err) == (1, "", f"panan: there is no archive in {tmp_path / 'none'}\n")
    assert list(tmp_path.iterdir()) == []


def test_beside_a_run_it_says_who_writes(data: Path, capsys: Capture) -> None:
    archive = an_archive(data, "r3")
    store(archive, 700, date(2020, 2, 2), "书记")
    lines = scrapy(capsys, "status", "--data-dir", data).lines
    archive.close({"exit_code": 0})
    assert lines[0].startswith(f"{data}: 112 articles")
    assert lines[1] == f"being written to: pid {os.getpid()}, run r3"
    assert lines[2].startswith("last run: r3, ") and lines[2].endswith(": goes on")


def test_a_run_that_died_is_named(data: Path, capsys: Capture) -> None:
    a_dead_run(an_archive(data, "r3"))
    assert "r3" in scrapy(capsys, "status", "--data-dir", data).lines[1]
    assert status_of(data).runs[0].finished is None
    an_archive(data, "r4").close({"exit_code": 0})
    assert any("r3" in line and line.endswith("\tdied") for line in scrapy(capsys, "status", "--data-dir", data).lines)


def test_a_ledger_that_is_none_is_one_line_and_14(data: Path, capsys: Capture) -> None:
    (data / "ledger.sqlite").write_bytes(b"no database at all")
    said = scrapy(capsys, "status", "--data-dir", data)
    assert said.code == 14 and said.err.count("\n") == 1 and "ledger.sqlite" in said.err


def test_a_copy_that_may_not_be_written_to_is_read_all_the_same(data: Path) -> None:
    copy = data.with_name(f"{data.name}-copy")
    shutil.copytree(data, copy)
    copy.chmod(0o555)
    try:
        assert status_of(copy).articles == 111
        assert not (copy / "ledger.sqlite-wal").exists()
    finally:
        copy.chmod(0o755)


def test_words_it_does_not_know(capsys: Capture) -> None:
    said = scrapy(capsys, "status", "everything")
    assert said.code == 1 and said.err == "panan: scrapy status takes options only, not 'everything'\n"


def test_a_damaged_ledger_names_the_command_that_repairs_it(data: Path, capsys: Capture) -> None:
    (data / "ledger.sqlite").write_bytes(b"not a database")
    said = scrapy(capsys, "status", "--data-dir", data)
    assert said.code == 14 and said.err.endswith("; the next run, or `scrapy verify --repair`, makes it again\n")
