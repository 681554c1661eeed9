"""The choices that a page's markup consists of, and how they are drawn."""

from dataclasses import dataclass, fields
from random import Random
from typing import Any, Final

from demo_site.county import Template

#: Every choice and its values. A value that stands twice is drawn twice as often.
OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "names": ("known", "relative", "renamed", "none"),
    "above": (*("none",) * 5, "logo", "today", "login", "banner"),
    "wrap": ("flat", "box", "deep", "table", "deep_table", "rows", "columns", "form"),
    "container": ("own", "own", "none", "twice"),
    "crumb": ("text", "links", "items", "cells", "spans"),
    "crumb_sep": ("angles", "tight", "angle"),
    "colon": ("plain", "wide", "spaced"),
    "doc_title": ("site", "section", "chain", "bare", "site_only", "absent"),
    "meta_tags": ("none", "none", "trs", "description"),
    "line_tag": ("p", "div", "h3", "span"),
    "title_tag": ("h1", "h2", "div", "td", "font", "strong"),
    "title_split": ("no", "no", "br"),
    "kicker_at": ("body", "body", "head", "both"),
    "repeat_title": ("no", "no", "one", "br", "two"),
    "subtitle_at": ("head", "head", "body"),
    "date_style": ("seen", "seen", "seen", "hyphen", "han"),
    "gap": ("nbsp", "wide", "tab", "newline", "blanks"),
    "header": ("text", "spans", "cells", "items", "divs", "baidu", "definition"),
    "byline": ("whole", "names", "apart"),
    "source_link": ("no", "no", "yes"),
    "counter": ("none", "none", "inline", "under"),
    "tools": ("none", "seen", "fonts", "share", "print"),
    "tools_at": ("under", "over", "after", "inline"),
    "body": ("p", "p", "br1", "br2", "div", "section", "nested", "td", "font", "word", "wechat", "mixed"),
    "source_lines": ("tight", "loose"),
    "indent": ("wide", "nbsp", "blanks", "css", "none", "span"),
    "inline": ("none", "strong", "span", "font", "a", "word", "smart", "many"),
    "entities": ("none", "none", "named", "numeric"),
    "empties": ("none", "none", "nbsp", "br"),
    "captions": ("centred", "plain", "same", "same_plain", "marked", "grouped"),
    "image_box": ("p", "centred", "div", "table", "figure", "link", "joined", "bare"),
    "caption_look": ("attribute", "centre", "style", "grey"),
    "image_source": ("absolute", "relative", "relative", "data-src", "data-original"),
    "alt": ("none", "empty", "picture", "title", "leftover"),
    "editor_at": ("inside", "after", "sibling", "last_line"),
    "editor_form": ("plain", "responsible", "brackets"),
    "editor_align": ("none", "right"),
    "tail": ("line", "cells", "spans", "divs"),
    "tail_blocks": ("inside", "outside"),
    "block_title": ("h3", "div", "td", "strong"),
    "heading": ("strong", "h2", "plain", "centred", "styled"),
    "table": ("border", "class", "th"),
    "below": (*("none",) * 20, "comments", "disclaimer", "code", "neighbours", "keywords"),
    "side": ("none", "before", "after"),
    "trap": ("none", "comment", "conditional", "script", "style", "noscript", "hidden", "property", "form"),
    "include": ("none", "none", "none", "before", "inside", "under_header", "after"),
    "soup": ("none", "none", "upper", "unclosed", "unquoted", "stray", "closing_br", "open_spans", "all"),
    "charset": ("utf-8", "utf-8", "gbk", "gb18030", "gb2312"),
    "said_in_header": ("none", "true", "false", "latin"),
    "said_in_meta": ("none", "true", "false"),
    "bom": ("no", "no", "yes"),
    "pager": ("inside", "outside"),
}


@dataclass(frozen=True)
class Markup:
    """Markup choices of one article. `seed` decides the rest: where a word is cut, where a trap lies."""

    template: Template
    seed: int
    names: str = "known"
    above: str = "none"
    wrap: str = "box"
    container: str = "own"
    crumb: str = "text"
    crumb_sep: str = "angles"
    colon: str = "plain"
    doc_title: str = "site"
    meta_tags: str = "none"
    line_tag: str = "p"
    title_tag: str = "div"
    title_split: str = "no"
    kicker_at: str = "body"
    repeat_title: str = "no"
    subtitle_at: str = "head"
    date_style: str = "seen"
    gap: str = "blanks"
    header: str = "text"
    byline: str = "whole"
    source_link: str = "no"
    counter: str = "none"
    tools: str = "none"
    tools_at: str = "under"
    body: str = "p"
    source_lines: str = "tight"
    indent: str = "wide"
    inline: str = "none"
    entities: str = "none"
    empties: str = "none"
    captions: str = "centred"
    image_box: str = "centred"
    caption_look: str = "attribute"
    image_source: str = "relative"
    alt: str = "none"
    editor_at: str = "inside"
    editor_form: str = "plain"
    editor_align: str = "none"
    tail: str = "line"
    tail_blocks: str = "outside"
    block_title: str = "h3"
    heading: str = "strong"
    table: str = "border"
    below: str = "none"
    side: str = "none"
    trap: str = "none"
    include: str = "none"
    soup: str = "none"
    charset: str = "utf-8"
    said_in_header: str = "none"
    said_in_meta: str = "true"
    bom: str = "no"
    pager: str = "outside"

    def __post_init__(self) -> None:
        for name, options in OPTIONS.items():
            if getattr(self, name) not in options:
                raise ValueError(f"{name} is one of {sorted(set(options))}, not {getattr(self, name)!r}")

    @classmethod
    def draw(cls, rng: Random, template: Template) -> "Markup":
        """Every choice at random."""
        drawn: dict[str, Any] = {name: rng.choice(options) for name, options in OPTIONS.items()}
        return cls(template=template, seed=rng.getrandbits(32), **drawn)

    def describe(self) -> str:
        """The choices that differ from the plainest page, as they would be written in a call."""
        plain = {field.name: field.default for field in fields(self)}
        said = [f"{name}={getattr(self, name)!r}" for name in plain if getattr(self, name) != plain[name]]
        return f"Markup({', '.join(said)})"
