"""Publications: numbered manifests that one of two writers can create, on S3 and on a folder; a kill between any two uploads."""

import gzip
import json
import os
import shutil
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from made_up import run_into

from panan_spider.archive.store.files import StoreError
from panan_spider.fleet.fleet_database import FleetError
from panan_spider.fleet.object_store import ObjectStore
from panan_spider.fleet.publication import Publication, StaleFolder, faults_of, only_grows

WARC = "warc/panan-1.warc.gz"
_RECORD = (
    b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:0a1b2c3d-0000-4000-8000-000000000000>\r\n"
    b"WARC-Date: 2026-11-27T02:00:00Z\r\nContent-Length: 200\r\n\r\n%s\r\n\r\n"
)


def at(minute: int) -> datetime:
    return datetime(2026, 11, 27, 2, minute, tzinfo=UTC)


def publication(store: ObjectStore, folder: Path, holder: str = "w1") -> Publication:
    return Publication(store, "jia", folder, holder)


def night(folder: Path, minute: int, lines: int = 2) -> None:
    """A run: raw pages, lines that name them, the ledger's books, a report."""
    if not (folder / "articles.jsonl").exists():
        run_into(folder, f"first-{folder.name}-{minute}", lambda: at(minute))
    run_into(folder, f"run-{folder.name}-{minute}", lambda: at(minute))
    with (folder / WARC).open("ab") as file:
        file.write(gzip.compress(_RECORD % os.urandom(100).hex().encode()))
    with (folder / "articles.jsonl").open("ab") as file:
        for number in range(lines):
            file.write(json.dumps({"id": f"{folder.name}-{minute}-{number}", "revision": 1}).encode() + b"\n")


def published(where: Publication) -> Any:
    where.snapshot()
    return where.publish()


def content(folder: Path, *more: str) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("articles.jsonl", "quarantine.jsonl", *more)}


def segments(manifest: Any, path: str) -> Any:
    return next(entry.segments for entry in manifest.files if entry.path == path)


def runs(folder: Path) -> list[str]:
    connection = sqlite3.connect(f"file:{folder}/ledger.sqlite?mode=ro", uri=True)
    try:
        return [row[0] for row in connection.execute("SELECT id FROM runs ORDER BY number")]
    finally:
        connection.close()


def test_an_archive_goes_on_on_another_machine(address: str, tmp_path: Path) -> None:
    store = ObjectStore.at(address)
    one, two = tmp_path / "one", tmp_path / "two"
    here, there = publication(store, one), publication(store, two, "w2")
    here.take()
    night(one, 1)
    first = published(here)
    assert first.number == 1 and published(here) is None
    night(one, 2)
    second = published(here)
    assert second.number == 2
    grown = segments(second, "articles.jsonl")
    assert len(grown) == 2  # the new bytes alone were sent
    assert grown[0] == segments(first, "articles.jsonl")[0]

    there.take()
    assert content(two) == content(one) and runs(two) == runs(one) and not (two / WARC).exists()
    night_without_raw_pages = content(two)
    there.take()  # again: nothing to do
    assert content(two) == night_without_raw_pages
    there.take(whole=True)
    assert content(two, WARC) == content(one, WARC)
    assert faults_of(store, "jia")[0] == []


def test_a_machine_without_raw_pages_publishes_and_loses_none(address: str, tmp_path: Path) -> None:
    store = ObjectStore.at(address)
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    publication(store, one).take()
    night(one, 1)
    published(publication(store, one))
    publication(store, two).take()
    run_into(two, "run-two", lambda: at(5))
    made = published(publication(store, two, "w2"))
    assert made.number == 2 and WARC in {entry.path for entry in made.files}
    publication(store, three).take(whole=True)
    assert content(three, WARC) == content(one, WARC) and "run-two" in runs(three)
    # The first machine's folder is overtaken: it is set aside whole, and the new one is fetched.
    publication(store, one).take()
    assert "run-two" in runs(one)
    (aside,) = tmp_path.glob("one.stale-*")
    assert (aside / WARC).exists()


def test_of_two_folders_begun_at_one_number_the_second_is_refused(address: str, tmp_path: Path) -> None:
    store = ObjectStore.at(address)
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        publication(store, folder).take()
        night(folder, 1)
    here, there = publication(store, one), publication(store, two, "w2")
    here.snapshot()
    there.snapshot()
    assert here.publish() is not None
    with pytest.raises(StaleFolder, match="w1 has published"):
        there.publish()
    aside = there.set_aside()
    assert aside is not None and aside.name.startswith("two.stale-")
    there.take()
    assert content(two) == content(one)
    assert faults_of(store, "jia")[0] == []


