"""panan_spider among the extractors, and each of its fields by itself."""

from typing import Any, Final

from evaluation.cases import HALVES, Case, cases
from evaluation.scoring import Reading, mean, score
from panan_spider.extract.article import read_article
from panan_spider.extract.results import ArticlePage, PageError

#: Fields compared as a whole. `template` only where the page is of one of the three seen.
FIELDS: Final = (
    "template", "title", "kicker", "subtitle", "published", "breadcrumbs", "source", "header_line", "authors", "editor", "credits",
    "blocks", "related", "parts",
)  # fmt: skip


def article(case: Case) -> ArticlePage | None:
    """The page as panan_spider reads it; None where it says that it cannot."""
    try:
        return read_article(case.page)
    except PageError:
        return None


def read(case: Case) -> Reading:
    """The page as panan_spider reads it, in the shape all extractors are compared in."""
    found = article(case)
    if found is None:
        return Reading()
    return Reading(
        body=found.text,
        title=found.title,
        date=found.published[:10] if found.published else None,
        source=found.source,
        authors=tuple(author.name for author in found.authors),
        editor=found.editor,
        images=tuple((image.url, image.caption) for image in found.images),
    )


def wrong_fields(case: Case) -> dict[str, tuple[Any, Any]]:
    """Field → (got, expected) of what panan_spider reads otherwise than the gold record says; empty where all is exact."""
    found = article(case)
    return {
        name: (got, case.gold[name])
        for name in FIELDS
        if case.gold[name] is not None or name != "template"
        if not is_equal(name, got := plain(getattr(found, name, None)), case.gold[name])
    }


def figures(half: str) -> dict[str, float]:
    """Every figure of panan_spider on one half, in per cent: the measures all extractors have, then `field …` for each field."""
    chosen = cases(half)
    wrong = [wrong_fields(case) for case in chosen]
    exact = {f"field {name}": round(100 * sum(name not in one for one in wrong) / len(wrong), 2) for name in FIELDS}
    return {**mean([score(case, read(case)) for case in chosen]), **exact}


def all_figures() -> dict[str, dict[str, float]]:
    """The figures of both halves."""
    return {half: figures(half) for half in HALVES}


def plain(value: Any) -> Any:
    """The value as JSON has it: lists for tuples, objects for the parts of an article."""
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.model_dump() if hasattr(value, "model_dump") else value


def is_equal(name: str, got: Any, expected: Any) -> bool:
    """Whether a field is read as the gold record says."""
    if name == "header_line":  # blanks as printed, of whatever number
        return "".join((got or "").split()) == "".join((expected or "").split())
    return bool(got == expected)
