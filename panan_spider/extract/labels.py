"""The words readers find their way by: what opens an article, what ends it, and what belongs to the page around it."""

import re
from typing import Final

from panan_spider.core.cached import remembered
from panan_spider.core.text import fold
from panan_spider.extract.line import Line
from panan_spider.extract.words import SiteWords

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


RELATED_HEADINGS: Final = ("相关阅读", "相关新闻", "相关链接", "相关报道", "延伸阅读")
#: Over lists of what others read.
RANKINGS: Final = (
    "热门排行", "热点排行", "阅读排行", "新闻排行榜", "点击排行榜", "热门点击", "热门文章", "推荐文章", "最新文章", "一周热点", "猜你喜欢",
    "热门推荐", "推荐新闻", "为您推荐", "为你推荐", "猜您喜欢", "相关推荐", "相关文章", "精彩推荐", "大家都在看", "编辑推荐", "热点阅读", "更多阅读",
)  # fmt: skip
SIDE_HEADINGS: Final = (
    *RELATED_HEADINGS, *RANKINGS, "新闻聚焦", "便民", "便民服务", "相关专题", "图片新闻", "新闻导读", "热点新闻", "热门新闻", "推荐阅读",
    "热点推荐", "新闻排行", "点击排行", "最新新闻", "视频新闻",
)  # fmt: skip
_MORE: Final = r"(?:更\s*多|more)?[\s>>»+\[\]::.…|]*"
_SIDE: Final = re.compile(
    rf"^[\s■◆●□▪·|【\[]*({'|'.join(sorted(SIDE_HEADINGS, key=len, reverse=True))})[】\]\s]*{_MORE}$", re.IGNORECASE
)

