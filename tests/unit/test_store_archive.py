"""One run's writing: its order, its marks, its quarantine, its report."""

import json
import os
from pathlib import Path

import pytest
from store_helpers import StandingClock, an_archive, an_article, an_exchange, lines_of, place_of, recorded, url_of

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.files import LockHeld, StoreError
from panan_spider.archive.store.warc_file import read
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return an_archive(tmp_path / "data", clock=StandingClock())


def test_opening_makes_the_archive(archive: Archive) -> None:
    names = {path.name for path in archive.folder.iterdir()}
    assert names >= {"articles.jsonl", "quarantine.jsonl", "ledger.sqlite", "warc", "runs", "lock"}
    assert archive.notes == []


def test_a_second_run_is_kept_out(archive: Archive) -> None:
    with pytest.raises(LockHeld, match="run r1"):
        an_archive(archive.folder, "r2")
    archive.close({})
    an_archive(archive.folder, "r2").close({})


def test_a_line_is_the_article_field_by_field(archive: Archive) -> None:
    article = an_article(warc=archive.write_response(an_exchange()))
    archive.store_all([(article, Outcome.STORED)])
    (line,) = lines_of(archive.folder / "articles.jsonl")
    assert Article.model_validate(line) == article
    assert list(line) == list(Article.model_fields)
    assert read(archive.folder, place_of(line)).body == b"<html>"
    assert "样例标题1".encode() in (archive.folder / "articles.jsonl").read_bytes()


