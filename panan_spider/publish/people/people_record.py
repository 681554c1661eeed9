"""Office-holders as JSON values and as rows, and the version of the grammar that found them."""

import hashlib
from typing import Any, Final

from panan_spider.publish.people.mentions import Mention, people_of
from panan_spider.publish.people.people_words import RAW

#: Raised by hand where the code of the grammar changes what is found; its words count by themselves.
_CODE_VERSION: Final = 1
GRAMMAR: Final = f"{_CODE_VERSION}-" + hashlib.sha256(RAW).hexdigest()[:12]


def _place(text: str, name: str, span: tuple[int, int] | None) -> dict[str, Any]:
    start, end = span if span is not None else (None, None)
    return {name: None if span is None else text[slice(*span)], f"{name}_start": start, f"{name}_end": end}


def rows(text: str) -> list[dict[str, Any]]:
    """One row for each action of each mention, and one without an action for a mention without any; in the order of the text.

    All `…_start` and `…_end` are characters of `text`; those of the office are null where it is printed elsewhere in the article.
    """
    return [row for mention in people_of(text) for row in _rows(text, mention)]


def _rows(text: str, mention: Mention) -> list[dict[str, Any]]:
    office = mention.office_at if mention.office_at is not None else (None, None)
    row = {
        "name": mention.name,
        "start": mention.start,
        "end": mention.end,
        "office": mention.office,
        "office_start": office[0],
        "office_end": office[1],
        **_place(text, "place", mention.deeds.place),
    }
    return [row | _place(text, "action", action) for action in mention.deeds.actions or (None,)]
