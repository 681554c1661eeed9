"""kill -9 at every write boundary: before it, in the middle of it, after it. Nothing lost, repeated or torn."""

import random
from functools import partial
from pathlib import Path

import pytest
from store_crawl import NEW, OLD, Boundary, crawl, in_a_child
from store_helpers import lines_of, warcio_check
from store_whole import check_whole, copies, run_to_the_end


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive after one run over the site as it was."""
    folder = tmp_path_factory.mktemp("first") / "data"
    in_a_child(lambda: crawl(folder, "first", OLD))
    return folder


def boundaries(folder: Path) -> int:
    """How many boundaries a run over the site as it is passes in the archive `folder`."""
    count = in_a_child(lambda: crawl(folder, "counting", NEW), Boundary(None, "count"))
    assert count is not None and count > 50
    return count


@pytest.mark.parametrize("how", ["before", "middle", "after"])
def test_a_kill_at_any_boundary_of_a_run(first_run: Path, tmp_path: Path, how: str) -> None:
    folders = copies(first_run, tmp_path / "data")
    for at in range(boundaries(next(folders))):
        folder = next(folders)
        assert in_a_child(partial(crawl, folder, "killed", NEW), Boundary(at, how)) is None, at
        try:
            run_to_the_end(folder)
        except BaseException as error:
            error.add_note(f"killed {how} boundary {at}")
            raise


@pytest.mark.parametrize("seed", range(40))
def test_kills_upon_kills(first_run: Path, tmp_path: Path, seed: int) -> None:
    chance, folder = random.Random(seed), next(copies(first_run, tmp_path / "data"))
    for number in range(4):
        boundary = Boundary(chance.randrange(60), chance.choice(["before", "middle", "after"]))
        in_a_child(partial(crawl, folder, f"killed-{number}", NEW), boundary)
        if chance.random() < 0.3:  # and someone throws the ledger away
            (folder / "ledger.sqlite").unlink(missing_ok=True)
    crawl(folder, "settling", NEW)
    check_whole(folder)


def test_a_kill_at_any_boundary_of_a_first_run(tmp_path: Path) -> None:
    count = in_a_child(lambda: crawl(tmp_path / "counting", "r", OLD), Boundary(None, "count"))
    assert count is not None
    for at in range(count):
        folder = tmp_path / str(at)
        assert in_a_child(partial(crawl, folder, "killed", OLD), Boundary(at, "middle")) is None, at
        crawl(folder, "next", OLD)
        kept = [(line["id"], line["revision"]) for line in lines_of(folder / "articles.jsonl")]
        assert sorted(kept) == [("000000001", 1), ("000000002", 1), ("000000003", 1)], at
        warcio_check(folder)


def test_a_killed_run_holds_no_lock(first_run: Path, tmp_path: Path) -> None:
    folder = next(copies(first_run, tmp_path / "data"))
    assert in_a_child(lambda: crawl(folder, "killed", NEW), Boundary(30, "before")) is None
    assert "killed" in (folder / "lock").read_text()
    crawl(folder, "next", NEW)
