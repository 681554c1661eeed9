"""The byline's grammar: `记者 甲 乙/文 丙/摄` and its kin, read into names, titles and work.

    byline = { role | names | mark }          role = 记者, 特派记者, 通讯员, …
    names  = name { blank name }              mark = "/文", "/摄", "文/摄", …

A role holds until the next one. A mark says what all names since the mark before it did; printed before its
names (`文/甲`) it says it of the names that follow.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from panan_spider.core.text import fold, remembered
from panan_spider.extract.words import meaning, one_of, spaced
from panan_spider.items import Author

ROLE: Final = rf"(?:(?:{one_of('ranks')})*(?:{one_of('roles')})(?!{one_of('no_role')})|{one_of('bylines_between')})"
#: A newsroom before a role, part of the title: 样例日报记者.
_NEWSROOM: Final = rf"[\u3400-\u9fffA-Za-z]{{1,10}}(?:{one_of('newsrooms')})"
NEWSROOM_ROLE: Final = rf"(?:{_NEWSROOM})?{ROLE}"
_KINDS: Final = {"text_marks": "text", "photo_marks": "photo", "both_marks": "text+photo", "video_marks": "video"}
_WORK: Final = {word: work for name, work in _KINDS.items() for word in meaning(name)}
_MARK: Final = "|".join(sorted(_WORK, key=len, reverse=True))
AUTHOR_WORD: Final = one_of("author_label")
_MARKS: Final = rf"(?:{_MARK})(?:\s*[//、\u00b7&+]\s*(?:{_MARK}))*"
#: Characters that stand for a name of their own where a name is withheld or made up.
_STEMS: Final = frozenset(meaning("stems"))
_HAN: Final = "\u3400-\u9fff\U00020000-\U0003ffff\uf900-\ufaff〇"
_ROLE_AT: Final = re.compile(rf"((?:(?<![{_HAN}]){_NEWSROOM})?{ROLE})\s*[:|]?")
_LABEL_AT: Final = re.compile(
    rf"({one_of('author_word')}|(?:{_MARK})(?:\s?[/、&+]\s?(?:{_MARK}))+|{'|'.join(map(spaced, meaning('work_labels')))})\s*:|(?<!\S)({one_of('author_word')}|{one_of('writers')})(?=\s)"
)
_WRITERS: Final = frozenset(f"{before}{AUTHOR_WORD}" for before in ("", *meaning("article_words")))
_PREFIX_AT: Final = re.compile(rf"({_MARKS})\s*[/|丨](?=\s*[{_HAN}])(?!\s*(?:{_MARK})(?![{_HAN}]))")
_AHEAD_AT: Final = re.compile(rf"({_MARKS})\s+(?=[{_HAN}])")
_SUFFIX_AT: Final = re.compile(rf"/\s*({_MARKS})(?![{_HAN}])|[(]\s*({_MARKS})\s*[)]|({_MARKS})(?![{_HAN}·])")
#: What the author is, after the names: `作者：甲、乙，分别系某大学教授`.
_OFFICE: Final = re.compile(
    rf"\s{{0,9}}[,，](?=\s{{0,9}}(?:{one_of('is_of')})|[^,，)]{{0,40}}(?:{one_of('offices')})).{{0,200}}"
)
_GLUED_OFFICE: Final = re.compile(
    rf"[\u3400-\u9fff]{{4,40}}(?:{one_of('schools')})[\u3400-\u9fff]{{0,20}}(?:{one_of('chairs')})"
)
_OFFICE_ALONE: Final = re.compile(rf"[\s(（【]{{0,9}}(?:{one_of('author_is')})")
_SLASHED: Final = re.compile(rf"([{_HAN}])/([文摄图])(?![{_HAN}])")
_FIRST_OF_MARK: Final = re.compile(r"[文图摄](?=$|[\s/])")
#: Marks that are words: printed before a name as often as after it.
_WORDS: Final = frozenset(meaning("working_words"))
#: One of these stands in each line that is labels or marks and names alone.
_MARKS_NAMES: Final = re.compile(
    rf"(?:{one_of('author_labels')}|{_MARK})\s*[/|丨:]|/\s*(?:{_MARK})|^(?:{one_of('working_words')})\s"
)
_PERSON: Final = re.compile(rf"[{_HAN}]{{1,4}}|[{_HAN}]+(?:[·•‧][{_HAN}]+)+")
_LONGEST_MARKED: Final = 40
_ENDS_MARKED: Final = re.compile(rf"(?:{_MARK})[\s)]*$")
_NAME_AT: Final = re.compile(rf"[{_HAN}]+(?:[·•‧・.][{_HAN}]+)*|[A-Za-z][A-Za-z.'’-]*(?: [A-Z][A-Za-z.'’-]*)*")
#: Words among names that are none: joints, and labels whose name stands nowhere.
_NO_NAMES: Final = frozenset(meaning("no_names"))

_AUTHOR_LABELS: Final = meaning("author_labels")
_EDITOR_LABELS: Final = meaning("editor_labels")  # the first is the site's own editor where a line has several
_OPENERS: Final = sorted((*_EDITOR_LABELS, *meaning("credit_labels"), *meaning("tail_openers")), key=len, reverse=True)
_ALL: Final = sorted(
    (*meaning("source_labels"), *_EDITOR_LABELS, *meaning("credit_labels"), *_AUTHOR_LABELS), key=len, reverse=True
)
_LABEL: Final = re.compile(rf"(?<![\u3400-\u9fff])({'|'.join(map(spaced, _ALL))})\s*:")
_OPENING: Final = re.compile(rf"^[\s((\[【■●◆★]*({'|'.join(map(spaced, _OPENERS))})\s*:")
#: What some pages print for a colon: `编辑|甲`, `审核/乙`, and nothing but a blank in `(编辑 甲)`; `文/图` is one mark.
_BAR: Final = re.compile(
    rf"(?<![\u3400-\u9fff])({'|'.join(map(spaced, _ALL))})\s*[|/](?!\s*(?:{_MARK})(?![{_HAN}]))\s*(?=[\u3400-\u9fff])"
)
#: The same behind labels that are no marks: `文、图/甲` is read as it stands.
_PLAIN_BAR: Final = re.compile(
    rf"(?<![\u3400-\u9fff])({'|'.join(spaced(label) for label in _ALL if label not in _WORK)})\s*[|/]\s*(?=[\u3400-\u9fff])"
)
#: The same behind labels that nobody listed, on a line where it stands behind a listed one.
_OTHER_BAR: Final = re.compile(
    rf"(?<!\S)([\u3400-\u9fff]{{2,6}})\s*[|/](?!\s*(?:{_MARK})(?![{_HAN}]))(?=\s*[\u3400-\u9fff]{{2,4}}(?![\u3400-\u9fff]))"
)
_SPACED: Final = re.compile(rf"(?<![\u3400-\u9fff])(?:{'|'.join(map(spaced, _ALL))})(?=\s{{0,9}}[:|/])")
_BLANK: Final = re.compile(
    rf"^([\s(\[【■●◆★]*(?:{'|'.join(map(spaced, _EDITOR_LABELS))}))\s+(?=[\u3400-\u9fff·\s]{{2,12}}[\s)\]】]*$)"
)
_REPORTERS: Final = meaning("roles")
#: Signs between a name and the next label: `编辑:甲;审核:乙`, `【编辑:甲】【审读:乙】`.
_BETWEEN_LABELS: Final = re.compile(
    rf"\s{{0,9}}(?:[;/|]|[】\])]\s{{0,9}}[【\[(])\s{{0,9}}(?=(?:{'|'.join(map(spaced, _ALL))})\s{{0,9}}[:|/]|[\u3400-\u9fff]{{2,6}}(?:\s{{0,9}}[:|]|/(?=[\u3400-\u9fff])))"
)
_ROLES: Final = sorted((*_EDITOR_LABELS, *meaning("credit_labels")), key=len, reverse=True)
#: Several labels with a blank for the colon: `编辑 甲 责编 乙`.
_BLANK_LABEL: Final = re.compile(rf"(?<![^\s(\[【])({'|'.join((*_ROLES, *_REPORTERS))})\s+(?=\S)")
_BLANK_PAIRS: Final = re.compile(
    rf"[(\[【]?(?:\s{{0,9}}(?:{'|'.join((*_ROLES, *_REPORTERS))})(?:\s{{1,9}}[\u3400-\u9fff·]{{1,4}}){{1,4}}){{2,6}}\s{{0,9}}[)\]】]?"
)
_CREDIT: Final = re.compile(
    rf"(?:({'|'.join(map(spaced, _ROLES))})\s*:\s*|(?<!\S)({'|'.join(_ROLES)})\s+)"
    rf"((?:(?!{ROLE}|(?:{'|'.join(_ROLES)})(?:\s|$))[\u3400-\u9fff][\u3400-\u9fff·]*(?![\u3400-\u9fff·]*\s*[:/])(?:\s(?!\s))?)*)"
)
#: When the page was made, behind the names.
_WHEN: Final = re.compile(
    r"\s{1,9}\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?\s*(?=[)\]】]?\s*$)"
)
#: How every tail line begins: the first sign of a label, which most lines lack.
_FIRST: Final = re.compile(rf"[\s(\uff08\[\uff3b【■●◆★]{{0,9}}[{''.join({word[0] for word in _OPENERS})}]")
#: An editor's label behind another: what a tail line that opens with an unlisted label holds.
_EDITOR_AMONG: Final = re.compile(
    rf"[^\u3400-\u4e27\u4e29-\u9fff](?:{'|'.join(map(spaced, _EDITOR_LABELS))})(?:\s{{0,9}}[:\uff1a|\uff5c\u4e28/\uff0f]|\s)"
)
#: `审读：乙`: a label that nobody listed, and names. Labels of places, times and contacts are none of a person's.
_UNKNOWN: Final = re.compile(
    rf"(?<![\u3400-\u9fff])(?!(?:{one_of('no_people')}))([\u3400-\u9fff]{{2,6}})(?<!{one_of('no_people_ends')})\s{{0,9}}:"
    r"(?=\s{0,9}[\u3400-\u9fff·]{1,4}(?:[\s、,/]{1,9}[\u3400-\u9fff·]{1,4}(?!\s{0,9}:)){0,8}[\s)\]】]*(?:$|[\u3400-\u9fff]{1,6}\s{0,9}:))"
)
_NAMES: Final = re.compile(r"^[\u3400-\u9fffA-Za-z·•\s、,/()]{0,60}(?:[_\s][A-Z]{1,4}\d{1,8})?$")
_VERBS: Final = re.compile(r"[。!?;“”《》]")


class _Reader:
    """Reads one byline from left to right."""

    def __init__(self, slashed: bool) -> None:
        self.slashed = slashed  # the line sets its marks off by a slash: a name may end in 文
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


def _joined(*works: str | None) -> str | None:
    kinds = {kind for work in works if work for kind in work.split("+")}
    return "+".join(kind for kind in ("text", "photo", "video") if kind in kinds) or None


def work_of(marks: str) -> str | None:
    """Meaning of a mark such as `文/摄`: `text`, `photo`, `text+photo`, `video`; None for none of these."""
    return _joined(*(_WORK[word] for word in re.findall(_MARK, marks)))


def read_byline(text: str) -> tuple[Author, ...]:
    """The authors a byline names, in order: only names after a role, a mark or a label count."""
    text = without_bars(_without_office(fold(text)))
    # `甲乙/文` and `乙文/文` show that a slash stands before each mark, `甲文/摄` does not.
    slashed = any(pair[1] not in ("文", "摄", "图") or pair[1] == pair[2] for pair in _SLASHED.finditer(text))
    reader, at, known = _Reader(slashed), 0, False
    while at < len(text):
        if step := _LABEL_AT.match(text, at):
            label = re.sub(r"\s", "", step[1] or step[2])
            reader.role, known = None, True
            reader.ahead = work_of(label) if label not in _WRITERS else None
        elif step := _ROLE_AT.match(text, at):
            reader.role, reader.lone, known = step[1], False, True
        elif step := _PREFIX_AT.match(text, at):
            reader.ahead, reader.lone, known = work_of(step[1]), False, True
        elif (step := _AHEAD_AT.match(text, at)) and _stands_ahead(reader, text, at, step):
            reader.ahead, reader.lone, reader.role, known = work_of(step[1]), False, None, True
        elif reader.names and (step := _SUFFIX_AT.match(text, at)):
            step = _take_mark(reader, step)
            known = True
        elif step := _NAME_AT.match(text, at):
            _take_name(reader, step[0], text[step.end() :])
            known = known or reader.unmarked > 0
        at = step.end() if step else at + 1
    return tuple(Author(name=n, title=r, work=w) for n, r, w in reader.names) if known else ()


@remembered
def names_alone(text: str) -> tuple[Author, ...]:
    """The authors of a folded line of labels or marks and names alone: `摄影/甲 乙`, `文:甲 图:乙`, `甲 乙/摄`; none of any other line."""
    if len(text) > _LONGEST_MARKED or not _MARKS_NAMES.search(text):
        return ()
    authors = read_byline(text)
    words = sorted({*(author.name for author in authors), *_WORK, *meaning("author_labels")}, key=len, reverse=True)
    rest = re.sub("|".join(map(re.escape, words)), "", "".join(text.split())).strip("/|丨:、,()【】&+·")
    return authors if not rest and all(_PERSON.fullmatch(author.name) for author in authors) else ()


def _without_office(text: str) -> str:
    """A folded byline without what its authors are: `作者：甲，系某大学教授`; `""` where it says nothing else."""
    if _OFFICE_ALONE.match(text):
        return ""
    return _OFFICE.sub("", text, count=1) if AUTHOR_WORD in text else text


def _take_mark(reader: _Reader, found: re.Match[str]) -> re.Match[str]:
    """Read a mark, or its first character as the second half of a name printed in two: `记者 裴 文`. Returns what was read."""
    if reader.lone and found[3] and (half := _FIRST_OF_MARK.match(found.string, found.start())):
        reader.name(half[0])
        return half
    reader.mark(found[1] or found[2] or found[3])
    return found


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
    marked = reader.ahead is not None or (reader.slashed and rest.startswith("/"))
    glued = re.match(rf"^([{_HAN}·]{{2,}}?)({one_of('shot')})$", word) if len(word) > 2 and not marked else None
    if (
        glued is None
        and not marked
        and not reader.slashed
        and word.endswith("文")
        and len(word) > 2
        and re.match(rf"\s*/\s*(?:摄|图|[{_HAN}·]{{2,}}[摄图])", rest)
    ):
        glued = re.match(rf"^([{_HAN}·]+)(文)$", word)
    if glued is None:
        return reader.name(word)
    reader.name(glued[1])
    return reader.mark(glued[2])


@dataclass(frozen=True)
class TailLine:
    """Fields of a tail line. `credits` holds every role that is neither author nor editor, as printed."""

    authors: tuple[Author, ...] = ()
    editor: str | None = None
    credits: dict[str, str] = field(default_factory=dict)
    source: str | None = None  # where 来源 stands here rather than under the headline
    editor_label: str = ""  # as printed, blanks apart


@remembered
def is_tail_line(text: str) -> bool:
    """Whether the whole line is labels of the tail with names after them (or after none of them, yet)."""
    if not _FIRST.match(text) and (len(text) > 120 or not _EDITOR_AMONG.search(text)):
        return False
    text = _normal(text)
    if not _opens_tail(text) or len(text) > 300 or _VERBS.search(text):
        return False
    # Where a name is glued to an office, `作者：甲某某大学教授`, nobody can say where the one ends.
    offices = (_OFFICE.sub("", f"{AUTHOR_WORD}:{value}") for label, value in _values(text) if label in _AUTHOR_LABELS)
    return all(_NAMES.match(value) for _, value in _values(text)) and not any(map(_GLUED_OFFICE.search, offices))


def _opens_tail(text: str) -> bool:
    """Whether the line begins with a label that is listed, or with another before an editor's: `排版:甲 责编:乙`."""
    if _OPENING.match(text):
        return True
    start = re.match(r"[\s(\[【]{0,9}", text).end()  # type: ignore[union-attr]
    opened = _UNKNOWN.match(text, start) or _LABEL.match(text, start)
    return opened is not None and any(label in _EDITOR_LABELS and value for label, value in _values(text))


