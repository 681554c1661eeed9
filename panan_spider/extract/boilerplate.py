"""What stands in or beside a line on some pages and says nothing of the article: letter sizes, counters, print, sharing."""

import re
from typing import Final

from panan_spider.core.fullwidth import fold
from panan_spider.extract.cached import remembered

_SHARED_TO: Final = (
    r"(?:微信|朋友圈|新浪|腾讯|人人|网易|搜狐|微博|QQ|空间|好友|豆瓣|贴吧|百度|一键|分享|更多|网|[\s/|,、:0-9])*"
)
#: A link that serves the reader; several can stand in a row, with their counts or nothing between them: `点赞 12收藏`.
_TOOL: Final = "(?:(?:打印|关闭)(?:本[页稿文]|此文|窗口)?|收藏|返回|评论|纠错|我要评论|我有话说|我要纠错|加入收藏|听新闻|语音播报|(?<![A-Za-z])A[+-]|推荐|(?<![\u4e00-\u9fff])点赞|(?<=收藏)点赞|保护视力色)"
#: What follows where 文字 means the letters' size, and not who wrote: 文字 甲.
_SIZES: Final = r"大小|\s*:?[\s\[【(]*(?:特大|超大|[大中小]{1,3}|默认|[AT][+-]?)(?![\u4e00-\u9fff])"
FURNITURE: Final = re.compile(
    rf"(?:[\[【(]\s{{0,9}})?(?:(?:改变|调整|选择)(?:文字|字体|字号)|文字(?={_SIZES})|字体|字号)(?:大小)?"
    r"\s*:?[\s\[【(]*(?:(?:特大|超大|大|中|小|默认|[AT][+-]?)[\s|/\]】)]*){0,6}(?=$|[\s|\[【])"
    rf"|(?:[\[【(]\s{{0,9}})?{_TOOL}(?:\s*:?\s*\d{{0,6}}\s*{_TOOL}){{0,9}}"
    r"\s*:?\s*(?:[(\[]?\d{1,6}(?=[\s)\]】]|人|$)(?:人(?:参与|评论|跟帖))?)?[\]】)]?(?!\w)"
    rf"|(?:[\[【(]\s{{0,9}})?分享(?:(?:到|至)?\s*:?{_SHARED_TO}(?=$|[\s|\[【])|(?:到|至)?\s*:?)\s*[\]】)]?(?!\w)"
    r"|(?:浏览|点击|阅读|访问|人气|查看)(?:次数|量|数|率|人数)?\s*:\s*[\[(]?\s*(?:\d[\d.]{0,9}\s*万?\+?)?\s*[\])]?\s*(?:次|人)?"
    r"|(?<!\w)赞\s*[(]\d+[)](?!\w)"
    r"|(?:浏览|点击|阅读|访问)(?:次数|量|数)?\s*\d+\s*次?"
)
#: One of these stands in every stretch of furniture, and in few other lines.
_FURNITURE_WORD: Final = re.compile(
    "文字|字体|字号|打印|关闭|收藏|返回|评论|纠错|推荐|保护视力色|分享|浏览|点击|阅读|访问|人气|查看|点赞|我有话说|听新闻|语音播报|A[+-]|赞[(]"
)

_BAR: Final = re.compile(r"\s*(?:改变|调整|选择)(?:文字|字体|字号)大小\s*:")
_SIGNS_BETWEEN: Final = re.compile(r"[\s|\[\]]*")


def cleared(folded: str, by: str = " ") -> str:
    """A folded line with `by` in the place of each stretch of furniture."""
    return FURNITURE.sub(by, folded) if _FURNITURE_WORD.search(folded) else folded


@remembered
def without_furniture(text: str) -> str:
    """The line as printed, less what counts views or changes the size of letters."""
    printed, at, folded = "", 0, fold(text)
    for found in FURNITURE.finditer(folded) if _FURNITURE_WORD.search(folded) else ():
        printed, at = printed + text[at : found.start()] + " ", found.end()
    return (printed + text[at:]).strip(" |\uff5c\u3000")


@remembered
def without_bar(text: str) -> str:
    """The line as printed, less the bar of letter sizes and print before its first words: `改变文字大小:[ ] [打印] | [关闭]`."""
    folded, end = fold(text), 0
    if not _BAR.match(folded):
        return text
    while found := FURNITURE.match(folded, _SIGNS_BETWEEN.match(folded, end).end()):  # type: ignore[union-attr]
        end = found.end()
    return text[_SIGNS_BETWEEN.match(folded, end).end() :]  # type: ignore[union-attr]
