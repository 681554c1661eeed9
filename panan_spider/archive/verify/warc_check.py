"""WARC check: records and digests one by one, and an index of the responses held whole."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from panan_spider.archive.store.files import naming
from panan_spider.archive.store.warc_file import FOLDER
from panan_spider.archive.store.warc_repair import ByteRange, stretches
from panan_spider.items import WarcLocation
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind


class Finding(NamedTuple):
    """One disagreement: the file below the data folder, the byte where it is known, and a message of one line."""

    file: str
    at: int | None
    what: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.at is None else f', byte {self.at}'}: {self.what}"


_CHUNK: Final = 1 << 16
#: Key of a response that is no article's: it is there, and that is all.
_OTHER: Final = 0


def key_of(article_id: str, part: int = 1) -> int:
    """The key under which a part of an article is kept: 63 bits, so that a million take eight megabytes."""
    return int.from_bytes(blake2b(f"{article_id}/{part}".encode(), digest_size=8).digest()) >> 1 | 1


@dataclass
class _File:
    """One file's responses in the order they stand in: byte, key, and time as a number (20260307010203)."""

    starts: "array[int]" = field(default_factory=lambda: array("Q"))
    keys: "array[int]" = field(default_factory=lambda: array("Q"))
    times: "array[int]" = field(default_factory=lambda: array("Q"))
    firsts: bytearray = field(default_factory=bytearray)  # 1: page one of an article


class ResponseIndex:
    """Grows while the files are read; 24 bytes a response."""

    def __init__(self, site: Site) -> None:
        self._understand = site.urls.understand
        self.files: dict[str, _File] = {}
        self._by_key: dict[int, list[tuple[str, int, int]]] | None = None

    def __len__(self) -> int:
        return sum(len(file.starts) for file in self.files.values())

    def begin(self, file: str) -> None:
        """The file, a path below the data folder, is there; its responses follow in order."""
        self.files[file] = _File()

    def add(self, file: str, start: int, url: str, at: str, status: int) -> None:
        """A whole response at byte `start`; `at` is its WARC-Date."""
        address, into = self._understand(url), self.files[file]
        good = status == 200 and address.kind in (UrlKind.ARTICLE, UrlKind.PART) and address.article_id is not None
        into.starts.append(start)
        into.keys.append(key_of(address.article_id or "", address.part) if good else _OTHER)
        into.times.append(time_number(at))
        into.firsts.append(good and address.part == 1)

    def objection(self, place: WarcLocation, article_id: str, part: int | None, at: str | None) -> str | None:
        """Why `place` does not keep that part of the article, received at `at`; None where it does.

        `part` None: any further part. `article_id` "": any response.
        """
        where = f"{place.file}, byte {place.offset}"
        if (file := self.files.get(place.file)) is None:
            return f"its raw page should lie in {place.file}, which is not there"
        found = bisect_left(file.starts, place.offset)
        if found == len(file.starts) or file.starts[found] != place.offset:
            return f"its raw page should lie at {where}: no whole response begins there"
        parts = (part,) if part is not None else range(2, 101)
        if article_id and file.keys[found] not in {key_of(article_id, number) for number in parts}:
            return f"its raw page should lie at {where}: that is a response of something else"
        if at is not None and file.times[found] != time_number(at):
            return f"its raw page should lie at {where}: that one was not received at {at}"
        return None

    def of(self, article_id: str, part: int = 1) -> list[WarcLocation]:
        """Locations of good responses for that part of the article, oldest first."""
        return [place for place, _time in self.timed(article_id, part)]

    def timed(self, article_id: str, part: int = 1) -> list[tuple[WarcLocation, int]]:
        """`of`, each with the time it was received, as `time_number` gives it."""
        places = sorted(self._index().get(key_of(article_id, part), []))
        return [(WarcLocation(file=file, offset=start), time) for file, start, time in places]

    def unknown(self, known: Collection[int]) -> list[WarcLocation]:
        """Good answers for page one of articles whose `key_of` is not in `known`, oldest first."""
        places = (
            (name, start)
            for name, file in self.files.items()
            for start, key, is_first in zip(file.starts, file.keys, file.firsts, strict=True)
            if is_first and key not in known
        )
        return [WarcLocation(file=file, offset=start) for file, start in sorted(places)]

    def _index(self) -> dict[int, list[tuple[str, int, int]]]:
        if self._by_key is None:
            self._by_key = {}
            for name, file in self.files.items():
                for start, key, time in zip(file.starts, file.keys, file.times, strict=True):
                    if key:
                        self._by_key.setdefault(key, []).append((name, start, time))
        return self._by_key


def time_number(at: str) -> int:
    """A moment such as `2026-03-07T01:02:03Z` as the number 20260307010203; 0 where it is none."""
    return int("".join(filter(str.isdigit, at))[:14] or "0")


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
