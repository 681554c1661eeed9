"""The line under the headline: its date, its source and its byline, by a small grammar of our own.

    2020/03/07 来源:  记者 甲 乙 丙
    www.example.cn 样例新闻网 来源: 样例新闻网  2016-01-05 08:23
    2022/06/17 来源:样例客户端   记者 甲 乙/文 丙/摄

Any part can be missing, 来源 can be empty, blanks are of any kind and number.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from panan_spider.core.text import as_printed, fold, remembered
from panan_spider.extract import byline
from panan_spider.extract.byline import AUTHOR_WORD, NEWSROOM_ROLE, ROLE, cut_credits, read_byline
from panan_spider.extract.line import LONGEST_ROW, Line
from panan_spider.extract.results import InvalidPage, UnknownLayout
from panan_spider.extract.words import SiteWords, cleared, meaning, one_of, spaced
from panan_spider.items import Author

SOURCE_LABEL: Final = rf"(?:{one_of('source_label')})\s*:"
DATE: Final = re.compile(
    r"(?<!\d)(?P<y>\d{4})\s*(?:年|[-/.])\s*(?P<m>\d{1,2})\s*(?:月|[-/.])\s*(?P<d>\d{1,2})(?!\d)\s*日?"
    rf"(?:\s*[(]?(?:{one_of('weekdays')})[)]?(?!\w))?(?:[\sT]*(?P<H>\d{{1,2}})[::时](?P<M>\d{{1,2}})(?:[::分](?P<S>\d{{1,2}}))?[分秒]?)?"
)
#: Labels of the day of publication, and of other days in the life of a page.
_PUBLISHED, _TOUCHED = one_of("published"), one_of("touched")
_WHEN_WORD: Final = rf"(?:{one_of('date_labels')})"
_DATED_VERB: Final = rf"(?<!\w)(?:{one_of('dated_verbs')})(?![\u3400-\u9fff])"
_DATE_LABEL: Final = re.compile(
    rf"(?:(?:{_PUBLISHED})|(?P<touched>{_TOUCHED}))?\s{{0,9}}{_WHEN_WORD}\s{{0,9}}:|{_DATED_VERB}"
)
_NEWSROOM_END: Final = f"[{''.join(meaning('newsroom_ends'))}]"
#: The same inside a header line, where a word that nobody listed stands before 时间 or 日期, too: after a blank, or after a newsroom's name.
_ANY_DATE_LABEL: Final = re.compile(
    rf"(?:(?:{_PUBLISHED})\s{{0,9}}|(?P<touched>(?:{_TOUCHED})\s{{0,9}}|(?<!\w)[\u3400-\u9fff]{{1,4}}|(?<={_NEWSROOM_END})[\u3400-\u9fff]{{1,4}}(?<!{_NEWSROOM_END})))?"
    rf"{_WHEN_WORD}\s{{0,9}}:|{_DATED_VERB}"
)
#: Labels printed with blanks between their characters: `来  源:`.
_SPACED_LABEL: Final = re.compile(
    rf"(?<!\w)(?:(?:(?:{'|'.join(map(spaced, meaning('published')))})\s{{0,9}})?(?:{'|'.join(map(spaced, meaning('date_labels')))})"
    rf"|{'|'.join(map(spaced, meaning('source_labels', 'editor_labels', 'credit_labels', 'author_labels')))})(?=\s{{0,9}}:)"
)
#: Any label at the beginning of a word: the value before it ends there.
_LABEL: Final = re.compile(r"(?<=[\s\x1f])[\u3400-\u9fff]{2,6}\s?:")
_DOMAIN: Final = re.compile(
    r"(?<![\w.-])(?:www\.)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,6}\.(?:com\.cn|cn|com|net)(?![\w.])", re.IGNORECASE
)
_BYLINE_START: Final = re.compile(
    rf"{ROLE}(?=[\s::]|[\u3400-\u9fff]|$)|(?:(?<!\S)|(?<={_NEWSROOM_END}))(?:{one_of('author_word')})(?=\s)"
    rf"|(?<!\S)(?:{one_of('working_words')})(?=\s+[\u3400-\u9fff]{{2,4}}(?:\s|$))"
    rf"|(?:{one_of('author_word')}|{'|'.join(map(spaced, meaning('editor_labels', 'work_labels')))})\s*:|(?<!\S)(?:文|图|{one_of('shot')})\s*/"
    rf"|(?<!\S)(?:{one_of('text_marks', 'photo_marks')})(?:\s?[/、]\s?(?:{one_of('text_marks', 'photo_marks', 'video_marks')}))+\s*:"
)
_ORGAN: Final = re.compile(rf"(?:{one_of('newsroom_ends', 'organ_ends')})$")
_MARKED: Final = re.compile(rf"/\s*(?:文|图|摄|{one_of('video_marks')})|(?<=\s)(?:文|摄|文/摄)(?:\s|$)")
#: One of these stands in every line that is (part of) a header line: most lines of a page are told apart at one glance.
_SIGN: Final = re.compile(rf"\d{{4}}|[:/]|{one_of('roles', 'bylines_between', 'author_word')}")
#: A slash between two labels, or after the date; one before a mark has no blanks on both sides.
_SLASH: Final = re.compile(
    rf"(?<=[\s\x1f])[/·•丨](?=\s+(?!(?:{one_of('photo_marks', 'text_marks', 'video_marks')})(?![\w:/]|\s:))|\x1f|$)"
)
#: A sign between a value and the next label, glued to both: `来源:甲报/审读:乙`.
_BEFORE_LABEL: Final = re.compile(
    rf"[/;,、·•](?=\s{{0,3}}(?!{one_of('photo_marks', 'text_marks', 'both_marks', 'video_marks')})[\u3400-\u9fff]{{2,6}}\s?:)"
)
_LONE: Final = re.compile(rf"[\s■□●○◆◎★]{{0,3}}(?!{one_of('bylines_between')}){NEWSROOM_ROLE}[\s:][\s\w:/、·]*$")
_COLUMN: Final = re.compile(rf"(?:{one_of('column_words')})\s*$")
_PHOTO_CREDIT: Final = re.compile(rf"(?:[摄图]|{one_of('photo_credits')})[\s)】]*$")
_PHOTO_LABEL: Final = re.compile(rf"[\s(【]{{0,9}}(?:{one_of('photo_labels')})\s{{0,9}}[:丨|]")
_LONGEST_BYLINE: Final = 40
_SOURCE: Final = re.compile(SOURCE_LABEL)
EMPTY_SOURCE: Final = re.compile(rf"{SOURCE_LABEL}\s*$")
_CLOSING_SOURCE: Final = re.compile(rf"[\s(\[【]{{0,9}}{SOURCE_LABEL}\s{{0,9}}([^。!?;:,]{{2,30}})")
#: A label of the page's own and its value: `发布者:甲`, `浏览次数:12次`.
_PAGE_LABEL: Final = re.compile(rf"(?<!\w)(?:{one_of('page_labels')})\s?:\s{{0,3}}[^\s。!?;:]{{0,12}}")
_WHOLE_NAME: Final = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]+·[\u3400-\u9fff]+")
_SITE: Final = rf"\s{{0,9}}{_DOMAIN.pattern}\s{{0,9}}{{name}}"
_SOURCE_AND_WORD: Final = re.compile(rf"{SOURCE_LABEL}[\s]*[^\s]*")
#: A label in the rest of the line that names nobody who wrote, and where its value ends.
_OTHER_LABEL: Final = re.compile(
    rf"(?<![\w:])(?!{NEWSROOM_ROLE}\s?:|{one_of('author_word')}|撰|(?:{one_of('text_marks')})\s?:|图|摄|{one_of('video_marks')})[\u3400-\u9fff]{{2,6}}\s?:"
)
_END_OF_OTHER: Final = re.compile(rf"\x1f|\s(?={NEWSROOM_ROLE}|[\u3400-\u9fff]{{1,6}}\s?:)|\s{{2}}(?=\S)")
_SEPARATORS: Final = " /|·•丨、,;-—"
_END_OF_VALUE: Final = re.compile(r"\x1f|[|](?!\s*\d{4}[-/.年])")
_LABEL_ONLY: Final = re.compile(rf"^(?:{SOURCE_LABEL}|{_DATE_LABEL.pattern}|{AUTHOR_WORD}:|{ROLE}:?)+$")

_SENTENCE: Final = re.compile("[。!?;“”]")
#: The page of a newspaper behind the date of its issue.
_NAMED_PAPER: Final = re.compile(r"\s{1,3}[\u3400-\u9fff]{1,9}[报刊](?!\w)")
_SHEET: Final = re.compile(r"[\s(]{0,3}第?\s?[A-Z]?\d{1,3}\s?[版期]")

_WHEN: Final = re.compile(rf"^{_WHEN_WORD}\s*:\s*")
#: A label of the page's own, with a value behind it.
LABELLED: Final = re.compile(
    rf"\s{{0,9}}(?:{one_of('author_labels', 'editor_labels', 'credit_labels', 'source_labels', 'page_labels')})\s?:"
)


@dataclass(frozen=True)
class HeaderLine:
    """Fields of a header line; `editor` and `credits` where it names them (编辑:甲 审核:乙)."""

    published: str | None
    source: str | None
    authors: tuple[Author, ...]
    editor: str | None = None
    credits: dict[str, str] = field(default_factory=dict)


def read_header_line(text: str) -> HeaderLine:
    """Read the line as printed. Raises InvalidPage for a date that does not exist."""
    line = byline.without_bars(_without_gaps(cleared(fold(text), by="  ")))
    dated = _labelled_date(line) or _unlabelled_date(line)
    published = _moment(dated) if dated else None
    # What was read goes, and a mark that nothing else prints holds its place: a value never reaches past it.
    if dated:
        line = f"{line[: dated.start()]}\x1f{line[dated.end() :]}"
        own_dates = _dates_of_source(line)  # the issue of a newspaper that a source names
        line = DATE.sub(lambda found: found[0] if found.start() in own_dates else "\x1f", line)
    editor, credits, line = cut_credits(_SLASH.sub("  ", _BEFORE_LABEL.sub("  ", _without_date_labels(line))))
    source, rest = _cut_source(line)
    source = as_printed(text, source) if source else None
    return HeaderLine(published, source, read_byline(_without_other_labels(_DOMAIN.sub(" ", rest))), editor, credits)


def _without_gaps(line: str) -> str:
    """The folded line without blanks between the characters of a label."""
    return _SPACED_LABEL.sub(lambda label: "".join(label[0].split()), line)


def _without_date_labels(line: str) -> str:
    """The line with a mark in the place of each date's label. Raises UnknownLayout where one is glued to the source's value."""
    source = _SOURCE.search(line)
    for label in _ANY_DATE_LABEL.finditer(line):
        glued = label[0].startswith(meaning("date_labels")) and re.search(r"[\u3400-\u9fff]$", line[: label.start()])
        if source and source.end() < label.start() and glued:
            raise UnknownLayout(f"where the source ends before a date's label is not known: {line.strip()[:60]}")
    return _ANY_DATE_LABEL.sub("\x1f", line)


def _without_other_labels(rest: str) -> str:
    """Rest of a header line without labels that name no author, and their values: `栏目:要闻`, `审读:甲`."""
    for label in reversed([*_OTHER_LABEL.finditer(rest)]):
        end = _END_OF_OTHER.search(rest, label.end())
        rest = f"{rest[: label.start()]} {rest[end.start() :] if end else ''}"
    return rest


def _labelled_date(line: str) -> re.Match[str] | None:
    """The date after a label of its own, 发布时间 before 更新时间; None where no date has one."""
    found: re.Match[str] | None = None
    for label in _ANY_DATE_LABEL.finditer(line):
        dated = DATE.match(line, len(line) - len(line[label.end() :].lstrip()))
        if dated and not label["touched"]:
            return dated
        found = found or dated
    return found


def _unlabelled_date(line: str) -> re.Match[str] | None:
    """The date of a line without a label for it: none of a newspaper's issue, the one with a time of day before others."""
    found = list(DATE.finditer(line))
    issues = {dated.start() for dated in found if _is_of_issue(line, dated)}
    found = [dated for dated in found if dated.start() not in issues] or found
    return next((dated for dated in found if dated["H"]), found[0] if found else None)


