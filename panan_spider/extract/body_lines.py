"""The body's own lines: without what the page around left among them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Final

from lxml import etree

from panan_spider.core.text import fold, once
from panan_spider.extract import words
from panan_spider.extract.body import TERMINAL
from panan_spider.extract.header_line import is_label, strength
from panan_spider.extract.labels import Label, give, has
from panan_spider.extract.line import Line, common_box, image_source, is_content, stands_in
from panan_spider.extract.words import without_bar
from panan_spider.items import Link

#: Where a site keeps the pictures of its own pages.
_DECORATION: Final = re.compile(
    r"(?:^|/)(?:images?|imgs?|skins?|static|themes?|templates?|css|styles?)/", re.IGNORECASE
)
_ADVERTISEMENT: Final = re.compile(r"(?:^|[\s_-])(?:ads?|adv|advert\w*|guanggao)(?:$|[\s\d_-])", re.IGNORECASE)

_LONGEST_SIDE_HEADING: Final = 10
#: Rows that make a list of links.
_FEWEST_LINKS: Final = 5
_MANY_LINKS: Final = 10
_LINK_BEHIND: Final = "a link to another page, or keywords, after the body"
_BULLET: Final = re.compile(r"\s{0,9}[★☆●○■□◆◇▲▶►•·※]")
_FOOT_SURE: Final = re.compile(rf"(?:{words.one_of('foot_labels')})\s*:")
_FOOT: Final = re.compile(rf"{_FOOT_SURE.pattern}|(?:{words.one_of('foot_contacts')})\s*:")


def leads_away(line: Line) -> bool:
    """Whether the line is a row of links to other pages, no file and no address to write to."""
    if line.kind != "text" or not line.is_row:
        return False
    return not line.files and not any(href.startswith("mailto:") for href, _ in line.links)


def _first_of_article(kept: Sequence[Line], header: Sequence[Line]) -> Sequence[Line]:
    """The first two texts; the first picture where it stands in one box with the header line and no text does."""
    texts = [line for line in kept if line.kind == "text"][:2]
    box = common_box(kept[0].block, header[0].block) if kept[0].kind == "image" and header else None
    if box is None or box.tag in ("body", "html") or any(stands_in(line, box) for line in texts):
        return texts
    return kept[:1]


def _is_decoration(line: Line) -> bool:
    return line.kind == "image" and not is_content(line.src) and _DECORATION.search(line.src) is not None


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
    if outside and (leads_away(held[0]) or (held[0].kind == "image" and any(map(leads_away, held[1:3])))):
        return True  # a card: picture, headline and words of another article
    return sum(map(leads_away, held)) > 1 and (mostly or outside)


@dataclass
class BodyState:
    """The body under way: the lines still in it, the header line's, and what each rule has taken."""

    kept: list[Line]
    header: Sequence[Line]
    taken: dict[str, list[Line]] = field(default_factory=dict)

    @once
    def is_list(self) -> bool:
        """Whether the body itself is a list of links, as of a topic page: rows from its first line on and no paragraph, or many with bullets.

        Asked first by the rule for side blocks, so that no rule behind it takes the list for others' links.
        """
        texts = [line for line in self.kept if line.kind == "text"]
        rows = [line for line in texts if leads_away(line)]
        if len(rows) < _FEWEST_LINKS or 10 * len(rows) < 6 * len(texts):
            return False
        marked = sum(1 for line in rows if _BULLET.match(line.text))
        if len(rows) >= _MANY_LINKS and 10 * marked >= 6 * len(rows):
            return True
        return leads_away(texts[0]) and not any(words.is_prose(line) and not leads_away(line) for line in texts)


@dataclass(frozen=True)
class BodyRule:
    """One rule for lines among the text that are none of it: which they are, given their neighbours."""

    name: str
    label: Label
    why: str  # as in `discarded`
    find: Callable[[BodyState], Sequence[Line]]


def clean_lines(lines: Sequence[Line], discarded: list[tuple[str, str]], header: Sequence[Line] = ()) -> list[Line]:
    """The body's lines without those that a rule takes out; each is noted in `discarded` with the reason."""
    state = BodyState(list(lines), header)
    for rule in BODY_RULES:
        found = rule.find(state)
        state.taken[rule.name] = list(found)
        if not found:
            continue
        give(found, rule.label, f"body: {rule.name}")
        discarded.extend((line.text or line.src, rule.why) for line in found)
        gone = set(map(id, found))
        state.kept = [line for line in state.kept if id(line) not in gone]
    return _joined(state.kept)


def _left_over(state: BodyState) -> list[Line]:
    printed = {line.bare for line in state.header if strength(line.folded, line.words) or is_label(line.folded)}
    return [line for line in state.kept if has(line, Label.LEFTOVER, Label.FURNITURE) or line.bare in printed]


