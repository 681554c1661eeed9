"""What the three article templates share, and the shape in which each says where it differs."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from lxml import etree

from panan_spider.core.fullwidth import fold
from panan_spider.sites.panan import SITE_NAME


@dataclass(frozen=True)
class Template:
    """One article template as a page object: the marks it is known by, and the selectors known of it.

    Selectors are tried first; where the site has renamed its classes, the anchors every reader uses remain.
    """

    name: str
    #: A word that must stand on the page (found faster than a pattern), the pattern over its visible text, its weight as evidence.
    marks: tuple[tuple[str, re.Pattern[str], int], ...]
    #: A word of the page's source without which the path finds nothing, and the path.
    title_paths: tuple[tuple[str, str], ...]
    meta_titles: tuple[str, ...] = ()

    def weight(self, text: str) -> int:
        """How much on a page (its text, folded) speaks for this template."""
        return sum(weight for word, pattern, weight in self.marks if word in text and pattern.search(text))

    def known_titles(self, root: etree._Element, document_title: str, source: str) -> list[str]:
        """What the headline can be, the surest first: by a meta tag, by `<title>`, by the template's own selectors.

        `source` is the page's text. A selector's element can hold the lines over and under the headline, too, so it comes last.
        """
        nodes = [node for word, path in self.title_paths if word in source for node in _compiled(path)(root)]
        found = [" ".join("".join(node.itertext()).split()) for node in nodes]
        metas = [
            node.get("content", "")
            for node in (root.iter("meta") if self.meta_titles else ())
            if (node.get("name") or "").lower() in self.meta_titles
        ]
        return [text for text in (*metas, *title_candidates(document_title), *found) if text]


@cache
def _compiled(path: str) -> etree.XPath:
    return etree.XPath(path)


def has_class(name: str) -> str:
    """An XPath condition for one class among several, whatever blanks stand around it."""
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


_TITLE_CUTS: Final = re.compile(r"\s*(?:--+|——|[-_|–])\s*")


#: The portal's and the site's name before an article's.
_SITE_FIRST: Final = re.compile(rf"(?:\s*(?:浙江在线|{SITE_NAME})\s*(?:--+|[-_|–>»:]+))+\s*")
_SHORTEST_END: Final = 6  # characters; what is shorter can be a section


def title_candidates(document_title: str) -> list[str]:
    """What of `<title>` can be the headline: all of it, then ever less as parts are cut off its end.

    Where the site's name comes first, that goes, and parts are cut off the beginning, too.
    """
    folded = fold(document_title)
    cuts = [match.span() for match in _TITLE_CUTS.finditer(folded)]
    if first := _SITE_FIRST.match(folded):
        ends = (document_title[end:] for start, end in cuts if start > first.end())
        named = title_candidates(document_title[first.end() :])
        return [document_title, *named, *(end for end in ends if len(end) >= _SHORTEST_END)]
    return [document_title, *(document_title[:cut] for cut, _ in reversed(cuts) if cut)]
