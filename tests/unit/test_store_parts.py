"""What the ledger keeps of an article's further parts, from run to run and from one version of its tables to the next."""

import sqlite3
from pathlib import Path

import pytest
from store_helpers import a_dead_run, an_archive, an_article, an_exchange, url_of

from panan_spider.archive.ledger import database
from panan_spider.archive.ledger.stored_articles import KnownArticle, KnownPart
from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article, WarcLocation

PART = url_of(1).replace(".shtml", "_01.shtml")
AT = "2026-03-07T01:02:03Z"


def fetched(archive: Archive, tag: str, revision: int = 1, pages: int = 2) -> Article:
    """Article 1 as it came in `archive`'s run; content and ETags follow from `tag`, the page number is added to these."""
    place = archive.write_response(an_exchange())
    archive.validators[url_of(1)] = (f"{tag}1", None)
    parts = []
    for number in range(2, pages + 1):
        part = archive.write_response(an_exchange(PART))
        archive.parts[part.file, part.offset] = KnownPart(PART, f"{tag}{number}", None, AT)
        parts.append(part)
    warc = WarcLocation(file=place.file, offset=place.offset, parts=parts)
    return an_article(1, revision, len(tag), pages=pages, warc=warc)


def latest(archive: Archive) -> KnownArticle:
    known = archive.ledger.articles.latest("000000001")
    assert known is not None
    return known


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = an_archive(tmp_path)
    made.store_all([(fetched(made, "e"), Outcome.STORED)])
    made.close({})
    return an_archive(tmp_path, "r2")


def test_a_stored_articles_parts_are_known_to_the_next_run(archive: Archive) -> None:
    assert latest(archive).parts == (KnownPart(PART, "e2", None, AT),)


def test_an_article_that_came_whole_and_is_the_same_has_new_validators_for_every_part(archive: Archive) -> None:
    archive.mark_unchanged("000000001", url_of(1), fetched(archive, "f"))
    assert (latest(archive).etag, [part.etag for part in latest(archive).parts]) == ("f1", ["f2"])


def test_the_same_text_on_fewer_pages_has_no_parts_any_more(archive: Archive) -> None:
    archive.mark_unchanged("000000001", url_of(1), fetched(archive, "f", pages=1))
    assert (latest(archive).pages, latest(archive).parts) == (1, ())


def test_a_304_leaves_them_as_they_are(archive: Archive) -> None:
    archive.mark_unchanged("000000001", url_of(1))
    assert [part.etag for part in latest(archive).parts] == ["e2"]


def test_a_line_marked_again_after_a_kill_leaves_no_older_revisions_validators(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    revised = fetched(archive, "ff", revision=2)
    monkeypatch.setattr(archive.ledger.articles, "mark", _killed)
    with pytest.raises(KeyboardInterrupt):
        archive.store_all([(revised, Outcome.REVISED)])
    a_dead_run(archive)
    known = latest(an_archive(archive.folder, "r3"))
    assert (known.revision, known.etag, known.parts) == (2, None, ())


def test_an_article_one_part_of_which_no_answer_is_known_has_none(archive: Archive) -> None:
    revised = fetched(archive, "ff", revision=2)
    archive.parts.clear()
    archive.store_all([(revised, Outcome.REVISED)])
    assert (latest(archive).etag, latest(archive).pages, latest(archive).parts) == ("ff1", 2, ())


def test_a_revisit_of_a_part_points_to_that_parts_answer(archive: Archive) -> None:
    assert archive.ledger.articles.answer("000000001", PART) == (PART, AT)
    assert archive.ledger.articles.answer("000000001", PART.replace("_01", "_02")) is None


def test_a_revisit_points_to_the_answer_that_gave_the_validators(archive: Archive) -> None:
    assert archive.ledger.articles.answer("000000001", None) == (url_of(1), AT)
    again = fetched(archive, "f").model_copy(update={"fetched_at": "2026-03-09T00:00:00Z"})
    archive.mark_unchanged("000000001", url_of(1), again)
    assert archive.ledger.articles.answer("000000001", None) == (url_of(1), "2026-03-09T00:00:00Z")
    archive.close({})
    archive = an_archive(archive.folder, "r3")
    archive.store_all([(fetched(archive, "ff", revision=2), Outcome.REVISED)])
    assert archive.ledger.articles.answer("000000001", None) == (url_of(1), AT)


def test_a_ledger_of_version_1_is_brought_up_and_asks_for_parts_in_full_once(tmp_path: Path) -> None:
    made = an_archive(tmp_path)
    made.store_all([(fetched(made, "e"), Outcome.STORED)])
    made.close({})
    as_version_1(tmp_path / "ledger.sqlite")
    archive = an_archive(tmp_path, "r2")
    assert archive.notes == []
    assert archive.ledger._db.row("PRAGMA user_version") == (len(database.MIGRATIONS),)
    known = latest(archive)
    assert (known.etag, known.pages, known.parts) == ("e1", 2, ())
    archive.mark_unchanged("000000001", url_of(1), fetched(archive, "f"))
    assert [part.etag for part in latest(archive).parts] == ["f2"]


def as_version_1(path: Path) -> None:
    """Make a ledger what the first version of the program would have left: its tables, with the same rows."""
    new = sqlite3.connect(path)
    old = sqlite3.connect(path.with_name("old"), isolation_level=None)
    database.migrate(old, database.MIGRATIONS[:1])
    for (table,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = ", ".join(row[1] for row in old.execute(f"PRAGMA table_info({table})"))
        rows = new.execute(f"SELECT {columns} FROM {table}").fetchall()
        if rows:
            old.executemany(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(rows[0]))})", rows)
    new.close()
    old.close()
    path.with_name("old").replace(path)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