#: The footer, and the lines at the page's head that no article holds.
_FOOTER: Final = re.compile(r"©|[Ii][Cc][Pp]备(?:案号)?\s*:?\s*\d|浙新办|公网安备\s*:?\s*\d")
_FOOTER_OPENS: Final = re.compile(
    r"\s*(?:Copyright(?!\w)|新闻热线\s*:\s*(?:[\d(]|$)|主管\s*:(?=.*(?:宣传部|新闻|传媒|融媒|报社)).*主办\s*:)",
    re.IGNORECASE,
)
#: Words of the footer that a sentence can hold, too; in the middle of a phrase they are a subhead's: 版权声明引发的官司.
_FOOTER_WORDS: Final = (
    r"{name}简介|版权声明(?!\w)|版权所有(?!\w)|ICP备(?!案(?!号|编号)\w)|网络监督举报(?:中心|专区|电话)?(?!\w)"
    r"|新闻道德委员会(?:举报电话)?(?!\w)|公安备案(?!\w)|公网安备(?!案\w)"
)
#: What a footer says besides, where it is written as a sentence: `…版权所有，未经授权不得转载。`
_LICENCE: Final = re.compile(r"未经|转载|镜像|摘编|违者|复制|举报电话|Copyright(?!\w)|©|\d{6,}|Reserved", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[。!?…][”’」』)]*\s*$")
_HEAD_FURNITURE: Final = re.compile(
    r"(?<!\w)(?:加入收藏|设为首页|在线投稿|站内搜索|手机版|无障碍(?:浏览|阅读)?)(?!\w)|今天是\s*:?\s*(?:\d|$)"
    r"|(?:\d\s*日?|今天是)\s*星期[一二三四五六日天]\s*$"
)
_WALK_WORD: Final = (
    r"上一?页|下一?页|前一页|后一页|首页|末页|尾页|第\s*\d+\s*页|共\s*\d+\s*页|返回首页|返回顶部|返回列表|回到顶部"
)
_PAGE_WALK: Final = re.compile(rf"^[\s\d\[\]()【】|<>»«:/.]*(?:(?:{_WALK_WORD})[\s\d\[\]()【】|<>»«:/.]*)+$")
_NEIGHBOUR: Final = re.compile(r"^\s*[\[【]?\s*(?:阅读)?(?:上一篇|下一篇|上一条|下一条|返回列表)\s*[\]】]?\s*:?")
_SHARE: Final = re.compile(
    r"^\s*(?:分享(?:到|至)|扫一扫|扫描二维码|用微信扫|微信扫(?:码|一扫)|扫码(?:关注|下载|阅读)|长按(?:识别)?二维码|手机看新闻|责编邮箱|返回顶部|【?我要(?:评论|纠错)】?)"
)
_LONGEST_SHARE: Final = 40
#: Where a row of links takes the page to, and nothing else: `微信 QQ空间 新浪微博`.
_SHARE_FIRST: Final = frozenset("微朋新腾Q豆人百一复更")
_SHARE_ROW: Final = re.compile(
    r"(?:(?:微信(?:好友)?|朋友圈|(?:新浪|腾讯)?微博|QQ(?:空间|好友)?|豆瓣(?:网)?|人人网|百度贴吧|一键分享|复制链接|更多)[\s|/,、]*){2,12}"
)
_SIGNS: Final = re.compile(r"[\s|\[\]【】()-]*")
_SENTENCE_SIGN: Final = re.compile(r"[。!?;]")
_NUMBERS: Final = re.compile(r"[\s\d\[\]【】()|]+")
#: Lines that open what other sites of these systems print below an article.
_BELOW: Final = re.compile(
    r"^\s*[【\[]?(?:(?:(?:版权|免责)[与和及]?(?:版权|免责)?(?:申明|声明)|(?:网友|我要|发表|最新)评论|评论区|网友跟帖|友情链接"
    r"|文章(?:关键[词字]|标签))(?:列表|内容|仅供|只代表|共|(?!\w))|(?:声明|版权|注)\s*:\s*凡(?:本网|注明)|凡本[网站]注明"
    r"|(?:特别|郑重)?(?:声明|提示|说明)\s*[】\]]?\s*:(?=.{0,60}(?:本[网站]|转载|作者))(?=.*(?:侵权|侵犯|版权归|及时删除|删除处理)))"
)
_KEYWORDS: Final = re.compile(
    r"^\s*[【\[]?(?:相关热词(?:搜索)?|相关标签|关键[词字]|标签|Tags?)\s*[】\]]?\s*:", re.IGNORECASE
)
#: Words of toolbars: letter size, print, sharing, comments. A line of nothing else, before the text or behind it, serves the reader.
_TOOLS: Final = (
    "字号", "字体", "文字大小", "大小", "特大", "超大", "大", "中", "小", "放大", "缩小", "正常", "默认", "打印", "分享到", "分享至", "分享",
    "收藏", "关闭", "复制链接", "我来说两句", "我要留言", "发表留言", "我要发表留言", "留言", "论坛", "网摘", "手机点评", "点评", "纠错",
    "参与互动", "微信", "新浪微博", "腾讯微博", "微博", "朋友圈", "Qzone", "QQ空间", "QQ好友", "QQ", "空间", "图集", "评论", "推荐", "点赞", "举报",
    "赞", "踩", "顶", "回复", "关注我们", "关注", "订阅", "广告", "人参与", "条评论", "人评论", "人跟帖", "跟帖", "跟贴", "参与", "E-mail推荐",
    "易信", "好友", "听新闻", "语音播报", "繁体", "简体", "阅读", "浏览", "人气", "次", "更多", "返回", "首页", "新闻客户端", "客户端", "扫码", "APP专享",
)  # fmt: skip
_TOOL_SIGNS: Final = r"[\s\d\[\]()【】|/:,、.·+<>«»-]{0,20}"
_TOOLBAR: Final = re.compile(
    rf"{_TOOL_SIGNS}(?:(?:{'|'.join(sorted(_TOOLS, key=len, reverse=True))}){_TOOL_SIGNS}){{1,12}}", re.IGNORECASE
)
_INVITATION: Final = re.compile(
    r"(?:点击|请)?(?:进入|查看|观看|下载|关注)[^。!?;]{1,30}(?:>+|»)\s*$|关注[\u3400-\u9fffA-Za-z]{2,8}$"
)
_SIZES_ALONE: Final = re.compile(r"(?:\s?[ATat]?\s?[+-]\s?\d{0,6}){1,4}")
_LONGEST_TOOLBAR: Final = 40  # characters
_LEFTOVERS: Final = re.compile(
    r"^(?:图片|\[?图片\]?:?|点击查看大图|404NotFound|(?:nginx|openresty|tengine|apache)(?:/[\d.]+)?)$", re.IGNORECASE
)
_SHORTEST_PROSE: Final = 30  # characters
_LONGEST_LEFTOVER: Final = 40  # characters


