"""What reading an article again can show, and how it is told."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import takewhile
from typing import Any

from panan_spider.items import Article

_SHOWN_BEFORE, _SHOWN = 12, 70


class ReparseVerdict(StrEnum):
    """What reading a page again has shown."""

    SAME = "the same"
    CHANGED = "changed"
    LOST = "no longer readable"
    UNKEPT = "without their raw page"
    RESCUED = "newly readable"
    STILL = "still not readable"


@dataclass(frozen=True)
class ReparseResult:
    """One article read again. `article` is what would be stored: of CHANGED the next revision, of RESCUED the first.

    `changes` holds (field, old, new) as JSON values; `reason` says why there is no article. `first` is the byte at which
    the article's first line begins; None for one in quarantine.
    """

    url: str
    verdict: ReparseVerdict
    reason: str | None = None
    changes: tuple[tuple[str, Any, Any], ...] = ()
    article: Article | None = None
    first: int | None = None


@dataclass(frozen=True)
class ReparseScope:
    """Which articles: by first publication (by the address's date where the page prints none), by template."""

    since: date | None = None
    until: date | None = None
    template: str | None = None

    def holds(self, published: str | None, posted: str | None, template: str | None) -> bool:
        """Whether such an article is meant. One of no known day is, unless days are asked for."""
        day = (published or posted or "")[:10]
        early = self.since is not None and day < self.since.isoformat()
        late = self.until is not None and (not day or day > self.until.isoformat())
        return not early and not late and self.template in (None, template)


def show(reading: ReparseResult, diff: bool) -> None:
    """Name what is lost; with `diff` what is not as it was."""
    if reading.verdict in (ReparseVerdict.LOST, ReparseVerdict.UNKEPT):
        print(f"{reading.url}: {reading.verdict}: {reading.reason}")
    elif diff and reading.verdict is not ReparseVerdict.SAME:
        title = (
            reading.article.title if reading.article and reading.verdict is ReparseVerdict.RESCUED else reading.reason
        )
        print(f"{reading.url}: {reading.verdict}{f': {title}' if title else ''}")
        others = [change for change in reading.changes if change[0] != "content_hash"]
        for name, old, new in others or reading.changes:
            print("  " + name + ": " + " \u2192 ".join(_around(old, new)))


def _around(old: Any, new: Any) -> tuple[str, str]:
    """Both values as JSON, shortened to where they begin to differ."""
    texts = json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)
    start = max(0, len(list(takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False)))) - _SHOWN_BEFORE)
    shown = [
        ("…" if start else "") + text[start:][:_SHOWN] + ("…" if len(text) > start + _SHOWN else "") for text in texts
    ]
    return shown[0], shown[1]
