"""sections=: by name or path, and the one line about a section that is nowhere."""

import pytest
from spider_pages import OWN, ZJOL, link, listing, url_of
from spider_sections import FRONT, PAXW, SJ, ZL, reports, site
from spider_site import Notes, run

from panan_spider.archive.ledger.runs_and_walks import KnownSection
from panan_spider.core.outcomes import Outcome
from panan_spider.sites.profile import load_site


class TestChosen:
    """Runs with sections=."""

    @pytest.mark.parametrize(
        "given",
        ["书记", "pazf/sj", "/panews/pazf/sj/index.shtml", "/pazf/sj/", "http://panews.zjol.com.cn/panews/pazf/sj/"],
    )
    def test_a_section_goes_by_name_or_path(self, given: str) -> None:
        result = run(site(), sections=given)
        assert [item.id for item in result.items] == ["000000001"]
        assert list(reports(result)) == ["书记"]

    def test_several_are_walked(self) -> None:
        assert set(reports(run(site(), sections="书记、专栏"))) == {"书记", "专栏"}

    def test_entry_pages_bring_no_articles(self) -> None:
        pages = site({f"{ZJOL}/": str(FRONT[f"{ZJOL}/"]) + listing(None, [url_of(6)])})
        assert url_of(6) not in run(pages, sections="书记").asked

    def test_a_path_no_navigation_names_is_tried(self) -> None:
        folder = PAXW.removesuffix("index.shtml")
        result = run(site({folder: listing("磐安新闻", [url_of(3)])}), sections="xwzx/paxw")
        assert [item.id for item in result.items] == ["000000003"]

    @pytest.mark.parametrize("given", ["没有", "书记,没有", "没/有"])
    def test_an_unknown_one_ends_the_run_in_one_line_without_an_article_request(self, given: str) -> None:
        result = run(site(), sections=given)
        refusal = result.spider.session.refusal
        assert result.closed == "refused"
        assert refusal is not None
        assert "\n" not in refusal and "书记, 专栏" in refusal and repr(given.rsplit(",", maxsplit=1)[-1]) in refusal
        assert result.asked_articles == []
        assert result.spider.session.section_reports == []

    def test_it_is_no_refusal_where_pages_could_not_be_read(self) -> None:
        result = run(site({ZL: 500}), sections="书记,专栏")
        assert result.spider.session.refusal is None
        assert "专栏" in result.spider.session.failed_sections
        assert [item.id for item in result.items] == ["000000001"]

    @staticmethod
    def _earlier() -> Notes:
        """An archive that knows both sections, 书记 by the name it had then, and the one that the profile names."""
        notes, (named,) = Notes(), load_site().known_sections
        known = {SJ: "县委书记", ZL: "专栏", named: "公告"}
        notes.known_sections = [KnownSection(url, name, True) for url, name in known.items()]
        return notes

    @pytest.mark.parametrize("given", ["没有", "专栏,没有", "没/有"])
    def test_an_archive_that_knows_the_sections_asks_the_entry_pages_alone(self, given: str) -> None:
        result = run(site(), self._earlier(), sections=given)
        asked_path = {url for url in result.asked if "没" in url or "%E6%B2%A1" in url}
        assert set(result.asked) - asked_path == set(FRONT) and bool(asked_path) == ("/" in given)
        refusal = result.spider.session.refusal
        assert refusal is not None and "it has: 县委书记, 专栏, 公告 (" in refusal

    def test_a_page_that_no_earlier_run_knows_is_asked_for_as_it_may_be_the_section(self) -> None:
        front = FRONT | {f"{OWN}/": listing(None, [], link(SJ, "书记"), link(PAXW, "新闻"))}
        new = listing("磐安新闻", [url_of(3)])
        result = run(site(front | {PAXW: new}), self._earlier(), sections="磐安新闻")
        assert [item.id for item in result.items] == ["000000003"] and result.spider.session.refusal is None
        missing = run(site(front | {PAXW: new}), self._earlier(), sections="没有")
        assert set(missing.asked) == {*FRONT, PAXW}

    def test_a_known_section_with_a_new_name_is_found_by_the_link_to_it(self) -> None:
        result = run(site(), self._earlier(), sections="书记")
        assert [item.id for item in result.items] == ["000000001"]

    def test_an_entry_page_that_cannot_be_read_is_no_evidence_that_a_section_is_nowhere(self) -> None:
        result = run(site({f"{OWN}/": 500}), self._earlier(), sections="专栏,没有")
        assert result.spider.session.refusal is None and "没有" in result.spider.session.failed_sections
        assert [item.id for item in result.items] == ["000000002"]

    def test_a_folder_of_sections_stays_known_as_one_after_a_refusal(self) -> None:
        folder = f"{ZJOL}/panews/xwzx/index.shtml"
        front = {f"{OWN}/": listing(None, [], link(SJ, "书记"), link(folder, "新闻中心"))}

        notes = self._earlier()
        notes.known_sections.append(KnownSection(PAXW, "磐安新闻", True))
        notes.hub_urls = frozenset({folder})
        pages = site(front | {folder: listing("新闻中心", [], link(PAXW, "磐安新闻"))})
        result = run(pages, notes, sections="没有")
        assert set(result.asked) == {*FRONT, folder} and result.outcome(folder) is Outcome.READ
