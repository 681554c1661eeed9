"""File check: WARC records and digests one by one, WARC files and reports on record, quarantine lines, image files."""

import json
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b, file_digest, sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store import warc_file
from panan_spider.archive.store.files import (
    IMAGES_FOLDER,
    QUARANTINE_FILE,
    RUNS_FOLDER,
    WARC_FOLDER,
    StoreError,
    naming,
    write_atomically,
)
from panan_spider.archive.store.image_files import INDEX, kept
from panan_spider.archive.store.jsonl import StoredLine, read_lines
from panan_spider.archive.store.torn_ends import ByteRange, stretches
from panan_spider.core.outcomes import QUARANTINED
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
    size: int = 0  # bytes


class ResponseIndex:
    """Grows while the files are read; 24 bytes a response.

    `damaged` holds the stretches of each file that a finding names; `lost` counts, by file, the lines whose raw page should
    lie in a file that is not there, or behind its end.
    """

    def __init__(self, site: Site) -> None:
        self._understand = site.urls.understand
        self.files: dict[str, _File] = {}
        self.damaged: dict[str, list[ByteRange]] = {}
        self.lost: Counter[str] = Counter()
        self._by_key: dict[int, list[tuple[str, int, int]]] | None = None

    def __len__(self) -> int:
        return sum(len(file.starts) for file in self.files.values())

    def begin(self, file: str, size: int) -> None:
        """The file, a path below the data folder, is there with `size` bytes; its responses follow in order."""
        self.files[file] = _File(size=size)

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

    def note_damage(self, file: str, stretch: ByteRange) -> None:
        """A finding names this stretch of the file."""
        self.damaged.setdefault(file, []).append(stretch)

    def explains(self, place: WarcLocation) -> bool:
        """True where a finding about a WARC file covers the page at `place`: the line itself needs none."""
        for page in (place, *place.parts):
            if page.file not in self.files or page.offset >= self.files[page.file].size:
                self.lost[page.file] += 1
                return True
            if any(stretch.start <= page.offset < stretch.end for stretch in self.damaged.get(page.file, ())):
                return True
        return False

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
    for path in sorted((data / WARC_FOLDER).glob("*.warc.gz")):
        name = f"{WARC_FOLDER}/{path.name}"
        with naming(path):
            size = path.stat().st_size
            into.begin(name, size)
            for stretch in stretches(path):
                if stretch.whole:
                    yield from _check_record(path, name, stretch, into)
                elif stretch.end < size:
                    into.note_damage(name, stretch)
                    yield Finding(
                        name, stretch.start, f"damaged up to byte {stretch.end}; the records around it are good"
                    )
                elif growing is None or name in growing:
                    into.note_damage(name, stretch)
                    yield Finding(name, stretch.start, f"a torn end of {stretch.end - stretch.start} bytes")


def _check_record(path: Path, name: str, stretch: ByteRange, into: ResponseIndex) -> Iterator[Finding]:
    with path.open("rb") as file:
        file.seek(stretch.start)
        member = BytesIO(file.read(stretch.end - stretch.start))
    try:
        record = next(iter(ArchiveIterator(member, check_digests=True)), None)
        fault = "no WARC record" if record is None else _record_fault(record)
    except (ArchiveLoadFailed, ValueError, EOFError) as error:
        record, fault = None, f"not readable as a WARC record: {' '.join(str(error).split())}"
    if fault is not None:
        into.note_damage(name, stretch)
        yield Finding(name, stretch.start, fault)
    elif record is not None and record.rec_type == "response" and record.http_headers is not None:
        head = record.rec_headers
        status = int(record.http_headers.get_statuscode() or 0)
        into.add(name, stretch.start, head.get_header("WARC-Target-URI"), head.get_header("WARC-Date"), status)


def _record_fault(record: Any) -> str | None:
    """Read a record to its end, a piece at a time: what is wrong with it, or None."""
    while record.raw_stream.read(_CHUNK):
        pass
    digests = [name for name in ("WARC-Block-Digest", "WARC-Payload-Digest") if record.rec_headers.get_header(name)]
    if record.rec_type == "response" and not digests:
        return "a response without a digest"
    problems = record.digest_checker.problems if record.digest_checker is not None else []
    return f"its digest is wrong: {'; '.join(problems)}" if problems else None


_KEYS: Final = ("url", "article_id", "outcome", "reason", "field", "template", "warc", "run", "at", "body_hash")


