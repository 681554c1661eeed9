"""The gold articles: who is named in them, with which office, doing what and where; and how a reading compares with that.

In gold/*.txt an article begins with `== name`. `[office]` is an office as printed, `{name}` a person with the office before him,
`{name=office}` one whose office stands elsewhere in the article, `<action>` what those named last do, `(place)` where.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from panan_spider.publish.people.mentions import Mention, people_in_fields

FOLDER: Final = Path(__file__).parent / "gold"
_MARK: Final = re.compile(
    r"\[(?P<office>[^\]]+)\]|\{(?P<name>[^}=]+)(?:=(?P<given>[^}]+))?\}|<(?P<action>[^<>]+)>|\((?P<place>[^)]+)\)"
)
#: What may stand between two people who do something together.
_JOINT: Final = re.compile("[、，,]?|和|与|及|以及")

#: (kind, name, first character of the name, what, its first character or -1)
Fact = tuple[str, str, int, str, int]


def people_of(text: str) -> list[Mention]:
    """All mentions of office-holders in a text, in order."""
    return people_in_fields({"text": text})["text"]


@dataclass
class Gold:
    """One article and the facts in it."""

    title: str
    text: str = ""
    facts: set[Fact] = field(default_factory=set)


def articles(which: str) -> list[Gold]:
    """The articles of gold/<which>.txt."""
    parts = re.split(r"^== (\S+)\n", (FOLDER / f"{which}.txt").read_text("utf-8"), flags=re.MULTILINE)
    return [_read(title, body.strip()) for title, body in zip(parts[1::2], parts[2::2], strict=True)]


def _read(title: str, marked: str) -> Gold:
    gold, at, office = Gold(title), 0, ""
    group: list[tuple[str, int]] = []
    since = ""  # text since the last person
    for mark in _MARK.finditer(marked):
        plain = marked[at : mark.start()]
        gold.text, since, at = gold.text + plain, since + plain, mark.end()
        start, (kind, value) = len(gold.text), next((k, v) for k, v in mark.groupdict().items() if v is not None)
        gold.text += value
        if kind == "office":
            office = value
        elif kind == "name":
            group = [*(group if _JOINT.fullmatch(since) else []), (value, start)]
            gold.facts.add(("person", value, start, mark["given"] or office, -1))
            since = ""
        else:
            gold.facts |= {(kind, name, where, value, start) for name, where in group}
            since += value
    gold.text += marked[at:]
    return gold


def read(text: str) -> set[Fact]:
    """The facts that the grammar finds."""
    found: set[Fact] = set()
    for person in people_of(text):
        found.add(("person", person.name, person.start, person.office, -1))
        found |= {("action", person.name, person.start, text[a:b], a) for a, b in person.actions.spans}
        if person.actions.place is not None:
            a, b = person.actions.place
            found.add(("place", person.name, person.start, text[a:b], a))
    return found


@dataclass
class Score:
    """How many facts are right, made up, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of what is there that was found."""
        return self.right / max(1, self.right + self.missed)


def scores(which: str, *, tell: bool = False) -> dict[str, Score]:
    """By kind of fact, and for `all`."""
    by_kind = {kind: Score() for kind in ("person", "action", "place", "all")}
    for gold in articles(which):
        found = read(gold.text)
        for fact in sorted(found | gold.facts, key=lambda fact: (fact[2], fact)):
            outcome = "right" if fact in found and fact in gold.facts else "wrong" if fact in found else "missed"
            if tell and outcome != "right":
                print(gold.title, outcome, fact)
            for kind in (fact[0], "all"):
                setattr(by_kind[kind], outcome, getattr(by_kind[kind], outcome) + 1)
    return by_kind


if __name__ == "__main__":
    import sys

    for kind, score in scores(sys.argv[1], tell="--tell" in sys.argv).items():
        print(f"{kind:8} precision {score.precision:.3f} recall {score.recall:.3f} {score}")
