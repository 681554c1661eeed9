"""Article templates of the CMSs as data: the marks a template is known by, and the selectors on record for its headline."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_PLACEHOLDER: Final = re.compile(r"\{(name|portal|app|host)\}")


@dataclass(frozen=True, slots=True)
class Mark:
    """Evidence for a template: a word that must stand on the page, the pattern over its folded text, and its weight."""

    word: str
    pattern: re.Pattern[str]
    weight: int


@dataclass(frozen=True)
class ArticleTemplate:
    """One article template: name, CMS, marks, and XPaths of the headline with a word of the page's source each needs."""

    name: str
    cms: str
    marks: tuple[Mark, ...]
    title_paths: tuple[tuple[str, str], ...] = ()
    meta_titles: tuple[str, ...] = ()

    def weight(self, text: str) -> int:
        """How much on a page (its text, folded) speaks for this template."""
        return sum(mark.weight for mark in self.marks if mark.word in text and mark.pattern.search(text))


def templates_of(
    record: Mapping[str, Any], cms: Sequence[str], words: Mapping[str, tuple[str, ...]]
) -> tuple[ArticleTemplate, ...]:
    """The templates of these CMSs from a parsed cms.toml, with the site's own `words` in the places of `{name}` and the like."""
    return tuple(_template(entry, words) for entry in record["template"] if entry["cms"] in cms)


def _template(entry: Mapping[str, Any], words: Mapping[str, tuple[str, ...]]) -> ArticleTemplate:
    marks = [mark for given in entry["marks"] for mark in _marks(given, words)]
    paths = tuple((path["word"], path["path"]) for path in entry.get("title_paths", ()))
    return ArticleTemplate(entry["name"], entry["cms"], tuple(marks), paths, tuple(entry.get("meta_titles", ())))


def _marks(given: Mapping[str, Any], words: Mapping[str, tuple[str, ...]]) -> list[Mark]:
    """The mark, once for each spelling of the word it asks for; none where the site has no such word."""
    needed = set(_PLACEHOLDER.findall(given["pattern"]))
    if any(not words[name] for name in needed):
        return []
    pattern = _PLACEHOLDER.sub(lambda m: f"(?:{'|'.join(map(re.escape, words[m[1]]))})", given["pattern"])
    placeholder = _PLACEHOLDER.fullmatch(given["word"])
    spellings = words[placeholder[1]] if placeholder else (given["word"],)
    compiled = re.compile(pattern)
    # Several spellings are one piece of evidence: the mark counts once.
    return [Mark(spellings[0] if len(spellings) == 1 else "", compiled, given["weight"])]
