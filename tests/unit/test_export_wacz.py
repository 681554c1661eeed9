"""The WACZ export: the raw pages as ReplayWeb.page opens them."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from export_helpers import export
from store_helpers import an_archive, an_article, an_exchange
from warcio.archiveiterator import ArchiveIterator

from panan_spider.core.outcomes import Outcome
from panan_spider.publish.export.wacz import search_key


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
            archive.store(article.model_copy(update={"warc": place}), outcome)
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
