"""Offices as printed, and the names of persons that stand with them, by the word lists of the grammar."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

#: The file as it is: also where the package is a zip.
RAW: Final = files(__package__).joinpath("words.toml").read_bytes()
_DATA: Final = tomllib.loads(RAW.decode("utf-8"))

HAN: Final = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"

#: Where a clause ends: whatever is neither a Chinese character nor 、 nor · within a name.
CLAUSE_END: Final = re.compile(rf"[^{HAN}·、A-Za-z0-9]")
#: Words and signs between the members of a list.
SEPARATOR: Final = "(?:、|和|与|及|以及)"
_CHINESE: Final = re.compile(f"[{HAN}]+")
_LOW: Final = "(?:镇|乡|街道|村|社区)"
_FREE: Final = f"(?:[{HAN}]{{1,12}}?)"
#: 宣传部 before 部长; 宣传 alone before 部长, who is short for 宣传部部长.
_SHORT: Final = f"(?:[{HAN}]{{2,8}}?(?=[局部厅]长))"
_BETWEEN: Final = re.compile(SEPARATOR)
_LONGEST: Final = 40
_LONGEST_LEAD: Final = 6
#: Characters of the names before `等县领导`.
_LONGEST_LIST: Final = 200
_OF_LIST: Final = re.compile(rf"[{HAN}、·]")


def words(table: str, key: str) -> tuple[str, ...]:
    """The words of one entry. Raises KeyError where there is none of that name."""
    return tuple(str(_DATA[table][key]).split())


def any_of(*lists: Iterable[str]) -> str:
    """A pattern for any of these words, longer ones first."""
    found = {word for words in lists for word in words}
    return "(?:" + "|".join(sorted(map(re.escape, found), key=lambda word: (-len(word), word))) + ")"


VERB: Final = any_of(words("actions", "verbs"))


_SINGLE: Final = frozenset("".join(words("names", "single")))
_COMPOUND: Final = frozenset(words("names", "compound"))
_NO_NAME: Final = re.compile(any_of(words("names", "not_names")))
_NOT_INSIDE: Final = re.compile(any_of(words("names", "not_inside")))
_RARE: Final = frozenset(words("names", "rare"))
_HOLDS_VERB: Final = re.compile(VERB)
_NOT_GIVEN: Final = frozenset("".join(words("names", "not_given")))
#: Names of peoples who part them by a dot: 阿里木·样例.
_DOT_HAN: Final = f"(?:(?![{''.join(words('names', 'not_dotted'))}])[{HAN}])"
_DOTTED: Final = re.compile(rf"{_DOT_HAN}{{1,6}}(?:·{_DOT_HAN}{{1,6}}?)+")
_FOLLOWS: Final = any_of(words("follow", "words"), words("places", "before"))
#: Words that can stand behind a name. A single character can as well be the name's last or the next word's first.
_FOLLOW: Final = re.compile(rf"(?P<sure>$|[^{HAN}·]|{VERB})|(?P<word>{_FOLLOWS})")

#: Characters a name can begin with, for looking ahead: a surname's, or of a name with a dot.
BEGINS: Final = f"(?:[{''.join(sorted(_SINGLE | {name[0] for name in _COMPOUND}))}]|{_DOT_HAN}{{1,6}}·)"


def _surely(text: str, at: int) -> tuple[int, int]:
    """Certainty that a name ends before `at` (2; by a lone character 1; not at all 0), and the length of the word after it."""
    match = _FOLLOW.match(text, at)
    if match is None:
        return 0, 0
    return (1 if match["word"] is not None and len(match["word"]) == 1 else 2), len(match[0])


def ends(text: str, at: int) -> bool:
    """True where a name that ends before `at` can end there."""
    return _surely(text, at)[0] > 0


def name_at(text: str, at: int, known: Collection[str] = ()) -> str | None:
    """The name that begins at `at`; None where none surely does.

    Of two readings the one in `known` is right; else the one that ends more surely, or before the longer word; else the longer.
    """
    if dotted := _dotted(text, at):
        return dotted
    least = 2 if text[at : at + 1] in _RARE else 1
    readings = [name for name in _candidates(text, at) if _surely(text, at + len(name))[0] >= least]
    if known_ones := [name for name in readings if name in known]:
        return known_ones[0]
    return max(readings, key=lambda name: (*_surely(text, at + len(name)), len(name)), default=None)


def _dotted(text: str, at: int) -> str | None:
    if (match := _DOTTED.match(text, at)) is None:
        return None
    return next(
        (text[at:end] for end in range(match.end(), min(len(text), match.end() + 5) + 1) if ends(text, end)), None
    )


def _candidates(text: str, at: int) -> list[str]:
    """Possible names by their characters, longest first."""
    if _NO_NAME.match(text, at):
        return []
    sizes = (4, 3) if text[at : at + 2] in _COMPOUND else (3, 2) if text[at : at + 1] in _SINGLE else ()
    first = 2 if sizes and sizes[0] == 4 else 1
    found = [text[at : at + size] for size in sizes]
    return [
        name
        for name, size in zip(found, sizes, strict=True)
        if len(name) == size
        and not _NOT_GIVEN & set(name[first:])
        and _CHINESE.fullmatch(name)
        and not _HOLDS_VERB.search(text, at + 1, at + size)
        and not _NOT_INSIDE.search(text, at, at + size + 1)  # a word that ends behind it is none of its own
    ]


_WORDS: Final = {
    key: any_of(words("offices", key))
    for key in ("bodies", "departments", "heads", "bare", "of_itself", "groups", "prefixes")
}
_LEAD_IN: Final = any_of(words("offices", "lead_in"), words("actions", "objects"))
_NAMED: Final = any_of(words("places", "named"))
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
_BEHIND: Final = re.compile(rf"等({_WORDS['groups']})")
_LONGEST_HEAD: Final = max(map(len, _HEADS))


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
