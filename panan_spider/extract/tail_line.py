"""The line after the body: `作者:  甲 文/摄      编辑: 乙   丙   初审: 乙   终审: 丁`, or just `编辑:甲`."""

import re
from dataclasses import dataclass, field
from typing import Final

from panan_spider.core.fullwidth import fold
from panan_spider.extract.byline import ROLE, read_byline
from panan_spider.extract.cached import remembered
from panan_spider.items import Author

_AUTHOR_LABELS: Final = ("作者", "记者", "通讯员", "文", "文字", "撰文", "摄影", "撰稿", "图", "图片", "视频", "摄像")
_EDITOR_LABELS: Final = ("编辑", "责任编辑", "责编", "本文编辑", "网络编辑", "本页编辑", "文字编辑", "值班编辑")
_CREDIT_LABELS: Final = (
    "初审", "复审", "终审", "二审", "三审", "一审", "审核", "审签", "审稿", "校对", "监制", "总监制", "签发", "值班主任", "值班总编", "主编", "责任校对", "统筹",
)  # fmt: skip


def _spaced(word: str) -> str:
    return r"\s*".join(word)


_ALL: Final = sorted((*_EDITOR_LABELS, *_CREDIT_LABELS, *_AUTHOR_LABELS), key=len, reverse=True)
_LABEL: Final = re.compile(rf"(?<![\u3400-\u9fff])({'|'.join(map(_spaced, _ALL))})\s*:")
_OPENING: Final = re.compile(
    rf"^[\s((\[【■●◆★]*({'|'.join(_spaced(w) for w in sorted((*_EDITOR_LABELS, *_CREDIT_LABELS, '作者'), key=len, reverse=True))})\s*:"
)
#: What some pages print for a colon: `编辑丨甲`, `审核/乙`, and nothing but a blank in `(编辑 甲)`.
_BAR: Final = re.compile(
    rf"(?<![\u3400-\u9fff])(?:({'|'.join(map(_spaced, (*_EDITOR_LABELS, *_CREDIT_LABELS)))})\s*[丨|/]"
    rf"|({'|'.join(_AUTHOR_LABELS)})\s*丨)\s*"
)
_BLANK: Final = re.compile(
    rf"^([\s(\[【■●◆★]*(?:{'|'.join(map(_spaced, _EDITOR_LABELS))}))\s+(?=[\u3400-\u9fff·\s]{{2,12}}[\s)\]】]*$)"
)
_ROLES: Final = sorted((*_EDITOR_LABELS, *_CREDIT_LABELS), key=len, reverse=True)
_CREDIT: Final = re.compile(
    rf"(?:({'|'.join(map(_spaced, _ROLES))})\s*:\s*|(?<!\S)({'|'.join(_ROLES)})\s+)"
    rf"((?:(?!{ROLE}|(?:{'|'.join(_ROLES)})(?:\s|$))[\u3400-\u9fff][\u3400-\u9fff·]*(?![\u3400-\u9fff·]*\s*:)(?:\s(?!\s))?)*)"
)
#: Where a tail line begins that stands behind the last words of the text.
_BEHIND: Final = re.compile(
    rf"(?:\s{{2,}}|(?<=[。!?”…)])\s*)(?=[(\[【]?\s*(?:{'|'.join(map(_spaced, _EDITOR_LABELS))})(?:\s*[:丨|/]|\s))"
)
#: When the page was made, behind the names.
_WHEN: Final = re.compile(r"\s+\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?\s*(?=[)\]】]?\s*$)")
_LONGEST_BEHIND: Final = 100
#: How every tail line begins: the first sign of a label, which most lines lack.
_FIRST: Final = re.compile(rf"[\s(\uff08\[\uff3b【■●◆★]*[{''.join({word[0] for word in (*_ROLES, '作者')})}]")
_NAMES: Final = re.compile(r"^[\u3400-\u9fffA-Za-z·•\s、,,//()()]{0,60}$")
_VERBS: Final = re.compile(r"[。!?;“”《》]")