def warc_files(data: Path, ledger: Ledger | None, responses: ResponseIndex) -> Iterator[Finding]:
    """WARC files that are not there, or shorter or longer than the ledger or the lines say: one finding a file."""
    whole = ledger.values.whole_warcs() if ledger is not None else {}
    for name in sorted({*whole, *responses.lost}):
        path, size, lines = data / name, whole.get(name), responses.lost[name]
        recorded = "" if size is None else f"; the ledger has it with {size} bytes"
        named = f"; {lines} lines have their raw page there" if lines else ""
        if not path.exists():
            yield Finding(name, None, f"not there{recorded}{named}")
        elif (lines or size is not None) and (found := path.stat().st_size) != size:
            torn = responses.damaged.get(name, ())
            if not torn or torn[-1].end < found:  # else a finding names the torn end
                yield Finding(name, found if size is None else min(found, size), f"{found} bytes{recorded}{named}")


def reports(data: Path, ledger: Ledger) -> Iterator[tuple[Finding, str, str]]:
    """Reports that are missing or no JSON, each with its run and the ledger's own copy."""
    for run, text in ledger.queries.reports():
        path = data / RUNS_FOLDER / f"{run}.json"
        name = f"{RUNS_FOLDER}/{path.name}"
        if not path.exists():
            yield Finding(name, None, "not there; the ledger has a copy of it"), run, text
        elif not path.is_file() or not (found := _json_object(path.read_bytes())) or found.get("run", run) != run:
            yield Finding(name, None, "not the report of that run; the ledger has a copy of it"), run, text


def quarantine(data: Path, until: int, responses: ResponseIndex) -> Iterator[tuple[Finding, int]]:
    """The findings in quarantine.jsonl up to byte `until`: broken lines, raw pages not in place.

    With each finding the length of a broken line in bytes, 0 where only the raw page is missing. Raises StoreError.
    """
    for line in read_lines(data / QUARANTINE_FILE, until=until):
        place, wrong = _quarantine_line(line)
        if wrong is not None:
            yield Finding(QUARANTINE_FILE, line.start, wrong), len(line.raw)
        elif (
            place is not None
            and (fault := responses.objection(place, "", None, None))
            and not responses.explains(place)
        ):
            yield Finding(QUARANTINE_FILE, line.start, fault), 0


def _quarantine_line(line: StoredLine) -> tuple[WarcLocation | None, str | None]:
    """(location of the raw page, fault of the line)."""
    if not line.is_whole:
        return None, f"a torn end of {len(line.raw)} bytes"
    record = line.record or {}
    if not all(name in record for name in _KEYS):
        return None, "no whole quarantine line"
    if record["outcome"] not in QUARANTINED:
        return None, f"no outcome of the quarantine: {record['outcome']}"
    if record["warc"] is None:
        return None, None
    try:
        return WarcLocation.model_validate(record["warc"]), None
    except ValidationError:
        return None, "its place in the WARC is none"


def orphans(data: Path, pictures: set[int]) -> Iterator[Finding]:
    """Pictures that no line names; `pictures` holds `picture_key` of those that lines do name."""
    named = {path for url, path in kept(data).items() if picture_key(url) in pictures}
    for name in sorted(set(_image_files(data)) - named):
        yield Finding(name, None, "a picture that no article names")


def picture_key(url: str) -> int:
    """The address of a picture as a number, which takes little room."""
    return int(sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16], 16)


def _json_object(raw: bytes) -> dict[str, Any]:
    with suppress(ValueError):
        value = json.loads(raw)
        return value if isinstance(value, dict) else {}
    return {}


def damaged_images(data: Path) -> Iterator[tuple[Finding, Path]]:
    """Each file of a picture that is not there, or whose bytes are not those that its name says. Raises OSError."""
    for name in sorted({*kept(data).values(), *_image_files(data)}):
        path = data / name
        if not path.is_file():
            yield Finding(name, None, "not there; the index of pictures names it"), path
        elif _digest(path) != path.stem:
            yield Finding(name, None, "its bytes are not those that its name says"), path


def _image_files(data: Path) -> Iterator[str]:
    """Files in the image folder, without parts that a kill left behind: the next run writes over those."""
    for path in (data / IMAGES_FOLDER).glob("*/[!.]*"):
        if path.is_file():
            yield path.relative_to(data).as_posix()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def restore_image(data: Path, path: Path) -> bool:
    """Write a picture again from its raw response, durable on return; False where none that is kept gives its bytes."""
    name = path.relative_to(data).as_posix()
    for place in _image_locations(data, name):
        try:
            body = warc_file.read(data, place).body
        except StoreError:
            continue
        if sha256(body).hexdigest() == path.stem:
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, body)
            return True
    return False


def _image_locations(data: Path, name: str) -> Iterator[WarcLocation]:
    for line in read_lines(data / INDEX):
        if line.record is not None and line.record.get("path") == name and line.record.get("warc"):
            yield WarcLocation(**line.record["warc"])