def test_the_manifest_is_created_by_one_of_two_that_saw_the_same_number(address: str, tmp_path: Path) -> None:
    """Both have looked and found nothing newer: only the creation itself tells them apart."""
    store = ObjectStore.at(address)
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        publication(store, folder).take()
        night(folder, 1)
    here, there = publication(store, one), publication(store, two, "w2")
    here.snapshot()
    there.snapshot()
    uploaded = there._upload_files

    def meanwhile(before: Any) -> Any:
        files = uploaded(before)
        assert here.publish() is not None
        return files

    there._upload_files = meanwhile  # type: ignore[method-assign]
    with pytest.raises(StaleFolder, match="publication 1"):
        there.publish()
    wrong, orphans = faults_of(store, "jia")
    assert wrong == [] and len(orphans) >= 2  # the loser's lines and ledger


def test_a_copied_folder_is_no_second_way_to_publish(address: str, tmp_path: Path) -> None:
    """A machine's folder was copied, note and all; both go on from it."""
    store = ObjectStore.at(address)
    one, two = tmp_path / "one", tmp_path / "two"
    publication(store, one).take()
    night(one, 1)
    published(publication(store, one))
    shutil.copytree(one, two)
    night(one, 2)
    night(two, 3)
    here, there = publication(store, one), publication(store, two, "w2")
    published(here)
    with pytest.raises(StaleFolder, match="w1 has published"):
        published(there)
    there.take()
    assert content(two) == content(one) and len(list(tmp_path.glob("two.stale-*"))) == 1


@pytest.mark.parametrize("again", ["the store is asked again", "publish", "take"])
def test_a_manifest_whose_answer_was_lost_is_the_folder_s_own(address: str, tmp_path: Path, again: str) -> None:
    """The store has created it, and the answer did not come: the client asks once more, or the error ends the publication."""
    store, folder = ObjectStore.at(address), tmp_path / "one"
    here = publication(store, folder)
    here.take()
    night(folder, 1)
    lossy, create = ObjectStore.at(address), store.create

    def unanswered(name: str, data: bytes) -> bool:
        assert create(name, data)
        if again == "the store is asked again":
            return create(name, data)
        raise StoreError("no answer")

    lossy.create = unanswered  # type: ignore[method-assign]
    if again == "the store is asked again":
        assert published(publication(lossy, folder)).number == 1
    else:
        with pytest.raises(StoreError, match="no answer"):
            published(publication(lossy, folder))
    if again == "take":
        here.take()
    assert published(here) is None
    night(folder, 2)
    assert published(here).number == 2
    assert faults_of(store, "jia")[0] == [] and not list(tmp_path.glob("one.stale-*"))


@pytest.mark.parametrize("address", ["s3"], indirect=True)
def test_a_store_that_is_busy_now_and_then_is_asked_again(
    address: str, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every first try of an object is answered by 503; of a manifest after it was created."""
    with answering_503_first(s3) as (endpoint, refused):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        store = ObjectStore.at(address)
        here = publication(store, tmp_path / "one")
        for minute in (1, 2):
            here.take()
            night(tmp_path / "one", minute)
            assert published(here).number == minute
        assert faults_of(store, "jia")[0] == [] and not list(tmp_path.glob("one.stale-*"))
        publication(store, tmp_path / "two").take(whole=True)
    assert content(tmp_path / "two", WARC) == content(tmp_path / "one", WARC)
    assert sum("/manifests/" in path for path in refused) >= 2 and len(refused) > 8


@contextmanager
def answering_503_first(endpoint: str) -> Iterator[tuple[str, list[str]]]:
    """A server before an S3 server that answers 503 to the first PUT and GET of each path; its address, and those paths."""
    refused: list[str] = []

    class Busy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            call = f"{self.command} {self.path.partition('?')[0]}"
            first = call not in refused and self.command in ("GET", "PUT")
            status, body, etag = 503, b"", ""
            if not first or "/manifests/" in call:
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                headers.setdefault("Content-Type", "application/octet-stream")  # else urllib says it is a form
                given = data if self.command in ("PUT", "POST") else None
                asked = urllib.request.Request(endpoint + self.path, given, headers, method=self.command)
                try:
                    with urllib.request.urlopen(asked, timeout=30) as answer:
                        status, body, etag = answer.status, answer.read(), answer.headers.get("ETag", "")
                except urllib.error.HTTPError as error:
                    status, body = error.code, error.read()
            if first:
                refused.append(call)
                status, body = 503, b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", etag or '"0"')
            self.send_header("Last-Modified", "Fri, 27 Nov 2026 02:00:00 GMT")
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_DELETE = do_POST = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", refused
    finally:
        server.shutdown()
        server.server_close()


class Killed(BaseException):
    """The process is dead from here on: nothing catches it, and publishing has nothing to tidy up."""


def killed_at(store: ObjectStore, passage: int, work: Callable[[], object]) -> bool:
    """Do the work, which dies at its n-th step: before a writing call to the store, or after it. Whether it did."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == passage:
            raise Killed

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any) -> Any:
            step()
            result = call(*args)
            step()
            return result

        return counting

    for name in ("put", "create", "delete"):
        setattr(store, name, counted(getattr(store, name)))
    try:
        work()
    except Killed:
        return True
    return False


