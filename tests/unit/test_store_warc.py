"""Responses: valid WARC 1.1, as received, found again where the archive said."""

import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from store_helpers import StandingClock, an_archive, an_article, an_exchange, recorded, url_of, warcio_check
from warcio.archiveiterator import ArchiveIterator

from panan_spider.archive.store.files import StoreError, WriteGuard
from panan_spider.archive.store.warc_file import WarcWriter, iter_responses, read
from panan_spider.core.outcomes import Outcome
from panan_spider.items import WarcLocation


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warc").mkdir()
    return tmp_path


def a_writer(data: Path, **other: Any) -> WarcWriter:
    return WarcWriter(data, "r1", WriteGuard(), StandingClock(), **other)


def records(data: Path) -> list[dict[str, Any]]:
    """Every record: its WARC fields, `http` (status line and fields) and `body` as stored."""
    found = []
    for path in sorted((data / "warc").glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                http = record.http_headers
                fields = dict(record.rec_headers.headers)
                found.append(
                    fields | {"http": http and (http.statusline, http.headers), "body": record.raw_stream.read()}
                )
    return found


def test_a_file_holds_its_info_and_the_pair(data: Path) -> None:
    place = a_writer(data).response(an_exchange())
    assert place.file == "warc/panan-20260307T010203Z-00000-r1.warc.gz"
    info, response, request = records(data)
    assert [record["WARC-Type"] for record in (info, response, request)] == ["warcinfo", "response", "request"]
    assert info["WARC-Filename"] == "panan-20260307T010203Z-00000-r1.warc.gz"
    assert response["WARC-Target-URI"] == request["WARC-Target-URI"] == url_of(1)
    assert response["WARC-Date"] == request["WARC-Date"] == "2026-03-07T01:02:03Z"
    assert request["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert response["WARC-Payload-Digest"].startswith("sha1:")
    assert request["http"] == ("/system/2020/03/07/000000001.shtml HTTP/1.1", [("Host", "www.panews.cn")])
    warcio_check(data)


def test_each_record_is_a_gzip_member_of_its_own(data: Path) -> None:
    place = a_writer(data).response(an_exchange())
    raw = (data / place.file).read_bytes()
    assert gzip.decompress(raw[place.offset :]).startswith(b"WARC/1.1\r\n")
    assert gzip.decompress(raw).count(b"WARC/1.1\r\n") == 3


def test_a_pair_is_one_write(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = a_writer(data)
    writer.response(an_exchange())
    calls = recorded(monkeypatch, "write", "fsync")
    writer.response(an_exchange())
    assert calls == ["write"]


def test_a_sync_makes_all_records_durable_and_costs_nothing_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = a_writer(data)
    for _number in range(3):
        writer.response(an_exchange())
    calls = recorded(monkeypatch, "write", "fsync")
    writer.sync()
    writer.sync()
    assert calls == ["fsync"]


def test_a_file_is_durable_before_the_next_begins(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = a_writer(data, max_bytes=1)
    writer.response(an_exchange())
    calls = recorded(monkeypatch, "fsync", "close")
    writer.response(an_exchange())
    assert calls[:2] == ["fsync", "close"]


def test_headers_are_kept_byte_for_byte(data: Path) -> None:
    odd = ((b"X-Name", "磐安".encode("gbk")), (b"Set-Cookie", b"a=1"), (b"Set-Cookie", b"b=2"), (b"X-Empty", b""))
    place = a_writer(data).response(an_exchange(headers=odd))
    raw = gzip.decompress((data / place.file).read_bytes()[place.offset :])
    assert (
        b"HTTP/1.1 200 OK\r\nX-Name: \xc5\xcd\xb0\xb2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Empty: \r\n\r\n" in raw
    )
    warcio_check(data)


def test_a_body_is_stored_encoded_and_read_decoded(data: Path) -> None:
    packed = gzip.compress("磐安".encode())
    headers = ((b"Content-Encoding", b"gzip"), (b"Content-Type", b"text/html; charset=utf-8"))
    place = a_writer(data).response(an_exchange(body=packed, headers=headers))
    assert records(data)[1]["body"] == packed
    found = read(data, place)
    assert found.body.decode() == "磐安"
    assert (found.url, found.status, found.content_type) == (url_of(1), 200, "text/html; charset=utf-8")
    assert (found.file, found.offset, found.at) == (place.file, place.offset, "2026-03-07T01:02:03Z")
    warcio_check(data)


def test_lengths_are_true_of_the_stored_bytes(data: Path) -> None:
    headers = ((b"Transfer-Encoding", b"chunked"), (b"Content-Length", b"999"))
    a_writer(data).response(an_exchange(body=b"12345", headers=headers))
    assert records(data)[1]["http"][1] == [
        ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("X-Archive-Orig-Content-Length", "999"),
        ("Content-Length", "5"),
    ]
    warcio_check(data)


def test_true_lengths_are_left_as_received(data: Path) -> None:
    a_writer(data).response(an_exchange(body=b"12345", headers=((b"content-length", b"5"),)))
    assert records(data)[1]["http"][1] == [("content-length", "5")]


@pytest.mark.parametrize(("status", "line"), [(404, "404 Not Found"), (799, "799")])
def test_every_status_is_kept(data: Path, status: int, line: str) -> None:
    place = a_writer(data).response(an_exchange(status=status, body=b""))
    assert records(data)[1]["http"][0] == line and read(data, place).status == status
    warcio_check(data)


def test_a_revisit_points_to_the_response_it_confirms(tmp_path: Path) -> None:
    archive = an_archive(tmp_path)
    place = archive.write_response(an_exchange())
    archive.store_all([(an_article(warc=place), Outcome.STORED)])
    again = an_exchange(status=304, body=b"", at="2026-03-08T00:00:00Z", headers=((b"ETag", b'"1"'),))
    archive.write_revisit(again, "000000001")
    revisit, request = records(tmp_path)[3:]
    assert revisit["WARC-Type"] == "revisit"
    assert revisit["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert revisit["WARC-Refers-To-Target-URI"] == url_of(1)
    assert revisit["WARC-Refers-To-Date"] == "2026-03-07T01:02:03Z"
    assert revisit["http"] == ("304 Not Modified", [("ETag", '"1"')])
    assert request["WARC-Concurrent-To"] == revisit["WARC-Record-ID"]
    warcio_check(tmp_path)


def test_a_revisit_of_an_unknown_article_points_nowhere(tmp_path: Path) -> None:
    place = an_archive(tmp_path).write_revisit(an_exchange(status=304, body=b""), "000000009")
    assert "WARC-Refers-To-Date" not in records(tmp_path)[1]
    with pytest.raises(StoreError, match=f"no response at byte {place.offset}"):
        read(tmp_path, place)
    warcio_check(tmp_path)


def test_a_full_file_is_followed_by_the_next(data: Path) -> None:
    writer = a_writer(data, max_bytes=2_000)
    exchanges = [an_exchange(url=url_of(n), body=b"<p>%d" % n) for n in range(9)]
    places = [writer.response(exchange) for exchange in exchanges]
    writer.close()
    files = sorted(path.name for path in (data / "warc").iterdir())
    assert len(files) > 2 and files[1] == "panan-20260307T010203Z-00001-r1.warc.gz"
    assert [name for name, _size in writer.whole] == [f"warc/{name}" for name in files]
    assert [read(data, place).body for place in places] == [exchange.body for exchange in exchanges]
    warcio_check(data)


def test_a_run_without_responses_makes_no_file(tmp_path: Path) -> None:
    an_archive(tmp_path).close({})
    assert list((tmp_path / "warc").iterdir()) == []


def test_a_second_run_makes_its_own_file(tmp_path: Path) -> None:
    for run in ("r1", "r2"):
        archive = an_archive(tmp_path, run)
        archive.write_response(an_exchange())
        archive.close({})
    assert len(list((tmp_path / "warc").iterdir())) == 2


def test_all_responses_are_read_in_order(data: Path) -> None:
    writer = a_writer(data, max_bytes=1_500)
    places = [writer.response(an_exchange(url=url_of(n))) for n in range(5)]
    writer.revisit(an_exchange(status=304, body=b""), None)
    found = [(response.file, response.offset, response.url) for response in iter_responses(data)]
    assert found == [(place.file, place.offset, url_of(n)) for n, place in enumerate(places)]


@pytest.mark.parametrize("offset", [0, 3, 10_000_000])
def test_a_wrong_place_is_a_store_error(data: Path, offset: int) -> None:
    place = a_writer(data).response(an_exchange())
    with pytest.raises(StoreError, match=place.file):
        read(data, WarcLocation(file=place.file, offset=offset))


def test_a_missing_file_is_a_store_error(data: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        read(data, WarcLocation(file="warc/none.warc.gz", offset=0))


def test_a_response_the_disk_takes_in_part_is_taken_back(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = a_writer(data)
    place = writer.response(an_exchange())
    before = (data / place.file).read_bytes()
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, raw: write(fd, raw[:10]))
    with pytest.raises(StoreError, match="warc: only 10 of"):
        writer.response(an_exchange())
    assert (data / place.file).read_bytes() == before
