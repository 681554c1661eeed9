"""Redaction: a page with its Chinese words replaced by invented characters, so that it can be published as a fixture.

Replaced is every Chinese character of the source, in text, attributes, comments and scripts, except the words that the
extraction depends on (来源, 记者, 编辑, headings of blocks, the names of the site). A character is replaced by the same one
throughout the page, so that repetitions stay, however markup cuts them. Thousands of characters share sixty, and the mapping is
drawn anew for each page, so that it cannot be undone. The redacted page must be read like the original in all but its words;
otherwise nothing is returned.
"""

import hashlib
import re
import secrets
from typing import Any, Final

from panan_spider.core.outcomes import RefusedError
from panan_spider.doctor.fixture import expected
from panan_spider.extract import words
from panan_spider.extract.document import Page
from panan_spider.extract.results import PageError
from panan_spider.sites.profile import Site

#: Plain characters of everyday lists: heavenly stems, seasons, plants, colours. None is a number, a title or an office.
_POOL: Final = (
    "甲乙丙丁戊己庚辛壬癸春夏秋冬梅兰竹菊松柏桃李杏杉枫桂荷莲茶麦豆禾苗红橙黄绿蓝紫青灰云雨风雪霜露山川江湖溪泉岩石"
)

#: Signs of one character and words that serve only here: roles, dates, typefaces. All others are those of `extract/words.toml`.
_ANCHORS: Final = (
    "您当前的位置", "您所在的位置", "发布时间", "特派记者", "实习记者", "见习记者", "本报记者", "摄", "文", "图", "次", "人", "【大 中 小】", "[大 中 小]",
    "大", "中", "小", "改变文字大小", "上一页", "年", "月", "日", "共", "第", "页", "宋体", "黑体", "微软雅黑", "仿宋", "楷体",
)  # fmt: skip
_CHINESE: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]+")
#: Telephone numbers, numbers of identity cards, addresses of people.
_NUMBERS: Final = re.compile(r"(?<![A-Za-z0-9/._-])(?:0\d{2,3}-)?\d{7,18}(?![A-Za-z0-9/._-])")
_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")


class RedactionError(RefusedError):
    """The page cannot be redacted, with the reason in one line."""


def kept_words(site: Site) -> re.Pattern[str]:
    """The words that stay: those of the extraction, and the names of the site."""
    kept = {*_ANCHORS, *(word for word in words.every_word() if len(word) > 1), *site.names, *site.apps}
    return re.compile("|".join(map(re.escape, sorted(kept, key=len, reverse=True))))


def redacted(page: Page, kind: str, site: Site) -> Page:
    """The page with invented words, in its own charset. Raises RedactionError where it would be read differently."""
    if "\ufffd" in page.text:
        raise RedactionError("not redacted: bytes of the page fit no charset")
    salt, keep = secrets.token_bytes(16), kept_words(site)
    text = _CHINESE.sub(lambda run: _invented(run[0], keep, salt), page.text)
    text = _MAIL.sub("name@example.org", _NUMBERS.sub(lambda n: re.sub(r"\d", "0", n[0]), text))
    bom = page.body[: len(page.body) - len(page.body.lstrip(b"\xef\xbb\xbf"))]
    try:
        after = Page(page.url, bom + text.encode(page.charset), page.content_type)
        before_shape, after_shape = (_shape(expected(one, kind, site)) for one in (page, after))
    except UnicodeEncodeError as error:
        raise RedactionError(f"not redacted: {page.charset} has no invented words") from error
    except PageError as error:
        raise RedactionError(
            f"not redacted: the page cannot be read ({error.reason}), so nothing shows that its shape stays"
        ) from error
    if before_shape != after_shape:
        raise RedactionError(
            f"not redacted: it would be read differently ({_differs(before_shape, after_shape)}); replace its words by hand"
        )
    return after


def _invented(run: str, keep: re.Pattern[str], salt: bytes) -> str:
    """The run with its kept words, and every other character replaced."""
    pieces, at = [], 0
    for kept in keep.finditer(run):
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
