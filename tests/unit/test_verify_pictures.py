"""Pictures in `scrapy verify`: each is what its name says, belongs to an article, and is made again where it can be."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import scrapy
from store_helpers import lines_of
from verify_archive import a_copy, a_stray_picture, said

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return a_copy(tmp_path)


def test_a_picture_that_no_article_names(data: Path) -> None:
    stray = a_stray_picture(data)
    assert said(data) == [f"{stray}: a picture that no article names"]


@pytest.mark.parametrize(
    ("harm", "finding"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?"), "its bytes are not those that its name says"),
        (lambda path: path.write_bytes(b""), "its bytes are not those that its name says"),
        (lambda path: path.unlink(), "not there; the index of pictures names it"),
    ],
)
def test_a_picture_that_is_not_what_its_name_says(data: Path, harm: Callable[[Path], object], finding: str) -> None:
    picture = min((data / "images").rglob("*.jpg"))
    harm(picture)
    assert said(data) == [f"{picture.relative_to(data)}: {finding}"]


def test_a_part_of_a_picture_that_a_kill_left_is_no_picture(data: Path) -> None:
    picture = min((data / "images").rglob("*.jpg"))
    picture.with_name(f".{picture.name}.part").write_bytes(b"\xff\xd8")
    assert said(data) == []


def test_pictures_that_are_nobody_s_are_moved_aside(data: Path, capsys: Capture) -> None:
    stray = data / a_stray_picture(data)
    before = len(list((data / "images").rglob("*.jpg")))
    assert scrapy(capsys, "verify", "--repair", "--data-dir", data).code == 0
    assert said(data) == []
    assert len(list((data / "images").rglob("*.jpg"))) == before - 1
    assert [path.name for path in data.glob("images.orphaned-*/*")] == [stray.name]


def test_a_damaged_and_a_lost_picture_are_made_again_from_their_responses(data: Path, capsys: Capture) -> None:
    damaged, lost, *_ = sorted((data / "images").rglob("*.jpg"))
    whole = {path: path.read_bytes() for path in (damaged, lost)}
    damaged.write_bytes(b"\xff\xd8\xff")
    lost.unlink()
    assert scrapy(capsys, "verify", "--repair", "--data-dir", data).code == 0
    assert said(data) == []
    assert {path: path.read_bytes() for path in (damaged, lost)} == whole
    assert [path.read_bytes() for path in data.glob("images.damaged-*/*")] == [b"\xff\xd8\xff"]


def test_a_picture_that_no_response_gives_again_stays_named(data: Path, capsys: Capture) -> None:
    picture, index = min((data / "images").rglob("*.jpg")), data / "images/index.jsonl"
    picture.write_bytes(b"\xff\xd8\xff")
    index.write_text("".join(json.dumps(line | {"warc": None}) + "\n" for line in lines_of(index)))
    told = scrapy(capsys, "verify", "--repair", "--data-dir", data)
    name = picture.relative_to(data)
    assert told.code == 10
    assert f"panan: {name}: no raw response gives it again; the next run with images=true asks for it" in told.lines
    assert f"still: {name}: not there; the index of pictures names it" in told.lines
