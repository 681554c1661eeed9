"""What a document is called, held against what its page says: the article's name, the site's, or a section's."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from panan_spider.extract.line import Line
from panan_spider.sites.panan import SITE_NAME

_PUNCTUATION: Final = re.compile(r"[\s\W_]+")
#: Words that a site's, a portal's or a section's name holds, and no article's.
_SITE_WORDS: Final = re.compile(
    r"新闻网|新闻中心|门户|网站|官网|官方|在线|频道|首页|主页|传媒|融媒|平台|客户端|支站|欢迎"
)
_SURE_TITLE: Final = 8  # characters; a shorter name of a document can be a section's


def plain(text: str) -> str:
    """Letters and digits alone, for comparing headlines printed with other blanks and punctuation."""
    return _PUNCTUATION.sub("", text)


def names_the_article(called: str, body: Sequence[Line], like_kicker: bool) -> bool:
    """Whether the document's title is no site's and no section's: the article speaks of the same, or awaits a headline."""
    if len(called) < _SURE_TITLE or SITE_NAME in called or _SITE_WORDS.search(called):
        return False
    return like_kicker or any(share_words(called, plain(line.prose), 4) for line in body)


def is_lost(lines: Sequence[Line], titles: Sequence[str], body: Sequence[Line]) -> bool:
    """Whether the headline is gone from a page: no line beside it, a kicker first, shares a word with what the document is called."""
    called = min(map(plain, titles), key=len, default="")
    if not names_the_article(called, body, like_kicker=True):
        return False
    return not any(share_words(called, plain(line.prose), 3) for line in lines)


def said_once(line: Line) -> Line:
    """The line; its first half where it says the same twice."""
    bare, half = line.bare, len(line.bare) // 2
    if half < _SURE_TITLE or bare[:half] != bare[half:]:
        return line
    return replace(line, raw=line.prose[: (len(line.prose) + 1) // 2].strip())


def is_sentence(line: Line, title: str) -> bool:
    """Whether the line, though its words are the headline's, ends as a text's sentence does."""
    return line.prose.endswith("。") and not title.endswith("。")


def share_words(one: str, other: str, length: int) -> bool:
    """Whether some `length` characters in a row stand in both."""
    return any(one[at : at + length] in other for at in range(len(one) - length + 1))