def _codes(state: BodyState) -> list[Line]:
    """Pictures right before furniture that speaks of a code to be scanned, and those of the page's own right behind it."""
    left_over = set(map(id, _left_over(state)))
    kept: list[Line] = []
    found: list[Line] = []
    for before, line in zip([None, *state.kept], state.kept, strict=False):
        follows = before is not None and id(before) in left_over and words.names_code(before)
        if line.kind == "image" and follows and not is_content(line.src):
            found.append(line)
        elif id(line) not in left_over:
            kept.append(line)
        elif kept and words.names_code(line) and kept[-1].kind == "image" and _is_code(kept, line):
            found.append(kept.pop())
    return found


def _advertisements(state: BodyState) -> list[Line]:
    """Pictures, none of the article's by its address, in a box called an advertisement's."""
    pictures = (line for line in state.kept if line.kind == "image" and not is_content(line.src))
    return [
        line
        for line in pictures
        if any(map(_is_advertisement, islice(chain((line.block,), line.block.iterancestors()), 3)))
    ]


def _is_advertisement(box: etree._Element) -> bool:
    return _ADVERTISEMENT.search(f"{box.get('class', '')} {box.get('id', '')}") is not None


def _toolbars(state: BodyState) -> list[Line]:
    """The toolbars before the first words of the text and behind its last. Cuts a bar off the first line, too."""
    kept = state.kept
    if kept and (text := without_bar(kept[0].raw)) != kept[0].raw:
        kept[0] = replace(kept[0], raw=text)
    head = 0
    while head < len(kept) and (kept[head].kind != "text" or _is_tool(kept[head]) or words.names_keywords(kept[head])):
        head += 1
    foot = len(kept)
    while foot > head and (has(kept[foot - 1], Label.TOOLBAR) or leads_away(kept[foot - 1])):
        foot -= 1
    return [line for line in kept[:head] if line.kind == "text"] + list(filter(_is_tool, kept[foot:]))


def _toolbars_behind(state: BodyState) -> list[Line]:
    """The toolbars at the end of what the rules for other blocks have left."""
    foot = len(state.kept)
    while foot > 1 and has(state.kept[foot - 1], Label.TOOLBAR):
        foot -= 1
    return state.kept[foot:]


def _side_blocks(state: BodyState) -> list[Line]:
    """The lines beside the text: in elements outside its container that are links, or the site's decoration.

    Where the body itself is a list of links, only what stands outside of the box of headline and text counts.
    """
    kept, header, is_list = state.kept, state.header, state.is_list
    suspects = [line for line in kept if leads_away(line) or _is_decoration(line)]
    container = _container(_first_of_article(kept, header)) if suspects else None
    if container is None:
        return []
    around = set(container.iterancestors())
    article = common_box(container, header[0].block) if header else container
    branches = (_branch(line, container, around) for line in suspects)
    found: list[Line] = []
    for branch in dict.fromkeys(element for element in branches if element is not None):
        held = [line for line in kept if stands_in(line, branch) and not any(line is other for other in found)]
        outside = article is not None and article not in branch.iterancestors()
        if held and (outside or not is_list) and _is_beside(held, outside=outside):
            found += held
    return found


def _links_behind(state: BodyState) -> list[Line]:
    """Links to other pages, with their pictures, and keywords, behind the last paragraph; the last one first."""
    kept, links = list(state.kept), list[Line]()
    while not state.is_list and kept:
        last = kept[-1]
        is_link = leads_away(last) and not words.is_prose(last)  # no paragraph that happens to be a link
        if not is_link and not _is_thumbnail(last, links) and not (len(kept) > 1 and words.names_keywords(last)):
            break
        links.append(kept.pop())
    return links


def _heading_of_links(state: BodyState) -> list[Line]:
    kept, links = state.kept, state.taken.get("links behind", [])
    return kept[-1:] if links and len(kept) > 1 and _heads(kept[-1], links, kept[-2]) else []


def _is_tool(line: Line) -> bool:
    return has(line, Label.TOOLBAR) or (has(line, Label.PAGER) and not words.is_statement(line.folded))


def is_dropped_text(left_out: tuple[str, str]) -> bool:
    """Whether a pair of `discarded` is words of a link that was taken off the end of the body."""
    text, why = left_out
    return why == _LINK_BEHIND and "/" not in text


def _is_code(kept: Sequence[Line], line: Line) -> bool:
    """Whether the picture last kept is the code that the line speaks of: none of the article's, or in a box with the line alone."""
    picture = kept[-1]
    if not is_content(picture.src):
        return True
    box = next((e for e in (line.block, *line.block.iterancestors()) if stands_in(picture, e)), None)
    return box is not None and len(kept) > 1 and not stands_in(kept[-2], box)


