"""Full-width forms read as their ASCII twins: `:` and U+FF1A, `/` and U+FF0F are one sign to a reader."""

from typing import Final

from panan_spider.pages.memo import remembered

_TWINS: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@remembered  # each line of a page is asked after by every rule that might know it
def fold(text: str) -> str:
    """`text` with full-width ASCII forms as ASCII, character for character: indexes into it hold for `text` too."""
    return text.translate(_TWINS)


def as_printed(text: str, folded: str) -> str:
    """The stretch of `text` whose folded form is `folded`; `folded` itself where there is none."""
    at = fold(text).find(folded)
    return text[at : at + len(folded)] if folded and at >= 0 else folded