@remembered
def is_unknown_credit(text: str) -> bool:
    """Whether the whole line is labels that nobody listed with names after them: `审读：乙 美编：丙`."""
    text = _OTHER_BAR.sub(r"\1:", fold(text).strip(" ()[]【】").replace("丨", "|"))
    if len(text) > 120 or _VERBS.search(text) or not _UNKNOWN.match(text):
        return False
    return all(value and _NAMES.match(value) for _, value in _values(text))


def labels_of(text: str) -> tuple[str, ...]:
    """The labels of a tail line as printed, in order."""
    return tuple(label for label, _ in _values(text))


def unknown_labels(text: str) -> tuple[str, ...]:
    """Its labels that are in no list."""
    return tuple(label for label in labels_of(text) if label not in _ALL)


def cut_credits(line: str) -> tuple[str | None, dict[str, str], str]:
    """Editor and credits that a folded line prints among other things, and the line with a mark in their place."""
    credits: dict[str, str] = {}
    for found in _CREDIT.finditer(line):
        credits.setdefault(re.sub(r"\s", "", found[1] or found[2]), " ".join(found[3].split()))
    editor = next((credits.pop(label) for label in _EDITOR_LABELS if label in credits), None)
    return editor or None, {label: value for label, value in credits.items() if value}, _CREDIT.sub("\x1f", line)


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
    source: str | None = None
    for label, value in _values(text):
        if not value:
            continue
        if label in meaning("source_labels"):
            source = source or value
        elif label in _AUTHOR_LABELS:
            authors += read_byline(f"{label}:{value}")
        elif label in _EDITOR_LABELS:
            editors.setdefault(label, value)
        else:
            credits.setdefault(label, value)
    label = _EDITOR_LABELS[0] if _EDITOR_LABELS[0] in editors else next(iter(editors), "")
    editor = editors.pop(label, None)
    return TailLine(authors, editor, {**editors, **credits}, source, label)


