"""A disk that takes nothing more: one clear error, nothing written after it, the archive whole for the next run."""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from store_crawl import NEW, OLD, Boundary, crawl, in_a_child
from store_helpers import lines_of, warcio_check
from store_whole import copies, run_to_the_end

from panan_spider.archive.store.files import StoreError


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive after one run over the site as it was."""
    folder = tmp_path_factory.mktemp("first") / "data"
    in_a_child(lambda: crawl(folder, "first", OLD))
    return folder


def full(work: Callable[[], object], told: Path) -> Callable[[], None]:
    """`work`, of which a StoreError is expected; what it says, or `nothing`, goes to the file `told` outside the disk."""

    def expecting() -> None:
        try:
            work()
            told.write_text("nothing")
        except StoreError as error:
            told.write_text(str(error))

    return expecting


def test_a_refusal_at_any_boundary_is_one_clear_error(first_run: Path, tmp_path: Path) -> None:
    folders, told = copies(first_run, tmp_path / "data"), tmp_path / "told"
    count = in_a_child(lambda: crawl(next(folders), "counting", NEW), Boundary(None, "count"))
    assert count is not None and count > 50
    for at in range(count):
        folder = next(folders)
        in_a_child(full(partial(crawl, folder, "full", NEW), told), Boundary(at, "full"))
        said = told.read_text()
        assert "\n" not in said and str(folder) in said, at
        lines_of(folder / "articles.jsonl")
        lines_of(folder / "quarantine.jsonl")
        warcio_check(folder)
        assert said.endswith(("No space left on device", "database or disk is full")), (at, said)
        run_to_the_end(folder)


@pytest.mark.parametrize("room", range(0, 120_000, 5_000))
def test_files_that_may_not_grow(first_run: Path, tmp_path: Path, room: int) -> None:
    folder, told = next(copies(first_run, tmp_path / "data")), tmp_path / "told"

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        try:
            crawl(folder, "full", NEW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    in_a_child(full(work, told))
    assert told.read_text().startswith(str(folder)) or room > 60_000
    assert "disk I/O error" not in told.read_text() or f"may have {room} bytes (ulimit -f)" in told.read_text()
    if told.read_text() != "nothing":
        run_to_the_end(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A real file system of so many KiB; asked again, the same one with that size."""
    mounted = tmp_path / "disk"
    mounted.mkdir()

    def sized(kib: int) -> Path:
        options = f"{'remount,' if os.path.ismount(mounted) else ''}size={kib}k"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(mounted)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip() or 'not root'}")
        return mounted

    if shutil.which("mount") is None:
        pytest.skip("no mount command here")
    yield sized
    if os.path.ismount(mounted):
        subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def test_a_disk_that_is_really_full(first_run: Path, tmp_path: Path, small_disk: Callable[[int], Path]) -> None:
    errors = set()
    for room in (*range(4, 300, 4), 5_000):
        folder, told = small_disk(10_000) / "data", tmp_path / "told"
        shutil.copytree(first_run, folder)
        used = shutil.disk_usage(folder).used // 1024
        small_disk(used + room)
        in_a_child(full(partial(crawl, folder, "full", NEW), told))
        errors.add(told.read_text().removeprefix(str(folder)))
        small_disk(10_000)
        if told.read_text() != "nothing":
            run_to_the_end(folder)
        shutil.rmtree(folder)
    assert "nothing" in errors and len(errors) > 3
    assert all(error == "nothing" or error.endswith(("device", "full?", "full", "bytes free)")) for error in errors), (
        errors
    )
