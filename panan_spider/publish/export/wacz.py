"""WACZ: the raw pages of articles and their pictures as one file that ReplayWeb.page opens.

It holds WARC records as kept, their index, and a list of pages.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from panan_spider.archive.store.files import StoreError, naming
from panan_spider.archive.store.image_files import INDEX as IMAGE_INDEX
from panan_spider.archive.store.image_files import image_type, kept_records
from panan_spider.publish.export import export_files
from panan_spider.publish.export.job import ExportJob, ExportResult, Record, SelectedRecords
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

#: Address of a picture → its line of the archive's index of pictures.
Pictures = Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class Capture:
    """One WARC record: its gzip member, and what the index says of it."""

    member: bytes
    url: str
    time: str  # YYYYMMDDhhmmss
    status: str
    mime: str
    digest: str


def pictures_of(data: Path, folder: str = "") -> Pictures:
    """The kept pictures of the archive in `data`/`folder`, their paths from `data`. Raises StoreError."""
    if not folder:
        return kept_records(data)
    found = kept_records(data / folder)
    for record in found.values():
        record["path"] = f"{folder}/{record['path']}"
        if record.get("warc"):
            record["warc"] = record["warc"] | {"file": f"{folder}/{record['warc']['file']}"}
    return found


def picture_capture(data: Path, picture: dict[str, Any]) -> Capture | None:
    """The response that brought a picture; where no WARC has it, a record of the stored file; None where that is gone, too.

    Raises StoreError where the WARC does not hold what the index says.
    """
    place = picture.get("warc")
    if place and (data / place["file"]).is_file():
        return _capture(data, place)
    path = data / picture["path"]
    if not path.resolve().is_relative_to(data.resolve()):
        raise StoreError(f"{picture['path']}: not in the archive")
    return _resource(picture["url"], picture["at"], path.read_bytes()) if path.is_file() else None


def _resource(url: str, fetched_at: str, body: bytes) -> Capture:
    """A stored file as a WARC record of type `resource`, the same for the same file: its HTTP headers are not known."""
    kind = image_type(body)
    mime = kind.media_type if kind is not None else "application/octet-stream"
    out = io.BytesIO()
    name = f"<urn:sha256:{hashlib.sha256(url.encode() + body).hexdigest()}>"
    headers = {"WARC-Record-ID": name, "WARC-Date": fetched_at}
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    record = writer.create_warc_record(
        url, "resource", io.BytesIO(body), len(body), warc_content_type=mime, warc_headers_dict=headers
    )
    writer.write_record(record)
    time = "".join(filter(str.isdigit, fetched_at))[:14]
    digest = record.rec_headers.get_header("WARC-Payload-Digest") or record.rec_headers.get_header("WARC-Block-Digest")
    return Capture(out.getvalue(), url, time, "200", mime, digest or "")


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


def write_wacz(
    target: Path | BinaryIO, data: Path, site: Site, records: Iterable[Record], pictures: Pictures | None = None
) -> int:
    """Write the raw pages of these articles, and their pictures; how many articles have a page. Raises StoreError."""
    index: list[str] = []
    left = dict(pictures or {})  # each picture is written once
    pages = [json.dumps({"format": "json-pages-1.0", "id": "pages", "title": site.title}, ensure_ascii=False)]
    members: dict[str, tuple[str, int]] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as book:
        with closing(_WarcFiles(book, members)) as warcs:
            for record in records:
                for number, capture in enumerate(captures(data, record)):
                    index.append(_index_line(capture, *warcs.write(capture.member)))
                    if number == 0:
                        pages.append(_page_line(record, capture))
                for image in record["images"]:
                    picture = left.pop(image["url"], None)
                    if picture is not None and (capture := picture_capture(data, picture)) is not None:  # type: ignore[assignment]
                        place = warcs.write(capture.member)
                        # A redirect: the page names another address than the response.
                        urls = dict.fromkeys([capture.url, image["url"]])
                        index += [_index_line(replace(capture, url=url), *place) for url in urls]
        with closing(_Member(book, _INDEX, members)) as file:
            file.write("".join(sorted(index)).encode())
        with closing(_Member(book, _PAGES, members)) as file:
            file.write("".join(f"{line}\n" for line in pages).encode("utf-8", "replace"))
        package = _package(site, members)
        with closing(_Member(book, "datapackage.json", {})) as file:
            file.write(package)
        with closing(_Member(book, "datapackage-digest.json", {})) as file:
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

    def write(self, member: bytes) -> tuple[str, int]:
        """Append one record; the file's name, and the byte where the record begins."""
        if self._file.size and self._file.size + len(member) > LARGEST_WARC:
            self._file.close()
            self._begin()
        offset = self._file.size
        self._file.write(member)
        return self._name, offset

    def close(self) -> None:
        """End the last file."""
        self._file.close()


class _Member:
    """One file of the book, written from first to last; `close` notes its hash and size."""

    def __init__(self, book: zipfile.ZipFile, name: str, members: dict[str, tuple[str, int]]) -> None:
        self._name, self._members = name, members
        self._file = book.open(zipfile.ZipInfo(name, _TIME), "w")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, block: bytes) -> None:
        """Append bytes."""
        self._file.write(block)
        self._hash.update(block)
        self.size += len(block)

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


def _has_new_pictures(data: Path, out: Path) -> bool:
    index = data / IMAGE_INDEX
    return index.is_file() and index.stat().st_mtime_ns > out.stat().st_mtime_ns


def export(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold the raw pages of what `job` says. Raises ForeignFileError, UnknownSection, StoreError; `out` is then as it was."""

    def write(aside: Path, chosen: SelectedRecords) -> tuple[int, int]:
        count = write_wacz(aside, job.data, job.site, chosen.records(), pictures_of(job.data))
        return pages_in(aside), count

    return export_files.export_whole(FORM, _MAGIC, job, out, write, is_stale=lambda: _has_new_pictures(job.data, out))
