"""What `scrapy inspect` says of one page, and how it comes by it."""

import io
import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from panan_spider.core.tables import RowStatus, show
from panan_spider.doctor.fixture import PageNotAvailable, local_page, resolved
from panan_spider.doctor.inspection import FIELDS, Inspection
from panan_spider.extract.document import Page
from panan_spider.sites.profile import load_site

PANAN = load_site()

FIXTURES = Path(__file__).parents[1] / "pages"
ARTICLE = FIXTURES / "fixtures/b-credits"
LIST = FIXTURES / "list_fixtures/enorth-count-links"
ADDRESS = "http://panews.zjol.com.cn/panews/system/2020/03/07/032299020.shtml"


def inspected(folder: Path, kind: str = "article") -> Inspection:
    return Inspection(local_page(str(folder), Path("nowhere"), PANAN), kind, PANAN)


def table(found: Inspection, title: str) -> dict[str, tuple[RowStatus, tuple[str, ...]]]:
    return {line.cells[0]: (line.mark, line.cells[1:]) for g in found.groups if g.title == title for line in g.lines}


def article(body: str) -> Inspection:
    return Inspection(Page(ADDRESS, f"<html><body>{body}</body></html>".encode()), "article", PANAN)


def test_every_field_with_its_value_and_its_place() -> None:
    fields = table(inspected(ARTICLE), "fields")
    assert list(fields) == list(FIELDS)
    assert fields["editor"][1] == ("钱校样", "/html/body/table/tr[3]/td/div")
    assert fields["credits"][1][0] == "初审 蒋初例, 终审 沈终例"
    assert fields["kicker"] == (RowStatus.NONE, ("–", ""))


def test_the_charset_as_declared_and_as_it_is() -> None:
    page = table(inspected(ARTICLE), "page")
    assert page["charset"][1] == ("utf-8 (header says gb2312, meta says nothing)",)
    assert page["words speak for"][1][0].startswith("enorth_b 8, enorth_a 1")


def test_what_was_left_out_and_why() -> None:
    left = table(inspected(FIXTURES / "fixtures/b-two-pictures"), "left out")
    assert left["查看文教样例地块"][1] == ("a caption: it belongs to its image",)


def test_a_list_with_its_rows_its_pager_and_where_it_leads() -> None:
    found = inspected(LIST, "list")
    about = table(found, "list")
    assert about["pager"][1] == ("count_links",) and about["rows"][0] is RowStatus.OK
    rows = json.loads((LIST / "expected.json").read_text("utf-8"))["rows"]
    assert list(table(found, "rows")) == [row["article_id"] for row in rows]
    assert table(found, "pages that can be sections")
    assert (found.code, found.end) == (0, "read as a list")


def test_json_says_the_same() -> None:
    told = json.loads(inspected(ARTICLE).json())
    assert told["fields"]["editor"] == {
        "value": "钱校样",
        "where": "/html/body/table/tr[3]/td/div",
        "printed": told["fields"]["credits"]["printed"],
    }
    assert told["fields"]["kicker"] == {"value": None, "where": None, "printed": None}
    assert (told["exit_code"], told["kind"], told["charset"]) == (0, "article", "utf-8")
    assert len(json.loads(inspected(LIST, "list").json())["rows"]) > 5


def test_without_a_header_line_the_lines_nearest_to_one_are_shown() -> None:
    found = article(
        "<h1>样例标题</h1><p>2020年3月7日,记者在样例村看到,村民们正在采茶,现场十分热闹,茶香阵阵飘来。</p><p>正文一段。</p>"
    )
    assert (found.code, found.end[:14]) == (11, "unknown_layout")
    steps = table(found, "how far it was read")
    assert steps["header line"][0] is RowStatus.BAD
    assert steps["nearest to one"][1][1] == "/html/body/p[1]"


