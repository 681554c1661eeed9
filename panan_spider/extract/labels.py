"""Labels of a page's lines: one ordered table of rules, each with the label it gives and the name by which it is found.

A rule looks at one line. Where a line stands decides which of the labels it can have counts: `regions` asks for header and
tail, `body_lines` for what is not the text's, `captions` are given by a table of their own, for they need neighbours: a picture before or after them.
Without a rule of a table a page is read otherwise. `scrapy inspect` prints every line with its label and the rule that gave it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from panan_spider.core.text import fold
from panan_spider.extract import byline, header_line, words
from panan_spider.extract.line import Line


class Label(StrEnum):
    """Label of a line: its part on the page."""

    BREADCRUMB = "breadcrumb"
    KICKER = "kicker"
    HEADLINE = "headline"
    SUBTITLE = "subtitle"
    HEADER = "header line"
    BYLINE = "byline"
    TAIL = "tail"
    TEXT = "text"
    HEADING = "heading"
    CAPTION = "caption"
    PICTURE = "picture"
    VIDEO = "video"
    LEFTOVER = "leftover"
    FURNITURE = "furniture"
    TOOLBAR = "toolbar"
    PAGER = "pager"
    SIDE = "side block"
    BELOW = "below"
    FOOTER = "footer"
    HEAD = "head"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Rule:
    """One rule: the label that a line of text gets for which the test gives something true, and the name `inspect` prints."""

    name: str
    label: Label
    test: Callable[[Line], object]


def _is_listed(line: Line) -> bool:
    return byline.is_tail_line(words.cleared(line.folded))


def _is_unlisted(line: Line) -> bool:
    return byline.is_unknown_credit(line.folded) and not _is_listed(line)


def _is_toolbar(line: Line) -> bool:
    """Whether the line is words of a toolbar alone: `字号: [大] [中] [小] [打印]`, `微信`, `57人参与11评论`."""
    fits = (pattern.fullmatch(line.folded) for pattern in (words.TOOLBAR, words.SIZES_ALONE))
    return len(line.bare) <= words.LONGEST_TOOLBAR and any(fits)


#: In this order: the first rule of the label asked for names it, the first of all names a line that stands in no region.
RULES: tuple[Rule, ...] = (
    Rule(
        "leftover of a picture or include",
        Label.LEFTOVER,
        lambda line: len(line.bare) <= words.LONGEST_LEFTOVER and words.LEFTOVERS.match(fold(line.bare)),
    ),
    Rule("furniture: form", Label.FURNITURE, lambda line: line.controls and len(line.bare) <= words.LONGEST_SHARE),
    Rule("furniture: sharing", Label.FURNITURE, words.is_sharing),
    Rule("furniture: row of sharing", Label.FURNITURE, lambda line: words.SHARE_ROW.fullmatch(line.folded)),
    Rule("furniture: tools", Label.FURNITURE, lambda line: words.is_tools(line.folded)),
    Rule("header: date, source, byline", Label.HEADER, header_line.is_header_piece),
    Rule("tail: labels and names", Label.TAIL, _is_listed),
    Rule("tail: labels nobody listed", Label.TAIL, _is_unlisted),
    Rule("byline: role and names", Label.BYLINE, header_line.is_opening_byline),
    Rule("pager: numbers", Label.PAGER, lambda line: line.links and words.NUMBERS.fullmatch(line.folded)),
    Rule("pager: words", Label.PAGER, lambda line: words.PAGER.match(line.folded)),
    Rule("pager: neighbour", Label.PAGER, lambda line: len(line.folded) < 80 and words.NEIGHBOUR.match(line.folded)),
    Rule("side: related", Label.SIDE, lambda line: words.side_heading(line.folded) in words.RELATED_HEADINGS),
    Rule("side: ranking", Label.SIDE, lambda line: words.side_heading(line.folded) in words.RANKINGS),
    Rule("side: block", Label.SIDE, lambda line: words.side_heading(line.folded) is not None),
    Rule("below: notice", Label.BELOW, words.is_notice),
    Rule("below: keywords", Label.BELOW, lambda line: line.links and words.KEYWORDS.match(line.folded)),
    Rule("footer: rights and licences", Label.FOOTER, lambda line: words.is_footer(line.folded, line.words)),
    Rule("head: services", Label.HEAD, lambda line: words.is_head_furniture(line.folded, line.words)),
    Rule("toolbar: words", Label.TOOLBAR, _is_toolbar),
    Rule(
        "toolbar: invitation",
        Label.TOOLBAR,
        lambda line: len(line.bare) <= words.LONGEST_TOOLBAR and words.INVITATION.match(line.folded),
    ),
)


def tests_by_label(rules: Iterable[Rule]) -> dict[Label, tuple[Callable[[Line], object], ...]]:
    """The tests of `rules` by the label they give, in order. A page asks thousands of times, nearly always for one label."""
    found: dict[Label, tuple[Callable[[Line], object], ...]] = dict.fromkeys(Label, ())
    for rule in rules:
        found[rule.label] += (rule.test,)
    return found


#: The tests of RULES by label.
TESTS: Final = tests_by_label(RULES)


def find_rule(line: Line, labels: Iterable[Label]) -> Rule | None:
    """The first rule that gives the line one of these labels; None for a line of pictures or films, and for any other."""
    if line.kind != "text":
        return None
    wanted = frozenset(labels)
    return next((rule for rule in RULES if rule.label in wanted and rule.test(line)), None)


def has(line: Line, *labels: Label) -> bool:
    """Whether a rule gives the line one of these labels. The rules of a label look at a line once."""
    if line.kind != "text":
        return False
    for label in labels:
        known = line.signs.get(label)
        if known is None:
            known = line.signs[label] = _is_given(line, label)
        if known:
            return True
    return False


def _is_given(line: Line, label: Label) -> bool:
    for test in TESTS[label]:  # noqa: SIM110  # a generator costs more than most tests
        if test(line):
            return True
    return False


def is_tail(line: Line) -> bool:
    """Whether the line is labels of the tail with names after them, one of which is known."""
    return has(line, Label.TAIL) and _is_listed(line)


def is_unlisted_tail(line: Line) -> bool:
    """Whether the line is labels that nobody listed with names after them."""
    return has(line, Label.TAIL) and _is_unlisted(line)


def ends_body(line: Line) -> bool:
    """Whether the line can only stand after the article's body."""
    if line.kind != "text" or (words.is_statement(line.folded) and not line.is_row):
        return False
    return has(line, Label.SIDE, Label.FOOTER, Label.PAGER, Label.BELOW)


def give(lines: Iterable[Line], label: Label, rule: str) -> None:
    """Note what these lines are on their page, and the rule that says so. The last word counts."""
    for line in lines:
        line.mark.label, line.mark.rule = label, rule


def settle(lines: Iterable[Line]) -> None:
    """Label the lines that stand in no region of the article by the first rule of the table that fits them."""
    for line in lines:
        if not line.mark.label:
            rule = find_rule(line, Label)
            give((line,), rule.label if rule else Label.OUTSIDE, rule.name if rule else "outside of the article")
