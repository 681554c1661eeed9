"""The byline's grammar: `记者 甲 乙/文 丙/摄` and its kin, read into names, titles and work.

    byline = { role | names | mark }          role = 记者, 特派记者, 通讯员, …
    names  = name { blank name }              mark = "/文", "/摄", "文/摄", …

A role holds until the next one. A mark says what all names since the mark before it did; printed before its
names (`文/甲`) it says it of the names that follow.
"""

import re
from typing import Final

from panan_spider.core.fullwidth import fold
from panan_spider.items import Author

_RANK: Final = (
    "本报|本网|本台|首席|特派|特约|特邀|实习|见习|驻站|全媒体|融媒体|融媒|新媒体|摄影|摄像|文字|视频|联合|县|市|省"
)
ROLE: Final = rf"(?:(?:{_RANK})*(?:记者|通讯员|报道员|评论员|撰稿人|实习生)|综合)"
_WORK: Final = {
    "文": "text", "文字": "text", "撰文": "text", "图": "photo", "摄": "photo", "摄影": "photo", "图片": "photo", "摄影报道": "photo", "图文报道": "text+photo",
    "拍摄": "photo", "供图": "photo", "文图": "text+photo", "图文": "text+photo", "文摄": "text+photo", "摄文": "text+photo", "视频": "video", "摄像": "video",
    "剪辑": "video",
}  # fmt: skip
_MARK: Final = "|".join(sorted(_WORK, key=len, reverse=True))
_MARKS: Final = rf"(?:{_MARK})(?:\s*[//、\u00b7&+]\s*(?:{_MARK}))*"
#: Characters that stand for a name of their own where a name is withheld or made up.
_STEMS: Final = frozenset("甲乙丙丁戊己庚辛壬癸某")
_HAN: Final = "\u3400-\u9fff\U00020000-\U0003ffff\uf900-\ufaff〇"

_ROLE_AT: Final = re.compile(rf"({ROLE})\s*:?")
_LABEL_AT: Final = re.compile(
    r"((?:文章|本文|稿件)?作\s*者|撰\s*文|撰\s*稿|文\s*字|文|图\s*片|图|摄\s*影|摄|供\s*图|视\s*频|摄\s*像)\s*:|(?<!\S)(作\s?者|撰文|撰稿)(?=\s)"
)
_PREFIX_AT: Final = re.compile(rf"({_MARKS})\s*/(?=\s*[{_HAN}])(?!\s*(?:{_MARK})(?![{_HAN}]))")
_AHEAD_AT: Final = re.compile(rf"({_MARKS})\s+(?=[{_HAN}])")
_SUFFIX_AT: Final = re.compile(rf"/\s*({_MARKS})(?![{_HAN}])|[(]\s*({_MARKS})\s*[)]|({_MARKS})(?![{_HAN}·])")
#: Marks that are words: printed before a name as often as after it.
_WORDS: Final = frozenset({"文字", "撰文", "摄影", "图片", "视频", "摄像"})
_ENDS_MARKED: Final = re.compile(rf"(?:{_MARK})[\s)]*$")
_NAME_AT: Final = re.compile(rf"[{_HAN}]+(?:[·•‧・.][{_HAN}]+)*|[A-Za-z][A-Za-z.'’-]*(?: [A-Z][A-Za-z.'’-]*)*")
#: Words among names that are none: joints, and labels whose name stands nowhere.
_NO_NAMES: Final = frozenset(
    [
        "等",
        "和",
        "与",
        "及",
        "作者",
        "编辑",
        "责编",
        "责任编辑",
        "摄影",
        "校对",
        "审核",
        "初审",
        "复审",
        "终审",
        "审签",
        "签发",
        "监制",
        "来源",
    ]
)


