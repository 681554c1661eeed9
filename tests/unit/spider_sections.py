"""A site of two sections for tests of discovery and walks."""

from collections.abc import Mapping

from spider_pages import OWN, ZJOL, Answer, article, link, listing, url_of

SJ, ZL, PAXW = (f"{ZJOL}/panews/{path}/index.shtml" for path in ("pazf/sj", "zl", "xwzx/paxw"))
FRONT = {
    f"{ZJOL}/": listing(None, [], link(SJ, "书记"), link(ZL, "专栏")),
    f"{OWN}/": listing(None, [], link(SJ, "书记")),
}


def site(more: Mapping[str, Answer] | None = None) -> dict[str, Answer]:
    """Two sections in the navigation, 书记 with article 1, 专栏 with article 2."""
    lists = {SJ: listing("书记", [url_of(1)]), ZL: listing("专栏", [url_of(2)])}
    return FRONT | lists | {url_of(n): article() for n in range(1, 9)} | dict(more or {})


def reports(result: object) -> dict[str, dict[str, object]]:
    return {report["name"]: report for report in result.spider.session.section_reports}  # type: ignore[attr-defined]