def test_the_line_is_durable_before_the_mark(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    fsync = os.fsync

    def sync(fd: int) -> None:
        fsync(fd)
        seen.append("marked" if archive.ledger.articles.latest("000000001") else "not marked")

    monkeypatch.setattr(os, "fsync", sync)
    archive.store_all([(an_article(), Outcome.STORED)])
    assert seen == ["not marked"] and archive.ledger.articles.latest("000000001") is not None


@pytest.mark.parametrize("how", ["store", "quarantine"])
def test_the_response_is_durable_before_the_line_that_names_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    place = archive.write_response(an_exchange())
    calls = recorded(monkeypatch, "write", "fsync")
    if how == "store":
        archive.store_all([(an_article(warc=place), Outcome.STORED)])
    else:
        archive.quarantine(url_of(1), Outcome.INVALID, "no such date", warc=place)
    assert calls == ["fsync", "write", "fsync"]


def test_several_articles_are_one_write_and_each_is_marked(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = recorded(monkeypatch, "write", "fsync")
    archive.store_all([(an_article(number), Outcome.STORED) for number in (1, 2, 3)])
    assert calls == ["write", "fsync"]
    hashes = {line["id"]: line["content_hash"] for line in lines_of(archive.folder / "articles.jsonl")}
    archive.close({})
    again = an_archive(archive.folder, "r2")
    assert again.notes == []  # nothing had to be marked again
    known = [again.ledger.articles.latest(f"{number:09d}") for number in (1, 2, 3)]
    assert [one and one.content_hash for one in known] == [*hashes.values()]


def test_a_correction_is_a_second_line(archive: Archive) -> None:
    archive.store_all([(an_article(), Outcome.STORED)])
    archive.close({})
    archive = an_archive(archive.folder, "r2")
    archive.store_all([(an_article(revision=2, version=2), Outcome.REVISED)])
    assert [line["revision"] for line in lines_of(archive.folder / "articles.jsonl")] == [1, 2]
    known = archive.ledger.articles.latest("000000001")
    assert known is not None and known.revision == 2 and known.outcome is Outcome.REVISED
    assert archive.memory.counts == {Outcome.REVISED: 1}


@pytest.mark.parametrize("revision", [1, 3])
def test_a_revision_out_of_turn_is_refused(archive: Archive, revision: int) -> None:
    archive.store_all([(an_article(), Outcome.STORED)])
    with pytest.raises(ValueError, match=f"revision {revision} does not follow 1"):
        archive.store_all([(an_article(revision=revision, version=2), Outcome.REVISED)])
    assert len(lines_of(archive.folder / "articles.jsonl")) == 1


def test_a_contradicted_fate_writes_nothing(archive: Archive) -> None:
    archive.memory.settle(url_of(1), Outcome.FAILED)
    with pytest.raises(ValueError, match="is already failed, now stored"):
        archive.store_all([(an_article(), Outcome.STORED)])
    assert lines_of(archive.folder / "articles.jsonl") == [] and archive.ledger.articles.latest("000000001") is None


def test_an_unchanged_article_gets_new_validators_and_no_line(archive: Archive) -> None:
    archive.validators[url_of(1)] = ('"e1"', None)
    archive.store_all([(an_article(), Outcome.STORED)])
    archive.mark_unchanged("000000001", url_of(1))  # met again in the run that stored it
    archive.close({})
    archive = an_archive(archive.folder, "r2")
    archive.validators[url_of(1)] = ('"e2"', None)
    archive.mark_unchanged("000000001", url_of(1), an_article())
    known = archive.ledger.articles.latest("000000001")
    assert known is not None and (known.etag, known.outcome) == ('"e2"', Outcome.UNCHANGED)
    assert archive.memory.counts == {Outcome.UNCHANGED: 1}
    assert len(lines_of(archive.folder / "articles.jsonl")) == 1


def test_an_unchanged_article_without_new_validators_keeps_the_old(archive: Archive) -> None:
    archive.validators[url_of(1)] = ('"e1"', "then")
    archive.store_all([(an_article(), Outcome.STORED)])
    archive.close({})
    archive = an_archive(archive.folder, "r2")
    archive.mark_unchanged("000000001", url_of(1))
    known = archive.ledger.articles.latest("000000001")
    assert known is not None and (known.etag, known.last_modified) == ('"e1"', "then")


def test_the_report_is_written_whole_and_the_run_ended(archive: Archive) -> None:
    archive.close({"exit_code": 10, "题": "磐安"})
    text = (archive.folder / "runs" / "r1.json").read_text("utf-8")
    assert json.loads(text) == {"exit_code": 10, "题": "磐安"} and "磐安" in text
    (run,) = Ledger.read_only(archive.folder / "ledger.sqlite").runs.newest(5)
    assert (run.id, run.exit_code, run.started, run.finished) == ("r1", 10, "2026-03-07T01:02:03Z", run.started)
    assert run.report == {"exit_code": 10, "题": "磐安"}
    archive.close({"exit_code": 0})  # again is harmless
    assert (archive.folder / "runs" / "r1.json").read_text("utf-8") == text
    assert [path.name for path in (archive.folder / "runs").iterdir()] == ["r1.json"]


def test_a_report_has_its_name_once_it_is_durable(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = recorded(monkeypatch, "write", "fsync", "replace")
    archive.close({})
    assert calls == ["write", "fsync", "replace", "fsync"]


def test_an_archive_is_read_beside_the_run_that_writes_it(archive: Archive) -> None:
    archive.store_all([(an_article(), Outcome.STORED)])
    look = Ledger.read_only(archive.folder / "ledger.sqlite")
    assert look.articles.count() == 1
    archive.store_all([(an_article(2), Outcome.STORED)])
    assert look.articles.count() == 2
    with pytest.raises(StoreError, match="readonly"), look.write():
        look.values.keep("a", 1)


def test_a_ledger_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        Ledger.read_only(tmp_path / "ledger.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_run_id_is_used_once(archive: Archive) -> None:
    archive.close({})
    with pytest.raises(StoreError, match=r"^run r1 is in the ledger already"):
        an_archive(archive.folder, "r1")
    an_archive(archive.folder, "r2").close({})  # and the lock was let go


def test_after_a_store_error_nothing_more_is_written(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.store_all([(an_article(1), Outcome.STORED)])

    def refuse(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", refuse)
        with pytest.raises(StoreError, match=r"articles\.jsonl: No space left on device$"):
            archive.store_all([(an_article(2), Outcome.STORED)])
    before = (archive.folder / "articles.jsonl").read_bytes()
    for attempt in (
        lambda: archive.store_all([(an_article(3), Outcome.STORED)]),
        lambda: archive.write_response(an_exchange()),
        lambda: archive.memory.settle(url_of(4), Outcome.INVALID, "bad"),
        lambda: archive.memory.discovered(url_of(5), "article"),
    ):
        with pytest.raises(StoreError, match="No space left on device"):
            attempt()
    archive.close({"exit_code": 14})
    assert (archive.folder / "articles.jsonl").read_bytes() == before
    assert not (archive.folder / "runs" / "r1.json").exists() and list((archive.folder / "warc").iterdir()) == []
    again = an_archive(archive.folder, "r2")
    assert again.notes == ["run r1 died without a report: 0 addresses pending, 0 walks interrupted"]
    again.store_all([(an_article(2), Outcome.STORED)])


def test_a_line_whose_mark_fails_stops_the_run_and_is_marked_by_the_next(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(archive.ledger.articles, "mark", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            archive.store_all([(an_article(1), Outcome.STORED)])
    with pytest.raises(StoreError, match="the ledger stands at byte 0, this line begins at"):
        archive.store_all([(an_article(2), Outcome.STORED)])
    archive.close({})
    again = an_archive(archive.folder, "r2")
    assert (
        again.ledger.articles.latest("000000001") is not None and again.ledger.articles.latest("000000002") is not None
    )


def test_an_unusable_folder_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match="File exists"):
        an_archive(tmp_path / "data")
