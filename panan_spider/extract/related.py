"""The 相关阅读 / 相关新闻 block: links to other articles."""

from collections.abc import Callable, Sequence

from lxml import etree

from panan_spider.extract import landmarks
from panan_spider.extract.line import Line, common_box, stands_in
from panan_spider.items import Link


def read_related(lines: Sequence[Line], resolve: Callable[[str], str]) -> tuple[Link, ...]:
    """The links under the first related heading of these lines, which come after the body."""
    for index, line in enumerate(lines):
        if line.kind == "text" and landmarks.side_heading(line.folded) in landmarks.RELATED_HEADINGS:
            return tuple(_links(lines, index, resolve))
    return ()


def _links(lines: Sequence[Line], heading: int, resolve: Callable[[str], str]) -> list[Link]:
    found: list[Link] = []
    block: etree._Element | None = None
    for line in lines[heading + 1 :]:
        if landmarks.side_heading(line.folded) or landmarks.is_footer(line.folded):
            break
        if not line.links:
            if found and line.kind == "text":
                break
            continue
        if block is None:
            block = common_box(lines[heading].block, line.block)
        if block is not None and not stands_in(line, block):
            break
        found += [Link(url=url, title=title) for href, title in line.links if title and (url := resolve(href))]
    return found
