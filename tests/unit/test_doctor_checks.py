"""Each check over pages that were fetched: what it marks, and what it says."""

import asyncio
from dataclasses import replace

import pytest
from visits import PANAN, Wire, large, visit

from panan_spider.core.outcomes import Outcome
from panan_spider.core.tables import ResultTable, RowStatus
from panan_spider.doctor import site_checks
from panan_spider.doctor.inspection import FIELDS, agreement, f1, grams
from panan_spider.doctor.probe_client import ArticleProbe, FetchResult, RedirectHop, RobotsResult, SiteProbe
from panan_spider.doctor.site_checks import changed


def column(found: ResultTable, name: str) -> list[str]:
    return [line.cells[found.columns.index(name)] for line in found.lines]


def marks(found: ResultTable) -> set[RowStatus]:
    return {line.mark for line in found.lines}


def test_a_good_site_has_nothing_bad() -> None:
    for check in (
        site_checks.hosts,
        site_checks.sections,
        site_checks.charsets,
        site_checks.twins,
        site_checks.articles,
        site_checks.fields,
    ):
        found = check(visit())
        assert found.lines and RowStatus.BAD not in marks(found), found.title


def test_robots_txt_of_each_host_is_told() -> None:
    said = column(site_checks.hosts(visit()), "what it means")
    assert "no rules: all may be read" in said and "rules, no crawl-delay" in said


def test_a_crawl_delay_is_told() -> None:
    assert "7 s between requests, and rules" in column(site_checks.hosts(visit("crawl-delay:7")), "what it means")


def test_redirects_between_hosts_are_told_hop_by_hop() -> None:
    assert "301 to http://www.panews.cn/, HTTP 200" in column(site_checks.hosts(visit("moved")), "answer")
    hops = (
        RedirectHop(301, "http://www.panews.cn/", "http://www.panews.cn/a/"),
        RedirectHop(302, "http://www.panews.cn/a/", "http://www.panews.cn/b/"),
    )
    answer = FetchResult("http://www.panews.cn/", "http://www.panews.cn/b/", 200, hops=hops, site=PANAN)
    assert site_checks.chain(answer) == "301 to http://www.panews.cn/a/, 302 to http://www.panews.cn/b/, HTTP 200"


def test_a_host_that_answers_by_https_alone_is_told() -> None:
    pages = [
        FetchResult(f"http://{host}/{n}", f"{scheme}://{host}/{n}", 200, site=PANAN)
        for host, schemes in {"www.panews.cn": ("https", "https"), "panews.zjol.com.cn": ("https", "http")}.items()
        for n, scheme in enumerate(schemes)
    ]
    lost = FetchResult("http://a.example.com/", "https://a.example.com/", None, outcome=Outcome.FAILED, site=PANAN)
    assert site_checks.https_hosts([*pages, lost]) == ["www.panews.cn"]


def test_hosts_off_the_site_are_named_most_often_first() -> None:
    assert site_checks.other_hosts(visit("moved-offsite")) == ["new.example.com"]
    assert site_checks.other_hosts(visit()) == []


def test_sections_say_their_pager_and_whether_lists_show_dates() -> None:
    found = site_checks.sections(large())
    assert {"count_script", "next_link", "none"} <= set(column(found, "pager"))
    assert {"none"} < set(column(found, "dates shown"))


def test_an_end_that_was_not_reached_is_said() -> None:
    assert "4 read, end not reached" in column(site_checks.sections(large()), "list pages")


def test_a_lost_list_page_is_bad() -> None:
    found = site_checks.sections(visit("always-5xx%100@count_page_list"))
    assert any(line.mark is RowStatus.BAD and "1 lost" in line.cells[-1] for line in found.lines)


def test_a_dead_link_of_the_navigation_is_no_more_than_a_note() -> None:
    ends = {line.cells[-1]: line.mark for line in site_checks.sections(visit("dead-navigation")).lines}
    assert ends["gone: HTTP 404"] is RowStatus.NOTE


def test_charsets_are_told_as_declared_and_as_they_are() -> None:
    found = site_checks.charsets(visit())
    rows = {line.cells[:3] for line in found.lines}
    assert {("–", "gb2312", "gb18030"), ("–", "gbk", "gb18030"), ("utf-8", "utf-8", "utf-8")} <= rows
    assert sum(map(int, column(found, "pages"))) == sum(a.outcome is None for a in visit().answers)


@pytest.mark.parametrize(
    ("header", "mark"), [("text/html; charset=utf-8", RowStatus.NOTE), ("text/html", RowStatus.OK)]
)
def test_a_false_declaration_is_marked(header: str, mark: RowStatus) -> None:
    body = '<meta charset="gb2312"><p>磐安新闻'.encode("gb18030")
    answer = FetchResult("http://www.panews.cn/", "http://www.panews.cn/", 200, body, header, site=PANAN)
    assert marks(site_checks.charsets(SiteProbe(visit().log, PANAN, [answer]))) == {mark}


