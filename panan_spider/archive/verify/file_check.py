"""File check: WARC files and reports on record, quarantine lines, image files; restores an image file."""

import json
from collections.abc import Iterator
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store import warc_file
from panan_spider.archive.store.archive import QUARANTINE_FILE, RUNS_FOLDER
from panan_spider.archive.store.files import StoreError, write_atomically
from panan_spider.archive.store.image_files import FOLDER as IMAGES
from panan_spider.archive.store.image_files import INDEX, kept
from panan_spider.archive.store.jsonl import StoredLine, read_lines
from panan_spider.archive.verify.warc_check import Finding, ResponseIndex
from panan_spider.core.outcomes import QUARANTINED
from panan_spider.items import WarcLocation

_KEYS: Final = ("url", "article_id", "outcome", "reason", "field", "template", "warc", "run", "at", "body_hash")


def warc_files(data: Path, ledger: Ledger) -> Iterator[Finding]:
    """WARC files on record as whole: there, and of that size."""
    for name, size in sorted(ledger.values.whole_warcs().items()):
        path = data / name
        if not path.exists():
            yield Finding(name, None, f"not there; the ledger has it with {size} bytes")
        elif (found := path.stat().st_size) != size:
            yield Finding(name, min(found, size), f"{found} bytes; the ledger has it with {size}")


def reports(data: Path, ledger: Ledger) -> Iterator[tuple[Finding, str, str]]:
    """Reports that are missing or no JSON, each with its run and the ledger's own copy."""
    for run, text in ledger.queries.reports():
        path = data / RUNS_FOLDER / f"{run}.json"
        name = f"{RUNS_FOLDER}/{path.name}"
        if not path.exists():
            yield Finding(name, None, "not there; the ledger has a copy of it"), run, text
        elif not path.is_file() or not (found := _object(path.read_bytes())) or found.get("run", run) != run:
            yield Finding(name, None, "not the report of that run; the ledger has a copy of it"), run, text


def quarantine(data: Path, until: int, responses: ResponseIndex) -> Iterator[tuple[Finding, int]]:
    """The findings in quarantine.jsonl up to byte `until`: broken lines, raw pages not in place.

    With each finding the length of a broken line in bytes, 0 where only the raw page is missing. Raises StoreError.
    """
    for line in read_lines(data / QUARANTINE_FILE, until=until):
        place, wrong = _quarantine_line(line)
        if wrong is not None:
            yield Finding(QUARANTINE_FILE, line.start, wrong), len(line.raw)
        elif place is not None and (wrong := responses.objection(place, "", None, None)) is not None:
            yield Finding(QUARANTINE_FILE, line.start, wrong), 0


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
    """Pictures that no line names; `pictures` holds `picture_key` of those that lines do name. A part that a kill left is none:
    the next run writes over it.
    """
    named = {path for url, path in kept(data).items() if picture_key(url) in pictures}
    for path in sorted((data / IMAGES).glob("*/[!.]*")):
        if path.is_file() and (name := path.relative_to(data).as_posix()) not in named:
            yield Finding(name, None, "a picture that no article names")


def picture_key(url: str) -> int:
    """The address of a picture as a number, which takes little room."""
    return int(sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16], 16)


def _object(raw: bytes) -> dict[str, Any]:
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
    """Files in the image folder; a part that a kill left behind is none."""
    for path in (data / IMAGES).glob("*/[!.]*"):
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
