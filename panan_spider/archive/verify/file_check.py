"""The other files of an archive: what the ledger names is there, as large as it says; pictures belong to articles."""

import json
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.archive import QUARANTINE_FILE, RUNS_FOLDER
from panan_spider.archive.store.image_files import FOLDER as IMAGES
from panan_spider.archive.store.image_files import kept
from panan_spider.archive.verify.finding import Finding
from panan_spider.archive.verify.response_index import ResponseIndex
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
    for run, text in ledger.check.reports():
        path = data / RUNS_FOLDER / f"{run}.json"
        name = f"{RUNS_FOLDER}/{path.name}"
        if not path.exists():
            yield Finding(name, None, "not there; the ledger has a copy of it"), run, text
        elif _object(path.read_bytes()).get("run", run) != run or not _object(path.read_bytes()):
            yield Finding(name, None, "not the report of that run; the ledger has a copy of it"), run, text


def quarantine(data: Path, until: int, responses: ResponseIndex) -> Iterator[tuple[Finding, int]]:
    """Every line of quarantine.jsonl up to byte `until`: whole, and its raw page there. With each finding the bytes of a line
    that is no good, 0 where only its page is not there.
    """
    path, start = data / QUARANTINE_FILE, 0
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            if start >= until:
                return
            place, said = _quarantined(raw)
            if said is not None:
                yield Finding(QUARANTINE_FILE, start, said), len(raw)
            elif place is not None and (said := responses.objection(place, "", None, None)) is not None:
                yield Finding(QUARANTINE_FILE, start, said), 0
            start += len(raw)


def _quarantined(raw: bytes) -> tuple[WarcLocation | None, str | None]:
    """(place of the raw page, what is wrong with the line)."""
    if not raw.endswith(b"\n"):
        return None, f"a torn end of {len(raw)} bytes"
    record = _object(raw)
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
