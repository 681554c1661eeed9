"""Manifest: what one publication of an archive consists of. Numbered, created once, never changed.

`sites/<site>/manifests/00000017.json` names every file of the archive, and of each the objects that make it up, with their
bytes and SHA-256. Files that only grow (lines, WARC) are published as ranges; all others whole.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from panan_spider.archive.store.files import StoreError

#: Bytes of an object at the most: what is held in memory at a time.
OBJECT_BYTES: Final = 32 << 20

_SKIPPED: Final = ("lock", "ledger.sqlite-wal", "ledger.sqlite-shm", "ledger.sqlite-journal")
_SKIPPED_FOLDERS: Final = ("export",)

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _below_the_folder(path: str) -> str:
    if not path or path.startswith("/") or {".", "..", ""} & set(path.split("/")):
        raise ValueError(f"{path!r} is no path below a folder")
    return path


RelativePath = Annotated[str, AfterValidator(_below_the_folder)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Segment(_Model):
    """Bytes `start` to `end` of a file, in one object."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    object: str
    sha256: Sha256


class ManifestFile(_Model):
    """One file of the archive: its path below the folder, and its segments, in order and without a gap."""

    path: RelativePath
    segments: tuple[Segment, ...]

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.segments[-1].end if self.segments else 0


class Manifest(_Model):
    """One publication. `folder` is the id of the folder it was published from, `dropped` the objects that the one before had."""

    version: Literal[1] = 1
    site: str
    number: int = Field(ge=1)
    created: str
    holder: str
    folder: str
    files: tuple[ManifestFile, ...]
    dropped: tuple[str, ...] = ()

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Self:
        """The manifest in an object. Raises StoreError where it is none."""
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise StoreError(f"{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error

    def file(self, path: str) -> ManifestFile | None:
        """The file of that path."""
        return next((entry for entry in self.files if entry.path == path), None)

    def objects(self) -> dict[str, int]:
        """Every object the manifest names, with its bytes."""
        return {part.object: part.end - part.start for entry in self.files for part in entry.segments}


def only_grows(path: str) -> bool:
    """Whether a file of the archive is written at its end alone."""
    return path in ("articles.jsonl", "quarantine.jsonl", "images.jsonl") or path.endswith(".warc.gz")


def published_paths(folder: Path) -> Iterator[str]:
    """The files of an archive that a publication holds, by their paths below its folder: no lock, no export, nothing half written."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            name = relative.as_posix()
            if name not in _SKIPPED and relative.parts[0] not in _SKIPPED_FOLDERS and ".torn-" not in name:
                yield name


def digest(data: bytes) -> str:
    """SHA-256, as manifests write it."""
    return hashlib.sha256(data).hexdigest()
