"""The kept pictures: each file's bytes those of its name, each file of the index there; what is not, made again from the WARC."""

from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path

from panan_spider.archive.store import warc_reader
from panan_spider.archive.store.errors import StoreError
from panan_spider.archive.store.files import write_atomically
from panan_spider.archive.store.image_files import FOLDER, INDEX, kept
from panan_spider.archive.store.jsonl import lines_of
from panan_spider.archive.verify.finding import Finding
from panan_spider.items import WarcLocation


def damaged(data: Path) -> Iterator[tuple[Finding, Path]]:
    """Each file of a picture that is not there, or whose bytes are not those that its name says. Raises OSError."""
    for name in sorted({*kept(data).values(), *_files(data)}):
        path = data / name
        if not path.is_file():
            yield Finding(name, None, "not there; the index of pictures names it"), path
        elif _digest(path) != path.stem:
            yield Finding(name, None, "its bytes are not those that its name says"), path


def _files(data: Path) -> Iterator[str]:
    """What lies where pictures do; a part that a kill left behind is none."""
    for path in (data / FOLDER).glob("*/[!.]*"):
        if path.is_file():
            yield path.relative_to(data).as_posix()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def restored(data: Path, path: Path) -> bool:
    """Write a picture again from its raw response, durable on return; False where none that is kept gives its bytes."""
    name = path.relative_to(data).as_posix()
    for place in _places(data, name):
        try:
            body = warc_reader.read(data, place).body
        except StoreError:
            continue
        if sha256(body).hexdigest() == path.stem:
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, body)
            return True
    return False


def _places(data: Path, name: str) -> Iterator[WarcLocation]:
    if not (data / INDEX).exists():
        return
    for line in lines_of(data / INDEX):
        if line.record is not None and line.record.get("path") == name and line.record.get("warc"):
            yield WarcLocation(**line.record["warc"])
