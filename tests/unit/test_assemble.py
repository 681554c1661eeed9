"""Article assembly: cleaning removes only what no text holds; `objection` names the field that cannot be true."""

import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_helpers import an_article, url_of

from panan_spider.extract.assemble import clean, objection
from panan_spider.items import Author, Heading, Image, ImageBlock, Paragraph, Table
from panan_spider.sites.profile import load_site

PICTURE = "http://www.panews.cn/1.jpg"
NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def test_control_characters_go_at_any_depth_and_nothing_else_does() -> None:
    kept = "\t甲\n\u3000乙 \uff0c\u200b<b>&amp;\U0001f600\xa0\xad"
    dirty = "\x00\x01\x08\x0b\x0c\r\x1b\x7f\x85\x9f\ufffe\uffff"
    item = an_article(
        title=f"{dirty}{kept}",
        blocks=[Paragraph(text=f"{kept}{dirty}"), Table(rows=[[f"a{dirty}"]])],
        authors=[Author(name=f"甲{dirty}", title=None, work=None)],
        credits={f"初审{dirty}": f"乙{dirty}"},
    )
    found = clean(item)
    assert found.title == kept
    assert found.blocks == [Paragraph(text=kept), Table(rows=[["a"]])]
    assert found.authors[0].name == "甲"
    assert found.credits == {"初审": "乙"}


def test_a_lone_surrogate_goes() -> None:
    item = an_article().model_copy(update={"title": "甲\ud800乙"})
    assert clean(item).title == "甲乙"


@given(st.text(st.characters() | st.sampled_from('\\/"bfnu\x00\x0c\r\x7f\x85\ufffe\t\n'), min_size=1))
def test_no_article_that_needs_cleaning_is_taken_for_clean(text: str) -> None:
    item = an_article().model_copy(update={"title": text, "credits": {text: "甲"}})
    found = clean(item)
    assert (found.title, list(found.credits)) == (NO_TEXT.sub("", text), [NO_TEXT.sub("", text)])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": url_of(2)}, "id"),
        ({"posted": "2020-03-08"}, "id"),
        ({"url": "http://www.panews.cn/system/2020/13/45/000000001.shtml"}, "posted"),
        ({"text": "另一段正文"}, "text"),
        ({"images": [Image(url=PICTURE, caption=None)]}, "images"),
        ({"blocks": [*an_article().blocks, ImageBlock(url=PICTURE, caption="说明")]}, "images"),
    ],
)
def test_an_article_that_contradicts_itself(changed: dict[str, Any], field: str) -> None:
    found = objection(an_article().model_copy(update=changed), load_site())
    assert found is not None
    assert found[0] == field


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"published": None},
        {"published": "2020-03-05T08:00:00+08:00"},
        {"published": "2020-03-09"},  # odd, and the page says so
        {
            "blocks": [Heading(text="标题"), ImageBlock(url=PICTURE, caption="说明"), Table(rows=[["格"]]), Paragraph(text="段")],
            "text": "标题\n段",
            "images": [Image(url=PICTURE, caption="说明")],
        },
        {"blocks": [ImageBlock(url=PICTURE, caption=None)], "text": "", "images": [Image(url=PICTURE, caption=None)]},
    ],
)  # fmt: skip
def test_an_article_that_can_be(changed: dict[str, Any]) -> None:
    assert objection(an_article().model_copy(update=changed), load_site()) is None


def test_reparse_and_verify_run_without_scrapy() -> None:
    """They read an archive: whoever imports them loads neither the downloader nor the spider."""
    names = ("archive.verify", "archive.verify.repair", "archive.reparse.reparse_run")
    code = (
        f"import sys; {'; '.join(f'import panan_spider.{name}' for name in names)}; assert 'scrapy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