def _dates_of_source(line: str) -> set[int]:
    """Indexes at which the dates within the source's value begin."""
    label = _SOURCE.search(line)
    if label is None:
        return set()
    behind = (pattern.search(line, label.end()) for pattern in (_ANY_DATE_LABEL, _BYLINE_START))
    end = min((found.start() for found in behind if found), default=len(line))
    return {found.start() for found in DATE.finditer(line, label.end(), end)}


def _moment(dated: re.Match[str]) -> str:
    numbers = [int(dated[part] or 0) for part in "ymdHMS"]
    try:
        moment = datetime(*numbers)  # type: ignore[arg-type]
    except ValueError as error:
        raise InvalidPage(f"no such date: {dated[0].strip()}", field_name="published") from error
    return f"{moment:%Y-%m-%d}" if dated["H"] is None else f"{moment:%Y-%m-%dT%H:%M:%S}+08:00"


def _cut_source(line: str) -> tuple[str | None, str]:
    label = _SOURCE.search(line)
    if label is None:
        return None, line
    before, after = line[: label.start()], line[label.end() :]
    stop = len(after)
    for pattern in (_END_OF_VALUE, _BYLINE_START, _LABEL):
        found = pattern.search(after)
        # 综合 can be the source itself.
        if found and (found.start() or found[0] not in meaning("bylines_between")):
            stop = min(stop, found.start())
    value, rest = after[:stop], after[stop:]
    source, names = _split_source(value, rest)
    return source, f"{before} {names}{rest}"


