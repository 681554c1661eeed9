"""List pages: the front page, search, and every list that is a question with a title; the lists of bylines and of sections."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from panan_spider.core.translations import N_, Translate
from panan_spider.publish.browse.changes_pages import newest_changes
from panan_spider.publish.browse.page_render import (
    ROWS,
    PageData,
    PageNotFound,
    RenderContext,
    paginate,
    section_label,
    skipped,
    template_label,
)
from panan_spider.publish.browse.question import (
    NO_SECTION,
    STATES,
    Match,
    Question,
    field_name,
    in_words,
    state_name,
)
from panan_spider.publish.browse.question_parser import FORM, InvalidQuery, question_of
from panan_spider.publish.browse.routes import Route, RouteKind
from panan_spider.publish.browse.search import Answer, FacetCount

#: How much of the front page: leading articles; articles of each section; corrections and removals.
_LEADS, _OF_EACH, _CHANGES = 5, 5, 6
#: Names on a page of them; names that the form offers, where any other can be typed.
NAMES_A_PAGE: Final = 200
_OFFERED: Final = 200
#: Values of a facet that a page shows.
_OF_A_FACET: Final = 8


@dataclass(frozen=True)
class FacetLink:
    """One value of a facet: how a reader calls it, how many articles, and the question that asks for them."""

    label: str
    count: int
    question: str


@dataclass(frozen=True)
class Facet:
    """The values of one facet that an answer holds."""

    label: str
    values: list[FacetLink]


def front(context: RenderContext, route: Route) -> PageData:
    """The newest articles, what was corrected or removed last, then the newest of each section."""
    index, database = context.index, context.database
    if "front" not in context.memory:
        context.memory["front"] = [
            (entry.value, entry.count, database.titles(index.newest(index.facets["section"][entry.value], _OF_EACH)))
            for entry in sections(context)
        ]
    first, last = index.span_of(index.all)
    given = {
        "articles": len(index.ids), "first": first, "last": last, "blocks": context.memory["front"],
        "sites": [(value_label(context, "site", entry.value), entry.count, Question((Match("site", entry.value),)).source(context.language)) for entry in index.counts("site", index.all)],
        "leads": database.listed(index.newest(index.all, _LEADS)), "changes": newest_changes(context, _CHANGES),
    }  # fmt: skip
    return PageData("front.html", given)


def sections(context: RenderContext) -> list[FacetCount]:
    """All sections, the largest first, and last the articles without one."""
    found = context.index.counts("section", context.index.all)
    return sorted(found, key=lambda entry: entry.value == NO_SECTION)


def base_question(route: Route) -> Question:
    """The question that a section's, byline's, person's, office's or month's page is."""
    fields = {
        RouteKind.SECTION: "section",
        RouteKind.AUTHOR: "author",
        RouteKind.PERSON: "person",
        RouteKind.OFFICE: "office",
    }
    if route.kind in fields:
        return Question((Match(fields[route.kind], route.key),), "new")
    if route.kind is RouteKind.MONTH:
        return question_of({"since": route.key, "until": route.key, "order": "new"})
    return Question()


def answer_of(context: RenderContext, route: Route, args: Mapping[str, str]) -> Answer:
    """The answer of a list page and of its other forms. Raises InvalidQuery; PageNotFound where a page's name is nobody's."""
    if route.kind is RouteKind.SEARCH:
        return context.search.answer(question_of(args))
    answer = context.search.answer(base_question(route))
    if not answer.total:
        raise PageNotFound(f"{route.kind} {route.key}")
    return answer


def titled(context: RenderContext, route: Route) -> PageData:
    """A section or a byline: a question with a title."""
    answer = answer_of(context, route, {})
    title = section_label(route.key, context.translate) if route.kind is RouteKind.SECTION else route.key
    given = {"title": title, "kind": route.kind, **answer_given(context, route, answer)}
    return PageData("question.html", given)


def search(context: RenderContext, route: Route, args: Mapping[str, str]) -> PageData:
    """The form, and the answer to what it asks. As a file: the form of a page that looks through its own index."""
    if context.filed:
        given = {"sections": sections(context), "fields": _teacher(context), "words": script_words(context.translate)}
        return PageData("find.html", given)
    form = {name: args.get(name, "")[:4_000] for name in ("q", *FORM, "order")}
    given = {"form": form, "error": None, "answer": None, **_offered(context), "fields": _teacher(context)}
    try:
        question = question_of(args)
    except InvalidQuery as error:
        return PageData("search.html", {**given, "error": context.translate.message(error.message)}, status=400)
    if not question.nodes:
        return PageData("search.html", given)
    answer = context.search.answer(question)
    return PageData("search.html", {**given, **answer_given(context, route, answer)})


