"""sections=: by name or path, and the one line about a section that is nowhere."""

import pytest
from spider_pages import ZJOL, listing, url_of
from spider_sections import FRONT, PAXW, ZL, reports, site
from spider_site import run


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
