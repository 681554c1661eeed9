"""What stands beside a text and not in it: columns of links, banners, advertisements. Told by where it stands and where it leads."""

import re
from collections.abc import Sequence
from itertools import chain, islice
from typing import Final

from lxml import etree

from panan_spider.extract import media
from panan_spider.extract.line import Line, common_box, stands_in

#: Where a site keeps the pictures of its own pages.
_DECORATION: Final = re.compile(
    r"(?:^|/)(?:images?|imgs?|skins?|static|themes?|templates?|css|styles?)/", re.IGNORECASE
)
_ADVERTISEMENT: Final = re.compile(r"(?:^|[\s_-])(?:ads?|adv|advert\w*|guanggao)(?:$|[\s\d_-])", re.IGNORECASE)


def leads_away(line: Line) -> bool:
    """Whether the line is a row of links to other pages, no file and no address to write to."""
    if line.kind != "text" or not line.is_row:
        return False
    return all(not media.is_file(href) and not href.startswith("mailto:") for href, _ in line.links)


def is_advertisement(picture: Line) -> bool:
    """Whether the picture, none of the article's by its address, stands in a box called an advertisement's."""
    boxes = chain((picture.block,), islice(picture.block.iterancestors(), 2))
    return not media.is_content(picture.src) and any(
        _ADVERTISEMENT.search(f"{box.get('class', '')} {box.get('id', '')}") for box in boxes
    )


def without_side(kept: list[Line], header: Sequence[Line], discarded: list[tuple[str, str]]) -> list[Line]:
    """The lines without those beside the text: in elements outside its container that are links, or the site's decoration."""
    suspects = [line for line in kept if leads_away(line) or _is_decoration(line)]
    container = _container([line for line in kept if line.kind == "text"][:2]) if suspects else None
    if container is None:
        return kept
    around = set(container.iterancestors())
    article = common_box(container, header[0].block) if header else container
    found = (_branch(line, container, around) for line in suspects)
    for branch in dict.fromkeys(element for element in found if element is not None):
        held = [line for line in kept if stands_in(line, branch)]
        if held and _is_beside(held, outside=article is not None and article not in branch.iterancestors()):
            discarded.extend((line.text or line.src, "a block beside the text") for line in held)
            kept = [line for line in kept if not stands_in(line, branch)]
    return kept


def _is_decoration(line: Line) -> bool:
    return line.kind == "image" and not media.is_content(line.src) and _DECORATION.search(line.src) is not None


def _container(texts: Sequence[Line]) -> etree._Element | None:
    """The element that holds the text, by its first two lines."""
    found = common_box(texts[0].block, texts[-1].block) if texts else None
    return found.getparent() if found is not None and found.tag == "p" else found


def _branch(line: Line, container: etree._Element, around: set[etree._Element]) -> etree._Element | None:
    """The largest element around the line that stands beside the container; None within the container."""
    path = (line.block, *line.block.iterancestors())
    found = next((element for element in path if element is container or element.getparent() in around), None)
    return None if found is container or found in around else found


def _is_beside(held: Sequence[Line], *, outside: bool) -> bool:
    """Whether these lines of one branch are no text; `outside` is whether it stands outside of what holds headline and text."""
    if all(_is_decoration(line) for line in held):
        return True
    mostly = 2 * sum(line.linked for line in held) >= sum(len(line.bare) for line in held)
    return sum(map(leads_away, held)) > 1 and (mostly or outside)
