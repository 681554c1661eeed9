"""Article writer: the record of an article by its place in the plan, the same on every call."""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from demo_site import bodies, prose, words
from demo_site.county import County
from demo_site.plan import Slot
from demo_site.record import Record
from panan_spider.items import Author, Link


def title_of(county: County, seed: int, slot: Slot) -> str:
    """The headline alone: lists need it of thousands of articles."""
    return prose.title(Random(f"title/{seed}/{slot.id}"), county.by_key[slot.section].kind)


def write(county: County, seed: int, slot: Slot, related: tuple[Link, ...]) -> Record:
    """The record of the article in `slot`."""
    rng = Random(f"article/{seed}/{slot.id}")
    blocks = bodies.body(county, rng, slot)
    names, urls = trail(county, slot)
    byline = _byline(county, rng, slot)
    return Record(
        url=slot.url,
        id=slot.id,
        template=slot.template,
        title=title_of(county, seed, slot),
        kicker=_kicker(county, rng, slot),
        subtitle=prose.fill(rng, rng.choice(words.SUBTITLES)) if slot.rank % 12 == 7 else None,
        published=_published(rng, slot),
        posted=slot.posted.isoformat(),
        breadcrumbs=names,
        breadcrumb_urls=urls,
        source=_source(county, rng, slot),
        authors=byline.authors,
        editor=byline.editor,
        credits=byline.credits,
        blocks=blocks,
        related=related if slot.rank % 3 == 1 and slot.template != "trs" else (),
        parts=bodies.part_sizes(slot, blocks),
        county=county,
    )


def trail(county: County, slot: Slot) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    """The breadcrumb's parts and where each leads; none on some pages of template A."""
    if slot.template == "enorth_a" and slot.rank % 9 == 5:
        return (), ()
    section = county.by_key[slot.section]
    chain = [county.by_key[key] for key in section.trail] + [section]
    names = [county.name, *(s.name for s in chain)]
    urls: list[str | None] = [county.home[slot.host], *(s.url for s in chain)]
    if slot.template == "enorth_b":
        names, urls = [county.portal, *names], [county.portal_url, *urls]
    if slot.rank % 4 == 1 and slot.section != county.hidden:
        urls[-1] = None  # printed as text alone
    return tuple(names), tuple(urls)


def _kicker(county: County, rng: Random, slot: Slot) -> str | None:
    return prose.kicker(rng) if county.by_key[slot.section].kind == "leader" and slot.rank % 2 else None


def _published(rng: Random, slot: Slot) -> str | None:
    day = slot.posted - timedelta(days=slot.lag)
    if slot.rank % 19 == 11:
        return None
    return (
        f"{day}T{rng.randint(6, 22):02d}:{rng.randint(0, 59):02d}:00+08:00" if slot.template == "enorth_a" else f"{day}"
    )


def _source(county: County, rng: Random, slot: Slot) -> str | None:
    empty = slot.rank % 5 in (1, 3) if slot.template == "enorth_b" else slot.rank % 11 == 4
    if _published(Random(0), slot) is None and slot.template != "enorth_a":
        empty = False  # a header line says at least one thing
    return None if empty else rng.choice(county.sources)


@dataclass(frozen=True)
class _Byline:
    authors: tuple[Author, ...] = ()
    editor: str | None = None
    credits: tuple[tuple[str, str], ...] = ()


def _byline(county: County, rng: Random, slot: Slot) -> _Byline:
    names = rng.sample(words.REPORTERS, 4)
    if slot.template == "enorth_a":
        return _tail(rng, slot, names)
    authors = _marked(county, rng, slot, names) if slot.template == "trs" else _reporters(slot, names)
    editor = None if slot.rank % 6 == 2 or slot.template == "trs" else rng.choice(words.EDITORS)
    return _Byline(authors, editor)


def _tail(rng: Random, slot: Slot, names: list[str]) -> _Byline:
    if slot.rank % 8 == 3:
        return _Byline()
    authors = [Author(name=names[0], title=None, work="text+photo")]
    if slot.rank % 3 == 1:
        authors = [Author(name=name, title=None, work=None) for name in names[:2]]
    if slot.rank % 3 == 2:
        authors = [Author(name=names[0], title="记者", work=None), Author(name=names[1], title="通讯员", work=None)]
    editors = rng.sample(words.EDITORS, 2)
    checked = rng.sample(words.REVIEWERS, 2)
    editor = " ".join(editors) if slot.rank % 2 else editors[0]
    return _Byline(tuple(authors), editor, (("初审", checked[0]), ("终审", checked[1])))


def _reporters(slot: Slot, names: list[str]) -> tuple[Author, ...]:
    if slot.rank % 10 == 8:
        return ()
    if slot.rank % 10 == 5:
        return Author(name=names[0], title="记者", work=None), Author(name=names[1], title="通讯员", work=None)
    role = ("记者", "记者", "特派记者", "实习记者", "记者", "见习记者", "通讯员")[slot.rank % 7]
    return tuple(Author(name=name, title=role, work=None) for name in names[: 1 + slot.rank % 3])


def _marked(county: County, rng: Random, slot: Slot, names: list[str]) -> tuple[Author, ...]:
    form = slot.rank % 6
    if form == 0:
        return ()
    if form == 1:
        return tuple(
            Author(name=n, title="记者", work=w) for n, w in zip(names[:3], ("text", "text", "photo"), strict=True)
        )
    if form == 2:
        return (Author(name=names[0], title="记者", work="text+photo"),)
    if form == 3:
        return Author(name=names[0], title="记者", work="text"), Author(name=names[1], title="通讯员", work="photo")
    if county.by_key[slot.section].kind == "video":
        return (Author(name=names[0], title="记者", work="video"),)
    return tuple(Author(name=name, title="记者", work=None) for name in names[: form - 3])


def corrected(record: Record, number: int) -> Record:
    """The record with its last paragraph put right, as an editor would."""
    blocks = list(record.blocks)
    for at in range(len(blocks) - 1, -1, -1):
        block = blocks[at]
        if block.type == "paragraph" and len(block.text) > 20:
            blocks[at] = block.model_copy(update={"text": f"{block.text}文中第{number}处数字已经核正。"})
            return replace(record, blocks=tuple(blocks))
    return replace(record, title=f"{record.title}(更正{number})")
