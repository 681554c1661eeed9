"""How far a run is: counted from what the spider holds and from what the pipelines let through."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, Final

#: The rate is that of the last minutes, not of the whole run.
_WINDOW: Final = 180.0

_NO_SECTION: Final = "–"


@dataclass(frozen=True)
class SectionTally:
    """One section: list pages walked, articles its lists named, articles stored; `open` while its walk goes on."""

    name: str
    pages: int
    rows: int
    stored: int
    open: bool


class Tally:
    """Counts of one run. `spider` is looked at each time; nothing of it is changed."""

    def __init__(self, spider: Any) -> None:
        self._spider = spider
        self.stored: Counter[str] = Counter()
        self._past: deque[tuple[float, int]] = deque()

    def note(self, article: Any) -> None:
        """An article was stored, new or revised."""
        sections = article.listed_in or ([article.section] if article.section else [])
        self.stored[sections[0] if sections else _NO_SECTION] += 1

    @property
    def pages(self) -> int:
        """List pages walked."""
        return sum(section.pages for section in self.sections())

    @property
    def met(self) -> int:
        """Articles the run has met so far."""
        desk = getattr(self._spider, "desk", None)
        return 0 if desk is None else len(desk)

    @property
    def left(self) -> int:
        """Those among them that are not dealt with."""
        desk = getattr(self._spider, "desk", None)
        return 0 if desk is None else desk.waiting + len(self._spider.open_articles)

    def sections(self) -> list[SectionTally]:
        """Every section walked so far, in the order of their walks' ends, those under way last."""
        found: dict[str, SectionTally] = {}
        for report in getattr(self._spider, "section_reports", ()):
            self._add(found, report["name"], report["pages"], report["rows"], is_open=False)
        for walk in getattr(self._spider, "walks", {}).values():
            self._add(found, walk.name, walk.pages, walk.rows, is_open=True)
        return list(found.values())

    def _add(self, found: dict[str, SectionTally], name: str, pages: int, rows: int, *, is_open: bool) -> None:
        before = found.get(name, SectionTally(name, 0, 0, 0, False))
        both = before.open or is_open
        found[name] = SectionTally(name, before.pages + pages, before.rows + rows, self.stored[name], both)

    def rate(self, now: float) -> float | None:
        """Articles dealt with a minute, by the last minutes; None before there is a measure. `now` in seconds."""
        done = self.met - self.left
        self._past.append((now, done))
        while now - self._past[0][0] > _WINDOW:
            self._past.popleft()
        began, before = self._past[0]
        return 60 * (done - before) / (now - began) if now > began and done > before else None

    def line(self, now: float) -> str:
        """All of it in one line."""
        parts = [f"{self.pages:,} list pages", f"{self.met - self.left:,} of {self.met:,} articles"]
        parts.append(f"{self.stored.total():,} stored")
        rate = self.rate(now)
        if rate is not None:
            parts += [f"{rate:,.0f} a minute", f"about {spell(60 * self.left / rate)} left"]
        return "panan: " + " · ".join(parts)


def spell(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
