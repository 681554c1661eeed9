"""The small parts the pages of browse are made of."""

import json
from pathlib import Path
from typing import Any

import pytest
from browse_archive import build, picture
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.core.clock import local_time
from panan_spider.core.outcomes import ExitCode
from panan_spider.core.text import web_address
from panan_spider.core.translations import translator
from panan_spider.items import WarcLocation
from panan_spider.publish.browse.app import ASSETS, LiveLibrary, asset, image, report_policy
from panan_spider.publish.browse.article_page import RenderedBlock, TextSpan, raw_page, rendered_blocks
from panan_spider.publish.browse.coverage_pages import shade
from panan_spider.publish.browse.page_render import ExportSource, PageNotFound, paginate
from panan_spider.publish.browse.run_pages import duration, ending, run_of
from panan_spider.publish.browse.search import ArticleIndex
from panan_spider.publish.browse.static_site import script
from panan_spider.publish.export.sqlite_reader import ExportDatabase, QueryTimeout
from panan_spider.sites.profile import load_site

TEXT = "县委书记郝虚构到场。\n春茶\n郝虚构讲话。"


def a_row(text: str = TEXT, **other: Any) -> dict[str, Any]:
    first, heading, last = TEXT.split("\n")
    blocks = [
        {"type": "paragraph", "text": first},
        {"type": "image", "url": "http://a.example/1.jpg", "caption": "图"},
        {"type": "heading", "text": heading},
        {"type": "paragraph", "text": last},
    ]
    return {"text": text, "blocks": json.dumps(blocks)} | other


PEOPLE = [
    {"name": "郝虚构", "start": 4, "end": 7},
    {"name": "郝虚构", "start": 14, "end": 17},
    {"name": "郝虚构", "start": 14, "end": 17},  # a second action of the same mention
]


def stretches(made: list[RenderedBlock]) -> list[list[tuple[str, str | None]]]:
    return [[(one.text, one.person) for one in piece.spans] for piece in made if piece.spans]


def test_names_are_marked_where_they_stand_behind_pictures_and_headings_too() -> None:
    assert stretches(rendered_blocks(a_row(), {}, PEOPLE)) == [
        [("县委书记", None), ("郝虚构", "郝虚构"), ("到场。", None)],
        [("春茶", None)],
        [("郝虚构", "郝虚构"), ("讲话。", None)],
    ]


def test_spans_of_another_text_mark_nothing() -> None:
    assert all(len(line) == 1 for line in stretches(rendered_blocks(a_row("另一段文字"), {}, PEOPLE)))


def test_a_block_is_the_text_it_was_whatever_is_marked_in_it() -> None:
    made = rendered_blocks(
        a_row(), {}, [*PEOPLE, {"name": "书记郝虚", "start": 2, "end": 6}, {"name": "茶。", "start": 12, "end": 99}]
    )
    assert ["".join(one.text for one in piece.spans) for piece in made if piece.spans] == TEXT.split("\n")


def test_a_picture_has_its_file_and_its_address() -> None:
    kept = rendered_blocks(a_row(), {"http://a.example/1.jpg": "images/aa/1.jpg"}, [])[1]
    assert kept == RenderedBlock(
        "image", (), "http://a.example/1.jpg", "http://a.example/1.jpg", "images/aa/1.jpg", "图"
    )
    assert rendered_blocks(a_row(), {}, [])[1].file is None and TextSpan("a").person is None


@given(st.integers(0, 5_000), st.integers(1, 100))
def test_the_pages_of_a_list_hold_each_row_once(total: int, rows: int) -> None:
    pages = paginate(1, total, rows).pages
    turned = [paginate(page, total, rows) for page in range(1, pages + 1)]
    assert sum(one.last - one.first + 1 for one in turned if one.total) == total
    assert all(one.near[0] == 1 and one.near[-1] == pages and one.page in one.near for one in turned)
    for page in (0, pages + 1):
        with pytest.raises(PageNotFound):
            paginate(page, total, rows)


def test_pages_left_out_are_told() -> None:
    assert paginate(50, 3_000).near == [1, None, 48, 49, 50, 51, 52, None, 100]
    assert paginate(1, 0).near == [1] and paginate(3, 150).near == [1, 2, 3, 4, 5]


@given(st.integers(0, 1_000), st.integers(1, 1_000))
def test_a_shade_is_none_for_nothing_and_one_of_four_for_something(count: int, more: int) -> None:
    assert shade(count, count + more) in ((0,) if count == 0 else (1, 2, 3, 4))
    assert shade(more, more) == 4 or more < 4
    assert shade(count, count + more) <= shade(count + more, count + more)


