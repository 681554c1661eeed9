"""An article's body as blocks: paragraphs, subheads, pictures, tables, videos, files and signatures."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from demo_site import prose, words
from demo_site.county import County
from demo_site.plan import Slot
from panan_spider.items import Attachment, Block, Heading, ImageBlock, Link, Paragraph, Table, Video


def body(county: County, rng: Random, slot: Slot) -> tuple[Block, ...]:
    """The blocks of the article in `slot`."""
    kind = county.by_key[slot.section].kind
    if kind == "photo":
        return tuple(_picture(rng, slot, n, captioned=n != 1) for n in range(rng.randint(2, 6)))
    if kind == "notice":
        return _notice(county, rng, slot)
    blocks: list[Block] = [Paragraph(text=text) for text in _texts(rng, slot)]
    if kind == "video":
        blocks.insert(0, Video(url=f"http://{slot.host}/video/{slot.id}.mp4"))
    if slot.rank % 5 == 2:
        _add_subheads(rng, blocks)
    if slot.rank % 3 != 0 and kind != "video":
        _add_pictures(rng, slot, blocks)
    if slot.rank % 17 == 6:
        blocks.insert(len(blocks) // 2, _table(rng))
    if slot.rank % 13 == 4:
        blocks += [
            Paragraph(text=f"{county.place}{rng.choice(('样例', '测试'))}局"),
            Paragraph(text=_printed_day(slot)),
        ]
    return tuple(blocks)


def part_sizes(slot: Slot, blocks: Sequence[Block]) -> tuple[int, ...]:
    """Blocks on each page of the article; `()` for an article of one page."""
    if slot.rank % 23 != 9 or len(blocks) < 6:
        return ()
    third = len(blocks) // 3
    cuts = [third, 2 * third] if slot.rank % 2 else [third]
    return tuple(end - start for start, end in pairwise([0, *cuts, len(blocks)]))


def files(blocks: Sequence[Block]) -> list[Link]:
    """The files the blocks link to."""
    return [Link(url=block.url, title=block.title) for block in blocks if block.type == "attachment"]


def _texts(rng: Random, slot: Slot) -> list[str]:
    count = rng.randint(12, 16) if slot.rank % 23 == 9 else rng.randint(3, 8)
    return [prose.opening(rng), *(prose.paragraph(rng) for _ in range(count - 1))]


def _add_subheads(rng: Random, blocks: list[Block]) -> None:
    for place, pattern in zip((4, 2), rng.sample(words.SUBHEADS, 2), strict=True):
        if place < len(blocks):
            blocks.insert(place, Heading(text=prose.fill(rng, pattern)))


def _add_pictures(rng: Random, slot: Slot, blocks: list[Block]) -> None:
    for n in range(slot.rank % 3 + rng.randint(0, 1)):
        # Never right before or after a subhead: which of the two a short line is, only its place can say.
        places = [i for i in range(1, len(blocks) + 1) if _between_texts(blocks, i)]
        if places:
            blocks.insert(rng.choice(places), _picture(rng, slot, n, captioned=(slot.rank + n) % 4 != 3))


def _between_texts(blocks: list[Block], place: int) -> bool:
    return blocks[place - 1].type == "paragraph" and (place == len(blocks) or blocks[place].type == "paragraph")


def _picture(rng: Random, slot: Slot, number: int, *, captioned: bool) -> Block:
    if slot.template == "trs":
        url = f"{slot.url.rsplit('/', 1)[0]}/W0{slot.posted:%Y%m%d}{int(slot.id) % 1_000_000:06d}{number:03d}.jpg"
    else:
        digits = f"{int(slot.id):08d}"[-8:]
        url = f"http://{slot.host}/pic/0/{digits[:2]}/{digits[2:4]}/{digits[4:6]}/{digits}_{number + 100000}.jpg"
    return ImageBlock(url=url, caption=prose.caption(rng) if captioned else None)


def _table(rng: Random) -> Block:
    rows = [["序号", "单位", "得分"]]
    rows += [[str(n + 1), rng.choice(words.PLACES), f"{rng.randint(800, 999) / 10}"] for n in range(rng.randint(2, 5))]
    return Table(rows=rows)


def _notice(county: County, rng: Random, slot: Slot) -> tuple[Block, ...]:
    blocks: list[Block] = [
        Paragraph(text=prose.fill(rng, "根据{place}{thing}工作安排,现将有关事项公告如下,请社会各界予以监督。"))
    ]
    blocks += [Paragraph(text=f"{'一二三四'[n]}、{prose.sentences(rng, 2)}") for n in range(rng.randint(2, 4))]
    for n in range(rng.randint(1, 3)):
        ext = rng.choice(("doc", "xls", "pdf"))
        blocks.append(
            Attachment(url=_file_url(slot, n, ext), title=f"附件{n + 1}:{rng.choice(words.PLACES)}名单.{ext}")
        )
    blocks += [Paragraph(text=f"{county.place}样例办公室"), Paragraph(text=_printed_day(slot))]
    return tuple(blocks)


def _file_url(slot: Slot, number: int, ext: str) -> str:
    folder = slot.url.rsplit("/", 1)[0]
    return (
        f"{folder}/P0{slot.posted:%Y%m%d}{number:06d}.{ext}"
        if slot.template == "trs"
        else f"http://{slot.host}/files/{slot.id}_{number}.{ext}"
    )


def _printed_day(slot: Slot) -> str:
    return f"{slot.posted.year}年{slot.posted.month}月{slot.posted.day}日"