def script_words(translate: Translate) -> dict[str, str]:
    """Texts of the static search, by the keys of its script; it fills in the names in braces."""
    words = {
        "date": N_("{given} is no date such as 2020, 2020-03 or 2020-03-05"), "later": N_("{first} is later than {last}"),
        "no word": N_("there is no word in {given} to look for"), "between dates": N_("{sign} stands between two dates"),
        "sign": N_("{sign} in {given} has no meaning here; in quotation marks it is looked for as printed"),
        "no field": N_("no field is called {name}; in quotation marks it is looked for as printed"),
        "no value": N_("{name} stands without a value"), "no state": N_("no state is called {given}"),
        "no number": N_("{given} is no number of an article"), "unopened": N_("{sign} closes what nothing opened"), "many": N_("more than {count} words"),
        "between words": N_("{sign} stands between two words"), "before word": N_("{sign} stands right before the word it excludes"),
        "deep": N_("brackets within brackets, more than {count} deep"), "unclosed": N_("{sign} is never closed"),
        "long": N_("longer than {count} characters"), "unreadable": N_("a file of the index cannot be read: {file}"),
        "searching": N_("Searching…"), "undated": N_("undated"), "no section": N_("no section"), "removed": N_("removed from the site"),
        "newer": N_("Newer"), "older": N_("Older"),
    }  # fmt: skip
    counted = {"one": ("{count} article", "{count} articles", 1), "many": ("{count} article", "{count} articles", 2)}
    found = {key: translate(text) for key, text in words.items()}
    found |= {f"{key} articles": translate.pattern(*forms) for key, forms in counted.items()}
    return found | {"versions": translate.pattern("{count} later version", "{count} later versions", 2)}


def _offered(context: RenderContext) -> dict[str, Any]:
    index = context.index
    names = {name: index.counts(name, index.all)[:_OFFERED] for name in ("author", "person")}
    sites = [
        (entry.value, value_label(context, "site", entry.value), entry.count)
        for entry in index.counts("site", index.all)
    ]
    return {"sites": sites, "sections": sections(context), "authors": names["author"], "people": names["person"], "states": [
        (name, state_name(name, context.translate)) for name in STATES
    ]}  # fmt: skip


def _teacher(context: RenderContext) -> list[tuple[str, str]]:
    """Examples of the language of questions, each with what it means: read from the question itself."""
    names = {name: field_name(name, context.translate) for name in ("title", "author", "person", "section", "source")}
    examples = ("甲 -乙", "甲|乙", '"甲乙丙"', *(f"{name}:甲" for name in names.values()), "2019..2020", "2020-03")
    found = []
    for example in examples:
        question = question_of({"q": example})
        found.append((question.source(context.language), question.words(context.translate)))
    return found


def answer_given(context: RenderContext, route: Route, answer: Answer) -> dict[str, Any]:
    """Template data of an answer: one page of hits, facets, bars, and the question in words and in its own syntax."""
    pagination = paginate(route.page, answer.total)
    question, language = answer.question, context.language
    return {
        "answer": answer,
        "pagination": pagination,
        "hits": context.search.shown(answer, answer.ids(ROWS, skipped(route.page))),
        "source": question.source(language),
        "words": question.words(context.translate),
        "clauses": [
            (in_words(node, context.translate), question.without(node).source(language)) for node in question.nodes
        ],
        "facets": [] if context.filed else facets(context, answer),
        "years": years(context, answer),
    }


def facets(context: RenderContext, answer: Answer) -> list[Facet]:
    """The facets of an answer. One that its question asks for already, or that all have, is left out."""
    found = []
    for name, counts in answer.facets(_OF_A_FACET).items():
        values = [
            FacetLink(
                value_label(context, name, entry.value),
                entry.count,
                answer.question.also(Match(name, entry.value)).source(context.language),
            )
            for entry in counts
            if Match(name, entry.value) not in answer.question.nodes
        ]
        if values:
            found.append(Facet(field_name(name, context.translate), values))
    return found


def value_label(context: RenderContext, facet: str, value: str) -> str:
    """Label of a facet's value."""
    if facet == "state":
        return state_name(value, context.translate)
    if facet == "site":
        return context.sites[value].title if value in context.sites else value
    if facet == "template":
        return template_label(value, context.translate)
    return section_label(value, context.translate) if facet == "section" else value


def years(context: RenderContext, answer: Answer) -> list[tuple[str, int, int, str]]:
    """A bar a year: the year, its articles, the bar's height in percent of the highest, and the question for it."""
    counts = answer.years()
    most = max(counts.values(), default=0)
    return [
        (year, count, round(100 * count / most), f"{answer.question.source(context.language)} {year}..{year}".strip())
        for year, count in counts.items()
    ]


def authors(context: RenderContext, route: Route) -> PageData:
    """All names of bylines, the busiest first."""
    return PageData("authors.html", names(context, route, "author"))


def names(context: RenderContext, route: Route, facet: str) -> dict[str, Any]:
    """One page of all values of a facet: name, articles, first and last day."""
    index = context.index
    if (key := f"names {facet}") not in context.memory:
        context.memory[key] = index.counts(facet, index.all)
    found: list[FacetCount] = context.memory[key]
    pagination = paginate(route.page, len(found), NAMES_A_PAGE)
    shown = found[skipped(route.page, NAMES_A_PAGE) :][:NAMES_A_PAGE]
    rows = [(entry.value, entry.count, *index.span_of(index.facets[facet][entry.value])) for entry in shown]
    return {"rows": rows, "pagination": pagination}
