"""A page with invented characters in the place of its words, so that it can be kept where everybody reads it.

Every Chinese character of the page's source goes, in text, attributes, comments and scripts alike, but for the words that reading it
hangs on: 来源, 记者, 编辑, the names of blocks. A character becomes the same invented one throughout the page, so that what was repeated still is, however markup cuts it; thousands share
sixty, and which is drawn anew each time, so that nothing leads back.
Afterwards the page must be read just as before in everything but its words; where it is not, nothing is handed back.
"""

import hashlib
import re
import secrets
from typing import Any, Final

from panan_spider.doctor.fixture import expected
from panan_spider.extract import words
from panan_spider.extract.document import Page
from panan_spider.extract.results import PageError
from panan_spider.sites.panan import SITE_NAME

#: Plain characters of everyday lists: heavenly stems, seasons, plants, colours. None is a number, a title or an office.
_POOL: Final = (
    "甲乙丙丁戊己庚辛壬癸春夏秋冬梅兰竹菊松柏桃李杏杉枫桂荷莲茶麦豆禾苗红橙黄绿蓝紫青灰云雨风雪霜露山川江湖溪泉岩石"
)

#: What page objects go by, beside the labels they name themselves.
_ANCHORS: Final = (
    SITE_NAME, "浙江在线", "新闻中心", "融磐安客户端", "正文", "首页", "您当前的位置", "当前位置", "您所在的位置", "位置", "来源", "稿源", "转自", "时间", "日期", "发布时间",
    "特派记者", "实习记者", "见习记者", "本报记者", "记者", "通讯员", "综合", "作者", "摄影", "摄", "文", "图", "图为", "图片", "视频", "供图",
    "在线投稿", "站内搜索", "手机版", "无障碍", "星期", "分享到", "分享至", "分享", "新浪微博", "腾讯微博", "微博", "微信", "空间", "扫一扫", "二维码", "字体", "字号",
    "调整", "收藏", "返回", "评论", "纠错", "推荐", "阅读", "人气", "次", "人", "【大 中 小】", "[大 中 小]", "大", "中", "小", "改变文字大小", "文字大小", "打印", "关闭", "更多", "上一页", "下一页", "上一篇", "下一篇", "末页", "尾页", "附件", "下载",
    "磐安新闻网简介", "版权声明", "版权所有", "网络监督举报", "新闻热线", "主管", "主办", "加入收藏", "设为首页", "今天是", "浏览", "点击", "次数",
    "强调", "指出", "要求", "表示", "提出", "时说", "讲话", "部署", "调研", "督查", "检查", "慰问", "走访", "年", "月", "日", "宋体", "黑体", "微软雅黑", "仿宋", "楷体",
)  # fmt: skip
_KEPT: Final = sorted({*_ANCHORS, *(word for word in words.every_word() if len(word) > 1)}, key=len, reverse=True)
_KEEP: Final = re.compile("|".join(map(re.escape, _KEPT)))
_CHINESE: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]+")
#: Telephone numbers, numbers of identity cards, addresses of people.
_NUMBERS: Final = re.compile(r"(?<![A-Za-z0-9/._-])(?:0\d{2,3}-)?\d{7,18}(?![A-Za-z0-9/._-])")
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


class RedactionError(Exception):
    """Why a page is not handed back redacted, in one line."""


def redacted(page: Page, kind: str) -> Page:
    """The page with invented words, in its own charset. Raises NotSafe where it would be read another way."""
    if "\ufffd" in page.text:
        raise RedactionError("not redacted: bytes of the page fit no charset")
    salt = secrets.token_bytes(16)
    text = _CHINESE.sub(lambda run: _invented(run[0], salt), page.text)
    text = _MAIL.sub("name@example.org", _NUMBERS.sub(lambda n: re.sub(r"\d", "0", n[0]), text))
    bom = page.body[: len(page.body) - len(page.body.lstrip(b"\xef\xbb\xbf"))]
    try:
        after = Page(page.url, bom + text.encode(page.charset), page.content_type)
        before_shape, after_shape = (_shape(expected(one, kind)) for one in (page, after))
    except UnicodeEncodeError as error:
        raise RedactionError(f"not redacted: {page.charset} has no invented words") from error
    except PageError as error:
        raise RedactionError(
            f"not redacted: the page cannot be read ({error.reason}), so nothing shows that its shape stays"
        ) from error
    if before_shape != after_shape:
        raise RedactionError(
            f"not redacted: it would be read another way ({_differs(before_shape, after_shape)}); replace its words by hand"
        )
    return after


def _invented(run: str, salt: bytes) -> str:
    """The run with its anchors kept, and every other character another."""
    pieces, at = [], 0
    for kept in _KEEP.finditer(run):
        pieces += [_other(run[at : kept.start()], salt), kept[0]]
        at = kept.end()
    return "".join([*pieces, _other(run[at:], salt)])


def _other(stretch: str, salt: bytes) -> str:
    return "".join(_POOL[hashlib.sha256(salt + sign.encode()).digest()[0] % len(_POOL)] for sign in stretch)


def _shape(fields: Any) -> Any:
    """Values with every text replaced by its length: what must not change."""
    if isinstance(fields, dict):
        return {
            name: value if name in ("type", "work", "template", "published", "kind") else _shape(value)
            for name, value in fields.items()
        }
    if isinstance(fields, list):
        return [_shape(value) for value in fields]
    return len(fields) if isinstance(fields, str) else fields


def _differs(before: dict[str, Any], after: dict[str, Any]) -> str:
    return ", ".join(name for name in before if before[name] != after.get(name))
