"""What a generic extractor makes of the same page: a cross-check of the body, never a source of it."""

from collections import Counter
from typing import Final

from panan_spider.extract.document import Page

_GRAM: Final = 4  # characters

#: Below this the two bodies differ by more than captions and a byline.
AGREES: Final = 0.75


def agreement(page: Page, text: str) -> float | None:
    """F1 of the 4-character sequences of `text` and of what trafilatura reads, 0 to 1; None where ours has no such sequence, or where trafilatura (the extra `doctor`) is not installed."""
    try:
        import trafilatura  # half a second, and an extra of its own
    except ImportError:
        return None
    ours = grams(text)
    if not ours:
        return None
    return f1(ours, grams(trafilatura.extract(page.text, include_comments=False, include_tables=True) or ""))


def grams(text: str) -> Counter[str]:
    """Every sequence of four characters, blanks left out, with how often it occurs."""
    bare = "".join(text.split())
    return Counter(bare[at : at + _GRAM] for at in range(len(bare) - _GRAM + 1))


def f1(ours: Counter[str], theirs: Counter[str]) -> float:
    """The harmonic mean of the shares that each has in common with the other."""
    common = sum((ours & theirs).values())
    return 2 * common / (sum(ours.values()) + sum(theirs.values())) if common else 0.0