def test_a_kill_between_any_two_uploads_loses_nothing(address: str, tmp_path: Path) -> None:
    passage, dies = 0, True
    while dies:
        passage += 1
        place = tmp_path / str(passage)
        folder = place / "one"
        site = f"jia-{passage}"

        def there(store: ObjectStore, folder: Path, site: str = site) -> Publication:
            return Publication(store, site, folder, "w1")

        store = ObjectStore.at(address)
        there(store, folder).take()
        for minute in (1, 2):
            night(folder, minute)
            published(there(store, folder))
        night(folder, 3)
        dying = ObjectStore.at(address)
        dies = killed_at(dying, passage, lambda: published(there(dying, folder)))  # noqa: B023 - called at once
        # Whoever comes next on this machine goes on, and whoever comes elsewhere finds a whole publication.
        there(store, folder).take()
        assert not list(place.glob("one.stale-*"))
        assert faults_of(store, site)[0] == []
        published(there(store, folder))
        elsewhere = place / "elsewhere"
        there(store, elsewhere).take(whole=True)
        assert content(elsewhere, WARC) == content(folder, WARC) and runs(elsewhere) == runs(folder)
    assert passage > 12  # raw pages, lines, report, ledger, manifest, what was dropped: before and after each


def test_a_file_that_was_repaired_is_published_anew(address: str, tmp_path: Path) -> None:
    store = ObjectStore.at(address)
    folder = tmp_path / "one"
    where = publication(store, folder)
    where.take()
    night(folder, 1)
    published(where)
    lines = (folder / "articles.jsonl").read_bytes()
    (folder / "articles.jsonl").write_bytes(lines.replace(b'"revision": 1', b'"revision": 2'))
    with (folder / WARC).open("r+b") as file:
        file.truncate(200)
    published(where)
    publication(store, tmp_path / "two").take(whole=True)
    assert content(tmp_path / "two", WARC) == content(folder, WARC)


def test_damage_in_the_store_is_named_and_never_taken_for_an_archive(tmp_path: Path) -> None:
    pytest.importorskip("obstore")
    store = ObjectStore.at(f"file://{tmp_path}/store")
    folder = tmp_path / "one"
    publication(store, folder).take()
    night(folder, 1)
    published(publication(store, folder))
    (data,) = (tmp_path / "store/sites/jia/data/articles.jsonl").iterdir()
    whole = data.read_bytes()
    data.write_bytes(whole[:-1] + b" ")
    with pytest.raises(StoreError, match=r"articles\.jsonl.* is not what its manifest says"):
        publication(store, tmp_path / "two").take()
    assert not (tmp_path / "two").exists()
    data.write_bytes(whole[:-1])
    assert "bytes instead of" in faults_of(store, "jia")[0][0]
    data.unlink()
    assert "missing" in faults_of(store, "jia")[0][0]
    (manifest,) = (tmp_path / "store/sites/jia/manifests").iterdir()
    manifest.write_text("{}")
    with pytest.raises(StoreError, match=manifest.name):
        publication(store, tmp_path / "two").take()
    manifest.unlink()
    with pytest.raises(StoreError, match="of which the store has none"):
        publication(store, folder).take()


@pytest.mark.parametrize("address", ["", "data", "file://data", "http://127.0.0.1/x", "s3:///x", "gs://bucket"])
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    pytest.importorskip("obstore")
    with pytest.raises(FleetError, match="PANAN_STORE"):
        ObjectStore.at(address)


def test_files_that_grow() -> None:
    assert only_grows("articles.jsonl") and only_grows(WARC)
    assert not only_grows("people.jsonl") and not only_grows("runs/1.json")
