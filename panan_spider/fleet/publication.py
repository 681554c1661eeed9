"""Publication: an archive's files put into the object store, so that its next crawl can go on on any machine.

First the objects, then the manifest, `sites/<site>/manifests/00000017.json`: numbered, created once, never changed. It names
every file of the archive, and of each the objects that make it up, with their bytes and SHA-256. Files that only grow
(lines, WARC) are published as ranges, all others whole. Of two writers one can create the manifest. The other holds a
folder that has been overtaken: the folder is set aside, and nothing of it is published.
"""

import hashlib
import json
import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from panan_spider.archive.store.files import LEDGER_FILE, StoreError, free_name, naming, sync_folder, write_atomically
from panan_spider.core.clock import moment, now, stamp
from panan_spider.fleet.object_store import ObjectStore

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

    def objects(self) -> dict[str, int]:
        """Every object the manifest names, with its bytes."""
        return {part.object: part.end - part.start for entry in self.files for part in entry.segments}


def only_grows(path: str) -> bool:
    """True for a file of the archive that is written at its end alone."""
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


_STATE: Final = ".published.json"
_LEDGER_COPY: Final = ".ledger.publishing"
#: Folders whose files never change once they have their size.
_NAMED_ONCE: Final = ("warc/", "images/")
#: Folders that a crawl goes on without; reparse and verify fetch them.
_LATER: Final = ("warc/", "images/", "runs/")


class StaleFolder(Exception):
    """Another worker has published since this folder was taken. The message is one line."""


@dataclass(frozen=True)
class FolderState:
    """State of a folder: the publication that it continues, and its own id.

    `creating` is the SHA-256 of the manifest that it was about to create: where the store has that one, it is the folder's
    own, though the answer was lost. None where no manifest was; a state of an earlier version says "".
    """

    number: int
    folder: str
    creating: str | None = None

    def made(self, manifest: Manifest, sha: str) -> bool:
        """True for a manifest that was created from this folder."""
        return manifest.folder == self.folder if self.creating == "" else sha == self.creating


