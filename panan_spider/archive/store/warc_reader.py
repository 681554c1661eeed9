"""Reading responses back from the WARC files; the network is never asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from panan_spider.archive.store.content_encoding import decoded
from panan_spider.archive.store.errors import StoreError, naming
from panan_spider.archive.store.files import open_regular
from panan_spider.archive.store.http_exchange import ArchivedResponse
from panan_spider.archive.store.warc_writer import FOLDER
from panan_spider.items import WarcLocation

#: What every record begins with: each is a gzip member of its own.
GZIP: Final = b"\x1f\x8b\x08"

#: Bytes of a decoded body that are read; the rest of a decompression bomb stays in the file.
MAX_BODY_BYTES: Final = 64 * 1024 * 1024


def read(data: Path, place: WarcLocation) -> ArchivedResponse:
    """The response stored at `place` in the archive folder `data`. Raises StoreError where none is."""
    path = data / place.file
    with naming(path), open_regular(path) as file:
        file.seek(place.offset)
        begins_here = file.read(len(GZIP)) == GZIP
        file.seek(place.offset)
        found = next(_responses(data, path, file), None) if begins_here else None
        if found is not None and found.offset == place.offset:
            return found
    raise StoreError(f"{path}: no response at byte {place.offset}")


def iter_responses(data: Path) -> Iterator[ArchivedResponse]:
    """Every response record of the archive folder `data`, in the order of the files' names. Raises StoreError."""
    for path in sorted((data / FOLDER).glob("*.warc.gz")):
        with naming(path), open_regular(path) as file:
            yield from _responses(data, path, file)


def _responses(data: Path, path: Path, file: BinaryIO) -> Iterator[ArchivedResponse]:
    """The responses from where `file` stands on."""
    records = ArchiveIterator(file)
    try:
        for record in records:
            if record.rec_type == "response" and record.http_headers is not None:
                body = record.raw_stream.read()  # before its offset is asked for, which reads on to the next record
                yield _response(path.relative_to(data).as_posix(), records.get_record_offset(), record, body)
    except ArchiveLoadFailed as error:
        raise StoreError(f"{path}: not readable as a WARC file: {str(error).strip()}") from error


def _response(file: str, offset: int, record: Any, body: bytes) -> ArchivedResponse:
    http = record.http_headers
    return ArchivedResponse(
        file=file,
        offset=offset,
        url=record.rec_headers.get_header("WARC-Target-URI"),
        at=record.rec_headers.get_header("WARC-Date"),
        status=int(http.get_statuscode()),
        headers=tuple(http.headers),
        body=decoded(body, http.get_header("Content-Encoding"), MAX_BODY_BYTES),
        content_type=http.get_header("Content-Type"),
    )
