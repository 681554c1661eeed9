"""Every record of the WARC files read, its digest computed again; what is damaged is named, and reading goes on behind it."""

from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from panan_spider.archive.store.errors import naming
from panan_spider.archive.store.warc_repair import ByteRange, stretches
from panan_spider.archive.store.warc_writer import FOLDER
from panan_spider.archive.verify.finding import Finding
from panan_spider.archive.verify.response_index import ResponseIndex

_CHUNK: Final = 1 << 16


def read_all(data: Path, into: ResponseIndex, growing: Collection[str] | None = None) -> Iterator[Finding]:
    """Read every record below `data` into `into`. Raises StoreError where a file cannot be read.

    While a run writes, `growing` holds the files that are whole: the end of another is not judged.
    """
    for path in sorted((data / FOLDER).glob("*.warc.gz")):
        name = f"{FOLDER}/{path.name}"
        into.begin(name)
        with naming(path):
            size = path.stat().st_size
            for stretch in stretches(path):
                if stretch.whole:
                    yield from _record(path, name, stretch, into)
                elif stretch.end < size:
                    yield Finding(
                        name, stretch.start, f"damaged up to byte {stretch.end}; the records around it are good"
                    )
                elif growing is None or name in growing:
                    yield Finding(name, stretch.start, f"a torn end of {stretch.end - stretch.start} bytes")


def _record(path: Path, name: str, stretch: ByteRange, into: ResponseIndex) -> Iterator[Finding]:
    with path.open("rb") as file:
        file.seek(stretch.start)
        member = BytesIO(file.read(stretch.end - stretch.start))
    try:
        record = next(iter(ArchiveIterator(member, check_digests=True)), None)
        said = "no WARC record" if record is None else _read(record)
    except (ArchiveLoadFailed, ValueError, EOFError) as error:
        record, said = None, f"not readable as a WARC record: {' '.join(str(error).split())}"
    if said is not None:
        yield Finding(name, stretch.start, said)
    elif record is not None and record.rec_type == "response" and record.http_headers is not None:
        head = record.rec_headers
        status = int(record.http_headers.get_statuscode() or 0)
        into.add(name, stretch.start, head.get_header("WARC-Target-URI"), head.get_header("WARC-Date"), status)


def _read(record: Any) -> str | None:
    """Read a record to its end, a piece at a time: what is wrong with it, or None."""
    while record.raw_stream.read(_CHUNK):
        pass
    digests = [name for name in ("WARC-Block-Digest", "WARC-Payload-Digest") if record.rec_headers.get_header(name)]
    if record.rec_type == "response" and not digests:
        return "a response without a digest"
    problems = record.digest_checker.problems if record.digest_checker is not None else []
    return f"its digest is wrong: {'; '.join(problems)}" if problems else None