class _Reader:
    """Reads one byline from left to right."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str | None, str | None]] = []
        self.role: str | None = None
        self.unmarked = 0  # index of the first name no mark has spoken of yet
        self.ahead: str | None = None  # work of a mark printed before its names
        self.marked = 0  # index of the first name the newest mark spoke of
        self.lone = False  # the last name was one character, which the next may complete

    def name(self, text: str) -> None:
        if text in _NO_NAMES:
            return
        single = len(text) == 1 and text not in _STEMS
        if single and self.lone:
            first, role, work = self.names[-1]
            self.names[-1] = (first + text, role, work)
            self.lone = False
            return
        self.lone = single
        self.names.append((text, self.role, self.ahead))
        if self.ahead:
            self.unmarked = len(self.names)

    def mark(self, marks: str) -> None:
        if self.unmarked < len(self.names):
            self.marked = self.unmarked
        for index in range(self.marked, len(self.names)):
            name, role, work = self.names[index]
            self.names[index] = (name, role, _joined(work, work_of(marks)))
        self.unmarked, self.lone = len(self.names), False

    def before(self, marks: str) -> None:
        self.ahead, self.lone = work_of(marks), False


def _joined(*works: str | None) -> str | None:
    kinds = {kind for work in works if work for kind in work.split("+")}
    return "+".join(kind for kind in ("text", "photo", "video") if kind in kinds) or None


def work_of(marks: str) -> str | None:
    """What a mark such as `文/摄` says: `text`, `photo`, `text+photo`, `video`; None for none of these."""
    return _joined(*(_WORK[word] for word in re.findall(_MARK, marks)))


def read_byline(text: str, *, labelled: bool = False) -> tuple[Author, ...]:
    """The authors a byline names, in order.

    Only names after a role, a mark or a label count, unless `labelled` says that `text` is what followed one (作者:).
    """
    text = fold(text)
    reader, at, known = _Reader(), 0, labelled
    while at < len(text):
        if step := _LABEL_AT.match(text, at):
            label = re.sub(r"\s", "", step[1] or step[2])
            reader.role, known = None, True
            reader.ahead = work_of(label) if not label.endswith("作者") else None
        elif step := _ROLE_AT.match(text, at):
            reader.role, reader.lone, known = step[1], False, True
        elif step := _PREFIX_AT.match(text, at):
            reader.before(step[1])
            known = True
        elif (step := _AHEAD_AT.match(text, at)) and _stands_ahead(reader, text, at, step):
            reader.before(step[1])
            reader.role, known = None, True
        elif reader.names and (step := _SUFFIX_AT.match(text, at)):
            reader.mark(step[1] or step[2] or step[3])
            known = True
        elif step := _NAME_AT.match(text, at):
            _take_name(reader, step[0], text[step.end() :])
            known = known or reader.unmarked > 0
        at = step.end() if step else at + 1
    return tuple(Author(name=n, title=r, work=w) for n, r, w in reader.names) if known else ()


def _stands_ahead(reader: _Reader, text: str, at: int, found: re.Match[str]) -> bool:
    """Whether a mark with blanks around it speaks of the names after it: `摄影 乙`, where no mark ends what follows."""
    if not reader.names:
        return reader.role is None
    rest = text[found.end() :]
    if not text[at - 1].isspace() or not (reader.ahead or found[1] in _WORDS) or _ROLE_AT.match(rest):
        return False
    return _ENDS_MARKED.search(re.split(ROLE, rest, maxsplit=1)[0]) is None


def _take_name(reader: _Reader, word: str, rest: str) -> None:
    for role in re.finditer(rf"(?<=[{_HAN}]){ROLE}", word):
        # 甲记者乙: a role in the middle of a run without blanks.
        reader.name(word[: role.start()])
        reader.role = role[0]
        return reader.name(word[role.end() :]) if word[role.end() :] else None
    glued = re.match(rf"^([{_HAN}·]{{2,}}?)(摄影|摄)$", word) if len(word) > 2 else None
    if (
        glued is None
        and word.endswith("文")
        and len(word) > 2
        and re.match(rf"\s*/\s*(?:摄|图|[{_HAN}·]{{2,}}[摄图])", rest)
    ):
        glued = re.match(rf"^([{_HAN}·]+)(文)$", word)
    if glued is None:
        return reader.name(word)
    reader.name(glued[1])
    return reader.mark(glued[2])