def _is_thumbnail(line: Line, links: Sequence[Line]) -> bool:
    """Whether the line is a picture of the link after it, which together lead to another article."""
    if not links or line.kind != "image":
        return False
    led_to = {href for link in links for href, _ in link.links}
    around = (line.block, *line.block.iterancestors("a"))
    anchors = (anchor for box in around for image in box.iter("img") for anchor in image.iterancestors("a"))
    return any(
        anchor.get("href") in led_to and any(image_source(image) == line.src for image in anchor.iter("img"))
        for anchor in anchors
    )


def _heads(line: Line, links: Sequence[Line], before: Line) -> bool:
    """Whether the line stands over the links in a box of their own: 为您推荐, 通知公告."""
    if line.kind != "text" or len(line.bare) > _LONGEST_SIDE_HEADING or TERMINAL.search(line.folded):
        return False
    linked = {element for link in links for element in (link.block, *link.block.iterancestors())}
    box = next((element for element in line.block.iterancestors() if element in linked), None)
    return box is not None and not stands_in(before, box)


def _notices(state: BodyState) -> list[Line]:
    """Notices of rights, in whole sentences, at the end and outside of the text's container."""
    kept = state.kept
    first = len(kept)
    while first > 1 and kept[first - 1].kind == "text" and words.is_notice(kept[first - 1]):
        first -= 1
    run = kept[first:]
    container = _container([line for line in kept[:first] if line.kind == "text"][:2]) if run else None
    return [] if container is None or any(stands_in(line, container) for line in run) else run


def _foot(state: BodyState) -> list[Line]:
    """The foot of a page that claims no rights: who runs it and where, below the text's container."""
    kept = state.kept
    first = len(kept)
    while first and kept[first - 1].kind == "text" and _FOOT.match(kept[first - 1].folded):
        first -= 1
    run = kept[first:]
    if not run or not first or not any(_FOOT_SURE.match(line.folded) for line in run):
        return []
    container = kept[first - 1].block.getparent() if kept[first - 1].block.tag == "p" else None
    if container is None or any(stands_in(line, container) for line in run):
        return []
    return run


#: In this order: a rule sees what those before it have left.
BODY_RULES: tuple[BodyRule, ...] = (
    BodyRule("code", Label.FURNITURE, "the code that leads to this page", _codes),
    BodyRule("left over", Label.LEFTOVER, "left over from an image or the page around", _left_over),
    BodyRule("advertisement", Label.OUTSIDE, "an advertisement", _advertisements),
    BodyRule("toolbar", Label.TOOLBAR, "a toolbar before or behind the text", _toolbars),
    BodyRule("side block", Label.SIDE, "a block beside the text", _side_blocks),
    BodyRule("links behind", Label.SIDE, _LINK_BEHIND, _links_behind),
    BodyRule("heading of links", Label.SIDE, "the heading of links after the body", _heading_of_links),
    BodyRule("notice", Label.BELOW, "a notice of rights below the text", _notices),
    BodyRule("toolbar behind", Label.TOOLBAR, "a toolbar before or behind the text", _toolbars_behind),
    BodyRule("foot", Label.FOOTER, "the foot of the page", _foot),
)


def _joined(lines: list[Line]) -> list[Line]:
    """Lines that only a single `<br>` cuts in mid-sentence, where the body sets its paragraphs off by two."""
    if not any(line.breaks == "brbr" for line in lines):
        return lines
    out: list[Line] = []
    for line in lines:
        before = out[-1] if out else None
        runs_on = (
            before is not None
            and line.breaks == "br"
            and before.kind == line.kind == "text"
            and before.block is line.block
            and len(before.bare) >= 20
            and not TERMINAL.search(fold(before.prose))
            and not re.match("[\u3000\xa0]", line.raw.lstrip("\n "))
        )
        if runs_on and before is not None:
            out[-1] = replace(
                before,
                raw=before.raw.rstrip() + line.raw.lstrip(),
                linked=before.linked + line.linked,
                links=before.links + line.links,
                bold=before.bold and line.bold,
            )
        else:
            out.append(line)
    return out


def read_related(lines: Sequence[Line], resolve: Callable[[str], str]) -> tuple[Link, ...]:
    """The links in the block under the first related heading of these lines, which come after the body."""
    texts = (index for index, line in enumerate(lines) if line.kind == "text")
    first = next((index for index in texts if words.side_heading(lines[index].folded) in words.RELATED_HEADINGS), None)
    found: list[Link] = []
    block: etree._Element | None = None
    for line in lines[first + 1 :] if first is not None else ():
        if has(line, Label.SIDE, Label.FOOTER) or (found and line.kind == "text" and not line.links):
            break
        if not line.links:
            continue
        if first is not None and block is None:
            block = common_box(lines[first].block, line.block)
        if block is not None and not stands_in(line, block):
            break
        found += [Link(url=url, title=title) for href, title in line.links if title and (url := resolve(href))]
    return tuple(found)
