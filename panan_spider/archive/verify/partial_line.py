"""What can still be told of a line that is no good: whose it was, and which revision."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

_ID: Final = re.compile(rb'"id":"(\d+)"')
_REVISION: Final = re.compile(rb'"revision":(\d+)')
_HASH: Final = re.compile(rb'"content_hash":"(sha256:[0-9a-f]{64})"')
_AT: Final = re.compile(rb'"fetched_at":"([0-9TZ:-]{20})"')
#: Number and revision stand at a line's beginning, hash and time near its end: a text that speaks of them is passed over.
_EDGE: Final = 400


@dataclass(frozen=True, slots=True)
class PartialLine:
    """An article's number, and what else is known of one of its lines."""

    article_id: str
    revision: int | None = None
    content_hash: str | None = None
    fetched_at: str | None = None
    listed_in: tuple[str, ...] | None = None


def head_of(raw: bytes) -> PartialLine | None:
    """As much as `raw` gives; None where not even the number does."""
    number = _ID.search(raw[:_EDGE])
    if number is None:
        return None
    revision, said, at = _REVISION.search(raw[:_EDGE]), _HASH.search(raw[-2 * _EDGE :]), _AT.search(raw[-2 * _EDGE :])
    return PartialLine(
        number[1].decode(),
        int(revision[1]) if revision else None,
        said[1].decode() if said else None,
        at[1].decode() if at else None,
        _listed_in(raw),
    )


def _listed_in(raw: bytes) -> tuple[str, ...] | None:
    """From a line that is JSON and yet no article."""
    with suppress(ValueError):
        record = json.loads(raw)
        listed = record.get("listed_in") if isinstance(record, dict) else None
        if isinstance(listed, list) and all(isinstance(name, str) for name in listed):
            return tuple(listed)
    return None
