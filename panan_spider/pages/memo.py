"""Answers about short texts, remembered: every rule asks the same of a line, and a site's pages share their lines."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

Answer = TypeVar("Answer")

#: Texts remembered for each question, and the longest of them: a hostile page must not stay in memory.
_TEXTS: Final = 2_048
_LONGEST: Final = 1_000  # characters


def remembered(ask: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """`ask`, a pure function of one text, asked once for each short text in use."""
    cached = lru_cache(maxsize=_TEXTS)(ask)

    @wraps(ask)
    def answer(text: str) -> Answer:
        return cached(text) if len(text) <= _LONGEST else ask(text)

    return answer
