"""Sentences, titles and captions out of the made-up vocabulary. The same random source gives the same words."""

from random import Random
from typing import Final

from demo_site import words

#: Chinese pages print their punctuation wide; the source here is easier to read with the narrow kind.
_WIDE: Final = str.maketrans(",:;()", "\uff0c\uff1a\uff1b\uff08\uff09")
_TITLES: Final = (
    "{place}{thing}{deed}",
    "{adverb}{verb}{thing} {place}{deed}",
    "{leader}调研{thing}时要求 {adverb}{verb}各项任务",
    "{column}|{place}:{thing}{deed}",
    "{meeting}在{place}召开",
    "{place}:{n}名村民的{thing}故事",
    "{verb}{thing} {verb}“样例{m}条”",
    "{place}({m}年)路:{adverb}{verb}{thing}",
)


def fill(rng: Random, pattern: str) -> str:
    """`pattern` with each of its blanks filled by a word of that kind."""
    return pattern.translate(_WIDE).format(
        place=rng.choice(words.PLACES),
        thing=rng.choice(words.THINGS),
        deed=rng.choice(words.DEEDS),
        verb=rng.choice(words.VERBS),
        adverb=rng.choice(words.ADVERBS),
        leader=rng.choice(words.LEADERS),
        meeting=rng.choice(words.MEETINGS),
        column=rng.choice(words.COLUMNS),
        n=rng.randint(100, 9800),
        m=rng.randint(3, 60),
        p=rng.randint(11, 99),
        date=f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日",
    )


def title(rng: Random, kind: str) -> str:
    """A headline; `kind` is the section's: news, leader, notice, video, photo."""
    if kind == "notice":
        return fill(rng, "关于{place}{thing}有关事项的公告(第{m}号)")
    if kind == "video":
        return fill(rng, "视频:{place}{thing}{deed}")
    if kind == "photo":
        return fill(rng, "组图:{place}里的{thing}")
    if kind == "leader":
        return fill(rng, _TITLES[rng.choice((1, 4, 6))])
    return fill(rng, rng.choice(_TITLES))


def kicker(rng: Random) -> str:
    """The line over a leader's headline."""
    return fill(
        rng, rng.choice(("{leader}在{place}调研时强调", "{leader}在{meeting}上指出", "{leader}督查{thing}时要求"))
    )


def opening(rng: Random) -> str:
    """A body's first paragraph."""
    return fill(rng, rng.choice(words.OPENINGS)) + sentences(rng, rng.randint(0, 2))


def paragraph(rng: Random) -> str:
    """A paragraph of one to five sentences, long enough that nobody takes it for a caption."""
    return sentences(rng, rng.randint(2, 5))


def sentences(rng: Random, count: int) -> str:
    """`count` different sentences."""
    return "".join(fill(rng, pattern) for pattern in rng.sample(words.SENTENCES, count))


def caption(rng: Random) -> str:
    """A picture's caption, without ▲: bare, 图为…, or … 摄."""
    text = fill(rng, rng.choice(words.CAPTIONS))
    form = rng.randrange(4)
    if form == 0:
        return f"图为{text}。"
    return f"{text} {rng.choice(words.REPORTERS)} 摄" if form == 1 else text