def test_one_number_at_both_hosts() -> None:
    assert set(column(site_checks.twins(visit()), "answer")) == {"no: gone, HTTP 404"}
    wire = Wire()
    slot = next(slot for slot in wire.site.slots.values() if slot.alias)
    here, there = (asyncio.run(wire.ask(url)) for url in (slot.url, slot.alias or ""))
    row = replace(visit().samples[0].row, url=slot.url, article_id=slot.id)
    told = site_checks.twins(SiteProbe(wire.log, PANAN, twins=[(ArticleProbe("newest", row, here), there)]))
    assert column(told, "answer") == ["yes, the same article"]


def test_another_article_under_the_same_number_is_bad() -> None:
    sample = visit().samples[0]
    other = next(s.answer for s in visit().samples[1:] if s.article)
    told = site_checks.twins(SiteProbe(visit().log, PANAN, twins=[(sample, other)]))
    assert marks(told) == {RowStatus.BAD}


def test_every_article_says_its_template_and_how_the_second_opinion_agrees() -> None:
    found = site_checks.articles(visit())
    assert set(column(found, "template")) == {"enorth_a", "enorth_b", "trs"}
    assert all(float(value) > 0.75 for value in column(found, "body, second opinion") if value != "–")


def test_an_article_that_cannot_be_read_says_why() -> None:
    found = site_checks.articles(visit("relayout-unreadable"))
    assert marks(found) == {RowStatus.BAD}
    assert set(column(found, "template")) == {"unknown_layout"}


def test_an_article_whose_list_calls_it_something_else_is_noted() -> None:
    sample = replace(visit().samples[0], row=replace(visit().samples[0].row, title="完全另一篇文章"))
    found = replace(visit().sections[0], samples=[sample])
    told = site_checks.articles(SiteProbe(visit().log, PANAN, sections=[found]))
    assert marks(told) == {RowStatus.NOTE} and "the list says: 完全另一篇文章" in told.lines[0].cells[-1]


def test_every_field_says_on_how_many_articles_and_where() -> None:
    found = site_checks.fields(visit())
    assert column(found, "field") == list(FIELDS)
    where = dict(zip(column(found, "field"), [line.cells[-1] for line in found.lines], strict=True))
    assert "enorth_b /html/body/" in where["title"] and "trs /html/body/" in where["title"]


def test_every_field_shows_one_value_it_read() -> None:
    shown = dict(zip(column(fields := site_checks.fields(visit()), "field"), column(fields, "one value"), strict=True))
    first = visit().samples[0].article
    assert first is not None
    assert shown["published"] == first.published and shown["title"] == first.title[:24]
    assert shown["authors"].startswith(first.authors[0].name)
    assert shown["attachments"] == "–"
    assert all(0 < len(value) <= 60 and "\n" not in value for value in shown.values())


def test_selectors_once_seen_and_those_of_relatives_are_told_apart() -> None:
    found = {line.cells[0]: line for line in site_checks.known_selectors(visit()).lines}
    assert found["div.detail-title"].mark is RowStatus.OK
    assert found["h1.artTitle"].mark is RowStatus.NONE
    redesigned = {line.cells[0]: line for line in site_checks.known_selectors(visit("redesign")).lines}
    assert redesigned["div.detail-title"].mark is redesigned["div.list-text"].mark is RowStatus.BAD


def test_what_is_redesigned_is_named_by_what_pages_there_were() -> None:
    assert changed(site_checks.matched(visit())) == []
    assert changed(site_checks.matched(visit("redesign"))) == ["list", "enorth_b"]
    assert changed(site_checks.matched(visit("redesign@/system/2"))) == ["enorth_b"]


def test_addresses_of_no_known_shape_are_shown_by_their_shape() -> None:
    found = site_checks.unknown_addresses(visit("readdressed"))
    assert column(found, "shape")[0] == "/panews/art/N/N/N/art_N_N.html" or "art_N_N" in column(found, "shape")[0]
    assert not site_checks.unknown_addresses(visit()).lines


def test_four_characters_in_a_row_are_compared_whatever_the_blanks() -> None:
    assert f1(grams("甲乙丙丁戊"), grams("甲 乙\n丙丁戊")) == 1.0
    assert f1(grams("甲乙丙丁戊"), grams("甲乙丙丁己")) == 0.5
    assert f1(grams("甲乙丙丁"), grams("子丑寅卯")) == 0.0


def test_a_body_without_text_has_no_second_opinion() -> None:
    assert agreement(visit().samples[0].answer.page, "") is None


def test_a_host_without_robots_rules_forbids_nothing() -> None:
    assert not RobotsResult("www.panews.cn", 404).forbids_all
    assert RobotsResult("www.panews.cn", 200, "User-agent: *\nDisallow: /").forbids_all
    assert RobotsResult("www.panews.cn", 200, "User-agent: *\nCrawl-delay: 3\nDisallow: /x/").delay == 3
