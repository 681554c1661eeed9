"""Text helpers without a domain of their own: full-width folding, and error messages on one line."""

import re
from typing import Final

_TWINS: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FULL_WIDTH: Final = re.compile("[\uff01-\uff5e]")

#: How Twisted prints a list of the causes of a connection error.
_FAILURES: Final = re.compile(r"\[<twisted\.python\.failure\.Failure (?:\w+\.)*(\w+): (.*?)\.?>.*\]", re.DOTALL)
_LONGEST_LINE: Final = 200


def fold(text: str) -> str:
    """`text` with full-width ASCII forms (`:` U+FF1A, `/` U+FF0F) as ASCII, one character for one: indexes stay valid."""
    for sign in set(_FULL_WIDTH.findall(text)):  # few are in use: several times as fast as str.translate
        text = text.replace(sign, _TWINS[sign])
    return text


def as_printed(text: str, folded: str) -> str:
    """The substring of `text` whose folded form is `folded`; `folded` itself where there is none."""
    start = fold(text).find(folded)
    return text[start : start + len(folded)] if folded and start >= 0 else folded


def one_line(text: str) -> str:
    """`text` on one line, at most 200 characters. Lists of Twisted failures are reduced to the first: `ConnectionLost: …`."""
    return " ".join(_FAILURES.sub(r"\1: \2", text).split())[:_LONGEST_LINE]
