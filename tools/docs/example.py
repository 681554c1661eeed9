"""Example article of DATA_FORMAT.md; invented."""

from typing import Final

from panan_spider.items import Article, Author, Heading, Image, ImageBlock, Link, Paragraph, WarcLocation

_PICTURE: Final = "http://panews.zjol.com.cn/pic/0/11/37/82/11378239_100001.jpg"
_CAPTION: Final = "村民在茶园采茶。"
_WORDS: Final = ("例山街道的茶园里,村民们正忙着采摘春茶。", "“今年的茶叶品质比去年好。”村民老样说。")
_HEADING: Final = "春茶开采"

EXAMPLE: Final = Article(
    id="032299999",
    revision=1,
    url="http://panews.zjol.com.cn/panews/system/2020/03/07/032299999.shtml",
    title="例山街道春茶开采",
    kicker="甲在例山街道调研时强调",
    subtitle=None,
    published="2020-03-06",
    posted="2020-03-07",
    section="书记",
    breadcrumbs=["浙江在线", "磐安新闻网", "书记"],
    listed_in=["书记", "磐安新闻"],
    source="磐安新闻网",
    header_line="2020/03/06 来源:磐安新闻网 记者 陈测试 李样例/文 王示例/摄",
    authors=[
        Author(name="陈测试", title="记者", work="text"),
        Author(name="李样例", title="记者", work="text"),
        Author(name="王示例", title="记者", work="photo"),
    ],
    editor="丁改稿",
    credits={"初审": "乙", "终审": "丙"},
    text="\n".join((_WORDS[0], _HEADING, _WORDS[1])),
    blocks=[
        Paragraph(text=_WORDS[0]),
        ImageBlock(url=_PICTURE, caption=_CAPTION),
        Heading(text=_HEADING),
        Paragraph(text=_WORDS[1]),
    ],
    images=[Image(url=_PICTURE, caption=_CAPTION)],
    attachments=[Link(url="http://panews.zjol.com.cn/pic/0/11/37/82/11378240_100002.doc", title="采茶安排表")],
    related=[Link(url="http://panews.zjol.com.cn/panews/system/2020/03/01/032299998.shtml", title="茶农学新招")],
    pages=1,
    template="enorth_b",
    content_hash="sha256:" + "5e" * 32,
    fetched_at="2026-11-23T02:00:07Z",
    warc=WarcLocation(file="warc/panan-20261123T020000Z-00000-20261123T020000Z-4711.warc.gz", offset=20533),
)
