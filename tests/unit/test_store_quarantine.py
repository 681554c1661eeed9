"""Pages nobody could read: one line each, and news only once."""

from pathlib import Path

import pytest
from store_helpers import StandingClock, an_archive, an_article, an_exchange, lines_of, url_of

from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import Outcome


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return an_archive(tmp_path / "data", clock=StandingClock())


def test_an_unreadable_page_is_quarantined_when_it_is_settled(archive: Archive) -> None:
    archive.memory.discovered(url_of(1), "article", "000000001")
    archive.places[url_of(1)] = place = archive.write_response(an_exchange(body=b"?"))
    archive.memory.settle(url_of(1), Outcome.UNKNOWN_LAYOUT, "no title")
    assert lines_of(archive.folder / "quarantine.jsonl") == [
        {
            "url": url_of(1),
            "article_id": "000000001",
            "outcome": "unknown_layout",
            "reason": "no title",
            "field": None,
            "template": None,
            "warc": {"file": place.file, "offset": place.offset},
            "run": "r1",
            "at": "2026-03-07T01:02:03Z",
            "body_hash": "sha256:8a8de823d5ed3e12746a62ef169bcf372be0ca44f0a1236abc35df05d96928e1",
        }
    ]
    assert archive.fresh_quarantine == {Outcome.UNKNOWN_LAYOUT: 1}


def test_an_invalid_article_is_quarantined_with_its_field_once(archive: Archive) -> None:
    place = archive.write_response(an_exchange())
    archive.quarantine(url_of(1), Outcome.INVALID, "empty", field="title", template="trs", warc=place)
    archive.memory.settle(url_of(1), Outcome.INVALID, "empty")
    (line,) = lines_of(archive.folder / "quarantine.jsonl")
    assert (line["field"], line["template"], line["outcome"]) == ("title", "trs", "invalid")
    assert archive.memory.counts == {Outcome.INVALID: 1}


def quarantined_again(archive: Archive, outcome: Outcome, body: bytes, reason: str = "no title") -> Archive:
    """The next run meets the page; closed."""
    archive.close({})
    archive = an_archive(archive.folder, f"{archive.run_id}+")
    archive.places[url_of(1)] = archive.write_response(an_exchange(body=body))
    archive.memory.discovered(url_of(1), "article", "000000001")
    archive.memory.settle(url_of(1), outcome, reason)
    return archive


@pytest.mark.parametrize(
    ("reason", "body", "later"),
    [
        ("no title", b"one", "no title"),
        ("no title", b"two", "no title"),
        ("12 of 13 lines are of an unknown kind", b"two", "9 of 11 lines are of an unknown kind"),
        ("the same content as 030000001 and 030000002", b"two", "the same content as 030000007 and 030000009"),
    ],
)
def test_a_page_that_is_made_anew_each_night_is_one_line(
    archive: Archive, reason: str, body: bytes, later: str
) -> None:
    archive = quarantined_again(archive, Outcome.INVALID, b"one", reason)
    archive = quarantined_again(archive, Outcome.INVALID, body, later)
    assert archive.fresh_quarantine == {} and archive.memory.counts == {Outcome.INVALID: 1}
    archive.close({})
    (archive.folder / "ledger.sqlite").unlink()
    archive = quarantined_again(an_archive(archive.folder, "made anew"), Outcome.INVALID, b"three", reason)
    assert len(lines_of(archive.folder / "quarantine.jsonl")) == 1


def test_each_rejected_content_of_a_stored_article_is_a_line(archive: Archive) -> None:
    archive.store_all([(an_article(1), Outcome.STORED)])
    archive = quarantined_again(archive, Outcome.INVALID, b"one")
    archive = quarantined_again(archive, Outcome.INVALID, b"one")
    archive = quarantined_again(archive, Outcome.INVALID, b"two")
    assert len(lines_of(archive.folder / "quarantine.jsonl")) == 2


def test_a_page_that_lies_in_quarantine_unchanged_is_not_put_there_again(archive: Archive) -> None:
    archive = quarantined_again(archive, Outcome.UNKNOWN_LAYOUT, b"one")
    archive = quarantined_again(archive, Outcome.UNKNOWN_LAYOUT, b"one")
    assert archive.fresh_quarantine == {} and archive.memory.counts == {Outcome.UNKNOWN_LAYOUT: 1}
    archive.close({})
    archive = an_archive(archive.folder, "died")
    archive.memory.discovered(url_of(1), "article", "000000001")
    archive._closing.close()  # pending now, and still in quarantine
    archive = quarantined_again(an_archive(archive.folder, "next"), Outcome.UNKNOWN_LAYOUT, b"one")
    assert archive.fresh_quarantine == {} and len(lines_of(archive.folder / "quarantine.jsonl")) == 1


@pytest.mark.parametrize(("outcome", "reason"), [(Outcome.UNKNOWN_LAYOUT, "no body"), (Outcome.INVALID, "no title")])
def test_a_page_quarantined_otherwise_is_news(archive: Archive, outcome: Outcome, reason: str) -> None:
    archive = quarantined_again(archive, Outcome.UNKNOWN_LAYOUT, b"one")
    archive = quarantined_again(archive, outcome, b"one", reason)
    assert archive.fresh_quarantine == {outcome: 1}
    assert len(lines_of(archive.folder / "quarantine.jsonl")) == 2


def test_a_page_without_a_place_is_quarantined_all_the_same(archive: Archive) -> None:
    archive.memory.settle(url_of(1), Outcome.INVALID, "bad")
    (line,) = lines_of(archive.folder / "quarantine.jsonl")
    assert line["warc"] is None and line["body_hash"] is None
