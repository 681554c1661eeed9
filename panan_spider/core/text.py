"""Text helpers: full-width folding, error messages on one line, plain web addresses, memoised answers about a text."""

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, Final, Generic, ParamSpec, Self, TypeVar, overload
from urllib.parse import urlsplit

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


Answer = TypeVar("Answer")
Context = ParamSpec("Context")

#: Texts remembered for each question, and the longest of them: a hostile page must not stay in memory.
_TEXTS: Final = 2_048
_LONGEST: Final = 1_000  # characters


def remembered(ask: Callable[Concatenate[str, Context], Answer]) -> Callable[Concatenate[str, Context], Answer]:
    """Cache `ask`, a pure function of one text and hashable context, for short texts (least recently used go first)."""
    cached: Any = lru_cache(maxsize=_TEXTS)(ask)

    @wraps(ask)
    def answer(text: str, *context: Context.args, **named: Context.kwargs) -> Answer:
        result: Answer = cached(text, *context, **named) if len(text) <= _LONGEST else ask(text, *context, **named)
        return result

    return answer  # type: ignore[return-value]  # positional text, as `ask`


class once(Generic[Answer]):  # noqa: N801  # used as a decorator
    """Property worked out once for each object: `functools.cached_property` without its lock, which costs more than most answers."""

    def __init__(self, ask: Callable[[Any], Answer]) -> None:
        self.ask, self.name, self.__doc__ = ask, ask.__name__, ask.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Answer: ...
    def __get__(self, instance: object | None, owner: type) -> Answer | Self:
        if instance is None:
            return self
        answer = instance.__dict__[self.name] = self.ask(instance)  # found there from now on
        return answer


#: Figures of sizes, counts, dates and numbers of articles.
_FIGURES: Final = re.compile(r"\d+(?:[.:/-]\d+)*")


def without_figures(text: str) -> str:
    """`text` with # for each figure: the same reason on two nights, whatever it counts."""
    return _FIGURES.sub("#", text)


_SCHEMES: Final = frozenset({"http", "https"})

#: Characters that no printed address holds; browsers drop some of them before they read the scheme.
_NEVER: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\\<>\"]")


def web_address(url: str | None) -> str | None:
    """`url` where it is a plain http or https address without a login, else None: then it is shown as text."""
    if not url or _NEVER.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _port = parts.port
    except ValueError:
        return None
    return url if parts.scheme in _SCHEMES and host and "@" not in parts.netloc else None
