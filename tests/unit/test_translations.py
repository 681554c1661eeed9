"""Two languages: the catalogue is whole and compiled, and no page mixes them."""

import re

import browse_extra  # noqa: F401  # skips where the extra is not installed
import pytest
from browse_archive import RUNS, STORY, Pages, build, pages_of
from lxml import html

from tools import catalogue

PAGES = (
    "/", "/search", "/search?q=春茶 -工地", "/search?q=foo:bar", "/section/乡镇", "/section/-", f"/article/{STORY}", "/article/000000003",
    f"/article/{STORY}/revision/1", f"/article/{STORY}/changes/2", f"/article/{STORY}/raw/1", "/calendar", "/calendar/2020-03", "/people", "/person/郝虚构",
    "/offices", "/office/县委书记", "/authors", "/author/陈测试", "/runs", f"/run/{RUNS[0]}", "/changes", "/trend?q=春茶&q=工地", "/nothing",
)  # fmt: skip
#: Names of formats and programs, and identifiers of data, that are the same in every language.
NAMES = frozenset(
    [
        "CSV",
        "Excel",
        "JSON",
        "Atom",
        "BibTeX",
        "CSL",
        "GB",
        "WARC",
        "WACZ",
        "script",
        "video",
        "SHA",
        "English",
        "panan",
        "spider",
        "warc",
        "gz",
        "http",
        "https",
        "www",
        "panews",
        "cn",
        "system",
        "shtml",
        "pic",
        "doc",
        "mp",
        "sha",
        "article",
        "utf",
        "html",
        "js",
        "css",
        "N",
        "OL",
        "robots",
        "txt",
        "full",
        "true",
        "T",
        "UTC",
        "start",
    ]
)
CATALOGUE = catalogue.current()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return pages_of(build(tmp_path_factory.mktemp("archive")))


def test_every_message_is_translated_and_compiled() -> None:
    assert len(CATALOGUE) > 400 and catalogue.untranslated(CATALOGUE) == []
    assert (catalogue.FOLDER / "panan.po").read_bytes() == catalogue.as_po(CATALOGUE), "python -m tools.catalogue"
    assert (catalogue.FOLDER / "panan.mo").read_bytes() == catalogue.as_mo(CATALOGUE), "python -m tools.catalogue"


def test_a_translation_has_the_same_names_in_braces() -> None:
    for message in CATALOGUE:
        if message.id:
            ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
            strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
            names = set(re.findall(r"{(\w+)[^}]*}", ids[-1])) - (
                {"b"} if "{b} not agree" in ids[-1] else set()
            )  # a verb
            assert names == set(re.findall(r"{(\w+)}", str(strings[-1]))), ids


def interface(page: str, language: str) -> str:
    """What the page says in its own words: archived text (lang of another language) and raw pages left out."""
    root = html.fromstring(page)
    for element in root.xpath(
        "//script | //style | //pre | //code | //*[@class='hash'] | //datalist | //details[summary][dl[@class='kept']] | //dl[@class='kept'][preceding-sibling::p[@class='note']] | //h1[@class='page-title run-name'] | //input"
    ):
        element.drop_tree()
    for element in root.xpath("//*[@lang]"):
        if element.tag != "html" and element.get("lang") != language and element.getparent() is not None:
            inner = element.xpath(f".//*[@lang='{language}']")
            for one in inner:
                element.addnext(one)
            element.drop_tree()
    return " ".join(" ".join(root.itertext()).split()) + " ".join(
        map(str, root.xpath("//@aria-label | //@placeholder | //@title"))
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_chinese_page_has_no_english_word(pages: Pages, path: str) -> None:
    words = set(re.findall(r"[A-Za-z]{2,}", interface(pages.get(path).text, "zh-CN")))
    data = pages.app.live.source.data
    archived = set(
        re.findall(
            r"[A-Za-z]+",
            "\n".join(file.read_text("utf-8") for file in [data / "articles.jsonl", *(data / "runs").iterdir()]),
        )
    )
    left = words - NAMES - set(re.findall(r"[A-Za-z]+", path)) - (archived - INTERFACE_ENGLISH)
    assert left == set(), path


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_links_to_the_same_page_in_chinese_and_back(pages: Pages, path: str) -> None:
    english = html.fromstring(pages.get(f"{path}{'&' if '?' in path else '?'}lang=en").text)
    assert english.get("lang") == "en"
    (back,) = english.xpath("//p[@class='languages']/a/@href")
    assert html.fromstring(pages.get(str(back)).text).get("lang") == "zh-CN"
    links = [
        str(href)
        for href in english.xpath("//a/@href")
        if str(href).startswith("/") and not re.match(r"/(runs|static|images)/|[^?]+\.\w+(\?|$)", str(href))
    ]
    assert links and all("lang=" in href for href in links), [href for href in links if "lang=" not in href]


CHINESE_DATA = re.compile(r"[\u3400-\u9fff]+")
#: English words of the interface: those of the catalogue's messages.
INTERFACE_ENGLISH = {
    word for message in CATALOGUE if message.id for word in re.findall(r"[A-Za-z]+", str(message.id))
} - NAMES
#: Chinese words of the interface: those of the catalogue.
INTERFACE = sorted(
    {str(m.string if not isinstance(m.string, tuple | list) else m.string[0]) for m in CATALOGUE if m.id} - {""},
    key=len,
    reverse=True,
)


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_has_no_chinese_word_of_the_interface(pages: Pages, path: str) -> None:
    text = interface(pages.get(f"{path}{'&' if '?' in path else '?'}lang=en").text, "en")
    found = {
        word
        for word in INTERFACE
        if len(CHINESE_DATA.findall(word)) == 1
        and len(word) > 1
        and re.search(rf"(?<![\u3400-\u9fff]){re.escape(word)}(?![\u3400-\u9fff])", text)
    }
    assert not found, path