def _split_source(value: str, rest: str) -> tuple[str | None, str]:
    """The source, and what follows it without a role: names, where a mark or the look of the words says so."""
    if not (words := value.split()):
        return None, ""
    marked = _MARKED.search(value + rest) is not None and not _BYLINE_START.match(rest)
    if marked and not _ORGAN.search(words[0]):
        return None, f" {AUTHOR_WORD}:{value}"
    names = words[1:]
    if (
        names
        and _ORGAN.search(words[0])
        and (marked or all(_WHOLE_NAME.fullmatch(word) and not _ORGAN.search(word) for word in names))
    ):
        return words[0], f" {AUTHOR_WORD}:{' '.join(names)}"
    return _unbracketed(" ".join(words)) or None, ""


def _unbracketed(text: str) -> str:
    """`text` without signs that part values, and without the brackets around it, or of which one half was left behind: `样例发布(公众号)` keeps its own."""
    text = text.strip(_SEPARATORS)
    while text and (text[0] in ")]】" or text[-1] in "([【"):
        text = (text[1:] if text[0] in ")]】" else text[:-1]).strip()
    for opening, closing in ("()", "[]", "【】"):
        if text.startswith(opening) and (text.endswith(closing) or closing not in text):
            text = text[1:].removesuffix(closing)
        elif text.endswith(closing) and opening not in text:
            text = text[:-1]
    return text.strip()


