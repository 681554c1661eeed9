"""What happens to the made-up county site in a year: one plan a seed, night by night."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

#: The first night. The first 200 hold a National Day and a Spring Festival, the two quiet times of the year.
BEGIN: Final = date(2022, 9, 1)
QUIET: Final = ((date(2022, 10, 1), date(2022, 10, 6)), (date(2023, 1, 20), date(2023, 1, 30)))

#: Articles a day and section (key of `demo_site.county_panan`), Monday to Sunday.
RHYTHM: Final = {
    "sj": (0.8, 0.7, 0.7, 0.7, 0.8, 0.2, 0.1),
    "xzh": (0.5, 0.5, 0.4, 0.5, 0.6, 0.2, 0.2),
    "sz": (0.7, 0.6, 0.6, 0.6, 0.7, 0.2, 0.1),
    "pazwgg": (0.2, 0.1, 0.2, 0.1, 0.3, 0.0, 0.0),
    "tzgg": (0.2, 0.1, 0.1, 0.2, 0.2, 0.0, 0.0),
}


@dataclass
class Night:
    """One night: what the newsroom did since the night before, and what stands between the site and the run."""

    number: int
    day: date
    new: list[str] = field(default_factory=list)  # a section each, put on the web that day
    late: list[tuple[str, int]] = field(default_factory=list)  # section, days it is dated back: still on page one
    hidden: list[tuple[str, int]] = field(default_factory=list)  # … so far back that only a deep walk meets it
    corrections: int = 0
    removals: list[bool] = field(default_factory=list)  # one each: whether the list goes on naming it
    returns: int = 0
    faults: tuple[str, ...] = ()
    deep: bool = False  # every section is walked to its end
    event: str = ""  # the one thing this night is there for; "" for a night like any other


#: Events of one night and of several: name, from about which night on, how many nights, faults while it lasts, faults ever after.
EVENTS: Final[tuple[tuple[str, int, int, tuple[str, ...], tuple[str, ...]], ...]] = (
    ("one article fails", 20, 1, (), ()),  # which one is known only then
    ("challenge", 33, 1, ("challenge",), ()),
    ("outage", 48, 3, ("down",), ()),
    ("pages nobody can read", 70, 1, ("relayout-unreadable",), ()),
    ("lists break", 96, 1, ("empty-lists",), ("redesign",)),
    ("redesign", 97, 1, ("redesign",), ("redesign",)),
    ("host move", 170, 1, ("moved",), ("moved",)),
)


def plan(seed: int, nights: int) -> list[Night]:
    """The year of this seed."""
    rng = Random(f"year/{seed}")
    year = [_ordinary(rng, number) for number in range(nights)]
    shift = rng.randint(-3, 3)
    lasting: tuple[str, ...] = ()
    starts = {begin + shift: (name, length, during, after) for name, begin, length, during, after in EVENTS}
    until, name = -1, ""
    during: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    for night in year:
        if night.number in starts:
            name, length, during, after = starts[night.number]
            until = night.number + length
        if night.number < until:
            night.event, night.faults = name, (*during, *(one for one in lasting if one not in during))
            night.removals, night.returns, night.hidden = [], 0, []
            if name == "one article fails":
                night.new = night.new or ["sj"]
        else:
            lasting = tuple(dict.fromkeys((*lasting, *after)))
            night.faults = lasting
        if night.number == until - 1:
            lasting = tuple(dict.fromkeys((*lasting, *after)))
    year[-1].deep = True  # the archive is judged after it
    return year


def _ordinary(rng: Random, number: int) -> Night:
    night = Night(number, BEGIN + timedelta(days=number))
    night.deep = night.day.weekday() == 6
    if any(first <= night.day <= last for first, last in QUIET):
        return night
    night.new = list(_printed(rng, night.day.weekday()))
    if number < 3:
        return night
    night.late = [("sj", rng.randint(2, 6))] if rng.random() < 0.06 else []
    # Behind the first list pages, once there are enough of them: an ordinary night does not read so far.
    night.hidden = [("sz", rng.randint(100, 140))] if number > 110 and rng.random() < 0.06 else []
    night.corrections = 1 if rng.random() < 0.25 else 0
    night.removals = [rng.random() < 0.5] if rng.random() < 0.05 else []
    night.returns = 1 if rng.random() < 0.05 else 0
    return night


def _printed(rng: Random, weekday: int) -> Iterator[str]:
    for section, rhythm in RHYTHM.items():
        if rng.random() < rhythm[weekday]:
            yield section