@given(st.text(max_size=40))
def test_an_address_that_is_linked_begins_with_http_and_cannot_leave_its_attribute(url: str) -> None:
    for given_url in (url, f"http://{url}", f"https://a.example/{url}"):
        if (linked := web_address(given_url)) is not None:
            assert linked == given_url and linked.lower().startswith(("http://", "https://"))
            assert not set(linked) & set('"<>\\ \n\t\0')


def test_how_long_a_run_took_is_told_as_people_do() -> None:
    assert [duration(seconds, translator("en")) for seconds in (None, 0, 119, 120, 7_199, 7_200, 11_100)] == [
        "–", "0 s", "119 s", "2 min", "119 min", "2 h 00 min", "3 h 05 min",
    ]  # fmt: skip
    assert duration(11_100, translator("zh")) == "3 小时 05 分"


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2022-11-13T18:15:00Z", "2022-11-14 02:15"),
        ("2020-03-07", "2020-03-07"),
        ("x T", "x T"),
        (None, ""),
        ("2020-03-06T08:23:00+08:00", "2020-03-06 08:23"),
    ],
)
def test_a_time_is_shown_on_the_sites_clock(time: str | None, shown: str) -> None:
    assert local_time(time) == shown


def test_every_exit_code_and_every_other_has_an_ending() -> None:
    assert ending(ExitCode.GOOD)[2] == "good" and ending(11)[2] == "bad"
    assert ending(99) == ("Exit code 99", "未知退出码", "soon") and ending(None)[0] == "Exit code None"
    assert all(len(ending(int(code))) == 3 for code in ExitCode)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"exit_code": "x", "started": 5, "outcomes": null}'])
def test_a_report_of_any_kind_is_a_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "r1.json").write_text(text)
    run = run_of(tmp_path, "r1")
    assert run is not None and run.seconds is None and run.ending[2] in ("bad", "soon")


def test_a_raw_page_outside_the_archive_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.warc.gz").write_bytes(b"\x1f\x8b\x08")
    (tmp_path / "data").mkdir()
    page = raw_page(tmp_path / "data", WarcLocation(file="../secret.warc.gz", offset=0))
    assert page.fault == "../secret.warc.gz: not in the archive"


def test_own_files_are_known_by_name_alone() -> None:
    assert all(asset(name) is not None for name in ASSETS)
    assert asset("../plugin.py") is None and asset("") is None


def test_a_picture_is_what_its_bytes_say(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name, body, kind in (
        ("a.jpg", picture(), "image/png"),
        ("b", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("c.gif", b"GIF89a", "image/gif"),
    ):
        (tmp_path / "images" / name).write_bytes(body)
        found = image(tmp_path, f"images/{name}")
        assert found is not None and found.media_type == kind
    (tmp_path / "images" / "d.png").write_bytes(b"<html>")
    assert image(tmp_path, "images/d.png") is None


def test_a_report_without_style_may_have_none() -> None:
    assert "style-src 'none'" in report_policy(b"<p>plain")
    assert report_policy(b"<style>a</style><style>b</style>").count("'sha256-") == 2


def test_the_index_is_one_line_to_a_script_whatever_stands_in_a_headline() -> None:
    text = script("f", "a\u2028b\u2029c</script>").decode()
    assert len(text.splitlines()) == 1 and "<" not in text
    assert json.loads(text.removeprefix("f(").removesuffix(");\n")) == "a\u2028b\u2029c</script>"


def test_a_name_without_an_office_is_marked_apart() -> None:
    made = rendered_blocks(a_row(), {}, PEOPLE[:1], ["郝虚构", "春茶"])
    spans = [(span.text, span.person, span.is_bare) for piece in made for span in piece.spans if span.person]
    assert spans == [("郝虚构", "郝虚构", False), ("春茶", "春茶", True), ("郝虚构", "郝虚构", True)]


def test_a_refresh_that_fails_while_pages_are_served_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    LiveLibrary(ExportSource(tmp_path / "none", load_site())).refresh()
    assert (
        capsys.readouterr().err
        == f"panan: the pages show the last good export: there is no archive in {tmp_path / 'none'}\n"
    )


def test_the_index_of_all_articles_has_no_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question may take so long; the index takes what it takes, on a busy machine too."""
    monkeypatch.setattr("panan_spider.publish.export.sqlite_reader._STEPS", 1)
    database = ExportDatabase(build(tmp_path).export, time_limit_ms=0)
    assert len(ArticleIndex(database).ids) == 70
    with pytest.raises(QueryTimeout):
        database.rows("SELECT * FROM articles")
