"""What extraction does not yet read rightly. The list only ever shrinks: a gap that has closed fails its test until it is gone from here."""

import itertools
from collections.abc import Callable

from markup_pages import Printed

from demo_site.markup import Markup
from demo_site.record import Record


def header_authors(record: Record) -> bool:
    return bool(record.authors) and record.template != "enorth_a"


def uses_br(markup: Markup) -> bool:
    flow = markup.body in ("br1", "br2") or markup.captions in ("same", "same_plain")
    return flow or "br" in (markup.repeat_title, markup.title_split) or markup.editor_at == "last_line"


def two_pictures(record: Record) -> bool:
    kinds = [block.type for block in record.blocks]
    return ("image", "image") in itertools.pairwise(kinds)


GAPS: dict[str, Callable[[Printed], bool]] = {
    "a paragraph that begins with a tool's word is lost": lambda a: any(
        getattr(block, "text", "").startswith("分享到") for block in a.record.blocks
    ),
    "a title that begins with 记者 is taken for a byline": lambda a: a.record.title.startswith("记者"),
    "rows of a side column before the article become its kicker": lambda a: (
        a.markup.side == "before" and (not a.record.breadcrumbs or a.markup.wrap == "columns")
    ),
    "a subtitle in the body is text": lambda a: (
        (a.record.subtitle or "").startswith("——") and a.markup.subtitle_at == "body"
    ),
    "letter size in the header line is the source": lambda a: (
        a.markup.tools_at == "inline" and a.markup.tools == "fonts"
    ),
    "captions below two pictures": lambda a: a.markup.captions == "grouped" and two_pictures(a.record),
    "lines parted by </br> run together": lambda a: a.markup.soup == "closing_br" and uses_br(a.markup),
    "a login form above is a kicker or a block": lambda a: a.markup.above == "login" and not a.record.breadcrumbs,
    "an empty 来源 in a block of its own takes the next line": lambda a: (
        a.record.source is None
        and getattr(a.record.blocks[0], "text", "").endswith(":")
        and a.markup.header in ("cells", "items", "divs", "definition")
    ),
    "blocks below that no page seen has": lambda a: a.markup.below != "none",
}
