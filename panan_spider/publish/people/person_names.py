"""Names of persons: a surname of the list and one or two characters more, ending where a name can end."""

import re
from collections.abc import Collection
from typing import Final

from panan_spider.publish.people.people_words import HAN, VERB, any_of, words

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
    """How surely a name that ends before `at` can end there: 2, by a lone character 1, not at all 0; and how long what follows is."""
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
    """What could be a name by its characters, longest first."""
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
