"""Addresses and files of pages."""

import posixpath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.publish.browse.routes import FileUrls, Route, RouteKind, ServedUrls, address, file_of, slug

KINDS = [kind for kind in RouteKind if kind not in (RouteKind.IMAGE, RouteKind.ASSET, RouteKind.API)]
names = st.text(min_size=1, max_size=60)


def test_addresses_are_readable_and_encoded() -> None:
    to = ServedUrls()
    assert to("section", "书记") == "/section/%E4%B9%A6%E8%AE%B0"
    assert to("section", "a/b?c", 3) == "/section/a%2Fb%3Fc?page=3"
    assert to("article", "012") == "/article/012" and to("changes", "012", 2) == "/article/012/changes/2"
    assert to("search", q="茶", section="", author=None) == "/search?q=%E8%8C%B6"
    assert to("month", "2020-03", anchor="d2020-03-07") == "/calendar/2020-03#d2020-03-07"


@given(st.sampled_from(KINDS), names)
def test_no_name_leads_out_of_the_folder(kind: RouteKind, name: str) -> None:
    if kind in (
        RouteKind.ARTICLE,
        RouteKind.REVISION,
        RouteKind.CHANGES,
        RouteKind.RAW,
        RouteKind.MONTH,
        RouteKind.RUN,
        RouteKind.REPORT,
    ):
        name = "".join(filter(str.isdigit, name)) or "1"  # numbers and dates of our own
    path = file_of(Route(kind, name))
    assert posixpath.normpath(path) == path and not path.startswith(("/", "..")) and "\0" not in path
    assert all(len(part.encode()) < 255 for part in path.split("/"))


@given(names, names)
def test_two_names_have_two_files_even_where_case_is_ignored(one: str, other: str) -> None:
    assert (slug(one).lower() == slug(other).lower()) == (one == other)


def test_a_plain_name_is_its_own_file() -> None:
    assert file_of(Route(RouteKind.PERSON, "郝虚构")) == "person/郝虚构.html"
    assert file_of(Route(RouteKind.PERSON, "郝虚构", 2)) == "person/郝虚构-2.html"
    assert slug("书记 ") != "书记" and slug("..").startswith("x-") and slug("一" * 41).startswith("x-")


@pytest.mark.parametrize(
    "here", [Route(RouteKind.FRONT), Route(RouteKind.ARTICLE, "0123"), Route(RouteKind.SECTION, "书记", 2)]
)
@pytest.mark.parametrize(
    "there",
    [
        Route(RouteKind.FRONT),
        Route(RouteKind.ARTICLE, "0123"),
        Route(RouteKind.PERSON, "a/b"),
        Route(RouteKind.IMAGE, "images/ab/cd.png"),
    ],
)
def test_links_between_files_are_relative_and_lead_there(here: Route, there: Route) -> None:
    link = unquote(FileUrls(here)(there.kind, there.key, there.page, q="x"))
    assert not link.startswith("/")
    assert posixpath.normpath(posixpath.join(posixpath.dirname(file_of(here)), link)) == file_of(there)


def test_every_kind_of_page_has_an_address_of_its_own() -> None:
    alone: tuple[RouteKind, ...] = (
        RouteKind.FRONT,
        RouteKind.SEARCH,
        RouteKind.CALENDAR,
        RouteKind.PEOPLE,
        RouteKind.AUTHORS,
        RouteKind.RUNS,
    )
    alone += (RouteKind.CORRECTIONS, RouteKind.TREND, RouteKind.OFFICES)
    places = [Route(kind, "" if kind in alone else "1") for kind in KINDS]
    assert len({address(place) for place in places}) == len({file_of(place) for place in places}) == len(KINDS)