@remembered
def side_heading(text: str) -> str | None:
    """The side block a line opens (`相关阅读`, `新闻导读 更多>>>`); None where it opens none."""
    found = _SIDE.match(fold(text))
    return found[1] if found else None


@remembered
def is_footer(text: str, words: SiteWords) -> bool:
    """Whether the line belongs to the page's foot (or its head, which prints the same licences)."""
    if len(text) > 200 or is_statement(text):
        return False
    folded = fold(text)
    claims = "版权所有" in folded and _LICENCE.search(folded) is not None
    named = claims or words.pattern(_FOOTER_WORDS).search(folded) is not None
    return named or _FOOTER_OPENS.match(folded) is not None or _FOOTER.search(folded) is not None


@remembered
def is_statement(text: str) -> bool:
    """Whether the line is a sentence that claims no rights: the text of an article, whatever words it begins with."""
    return _SENTENCE_END.search(fold(text[-12:])) is not None and _LICENCE.search(fold(text)) is None


def is_prose(line: Line) -> bool:
    """Whether the line is a sentence of some length: a paragraph of an article."""
    return line.kind == "text" and len(line.bare) >= _SHORTEST_PROSE and is_statement(line.folded)


def is_head_furniture(text: str, words: SiteWords) -> bool:
    """Whether the line is one of the page's head."""
    return len(text) <= 120 and (_HEAD_FURNITURE.search(fold(text)) is not None or is_footer(text, words))


def is_page_walk(line: Line) -> bool:
    """Whether the line leads to other parts or other articles: `上一页 1 2 3 下一页`, `下一篇:…`."""
    text = line.folded
    numbers = bool(line.links) and _NUMBERS.fullmatch(text) is not None
    return numbers or _PAGE_WALK.match(text) is not None or (_NEIGHBOUR.match(text) is not None and len(text) < 80)


def is_furniture(line: Line) -> bool:
    """Whether the line serves the reader and says nothing: print, letter size, counters, sharing."""
    if line.kind != "text":
        return False
    text = line.folded
    if line.controls and len(line.bare) <= _LONGEST_SHARE:
        return True
    shares = len(text) <= _LONGEST_SHARE and _SHARE.match(text) is not None and not _SENTENCE_SIGN.search(text)
    share_row = text[:1] in _SHARE_FIRST and _SHARE_ROW.fullmatch(text) is not None
    return shares or share_row or _is_furniture_alone(text)


def _is_furniture_alone(text: str) -> bool:
    """Whether nothing is left of a folded line but signs when its furniture is taken out."""
    first = _SIGNS.match(text).end()  # type: ignore[union-attr]
    if first == len(text):
        return True
    return FURNITURE.match(text, first) is not None and _SIGNS.fullmatch(FURNITURE.sub("", text)) is not None


def is_toolbar(line: Line) -> bool:
    """Whether the line is words of a toolbar alone: `字号: [大] [中] [小] [打印]`, `微信`, `57人参与11评论`."""
    if line.kind != "text" or len(line.bare) > _LONGEST_TOOLBAR:
        return False
    return (
        any(pattern.fullmatch(line.folded) for pattern in (_TOOLBAR, _SIZES_ALONE))
        or _INVITATION.match(line.folded) is not None
    )


def names_code(line: Line) -> bool:
    """Whether the line stands beside a code to be scanned: 扫一扫在手机打开当前页."""
    return re.search("扫|二维码|微信|手机", line.text) is not None


def names_keywords(line: Line) -> bool:
    """Whether the line is keywords alone, linked or not: `标签：交通 红绿灯`; the last line of a page's text can be that."""
    return len(line.bare) <= 60 and _KEYWORDS.match(line.folded) is not None and not _SENTENCE_SIGN.search(line.folded)


def is_leftover(line: Line) -> bool:
    """Whether the line is the word 图片 an image left behind, or what a broken include printed."""
    return line.kind == "text" and len(line.bare) <= _LONGEST_LEFTOVER and _LEFTOVERS.match(fold(line.bare)) is not None


def ends_body(line: Line) -> bool:
    """Whether the line can only stand after the article's body."""
    if line.kind != "text" or (is_statement(line.folded) and not line.is_row):
        return False
    text = line.folded
    below = _BELOW.match(text) is not None or (bool(line.links) and _KEYWORDS.match(text) is not None)
    return below or side_heading(line.folded) is not None or is_footer(line.folded, line.words) or is_page_walk(line)
