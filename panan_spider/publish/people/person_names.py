"""Person names: the grammar's word lists, and a surname of the list with one or two characters more, ending where a name can end."""

import re
import tomllib
from collections.abc import Collection, Iterable
from importlib.resources import files
from typing import Final

#: The file as it is: also where the package is a zip.
RAW: Final = files(__package__).joinpath("words.toml").read_bytes()
_DATA: Final = tomllib.loads(RAW.decode("utf-8"))

HAN: Final = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"


def words(table: str, key: str) -> tuple[str, ...]:
    """The words of one entry. Raises KeyError where there is none of that name."""
    return tuple(str(_DATA[table][key]).split())


def any_of(*lists: Iterable[str]) -> str:
    """A pattern for any of these words, longer ones first."""
    found = {word for one in lists for word in one}
    return "(?:" + "|".join(sorted(map(re.escape, found), key=lambda word: (-len(word), word))) + ")"


#: Where a clause ends: whatever is neither a Chinese character nor 、 nor · within a name.
CLAUSE_END: Final = re.compile(rf"[^{HAN}·、A-Za-z0-9]")
#: What stands between the members of a list.
SEPARATOR: Final = "(?:、|和|与|及|以及)"

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
#: What can stand behind a name. A single character can as well be the name's last or the next word's first.
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
    """Whether a name that ends before `at` can end there."""
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


_CHINESE: Final = re.compile(f"[{HAN}]+")