@remembered
def is_byline(text: str) -> bool:
    """Whether the line, which holds neither date nor source, is names after a role: `记者走基层:…` and `记者手记` are none."""
    return _COLUMN.search(text) is None and all(
        re.fullmatch(r"[\u3400-\u9fff\U00020000-\U0003ffff]{1,4}|.*[·•‧・.A-Za-z].*", author.name)
        or _ORGAN.search(author.name)
        for author in read_byline(text)
    )


@remembered
def is_lone_byline(text: str) -> bool:
    """Whether the line is a byline that begins with a role, and nothing else: `记者 甲 乙 通讯员 丙`."""
    lone = len(text) <= _LONGEST_BYLINE and _LONE.match(fold(text)) and is_byline(text)
    return bool(lone) and all(label in meaning("author_labels") for label in byline.labels_of(text))


def is_opening_byline(line: Line) -> bool:
    """Whether the line says who wrote the text under it, and not who took the picture over it: `本报记者 甲`, `作者：甲`."""
    if _PHOTO_CREDIT.search(line.folded) or _PHOTO_LABEL.match(line.folded):
        return False
    if is_lone_byline(line.folded) or any(author.work != "photo" for author in byline.names_alone(line.folded)):
        return True
    tail = byline.read_tail_line(line.folded) if byline.is_tail_line(line.folded) else None
    return tail is not None and bool(tail.authors) and not tail.editor and not tail.credits


