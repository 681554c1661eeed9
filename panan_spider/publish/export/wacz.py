"""WACZ: the raw pages of articles as one file that ReplayWeb.page opens: WARC records as kept, their index, and a list of pages."""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator

from panan_spider.archive.store.files import StoreError, naming
from panan_spider.publish.export import file_formats
from panan_spider.publish.export.archive_lines import Record
from panan_spider.publish.export.atomic import built_aside
from panan_spider.publish.export.job import ExportJob, ExportResult, SelectedRecords, new_records
from panan_spider.sites.profile import Site

FORM: Final = "wacz"
_MAGIC: Final = b"PK\x03\x04"
_VERSION: Final = "1.1.1"
_WARC: Final = "archive/data{number}.warc.gz"
#: Bytes from which on the next record begins another WARC file: none needs zip64, which readers take for the file's own bytes.
LARGEST_WARC: Final = 1 << 30
_INDEX: Final = "indexes/index.cdx"
_PAGES: Final = "pages/pages.jsonl"
#: The time of every member, so that the same pages make the same file.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_BLOCK: Final = 1 << 16


@dataclass(frozen=True)
class Capture:
    """One raw response: its gzip member as kept, and what the index says of it."""

    member: bytes
    url: str
    time: str  # YYYYMMDDhhmmss
    status: str
    mime: str
    digest: str


def captures(data: Path, record: Record) -> Iterator[Capture]:
    """The raw pages of an article, its parts behind it. Raises StoreError where the WARC does not hold one."""
    place = record["warc"]
    if place is None:
        return
    for part in [place, *(place.get("parts") or ())]:
        yield _capture(data, part)


def _capture(data: Path, place: dict[str, Any]) -> Capture:
    path = data / place["file"]
    if not path.resolve().is_relative_to(data.resolve()):
        raise StoreError(f"{place['file']}: not in the archive")
    with naming(path):
        member = _member(path, place["offset"])
        found = next(iter(ArchiveIterator(io.BytesIO(member))), None)
    if found is None or found.rec_type != "response":
        raise StoreError(f"{path}: no response begins at byte {place['offset']}")
    header, http = found.rec_headers, found.http_headers
    time = "".join(filter(str.isdigit, header.get_header("WARC-Date") or ""))[:14]
    mime = (http.get_header("Content-Type") or "").partition(";")[0].strip() or "unk"
    digest = header.get_header("WARC-Payload-Digest") or ""
    return Capture(member, header.get_header("WARC-Target-URI"), time, http.get_statuscode(), mime, digest)


def _member(path: Path, offset: int) -> bytes:
    """The gzip member that begins at a byte of a file, as it stands there."""
    member, reader = bytearray(), zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        file.seek(offset)
        while not reader.eof:
            block = file.read(_BLOCK)
            if not block:
                raise StoreError(f"{path}: the record at byte {offset} is cut off")
            try:
                reader.decompress(block)
            except zlib.error as error:
                raise StoreError(f"{path}: no record begins at byte {offset}") from error
            member += block
    return bytes(member[: len(member) - len(reader.unused_data)])


def search_key(url: str) -> str:
    """The key an address is sorted by in an index: `com,example,www)/a.shtml`."""
    parts = urlsplit(url)
    host = ",".join(reversed((parts.hostname or "").split(".")))
    return f"{host}){parts.path or '/'}{'?' + parts.query if parts.query else ''}".lower()


def write_wacz(target: Path | BinaryIO, data: Path, site: Site, records: Iterable[Record]) -> int:
    """Write the raw pages of these articles; how many articles have one. Raises StoreError."""
    index: list[str] = []
    pages = [json.dumps({"format": "json-pages-1.0", "id": "pages", "title": site.title}, ensure_ascii=False)]
    members: dict[str, tuple[str, int]] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as book:
        with _WarcFiles(book, members) as warcs:
            for record in records:
                for number, capture in enumerate(captures(data, record)):
                    index.append(_index_line(capture, *warcs.write(capture.member)))
                    if number == 0:
                        pages.append(_page_line(record, capture))
        with _Member(book, _INDEX, members) as file:
            file.write("".join(sorted(index)).encode())
        with _Member(book, _PAGES, members) as file:
            file.write("".join(f"{line}\n" for line in pages).encode("utf-8", "replace"))
        package = _package(site, members)
        with _Member(book, "datapackage.json", {}) as file:
            file.write(package)
        with _Member(book, "datapackage-digest.json", {}) as file:
            digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
            file.write(json.dumps(digest).encode())
    return len(pages) - 1


