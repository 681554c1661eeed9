"""What no article can be: the field that says so, and nothing against an article that can."""

from typing import Any

import pytest
from store_helpers import an_article, url_of

from panan_spider.items import Heading, Image, ImageBlock, Paragraph, Table
from panan_spider.pipelines.validate import objection

PICTURE = "http://www.panews.cn/1.jpg"


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
    found = objection(an_article().model_copy(update=changed))
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
    assert objection(an_article().model_copy(update=changed)) is None
