"""What `scrapy verify` sees in articles.jsonl."""

import json
from pathlib import Path

import pytest
from store_helpers import lines_of
from verify_archive import a_copy, alter, rewrite, said, starts


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return a_copy(tmp_path)


def test_a_flipped_byte_in_a_text(data: Path) -> None:
    line = lines_of(data / "articles.jsonl")[2]
    word = line["text"][-6:-2].encode()
    rewrite(data, lambda lines: lines.__setitem__(2, lines[2].replace(word, "某某某某".encode())))
    assert said(data)[0].startswith(
        f"articles.jsonl, byte {starts(data)[2]}: {line['id']}, revision 1: content_hash is not that of its content, sha256:"
    )


def test_a_flipped_byte_in_a_field_name(data: Path) -> None:
    rewrite(data, lambda lines: lines.__setitem__(0, lines[0].replace(b'"kicker"', b'"kickes"')))
    assert said(data)[0] == "articles.jsonl, byte 0: not valid: kicker: Field required"


def test_a_text_that_is_not_that_of_the_blocks(data: Path) -> None:
    alter(data, 0, text="别的正文")
    assert said(data)[0].endswith("revision 1: text: it is not that of the blocks")


def test_a_number_that_is_not_the_address_s(data: Path) -> None:
    alter(data, 0, id="016999999")
    assert "016999999, revision 1: id: the address says" in said(data)[0]


def test_a_dropped_line(data: Path) -> None:
    number = lines_of(data / "articles.jsonl")[4]["id"]
    rewrite(data, lambda lines: lines.pop(4))
    assert said(data) == [f"ledger.sqlite: {number}: revision 1 is on record, and no good line holds it"]


def test_the_last_lines_dropped(data: Path) -> None:
    rewrite(data, lambda lines: lines.__delitem__(slice(-3, None)))
    (found,) = said(data)
    assert "is on record, and no good line holds it" in found


@pytest.mark.parametrize("is_link", [False, True])
def test_lines_that_are_not_there_are_one_finding(data: Path, is_link: bool) -> None:
    path = data / "articles.jsonl"
    path.unlink()
    if is_link:
        path.symlink_to("/nowhere/articles.jsonl")
    target = ": a symbolic link to /nowhere/articles.jsonl, which is not there" if is_link else ""
    assert said(data) == [f"articles.jsonl: not there{target}"]


def test_a_dropped_revision(data: Path) -> None:
    rewrite(data, lambda lines: lines.pop(8))
    number = lines_of(data / "articles.jsonl")[8]["id"]
    assert f"articles.jsonl, byte {starts(data)[8]}: {number}: revision 2 missing before revision 3" in said(data)


def test_a_line_twice(data: Path) -> None:
    rewrite(data, lambda lines: lines.insert(3, lines[3]))
    number = lines_of(data / "articles.jsonl")[3]["id"]
    wanted = f"articles.jsonl, byte {starts(data)[4]}: {number}: revision 1 stands here again, or too late: revision 1 came before it"
    assert wanted in said(data)


def test_revisions_that_changed_places(data: Path) -> None:
    def swap(lines: list[bytes]) -> None:
        lines[8], lines[9] = lines[9], lines[8]

    rewrite(data, swap)
    number = lines_of(data / "articles.jsonl")[8]["id"]
    first, second = starts(data)[8:]
    found = said(data)
    assert f"articles.jsonl, byte {first}: {number}: revision 2 missing before revision 3" in found
    assert (
        f"articles.jsonl, byte {second}: {number}: revision 2 stands here again, or too late: revision 3 came before it"
        in found
    )


def test_a_revision_that_says_nothing_new(data: Path) -> None:
    before = lines_of(data / "articles.jsonl")[9]
    new = before | {"revision": 4}
    rewrite(data, lambda lines: lines.append(json.dumps(new, ensure_ascii=False).encode() + b"\n"))
    assert any("revision 4 says nothing that revision 3 does not say" in one for one in said(data))


def test_a_torn_end(data: Path) -> None:
    path = data / "articles.jsonl"
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b'{"id":"016')
    assert f"articles.jsonl, byte {size}: a torn end of 10 bytes" in said(data)
    assert f"articles.jsonl, byte {size}: 10 bytes from here on are not marked in the ledger" in said(data)
