"""Which raw page a lost line is made again from: that of its own time, with the parts that came with it."""

from pathlib import Path

import pytest
from command_line import scrapy
from store_helpers import lines_of
from verify_archive import Newsroom, by_revision, newsroom, raw_lines, rewrite, said

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return newsroom(tmp_path / "data")


def lose(room: Newsroom, article_id: str, revision: int) -> None:
    lines = lines_of(room.folder / "articles.jsonl")
    at = [(line["id"], line["revision"]) for line in lines].index((article_id, revision))
    rewrite(room.folder, lambda raw: raw.pop(at))


def mended(room: Newsroom, capsys: Capture) -> None:
    told = scrapy(capsys, "verify", "--repair", "--data-dir", room.folder)
    assert told.code == 0 and said(room.folder) == [], told.out


def test_a_content_that_came_back_is_that_of_its_own_time(room: Newsroom, capsys: Capture) -> None:
    """First version, correction, first version again: the third revision says what the first said, and came later."""
    article_id = room.ids[4]
    before = room.site.record(article_id)
    for record in (None, before):
        if record is None:
            room.site.correct(article_id)
        else:
            room.site.correct(article_id, title=record.title, blocks=record.blocks)
        room.run(lambda archive: room.store(archive, article_id))
    whole = by_revision(room.folder)
    assert whole[article_id, 3]["content_hash"] == whole[article_id, 1]["content_hash"]
    lose(room, article_id, 3)
    mended(room, capsys)
    assert by_revision(room.folder) == whole


@pytest.mark.parametrize("revision", [1, 2])
def test_parts_are_those_that_came_with_the_first(room: Newsroom, capsys: Capture, revision: int) -> None:
    article_id = next(line["id"] for line in lines_of(room.folder / "articles.jsonl") if line["pages"] > 2)
    room.site.correct(article_id)
    room.run(lambda archive: room.store(archive, article_id))
    whole = by_revision(room.folder)
    assert whole[article_id, 1]["warc"]["parts"] != whole[article_id, 2]["warc"]["parts"]
    lose(room, article_id, revision)
    mended(room, capsys)
    assert by_revision(room.folder) == whole


def test_behind_a_repeat_that_is_left_out_the_numbers_move_up(room: Newsroom, capsys: Capture) -> None:
    """A fourth revision stands between two and three: two said again."""
    whole = by_revision(room.folder)
    article_id = room.ids[2]

    def repeat(raw: list[bytes]) -> None:
        third = raw.pop()
        assert b'"revision":3' in third
        raw.append(raw[-1].replace(b'"revision":2', b'"revision":3'))
        raw.append(third.replace(b'"revision":3', b'"revision":4'))

    rewrite(room.folder, repeat)
    assert len(raw_lines(room.folder)) == len(whole) + 1
    mended(room, capsys)
    assert by_revision(room.folder) == whole and (article_id, 3) in whole


@pytest.mark.parametrize("ruin", [b"no database at all" * 99, None], ids=["ruined", "missing"])
def test_a_ledger_that_is_none_is_made_again(room: Newsroom, capsys: Capture, ruin: bytes | None) -> None:
    if ruin is None:
        (room.folder / "ledger.sqlite").unlink()
    else:
        (room.folder / "ledger.sqlite").write_bytes(ruin)
    mended(room, capsys)
