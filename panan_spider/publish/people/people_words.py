"""The grammar's words, read from words.toml, and the patterns made of them."""

import re
import tomllib
from collections.abc import Iterable
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
