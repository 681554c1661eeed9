"""Redacted pages hold no word of the original, and are read in the same shape; where that cannot be, nothing is handed back."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from test_fixtures import FOLDERS

from panan_spider.doctor import fixture
from panan_spider.doctor.fixture import RedactionError, expected, kept_words, redacted
from panan_spider.extract.document import Page
from panan_spider.sites.profile import load_site

PANAN = load_site()

LISTS = sorted(path.parent for path in (Path(__file__).parent / "list_fixtures").glob("*/page.html"))


def page_of(folder: Path) -> Page:
    came = json.loads((folder / "page.json").read_text("utf-8"))
    return Page(came["url"], (folder / "page.html").read_bytes(), came["content_type"])


@cache
def attempt(folder: Path) -> Page | None:
    try:
        return redacted(page_of(folder), "article", PANAN)
    except RedactionError:
        return None


def words(text: str) -> set[str]:
    """Stretches of four Chinese characters with no anchor in them."""
    bare = re.sub(r"[^\u3400-\u9fff]+", "|", kept_words(PANAN).sub("|", text))
    return {bare[at : at + 4] for at in range(len(bare) - 3) if "|" not in bare[at : at + 4]}


def test_most_pages_can_be_redacted() -> None:
    assert sum(attempt(folder) is not None for folder in FOLDERS) >= 18


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_not_a_word_is_left_in_text_title_attributes_or_comments(folder: Path) -> None:
    page = page_of(folder)
    if (after := attempt(folder)) is not None:
        assert words(page.text)  # there is something to replace, if little on a page that is nothing but a hard case
        assert not words(page.text) & words(after.text)
        assert after.charset == page.charset and after.url == page.url


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_markup_stays(folder: Path) -> None:
    if (after := attempt(folder)) is not None:
        tags = [re.findall(r"<\s*/?\s*[a-z0-9]+", one.text, re.IGNORECASE) for one in (page_of(folder), after)]
        assert tags[0] == tags[1]


@pytest.mark.parametrize("folder", LISTS, ids=lambda folder: folder.name)
def test_lists_too(folder: Path) -> None:
    before, after = page_of(folder), redacted(page_of(folder), "list", PANAN)
    assert not words(before.text) & words(after.text)
    assert [row["url"] for row in expected(after, "list", PANAN)["rows"]] == [
        r["url"] for r in expected(before, "list", PANAN)["rows"]
    ]


def test_it_is_not_the_same_twice() -> None:
    folder = next(one for one in FOLDERS if attempt(one) is not None)
    assert redacted(page_of(folder), "article", PANAN).body != redacted(page_of(folder), "article", PANAN).body


def test_numbers_and_mail_of_people_go_and_dates_stay() -> None:
    folder = next(one for one in FOLDERS if attempt(one) is not None and b"</body>" in page_of(one).body)
    page = page_of(folder)
    contact = "<p>联系电话0579-84660001或13800000001,a.b@example.net,2020年3月7日。</p></body>".encode(page.charset)
    after = redacted(Page(page.url, page.body.replace(b"</body>", contact, 1), page.content_type), "article", PANAN)
    assert not re.search(r"84660001|13800000001|example\.net", after.text)
    assert "name@example.org" in after.text and "2020年3月7日" in after.text


def test_a_page_that_cannot_be_read_is_not_handed_back() -> None:
    with pytest.raises(RedactionError, match="cannot be read"):
        redacted(Page("http://www.panews.cn/x", "<p>样例</p>".encode()), "article", PANAN)


def test_a_page_that_would_be_read_another_way_is_not_handed_back(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = next(f for f in FOLDERS if attempt(f) and expected(page_of(f), "article", PANAN)["editor"])
    without_editors = [word for word in kept_words(PANAN).pattern.split("|") if "编" not in word and "辑" not in word]
    monkeypatch.setattr(fixture, "kept_words", lambda site: re.compile("|".join(without_editors)))
    with pytest.raises(RedactionError, match=r"it would be read differently .*editor"):
        redacted(page_of(folder), "article", PANAN)