class _WarcFiles:
    """The WARC files of the book, one after another, the next one where a file has become large."""

    def __init__(self, book: zipfile.ZipFile, members: dict[str, tuple[str, int]]) -> None:
        self._book, self._members, self._count = book, members, 0
        self._begin()

    def _begin(self) -> None:
        self._count += 1
        self._name = _WARC.format(number="" if self._count == 1 else f"-{self._count}")
        self._file = _Member(self._book, self._name, self._members)

    def __enter__(self) -> "_WarcFiles":
        return self

    def write(self, member: bytes) -> tuple[str, int]:
        """Append one record; the file's name, and the byte where the record begins."""
        if self._file.size and self._file.size + len(member) > LARGEST_WARC:
            self._file.close()
            self._begin()
        offset = self._file.size
        self._file.write(member)
        return self._name, offset

    def __exit__(self, *_error: object) -> None:
        self._file.close()


class _Member:
    """One file of the book, written from first to last; on leaving its hash and size are noted."""

    def __init__(self, book: zipfile.ZipFile, name: str, members: dict[str, tuple[str, int]]) -> None:
        self._name, self._members = name, members
        self._file = book.open(zipfile.ZipInfo(name, _TIME), "w")
        self._hash = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> "_Member":
        return self

    def write(self, block: bytes) -> None:
        """Append bytes."""
        self._file.write(block)
        self._hash.update(block)
        self.size += len(block)

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the file, and note its hash and size."""
        self._file.close()
        self._members[self._name] = (f"sha256:{self._hash.hexdigest()}", self.size)


def _index_line(capture: Capture, file: str, offset: int) -> str:
    about = {
        "url": capture.url, "mime": capture.mime, "status": capture.status, "digest": capture.digest, "length": str(len(capture.member)),
        "offset": str(offset), "filename": file.rpartition("/")[2],
    }  # fmt: skip
    return f"{search_key(capture.url)} {capture.time} {json.dumps(about)}\n"


def _page_line(record: Record, capture: Capture) -> str:
    time = capture.time
    moment = f"{time[:4]}-{time[4:6]}-{time[6:8]}T{time[8:10]}:{time[10:12]}:{time[12:14]}Z"
    page = {"id": record["id"], "url": capture.url, "ts": moment, "title": record["title"]}
    return json.dumps(page, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _package(site: Site, members: dict[str, tuple[str, int]]) -> bytes:
    resources = [
        {"name": name.rpartition("/")[2], "path": name, "hash": digest, "bytes": size}
        for name, (digest, size) in members.items()
    ]
    about = {
        "profile": "data-package",
        "wacz_version": _VERSION,
        "software": "panan_spider",
        "title": site.title,
        "resources": resources,
    }
    return json.dumps(about, ensure_ascii=False, indent=1).encode()


def pages_in(path: Path) -> int:
    """Number of pages that a WACZ file lists. Raises ValueError for another file."""
    try:
        with zipfile.ZipFile(path) as book:
            return len(book.read(_PAGES).splitlines()) - 1
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(str(error)) from error


def export(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold the raw pages of what `job` says. Raises ForeignFileError, UnknownSection, StoreError; `out` is then as it was."""
    with naming(out):
        file_formats.check_file(FORM, _MAGIC, out)
        before = file_formats.earlier_state(FORM, job, out)
        if before is not None and (found := new_records(job, before.mark)) is not None and not found[0]:
            return ExportResult(before.articles, before.revisions, anew=False)
        chosen = SelectedRecords.by(job)
        with built_aside(out) as aside:
            count = write_wacz(aside, job.data, job.site, chosen.records())
            if (held := pages_in(aside)) != count:
                raise StoreError(f"{out}: lists {held} pages of {count}; the file built aside is thrown away")
        done = ExportResult(chosen.articles, chosen.count, anew=True)
        file_formats.write_state(FORM, job, out, chosen.mark, done)
    return done
