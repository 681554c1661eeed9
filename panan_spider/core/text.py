"""What went wrong, as a person would say it, on one line."""

import re
from typing import Final

#: Twisted prints a list of what went wrong with a connection as it prints any object.
_FAILURES: Final = re.compile(r"\[<twisted\.python\.failure\.Failure (?:\w+\.)*(\w+): (.*?)\.?>.*\]", re.DOTALL)
_MOST: Final = 200


def one_line(text: str) -> str:
    """`text` on one line, at most 200 characters of it; Twisted's lists by their first cause: `ConnectionLost: Connection …`."""
    return " ".join(_FAILURES.sub(r"\1: \2", text).split())[:_MOST]