def without_bars(text: str) -> str:
    """A folded line with a colon behind labels that print a bar or slash there: `编辑丨甲`; 丨 is a bar, though its code is a character's."""
    return _PLAIN_BAR.sub(r"\1:", text.replace("丨", "|"))


def _normal(text: str) -> str:
    text = _SPACED.sub(lambda label: "".join(label[0].split()), fold(text).replace("丨", "|"))
    text = _BETWEEN_LABELS.sub("  ", text)
    if _BLANK_PAIRS.fullmatch(text) and any(label in text for label in _EDITOR_LABELS):
        text = _BLANK_LABEL.sub(r"\1:", text)
    text, bars = _BAR.subn(r"\1:", _WHEN.sub("", text))
    return _BLANK.sub(r"\1:", _OTHER_BAR.sub(r"\1:", text) if bars else text)


@remembered
def _values(text: str) -> tuple[tuple[str, str], ...]:
    """(label, value) pairs in order: blanks out of labels, runs of blanks in values one blank, brackets off."""
    text = _normal(text)
    unlisted = (label for label in _UNKNOWN.finditer(text) if not _LABEL.match(text, label.start()))
    labels = sorted((*_LABEL.finditer(text), *unlisted), key=lambda label: label.start())
    pairs = []
    for label, end in zip(labels, [*(behind.start() for behind in labels[1:]), len(text)], strict=False):
        value = " ".join(text[label.end() : end].split()).strip(" )]】([【|,;/")
        pairs.append((re.sub(r"\s", "", label[1]), value + (")" if "(" in value and ")" not in value else "")))
    return tuple(pairs)