@remembered
def leftover(text: str, words: SiteWords) -> str:
    """Rest of a line without everything a header line can hold: `""` for a header line."""
    line = _DATE_LABEL.sub(" ", DATE.sub(" ", _without_gaps(cleared(fold(text)))))
    byline = _BYLINE_START.search(line)
    if byline and len(line) - byline.start() <= 120 and not re.search(r"[,。!?;]", line[byline.start() :]):
        line = line[: byline.start()]
    line = _PAGE_LABEL.sub(" ", _SOURCE_AND_WORD.sub(" ", line))
    line = words.pattern("{name}").sub(" ", _DOMAIN.sub(" ", line))
    return re.sub(r"[\s|【】()()—:/\[\]-]+", "", line)


@remembered
def strength(text: str, words: SiteWords) -> int:
    """Evidence that a line is (part of) a header line: 0 for none, more for each thing that only such a line prints."""
    line = fold(text)
    if not could_say_some(line, words):
        return 0
    line, score = cleared(line), 0
    if dated := DATE.search(line):
        score += 2 if dated.start() < 40 else 1
    score += 3 if _SOURCE.search(line) else 0
    score += 2 if words.pattern(_SITE).match(line) else 0
    score += 1 if _BYLINE_START.search(line) else 0
    return score


def could_say_some(bare: str, words: SiteWords) -> bool:
    """Whether a line, given without its blanks, can have `strength` or be a label at all: most lines of a page cannot."""
    return any(sign.search(fold(bare)) for sign in (_SIGN, words.pattern("{name}")))


@remembered
def names_source(text: str) -> bool:
    """Whether the line holds 来源, empty or not."""
    return _SOURCE.search(fold(text)) is not None


@remembered
def closing_source(text: str) -> str | None:
    """The source that a line of its own names below a text, in brackets or not; None for any other line."""
    found = _CLOSING_SOURCE.fullmatch(text)
    return _unbracketed(found[1]) or None if found else None


@remembered
def is_label(text: str) -> bool:
    """Whether the line is a label whose value stands elsewhere: `来源:` alone."""
    return _LABEL_ONLY.match("".join(fold(text).split())) is not None


def is_header_piece(line: Line) -> bool:
    """Whether the line by its own words is the header line, or a piece of it."""
    if line.kind != "text" or len(line.text) > LONGEST_ROW or not could_say_some(line.bare, line.words):
        return False
    if line.bare.endswith(("。", "\uff01", "\uff1f")):
        return False  # a sentence of the text, though it begins as such a line does
    strong = strength(line.folded, line.words)
    if strong <= 1 and byline.is_tail_line(line.folded):
        return False
    if strong == 1 and (line.heading_tag or not is_byline(line.folded)):
        return False
    if _SENTENCE.search(rest := leftover(line.folded, line.words)):
        return False  # a text that quotes a header line
    return strong >= 5 or (strong > 0 and not rest) or is_label(line.folded)


def _is_of_issue(line: str, dated: re.Match[str]) -> bool:
    """Whether the date is a newspaper's issue's: glued to a source's name, before it, or with a page's number behind it."""
    before = line[: dated.start()]
    glued = bool(before) and before[-1] not in " :\u3000|"
    behind = _SHEET.match(line, dated.end()) or (before.endswith(":") and _NAMED_PAPER.match(line, dated.end()))
    return dated.start() in _dates_of_source(line) and bool(glued or behind)


def is_labelled(text: str) -> bool:
    """Whether a folded line is a label and its value, as cells of a header line are."""
    dated = _ANY_DATE_LABEL.match(_without_gaps(text))
    return bool(dated) or LABELLED.match(text) is not None or byline.is_unknown_credit(text)


def dates_again(text: str, header: Iterable[str]) -> bool:
    """Whether a folded line is the text's own date, such as that of a speech: the header line, folded lines, has one."""
    when = _WHEN.sub("", text.strip(" ()[]\u3000"))
    dated = [found for piece in header if (found := DATE.search(piece)) and not _is_of_issue(piece, found)]
    return DATE.fullmatch(when) is not None and any(found[0].strip() != when for found in dated)
