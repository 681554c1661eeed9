"""Offices as printed, and the names that stand with them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from panan_spider.publish.people.person_names import BEGINS, HAN, SEPARATOR, VERB, any_of, name_at, words

_WORDS: Final = {
    key: any_of(words("offices", key))
    for key in ("bodies", "departments", "heads", "bare", "of_itself", "groups", "prefixes")
}
_LEAD_IN: Final = any_of(words("offices", "lead_in"), words("actions", "objects"))
_NAMED: Final = any_of(words("places", "named"))
_LOW: Final = "(?:镇|乡|街道|村|社区)"
_FREE: Final = f"(?:[{HAN}]{{1,12}}?)"
#: 宣传部 before 部长; 宣传 alone before 部长, who is short for 宣传部部长.
_SHORT: Final = f"(?:[{HAN}]{{2,8}}?(?=[局部厅]长))"
_UNIT: Final = rf"(?:{_WORDS['bodies']}(?:{_FREE}?{_WORDS['departments']})?|{_FREE}{_WORDS['departments']}|{_SHORT})"
#: 样例县, 样例镇, 县: of whom somebody is the head.
_OF_WHOM: Final = rf"(?:(?:{_NAMED})?(?:省|市|县|区|州|国家|全国)|(?!{_LEAD_IN})[{HAN}]{{1,4}}?{_LOW}|{_LOW})"
_ITSELF: Final = rf"(?!{_LEAD_IN})[{HAN}]{{1,6}}?{_WORDS['of_itself']}"
_TITLE: Final = rf"(?:{_WORDS['bare']}|{_ITSELF}{_WORDS['heads']}|{_OF_WHOM}{_UNIT}?{_WORDS['heads']})"
_FURTHER: Final = rf"(?:{_TITLE}|{_UNIT}?{_WORDS['heads']})"
_OFFICE: Final = re.compile(rf"{_WORDS['prefixes']}?(?:{_WORDS['groups']}|{_TITLE}(?:、{_FURTHER})*)")
_HEADS: Final = {*words("offices", "heads"), *words("offices", "bare"), "领导"}
#: The last character of an office with what can begin a name behind it: few places of a text, each then looked at closely.
_HEAD_AT: Final = re.compile(f"[{''.join(sorted({head[-1] for head in _HEADS}))}](?={BEGINS})")
_HEAD: Final = re.compile(f"{any_of(_HEADS)}$")
_BOUNDARY: Final = re.compile(rf"(?:^|[^{HAN}]|{_LEAD_IN}|{VERB})$")
_BETWEEN: Final = re.compile(SEPARATOR)
_BEHIND: Final = re.compile(rf"等({_WORDS['groups']})")
_LONGEST: Final = 40
_LONGEST_HEAD: Final = max(map(len, _HEADS))
_LONGEST_LEAD: Final = 6
#: Characters of the names before `等县领导`.
_LONGEST_LIST: Final = 200
_OF_LIST: Final = re.compile(rf"[{HAN}、·]")


@dataclass(frozen=True, slots=True)
class TitledName:
    """A name at `start` to `end`, and the office printed with it, at its own place in the text."""

    name: str
    start: int
    end: int
    office: str
    office_start: int
    office_end: int


def named(text: str) -> list[TitledName]:
    """All names that stand with an office, in order."""
    found: dict[int, TitledName] = {}
    for office in _offices(text):
        for entry in _names_behind(text, *office):
            found.setdefault(entry.start, entry)
    known = frozenset(entry.name for entry in found.values())
    for match in _BEHIND.finditer(text):
        for entry in _names_before(text, match, known):
            found.setdefault(entry.start, entry)
    return sorted(found.values(), key=lambda entry: entry.start)


def _heads(text: str, at: int, limit: int) -> Iterator[int]:
    """Ends of offices' last words that a name can follow."""
    for match in _HEAD_AT.finditer(text, at, limit):
        if _HEAD.search(text[max(0, match.end() - _LONGEST_HEAD) : match.end()]):
            yield match.end()


def _offices(text: str) -> Iterator[tuple[int, int]]:
    for end in _heads(text, 0, len(text)):
        if (start := _start_of(text, end)) is not None:
            yield start, end


def _start_of(text: str, end: int) -> int | None:
    """Start of the office that ends at `end`; None where it cannot be told."""
    first = end
    while first > 0 and end - first < _LONGEST and re.match(rf"[{HAN}、]", text[first - 1]):
        first -= 1
    for start in range(max([first, *_heads(text, first, end - 1)]), end):  # behind whomever is named before
        if _OFFICE.fullmatch(text, start, end) and _BOUNDARY.search(text[max(0, start - _LONGEST_LEAD) : start]):
            return start
    return None


def _names_behind(text: str, office_start: int, office_end: int) -> Iterator[TitledName]:
    at = office_end
    while (name := name_at(text, at)) is not None:
        end = at + len(name)
        yield TitledName(name, at, end, text[office_start:office_end], office_start, office_end)
        if (separator := _BETWEEN.match(text, end)) is None:
            return
        at = separator.end()


def _names_before(text: str, group: "re.Match[str]", known: frozenset[str]) -> Iterator[TitledName]:
    """The names of `甲、乙等县领导`, where all from the clause's beginning on are names."""
    last = start = group.start()
    while start > 0 and last - start < _LONGEST_LIST and _OF_LIST.match(text, start - 1):
        start -= 1
    if last - start == _LONGEST_LIST:
        return
    at, entries = start, []
    while at < group.start() and (name := name_at(text, at, known)) is not None:
        entries.append(TitledName(name, at, at + len(name), group[1], group.start(1), group.end(1)))
        separator = _BETWEEN.match(text, at + len(name))
        at = separator.end() if separator else at + len(name)
        if separator is None:
            break
    if at == group.start():
        yield from entries
