"""The made-up county site as it grows through a year, and the record of what a faithful archive of it must hold."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from year_plan import BEGIN, RHYTHM, Night

from demo_site import plan
from demo_site.county_panan import PANAN
from demo_site.plan import Slot
from demo_site.site import Site

#: The county, whose navigation leads to sections that list something, and to pages that lead to such sections.
_COUNTY: Final = replace(
    PANAN,
    planned=tuple(
        replace(one, in_nav=one.key in RHYTHM or any(child.key in RHYTHM for child in PANAN.children(one.key)))
        for one in PANAN.planned
    ),
)

#: Articles of each section before the first night, and days between them.
_BEFORE: Final = 9
_APART: Final = 17
#: A correction or removal befalls what is not older than this: within the look-back of a run.
_RECENT: Final = 14

Content = dict[str, Any]


def _slots() -> list[Slot]:
    """What stands on the site when the archive is begun."""
    raw = [(BEGIN - timedelta(days=2 + at * _APART + n), key) for n, key in enumerate(RHYTHM) for at in range(_BEFORE)]
    found = []
    for number, (day, key) in enumerate(sorted(raw)):
        section = _COUNTY.by_key[key]
        template = section.templates[0]
        article_id = f"{4_000_000 + number * 131}" if template == "trs" else f"{16_000_000 + number * 613:09d}"
        found.append(plan.slot(article_id, number + 1, section, template, posted=day, lag=0))
    return found


@dataclass
class County:
    """`record` holds, by number, the contents that runs could see, in order; `gone` the articles that are off the site.

    What a night should bring is left in `expected` by `live`.
    """

    seed: int
    site: Site = field(init=False)
    record: dict[str, list[Content]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)  # not to be met before the next deep walk
    failing: str | None = None

    def __post_init__(self) -> None:
        self.site = Site(self.seed, _slots(), _COUNTY)
        self._rng = Random(f"county/{self.seed}")

    def live(self, night: Night) -> dict[str, set[str]]:
        """The day before a night: what the newsroom did, as numbers, by `new`, `corrected`, `removed`, `returned`."""
        done: dict[str, set[str]] = {name: set() for name in ("new", "corrected", "removed", "returned")}
        for key, back in [*((key, 0) for key in night.new), *night.late, *night.hidden]:
            made = self.site.add_article(key, posted=night.day - timedelta(days=back))
            done["new"].add(made.id)
            if (key, back) in night.hidden:
                self.hidden.add(made.id)
        for _ in range(min(night.returns, len(self.gone))):
            back_again = self._rng.choice(sorted(self.gone))  # within the look-back or far beyond it
            self.site.restore(back_again)
            self.gone.discard(back_again)
            done["returned"].add(back_again)
        for keep_listed in night.removals:
            if chosen := self._one_of_late(night.day, done):
                self.site.remove(chosen, keep_listed=keep_listed)
                self.gone.add(chosen)
                done["removed"].add(chosen)
        for _ in range(night.corrections):
            if chosen := self._one_of_late(night.day, done):
                self.site.correct(chosen)
                done["corrected"].add(chosen)
        if night.deep:
            self.hidden.clear()
        return done

    def _one_of_late(self, today: date, done: dict[str, set[str]]) -> str | None:
        """A stored article of the last days that nothing has happened to today."""
        touched = set().union(*done.values()) | self.gone | self.hidden
        recent = [
            slot.id
            for slot in self.site.slots.values()
            if timedelta(days=1) <= today - slot.posted <= timedelta(days=_RECENT)
            and slot.id in self.record
            and slot.id not in touched
        ]
        return self._rng.choice(recent) if recent else None

    def seen(self) -> tuple[set[str], set[str]]:
        """A run has seen the whole site: (articles that are new to it, those whose content is)."""
        new, revised = set(), set()
        for slot in self.site.slots.values():
            if slot.removed or slot.id in self.hidden or slot.id == self.failing:
                continue
            content = comparable(self.site.expected(self.site.record(slot.id)))
            history = self.record.setdefault(slot.id, [])
            if not history:
                new.add(slot.id)
            elif history[-1] != content:
                revised.add(slot.id)
            if not history or history[-1] != content:
                history.append(content)
        return new, revised


def comparable(line: Content) -> Content:
    """What must be the same in the archive and in the record: all of an article but the host it stands on."""
    names = (
        *("id", "title", "kicker", "subtitle", "published", "posted", "section", "listed_in", "source"),
        *("header_line", "authors", "editor", "credits", "text", "pages", "template"),
    )
    found = {name: line[name] for name in names}
    found["images"] = [(image["url"].rpartition("/")[2], image["caption"]) for image in line["images"]]
    found["blocks"] = [(block["type"], block.get("text")) for block in line["blocks"]]
    return found
