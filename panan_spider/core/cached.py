"""Memoised answers: every rule asks the same of a line, and the pages of a site share their lines."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, Final, Generic, ParamSpec, Self, TypeVar, overload

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
