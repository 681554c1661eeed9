"""The WACZ export: the raw pages as ReplayWeb.page opens them."""

import hashlib
import io
import json
import os
import re
import zipfile
from pathlib import Path

import pytest
from browse_archive import pages_of, picture
from export_helpers import export
from store_helpers import an_archive, an_article, an_exchange
from warcio.archiveiterator import ArchiveIterator

from panan_spider.core.outcomes import Outcome
from panan_spider.publish.browse.page_render import ExportSource
from panan_spider.publish.export.wacz import search_key
from panan_spider.sites.profile import load_site


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two articles with raw pages, the first corrected."""
    data = tmp_path / "data"
    for run, keys in (("20200307T010203Z-1", [(1, 1), (2, 1)]), ("20200308T010203Z-2", [(1, 2)])):
        archive = an_archive(data, run)
        for number, revision in keys:
            article = an_article(number, revision, title=f"第{number}篇第{revision}版")
            body = f"<html><meta charset=utf-8><h1>{article.title}</h1>".encode()
            place = archive.write_response(an_exchange(article.url, body))
            outcome = Outcome.STORED if revision == 1 else Outcome.REVISED
            archive.store_all([(article.model_copy(update={"warc": place}), outcome)])
        archive.close({"exit_code": 0})
    return data


def test_it_holds_the_newest_pages_as_kept_with_index_and_list(data: Path) -> None:
    assert export(data, "--format", "wacz") == 0
    with zipfile.ZipFile(data / "export/panan.wacz") as book:
        files = {name: book.read(name) for name in book.namelist()}
        assert all(info.compress_type == zipfile.ZIP_STORED for info in book.infolist())
    pages = [json.loads(line) for line in files["pages/pages.jsonl"].splitlines()]
    assert pages[0]["format"] == "json-pages-1.0"
    assert [page["title"] for page in pages[1:]] == ["第2篇第1版", "第1篇第2版"]
    for line in files["indexes/index.cdx"].decode().splitlines():
        key, time, about = line.split(" ", 2)
        entry = json.loads(about)
        start, length = int(entry["offset"]), int(entry["length"])
        record = next(iter(ArchiveIterator(io.BytesIO(files["archive/" + entry["filename"]][start : start + length]))))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"] and key == search_key(entry["url"])
        title = next(page["title"] for page in pages[1:] if page["url"] == entry["url"])
        assert title in record.content_stream().read().decode() and len(time) == 14 and entry["status"] == "200"
    package = json.loads(files["datapackage.json"])
    for resource in package["resources"]:
        body = files[resource["path"]]
        assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}" and resource["bytes"] == len(body)
    assert {one["path"] for one in package["resources"]} == {
        "archive/data.warc.gz",
        "indexes/index.cdx",
        "pages/pages.jsonl",
    }


PICTURE = "http://www.panews.cn/pic/0/1.png"


def with_picture(data: Path, *, in_warc: bool, url: str = PICTURE) -> bytes:
    """Give the second article a picture, as a crawl with images=true keeps it; or one whose response no WARC has."""
    archive = an_archive(data, "20200309T010203Z-3")
    body = picture()
    place = archive.write_response(an_exchange(url, body, headers=((b"Content-Type", b"image/png"),)))
    archive.open_images().keep(PICTURE, body, "image/png", "png", place if in_warc else None)
    page = f'<html><meta charset=utf-8><h1>图</h1><img src="{PICTURE}">'.encode()
    shown = [{"url": PICTURE, "caption": None}, {"url": "http://www.panews.cn/pic/0/not-kept.png", "caption": None}]
    for number in (3, 4):
        article = an_article(number, title=f"第{number}篇", images=shown)
        at = archive.write_response(an_exchange(article.url, page))
        archive.store_all([(article.model_copy(update={"warc": at}), Outcome.STORED)])
    archive.close({"exit_code": 0})
    return body


def replayed(book: zipfile.ZipFile, url: str) -> list[tuple[str, bytes]]:
    """The type and content of each record that the index gives for an address, read where it says."""
    found = []
    for line in book.read("indexes/index.cdx").decode().splitlines():
        entry = json.loads(line.split(" ", 2)[2])
        if entry["url"] == url:
            start, length = int(entry["offset"]), int(entry["length"])
            member = book.read("archive/" + entry["filename"])[start : start + length]
            record = next(iter(ArchiveIterator(io.BytesIO(member))))
            assert entry["mime"] == "image/png" and entry["status"] == "200" and entry["digest"].startswith("sha1:")
            found.append((str(record.rec_type), record.content_stream().read()))
    return found


@pytest.mark.parametrize(("in_warc", "kind"), [(True, "response"), (False, "resource")])
def test_a_kept_picture_is_in_it_once_at_the_address_of_the_page(data: Path, in_warc: bool, kind: str) -> None:
    body = with_picture(data, in_warc=in_warc)
    assert export(data, "--format", "wacz") == 0
    with zipfile.ZipFile(data / "export/panan.wacz") as book:
        assert replayed(book, PICTURE) == [(kind, body)]
        assert replayed(book, "http://www.panews.cn/pic/0/not-kept.png") == []
        assert len(book.read("pages/pages.jsonl").splitlines()) == 5


def test_a_picture_that_was_redirected_is_found_at_both_addresses(data: Path) -> None:
    body = with_picture(data, in_warc=True, url="http://panews.zjol.com.cn/pic/1.png")
    assert export(data, "--format", "wacz") == 0
    with zipfile.ZipFile(data / "export/panan.wacz") as book:
        for url in (PICTURE, "http://panews.zjol.com.cn/pic/1.png"):
            assert replayed(book, url) == [("response", body)]


def test_a_picture_that_is_gone_from_the_archive_leaves_the_pages(data: Path) -> None:
    with_picture(data, in_warc=False)
    for path in (data / "images").rglob("*.png"):
        path.unlink()
    assert export(data, "--format", "wacz") == 0
    with zipfile.ZipFile(data / "export/panan.wacz") as book:
        assert replayed(book, PICTURE) == [] and len(book.read("pages/pages.jsonl").splitlines()) == 5


def test_pictures_kept_since_make_it_anew(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_picture(data, in_warc=True)
    for _again in range(2):
        assert export(data, "--format", "wacz") == 0
    assert "brought up to date" in capsys.readouterr().out.splitlines()[-1]
    os.utime(data / "images" / "index.jsonl", ns=(2 * 10**18, 2 * 10**18))
    assert export(data, "--format", "wacz") == 0
    assert "made anew" in capsys.readouterr().out.splitlines()[-1]


def test_the_pages_give_an_article_with_its_picture(data: Path) -> None:
    body = with_picture(data, in_warc=True)
    source = ExportSource(data, load_site())
    source.refresh()
    answer = pages_of(source).get("/article/000000003.wacz")
    assert answer.headers["content-type"] == "application/wacz"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert replayed(book, PICTURE) == [("response", body)]


def test_index_lines_are_sorted_and_a_key_turns_the_host_round(data: Path) -> None:
    assert export(data, "--format", "wacz") == 0
    with zipfile.ZipFile(data / "export/panan.wacz") as book:
        lines = book.read("indexes/index.cdx").decode().splitlines()
    assert lines == sorted(lines) and len(lines) == 2
    assert search_key("http://www.panews.cn/A/b.shtml?x=1") == "cn,panews,www)/a/b.shtml?x=1"


def test_a_raw_page_that_is_gone_is_a_store_error_and_nothing_is_written(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (data / "warc").iterdir():
        path.write_bytes(b"")
    assert export(data, "--format", "wacz") == 14
    assert "cut off" in capsys.readouterr().err and not (data / "export/panan.wacz").exists()


def test_again_nothing_is_done_and_a_foreign_file_is_left_alone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(data, "--format", "wacz") == 0 and export(data, "--format", "wacz") == 0
    assert "brought up to date" in capsys.readouterr().out
    other = data / "other.wacz"
    other.write_bytes(b"a diary")
    with pytest.raises(SystemExit):
        export(data, "--format", "wacz", "--out", str(other))
    assert other.read_bytes() == b"a diary"


def test_a_large_archive_is_several_warc_files_and_the_index_leads_into_each(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panan_spider.publish.export.wacz.LARGEST_WARC", 10)
    assert export(data, "--format", "wacz") == 0
    with zipfile.ZipFile(data / "export/panan.wacz") as book:
        files = {name: book.read(name) for name in book.namelist()}
    entries = [json.loads(line.split(" ", 2)[2]) for line in files["indexes/index.cdx"].decode().splitlines()]
    assert sorted(entry["filename"] for entry in entries) == ["data-2.warc.gz", "data.warc.gz"]
    for entry in entries:
        start = int(entry["offset"])
        member = files[f"archive/{entry['filename']}"][start : start + int(entry["length"])]
        record = next(iter(ArchiveIterator(io.BytesIO(member))))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]
    named = {one["path"] for one in json.loads(files["datapackage.json"])["resources"]}
    assert {name for name in files if name.startswith("archive/")} <= named


def test_every_file_begins_right_behind_its_name(data: Path) -> None:
    """A reader in a browser takes an extra field of the local header for the file's first bytes."""
    assert export(data, "--format", "wacz") == 0
    raw = (data / "export/panan.wacz").read_bytes()
    with zipfile.ZipFile(data / "export/panan.wacz") as book:
        for info in book.infolist():
            head = raw[info.header_offset : info.header_offset + 30]
            names, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
            assert extra == 0, info.filename
            start = info.header_offset + 30 + names
            assert raw[start : start + info.file_size] == book.read(info)


def test_the_description_is_that_of_the_wacz_specification(data: Path) -> None:
    """WACZ 1.1.1: a Frictionless data package with `wacz_version`, its digest, pages with id, url and time in RFC 3339."""
    assert export(data, "--format", "wacz") == 0
    with zipfile.ZipFile(data / "export/panan.wacz") as book:
        files = {name: book.read(name) for name in book.namelist()}
    package = json.loads(files["datapackage.json"])
    assert package["profile"] == "data-package" and package["wacz_version"] == "1.1.1"
    assert {one["path"] for one in package["resources"]} == set(files) - {"datapackage.json", "datapackage-digest.json"}
    assert all({"name", "path", "hash", "bytes"} <= set(one) for one in package["resources"])
    digest = json.loads(files["datapackage-digest.json"])
    assert digest == {
        "path": "datapackage.json",
        "hash": f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}",
    }
    head, *pages = [json.loads(line) for line in files["pages/pages.jsonl"].splitlines()]
    assert {"format", "id", "title"} <= set(head) and len(pages) == 2
    for page in pages:
        assert page["url"].startswith("http://") and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", page["ts"])