def test_a_page_read_half_shows_its_parts_and_the_field_at_fault() -> None:
    found = article(
        "<div>您当前的位置 : 浙江在线 >> 书记</div><h1>样例标题</h1><p>2020/13/45 来源:样例报</p><p>正文一段。</p>"
    )
    assert found.code == 11 and found.end == "invalid: no such date: 2020/13/45 (field published)"
    steps = table(found, "how far it was read")
    assert steps["breadcrumb"][1] == ("浙江在线 > 书记", "/html/body/div")
    assert {steps[name][0] for name in ("headline", "header line", "body")} == {RowStatus.OK}
    assert json.loads(found.json())["steps"][0]["step"] == "elements"


def test_a_challenge_is_blocked_and_no_layout() -> None:
    found = article("<p>安全验证</p><p>请完成验证</p>")
    assert (found.code, found.end) == (12, "blocked: a challenge page")


def test_an_empty_page_is_read_no_further_than_its_elements() -> None:
    found = Inspection(Page(ADDRESS, b"  "), "article", PANAN)
    assert found.code == 11
    assert list(table(found, "how far it was read")) == ["elements"]


def test_a_fixture_folder_tells_its_address_and_charset() -> None:
    page = local_page(str(ARTICLE), Path("nowhere"), PANAN)
    assert (page.url, page.content_type) == (ADDRESS, "text/html; charset=gb2312")
    assert local_page(str(ARTICLE / "page.html"), Path("nowhere"), PANAN) == page


def test_a_browser_s_own_note_tells_the_address_of_a_saved_page(tmp_path: Path) -> None:
    file = tmp_path / "saved.html"
    file.write_bytes(f"<!-- saved from url=(0066){ADDRESS} -->\n<html><p>x</p>".encode())
    assert local_page(str(file), tmp_path, PANAN).url == ADDRESS


def test_a_file_without_an_address_says_so_and_takes_one(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    shutil.copy(ARTICLE / "page.html", file)
    page = local_page(str(file), tmp_path, PANAN)
    assert page.url == PANAN.unknown_url and Inspection(page, "article", PANAN).code == 0
    assert table(Inspection(page, "article", PANAN), "page")["address"][0] is RowStatus.NOTE
    assert resolved(page, ADDRESS, PANAN).url == ADDRESS
    with pytest.raises(PageNotAvailable, match="not an address of the site"):
        resolved(page, "http://www.example.org/", PANAN)


def test_what_is_no_page_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("no page", "utf-8")
    (tmp_path / "a.warc.gz").write_bytes(b"not packed")
    (tmp_path / "empty.html").write_bytes(b"")
    for given, said in (
        (tmp_path / "nowhere.html", "No such file"),
        (tmp_path / "words.txt", "not HTML"),
        (tmp_path / "empty.html", "not HTML"),
        (tmp_path, "a folder without page.html"),
        (f"{tmp_path}/a.warc.gz:0", "no response at byte 0"),
        (f"{tmp_path}/b.warc.gz:7", "b.warc.gz"),
        ("12345678", "no such article"),
        ("", "an empty name"),
    ):
        with pytest.raises(PageNotAvailable, match=said) as raised:
            local_page(str(given), tmp_path, PANAN)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_every_place_can_be_copied_from_a_narrow_terminal(width: int) -> None:
    groups = inspected(ARTICLE).groups
    out = io.StringIO()
    show(Console(file=out, force_terminal=True, width=width, color_system=None), groups)
    lines = out.getvalue().splitlines()
    places = {
        place
        for one in groups if one.title in ("page", "fields")
        for line in one.lines
        for place in line.cells[-1].split(" | ") if place.startswith(("/html", "http://"))
    }  # fmt: skip
    assert len(places) > 4
    assert {place for place in places if not any(place in line for line in lines)} == set()
    assert {one.title for one in groups if one.lines} <= set(lines)


def test_a_number_without_an_article_is_no_missing_file(tmp_path: Path) -> None:
    with pytest.raises(PageNotAvailable, match="99: no such file, and no such article in "):
        local_page("99", tmp_path, PANAN)
