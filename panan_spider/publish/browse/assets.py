"""Files that pages load: our own style, script and icon; pictures that the archive keeps."""

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}

#: Own files by name.
ASSETS: Final = ("browse.css", "browse.js", "find.js", "icon.svg")

#: Where a kept picture can lie, as the pipeline names it.
IMAGE: Final = re.compile(r"images/[0-9A-Za-z/]{1,80}(\.[a-z]{3,4})?")

#: What a picture begins with, and what it is then; the suffix proves nothing.
_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"RIFF", "image/webp"),
)


@dataclass(frozen=True)
class Asset:
    """Bytes, and what they are."""

    body: bytes
    media_type: str


def asset(name: str) -> Asset | None:
    """One of our own files; None where there is none of that name."""
    if name not in ASSETS:
        return None
    body = resources.files("panan_spider.publish.browse").joinpath("static", name).read_bytes()
    return Asset(body, _TYPES[name.rpartition(".")[2]])


def image(data: Path, file: str) -> Asset | None:
    """A picture of the archive, by its path below the data folder; None where there is none, or it is no picture."""
    if not IMAGE.fullmatch(file) or not (path := data / file).is_file():
        return None
    body = path.read_bytes()
    media_type = next((kind for magic, kind in _MAGIC if body.startswith(magic)), None)
    return None if media_type is None else Asset(body, media_type)