class Publication:
    """The publications of one site's archive, and the folder on this machine. Raises StoreError where store or disk refuses."""

    def __init__(self, store: ObjectStore, site: str, folder: Path, holder: str) -> None:
        self._store, self._site, self._folder, self._holder = store, site, folder, holder
        self._prefix = f"sites/{site}"
        self._sizes: dict[str, int] = {}

    def newest(self) -> Manifest | None:
        """The newest manifest; None where there is none."""
        found = self._newest()
        return None if found is None else found[0]

    def _newest(self, after: int = 0) -> tuple[Manifest, str] | None:
        """The newest manifest with a number greater than `after`, and the SHA-256 of its bytes."""
        known = self._manifest_name(after) if after else None
        names = self._store.names(f"{self._prefix}/manifests", known)
        if not names:
            return None
        data = self._store.get(name := max(names))
        return Manifest.from_bytes(name, data), digest(data)

    def take(self, *, whole: bool = False) -> None:
        """Bring the folder to the newest publication; `whole`: with raw pages, pictures and reports, which no crawl needs.

        A folder that another worker's publication has overtaken is set aside, whatever it holds.
        """
        found, state = self._newest(), self._read_state()
        if found is None:
            if state is not None and state.number > 0:
                raise StoreError(f"{self._folder} goes on from publication {state.number}, of which the store has none")
            self._write_state(0, state)
            return
        newest, sha = found
        ours = state is not None and (state.number == newest.number or state.made(newest, sha))
        if not ours:
            self.set_aside()
            self._fetch_folder(newest, [entry for entry in newest.files if not entry.path.startswith(_LATER)])
        elif state is not None and state.number != newest.number:  # killed between the manifest and this note
            self._write_state(newest.number, state)
        if whole:
            missing = [entry for entry in newest.files if not (self._folder / entry.path).exists()]
            self._write_files(self._folder, missing)

    def snapshot(self) -> None:
        """Note how far the files reach now. Called where nothing is written meanwhile: by the thread that writes the archive.

        The ledger first, then lines, then raw pages: whatever one of them names, those after it hold.
        """
        ledger = self._folder / LEDGER_FILE
        with naming(ledger):
            copy = self._folder / _LEDGER_COPY
            copy.unlink(missing_ok=True)
            if ledger.exists():
                with closing(sqlite3.connect(ledger)) as reading, closing(sqlite3.connect(copy)) as writing:
                    reading.backup(writing)
            self._sizes = {path: (self._folder / path).stat().st_size for path in published_paths(self._folder)}

    def publish(self) -> Manifest | None:
        """Publish what the last `snapshot` noted; None where nothing is new. Raises StaleFolder."""
        state = self._current_state(self._read_state() or FolderState(0, uuid.uuid4().hex))
        before = None if state.number == 0 else self._manifest(state.number)
        files = self._upload_files(before)
        if before is not None and files == before.files:
            return None
        gone = sorted(set(before.objects() if before else ()) - {p.object for f in files for p in f.segments})
        number = state.number + 1
        manifest = Manifest(
            site=self._site,
            number=number,
            created=moment(now()),
            holder=self._holder,
            folder=state.folder,
            files=files,
            dropped=tuple(gone),
        )
        self._create_manifest(manifest, state)
        # What the publication before this one had dropped: nobody reads that far back.
        self._store.delete(set(before.dropped if before is not None else ()) - manifest.objects().keys())
        return manifest

    def _current_state(self, state: FolderState) -> FolderState:
        """The folder's state, brought up to a manifest of its own that the store has. Raises StaleFolder for another's."""
        found = self._newest(after=state.number)
        if found is None:
            return state
        later, sha = found
        if not state.made(later, sha):
            raise StaleFolder(
                f"{self._folder}: {later.holder} has published {self._site} since; publication {later.number}"
            )
        return self._write_state(later.number, state)

    def _create_manifest(self, manifest: Manifest, state: FolderState) -> None:
        """Create the manifest. Raises StaleFolder where there is one of its number, other than it.

        A store that had done so and did not answer is asked again, and refuses: the manifest that is there tells.
        """
        data, name = manifest.model_dump_json().encode(), self._manifest_name(manifest.number)
        self._write_state(state.number, state, creating=digest(data))
        if not self._store.create(name, data) and self._store.get(name) != data:
            raise StaleFolder(f"{self._folder}: publication {manifest.number} of {self._site} is another worker's")
        self._write_state(manifest.number, state)

    def set_aside(self) -> Path | None:
        """Move the folder to `<folder>.stale-<time>`; where to, None where there is none."""
        if not self._folder.exists():
            return None
        aside = free_name(self._folder.with_name(f"{self._folder.name}.stale-{stamp(now())}"))
        with naming(self._folder):
            os.rename(self._folder, aside)
            sync_folder(aside.parent)
        return aside

    def _manifest_name(self, number: int) -> str:
        return f"{self._prefix}/manifests/{number:08d}.json"

    def _manifest(self, number: int) -> Manifest:
        name = self._manifest_name(number)
        return Manifest.from_bytes(name, self._store.get(name))

    def _upload_files(self, before: Manifest | None) -> tuple[ManifestFile, ...]:
        """The files of the next manifest, in order of their paths, all their objects uploaded."""
        known: Mapping[str, ManifestFile] = {entry.path: entry for entry in before.files} if before else {}
        found = dict(known)
        for path in sorted(self._sizes, key=lambda path: (path == LEDGER_FILE, path)):
            found[path] = self._upload(path, known.get(path))
        return tuple(found[path] for path in sorted(found))

    def _upload(self, path: str, known: ManifestFile | None) -> ManifestFile:
        """One file: the ranges that are new where it only grew, else the whole of it."""
        source = self._folder / (_LEDGER_COPY if path == LEDGER_FILE else path)
        with naming(source), source.open("rb") as file:
            size = self._sizes[path] if only_grows(path) else source.stat().st_size
            segments: list[Segment] = []
            if known is not None and self._continues(file, path, size, known):
                segments = list(known.segments)
            file.seek(start := segments[-1].end if segments else 0)
            while start < size:
                data = file.read(min(OBJECT_BYTES, size - start))
                if not data:
                    raise StoreError(f"{source}: shorter than it was")
                segments.append(self._put_segment(path, start, data))
                start += len(data)
        return ManifestFile(path=path, segments=tuple(segments))

    @staticmethod
    def _continues(file: Any, path: str, size: int, known: ManifestFile) -> bool:
        """True where the file begins with its published bytes. Its last object is read, not all: repair rewrites ends."""
        if size < known.size or (size > known.size and not only_grows(path)):
            return False
        if not known.segments or (path.startswith(_NAMED_ONCE) and size == known.size):
            return True
        parts = known.segments if path.endswith(".jsonl") else known.segments[-1:]
        for part in parts:
            file.seek(part.start)
            if digest(file.read(part.end - part.start)) != part.sha256:
                return False
        return True

    def _put_segment(self, path: str, start: int, data: bytes) -> Segment:
        sha = digest(data)
        name = f"{self._prefix}/data/{path}/{start:012d}-{sha[:20]}"
        self._store.put(name, data)  # the same name is the same bytes
        return Segment(start=start, end=start + len(data), object=name, sha256=sha)

    def _fetch_folder(self, manifest: Manifest, files: list[ManifestFile]) -> None:
        """Make the folder of these files: aside, then in place by one rename."""
        aside = self._folder.with_name(f".{self._folder.name}.fetching-{os.getpid()}")
        with naming(aside):
            aside.mkdir(parents=True)
        self._write_files(aside, files)
        with naming(self._folder):
            write_atomically(aside / _STATE, _as_json(FolderState(manifest.number, uuid.uuid4().hex)))
            os.rename(aside, self._folder)
            sync_folder(self._folder.parent)

    def _write_files(self, folder: Path, files: list[ManifestFile]) -> None:
        for entry in files:
            path = folder / entry.path
            with naming(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                partial = path.with_name(f".{path.name}.part")
                with partial.open("wb") as file:
                    for part in entry.segments:
                        file.write(self._get_checked(part))
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(partial, path)

    def _get_checked(self, part: Segment) -> bytes:
        data = self._store.get(part.object)
        if digest(data) != part.sha256:
            raise StoreError(f"{part.object}: is not what its manifest says ({len(data)} bytes)")
        return data

    def _read_state(self) -> FolderState | None:
        path = self._folder / _STATE
        try:
            found = json.loads(path.read_bytes())
            return FolderState(int(found["number"]), str(found["folder"]), found.get("creating", ""))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError) as error:
            raise StoreError(f"{path}: cannot be read: {error}") from error

    def _write_state(self, number: int, state: FolderState | None, creating: str | None = None) -> FolderState:
        kept = FolderState(number, state.folder if state else uuid.uuid4().hex, creating)
        with naming(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._folder / _STATE, _as_json(kept))
        return kept


def _as_json(state: FolderState) -> bytes:
    return json.dumps(asdict(state)).encode()


def faults_of(store: ObjectStore, site: str) -> tuple[list[str], list[str]]:
    """Faults of a site's publications, a line each; and its orphans: objects that no manifest in use names.

    In use are the newest manifest and the one before it. An orphan is what a worker uploaded that was killed or refused after.
    """
    prefix = f"sites/{site}"
    numbers = sorted(store.names(f"{prefix}/manifests"))
    wrong = [
        f"{name}: out of order" for place, name in enumerate(numbers, 1) if not name.endswith(f"/{place:08d}.json")
    ]
    there, named = store.names(f"{prefix}/data"), dict[str, int]()
    for name in numbers[-2:]:
        manifest = Manifest.from_bytes(name, store.get(name))
        named |= manifest.objects()
    wrong += [
        f"{name}: {'missing' if name not in there else f'{there[name]} bytes instead of {size}'}"
        for name, size in sorted(named.items())
        if there.get(name) != size
    ]
    return wrong, sorted(there.keys() - named.keys())
