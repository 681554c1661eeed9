"""`scrapy reparse --write` goes on where one was stopped: nothing stored twice, nothing left out, nothing skipped wrongly."""

import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from importlib import metadata
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from benchmarks.archives import keep_site
from panan_spider.archive.reparse import reader, reparse_progress, reparse_run
from panan_spider.archive.reparse.reparse_progress import ReparseScope, ReparseVerdict
from panan_spider.archive.reparse.reparse_run import ReparseRun
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.jsonl import LineFile
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import UnknownLayout
from panan_spider.items import Article

KICKER = "田样例 2020"
COUNT = 100
ROOT = Path(__file__).parents[2]
TODAY = read_article


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("kept") / "data"
    keep_site(data, COUNT)
    return data


@pytest.fixture
def data(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive whose articles all read otherwise today, ten of them stored together."""
    monkeypatch.setattr(reader, "read_article", lambda page, site: replace(TODAY(page, site), kicker=KICKER))
    monkeypatch.setattr(reparse_run, "AT_ONCE", 10)
    shutil.copytree(kept, tmp_path / "data")
    return tmp_path / "data"


def articles(data: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (data / "articles.jsonl").read_text("utf-8").splitlines()]


_SECONDS = count(1)


def call(data: Path, scope: ReparseScope | None = None) -> ReparseRun:
    """A call of its own second: of the same process and second there is but one."""
    run = ReparseRun(data, scope or ReparseScope(), diff=False)
    run.started += timedelta(seconds=next(_SECONDS))
    return run


def finish(data: Path, scope: ReparseScope | None = None) -> ReparseRun:
    run = call(data, scope)
    run.done(write=True)
    assert not run.stopped
    return run


def read_in(run: ReparseRun) -> tuple[int, int, int]:
    return run.found[ReparseVerdict.CHANGED], run.found[ReparseVerdict.SAME], run.reparsing.skipped


def whole(data: Path) -> None:
    """Every article in two revisions, the second with today's kicker; nothing to go on with."""
    found = articles(data)
    assert Counter(one["revision"] for one in found) == {1: COUNT, 2: COUNT}
    assert len({(one["id"], one["revision"]) for one in found}) == 2 * COUNT
    assert {one["kicker"] for one in found if one["revision"] == 2} == {KICKER}
    assert not (data / reparse_progress.FILE).exists()


def at_call(number: int, of: type, name: str, *, after: bool, do: Callable[[], object]) -> None:
    """Do that at the n-th call of a method, before or after it; never undone, so for a process about to end."""
    method, calls = getattr(of, name), 0

    def called(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and not after:
            do()
        made = method(*args)
        if calls == number and after:
            do()
        return made

    setattr(of, name, called)


def end_in_a_call(data: Path, number: int, of: type, name: str, *, after: bool) -> None:
    """A whole call in a process of its own, killed by kill -9 at that moment."""
    child = os.fork()
    if child == 0:
        at_call(number, of, name, after=after, do=lambda: os.kill(os.getpid(), signal.SIGKILL))
        try:
            ReparseRun(data, ReparseScope(), diff=False).done(write=True)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("of", "name", "after", "stored", "noted"),
    [
        (LineFile, "append_all", False, 20, 20),
        (LineFile, "append_all", True, 30, 20),
        (reparse_progress.ReparseProgress, "advance", False, 30, 20),
        (reparse_progress.ReparseProgress, "_now", True, 30, 20),
        (reparse_progress.ReparseProgress, "advance", True, 30, 30),
    ],
    ids=["before its lines", "before its marks", "before it is noted", "while it is noted", "once it is noted"],
)
def test_killed_at_the_third_ten_it_goes_on_there(
    data: Path, of: type, name: str, after: bool, stored: int, noted: int
) -> None:
    end_in_a_call(data, 3, of, name, after=after)
    assert len(articles(data)) == COUNT + stored
    again_stored = finish(data)
    assert read_in(again_stored) == (COUNT - stored, stored - noted, noted)
    whole(data)


def test_killed_again_and_again_it_still_comes_to_its_end(data: Path) -> None:
    for number in (2, 3, 1, 4):
        end_in_a_call(data, number, reparse_progress.ReparseProgress, "advance", after=True)
    assert read_in(finish(data)) == (0, 0, COUNT)
    whole(data)


def test_a_stop_asked_for_while_some_are_stored_comes_once_they_are_noted(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, asked = LineFile.append_all, list[bool]()

    def stop(self: LineFile, records: list[str]) -> Any:
        if not asked:
            asked.append(True)
            os.kill(os.getpid(), signal.SIGINT)
        return append(self, records)

    monkeypatch.setattr(LineFile, "append_all", stop)
    run = call(data)
    assert (run.done(write=True), run.stopped) == (16, True)
    assert read_in(run) == (10, 0, 0)
    assert read_in(finish(data)) == (COUNT - 10, 0, 10)
    whole(data)


def test_one_that_came_to_its_end_leaves_nothing_to_skip(data: Path) -> None:
    finish(data)
    assert read_in(finish(data)) == (0, COUNT, 0)


def test_how_many_were_skipped_is_said_and_reported(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    end_in_a_call(data, 3, reparse_progress.ReparseProgress, "advance", after=True)
    finish(data)
    assert "\npanan: 30 more skipped, as a call that was stopped had done them\n" in capsys.readouterr().out
    report = json.loads(max((data / "runs").glob("2*.json")).read_text("utf-8"))
    assert (report["reparsed"]["changed"], report["reparsed"]["skipped"]) == (70, 30)


def test_what_was_lost_is_read_again_and_named_by_every_call(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = articles(data)[4]["url"]

    def unreadable(page: Page, site: Any) -> Any:
        if page.url == lost:
            raise UnknownLayout("no headline")
        return TODAY(page, site)

    monkeypatch.setattr(reader, "read_article", unreadable)
    end_in_a_call(data, 3, reparse_progress.ReparseProgress, "advance", after=True)
    run = call(data)
    assert run.done(write=True) == 11
    assert (run.found[ReparseVerdict.LOST], run.reparsing.skipped) == (1, 29)


def test_where_too_much_is_lost_nothing_further_is_noted(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reparse_progress, "_MOST_AGAIN", 5)
    for path in (data / "warc").iterdir():
        path.unlink()
    end_in_a_call(data, 3, reparse_progress.ReparseProgress, "advance", after=True)
    assert not (data / reparse_progress.FILE).exists()
    run = call(data)
    assert run.done(write=True) == 14
    assert (run.found[ReparseVerdict.UNKEPT], run.reparsing.skipped) == (COUNT, 0)


def correct(data: Path, many: int, kicker: str) -> None:
    """What a crawl stores in between: a further revision of each of the first articles."""
    found = articles(data)
    newest = {one["id"]: one for one in found}
    wanted = [newest[one["id"]] for one in found[:many]]
    made = [Article.model_validate(one | {"revision": one["revision"] + 1, "kicker": kicker}) for one in wanted]
    archive = Archive.open(data, run_id="crawl", args={})
    archive.store_all([(article, Outcome.REVISED) for article in made])
    archive.close({"exit_code": 0})


def test_a_revision_stored_since_is_read_again_even_after_a_second_kill(data: Path) -> None:
    end_in_a_call(data, 3, reparse_progress.ReparseProgress, "advance", after=True)
    correct(data, 12, "更正")
    end_in_a_call(data, 2, LineFile, "append_all", after=False)
    run = finish(data)
    assert read_in(run) == (COUNT - 30 + 2, 10, 30 - 12)
    newest = {one["id"]: one["kicker"] for one in articles(data)}
    assert (len(newest), set(newest.values())) == (COUNT, {KICKER})


def all_is_read(data: Path, capsys: pytest.CaptureFixture[str], why: str, scope: ReparseScope | None = None) -> None:
    capsys.readouterr()
    run = finish(data, scope)
    assert run.reparsing.skipped == 0
    assert run.found[ReparseVerdict.CHANGED] + run.found[ReparseVerdict.SAME] == COUNT
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("change", ["", "\nNEW = 1\n"])
def test_a_reader_that_is_another_by_one_line_skips_nothing(
    data: Path, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    end_in_a_call(data, 3, reparse_progress.ReparseProgress, "advance", after=True)
    shutil.copytree(ROOT / "panan_spider", tmp_path / "code", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "code" / "extract" / "body.py").open("a") as module:
        module.write(change)
    monkeypatch.setattr(reparse_progress, "files", lambda _name: tmp_path / "code")
    if change:
        all_is_read(data, capsys, "but its reader or its options were others: all is read")
    else:
        assert finish(data).reparsing.skipped == 30


def test_another_library_or_other_options_skip_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    end_in_a_call(data, 3, reparse_progress.ReparseProgress, "advance", after=True)
    shutil.copytree(data, data.parent / "other")
    with monkeypatch.context() as changed:
        changed.setattr(reparse_progress, "version", lambda name: "7" if name == "lxml" else metadata.version(name))
        all_is_read(data, capsys, "its reader or its options")
    options = ReparseScope(template=articles(data)[0]["template"])
    expected = sum(one["template"] == options.template for one in articles(data)[:COUNT])
    run = finish(data.parent / "other", options)
    assert (run.reparsing.skipped, run.found[ReparseVerdict.SAME] + run.found[ReparseVerdict.CHANGED]) == (0, expected)


def test_lines_that_are_not_those_it_was_stopped_over_skip_nothing(
    data: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end_in_a_call(data, 3, reparse_progress.ReparseProgress, "advance", after=True)
    left = (data / reparse_progress.FILE).read_bytes()
    shutil.rmtree(data)
    shutil.copytree(kept, data)  # restored from before
    (data / reparse_progress.FILE).write_bytes(left)
    all_is_read(data, capsys, "articles.jsonl is another since")


def test_a_note_that_cannot_be_read_skips_nothing(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / reparse_progress.FILE).write_text('{"until": 4')
    all_is_read(data, capsys, "reparse.json cannot be read")