#: A line of names alone that stands over a tail line: `文字：甲`, `图丨乙`.
_AUTHORS_ALONE: Final = re.compile(
    rf"[\s(\[【]*(?:{'|'.join(sorted(_AUTHOR_LABELS, key=len, reverse=True))})\s*[:丨|]"
    r"\s*[\u3400-\u9fff·]{1,4}(?:[\s、]+[\u3400-\u9fff·]{1,4}){0,5}[\s)\]】]*"
)


@dataclass(frozen=True)
class TailLine:
    """What the line says. `credits` holds every role that is neither author nor editor, as printed."""

    authors: tuple[Author, ...] = ()
    editor: str | None = None
    credits: dict[str, str] = field(default_factory=dict)
    source: str | None = None  # where 来源 stands here rather than under the headline


@remembered
def is_tail_line(text: str) -> bool:
    """Whether the whole line is labels of the tail with names after them (or after none of them, yet)."""
    if not _FIRST.match(text):
        return False
    text = _normal(text)
    if not _OPENING.match(text) or len(text) > 300 or _VERBS.search(text):
        return False
    return all(_NAMES.match(value) for _, value in _values(text))


def names_authors(text: str) -> bool:
    """Whether the line says who wrote, photographed or filmed, and nothing else."""
    return _AUTHORS_ALONE.fullmatch(fold(text)) is not None


def begins_behind(text: str) -> int | None:
    """Where in the line a tail line begins that follows its last sentence; None where none does."""
    folded = fold(text)
    for found in _BEHIND.finditer(folded, max(1, len(folded) - _LONGEST_BEHIND)):
        if is_tail_line(folded[found.end() :]):
            return found.end()
    return None


def cut_credits(line: str) -> tuple[str | None, dict[str, str], str]:
    """Editor and credits that a folded line prints among other things, and the line with a mark in their place."""
    said: dict[str, str] = {}

    def cut(found: re.Match[str]) -> str:
        said.setdefault(re.sub(r"\s", "", found[1] or found[2]), " ".join(found[3].split()))
        return "\x1f"

    rest = _CREDIT.sub(cut, line)
    editor = next((said.pop(label) for label in _EDITOR_LABELS if label in said), None)
    return editor or None, {label: value for label, value in said.items() if value}, rest


def has_empty_label(text: str) -> bool:
    """Whether the line ends with a label whose value must stand in the next cell."""
    values = _values(text)
    return bool(values) and not values[-1][1]


def is_value(text: str) -> bool:
    """Whether the line can be the value of a label printed before it: names alone."""
    return _NAMES.match(fold(text)) is not None and 0 < len(re.sub(r"\s", "", text)) <= 30


def read_tail_line(text: str) -> TailLine:
    """Read the line as printed; several lines of it joined by a blank read the same."""
    authors: tuple[Author, ...] = ()
    editors: dict[str, str] = {}
    credits: dict[str, str] = {}
    for label, value in _values(text):
        if not value:
            continue
        if label in _AUTHOR_LABELS:
            authors += read_byline(f"{label}:{value}")
        elif label in _EDITOR_LABELS:
            editors.setdefault(label, value)
        else:
            credits.setdefault(label, value)
    editor = editors.pop("编辑", None)
    if editor is None and editors:
        editor = editors.pop(next(iter(editors)))
    return TailLine(authors, editor, {**editors, **credits})


def _normal(text: str) -> str:
    return _BLANK.sub(r"\1:", _BAR.sub(r"\1\2:", _WHEN.sub("", fold(text))))


@remembered
def _values(text: str) -> tuple[tuple[str, str], ...]:
    """(label, value) pairs in order: blanks out of labels, runs of blanks in values one blank, brackets off."""
    text = _normal(text)
    found = list(_LABEL.finditer(text))
    if not found:
        return ()
    ends = [m.start() for m in found[1:]] + [len(text)]
    pairs = []
    for m, end in zip(found, ends, strict=True):
        value = " ".join(text[m.end() : end].split()).strip(" )]】(|,;")
        pairs.append((re.sub(r"\s", "", m[1]), value + (")" if "(" in value and ")" not in value else "")))
    return tuple(pairs)
