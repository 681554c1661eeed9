"""The made-up site's sections: where each stands, what it lists, how it is paged and how one gets there."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from demo_site.record import Template

ZJOL: Final = "panews.zjol.com.cn"
OWN: Final = "www.panews.cn"
HOME: Final = {ZJOL: f"http://{ZJOL}/", OWN: f"http://{OWN}/"}

PagerKind = Literal[
    "next_link", "endless", "count_links", "count_script", "count_script_overlap", "create_page_html", "none"
]
#: First and last day of each template's articles.
ERAS: Final[dict[Template, tuple[date, date]]] = {
    "enorth_a": (date(2013, 2, 26), date(2016, 11, 16)),
    "enorth_b": (date(2019, 1, 4), date(2020, 7, 8)),
    "trs": (date(2021, 1, 8), date(2022, 6, 19)),
}


@dataclass(frozen=True)
class Section:
    """One section. `path` ends where its index page does; `weight` is its share of the articles, 0 for none of its own."""

    key: str
    name: str
    host: str
    path: str
    trail: tuple[str, ...]  # keys of the sections above it, outermost first
    templates: tuple[Template, ...]
    pager: PagerKind
    weight: int
    size: int = 20  # rows a list page
    kind: str = "news"
    in_nav: bool = False
    dates: bool = False  # whether the list shows dates
    collects: tuple[str, ...] = ()  # keys of sections whose newest articles it lists too

    @property
    def url(self) -> str:
        """Address of its first list page."""
        return f"http://{self.host}{self.path}"

    @property
    def folder(self) -> str:
        """Path of its folder, ending in `/`."""
        return self.path.rsplit("/", 1)[0] + "/"


_Z: Final = "/panews"

SECTIONS: Final = (
    Section("sj", "书记", ZJOL, f"{_Z}/pazf/sj/index.shtml", (), ("enorth_b",), "count_script_overlap", 9, kind="leader", in_nav=True),
    # Named by no navigation: only the breadcrumb of its articles leads here.
    Section("fsjdxz", "副书记代县长", ZJOL, f"{_Z}/pazf/fsjdxz/index.shtml", (), ("enorth_b",), "count_links", 6, kind="leader"),
    Section("xz", "县长", OWN, "/pazf/xz/index.shtml", (), ("enorth_b",), "next_link", 6, kind="leader", in_nav=True),
    Section("xwzx", "新闻中心", ZJOL, f"{_Z}/xinwen/index.shtml", (), ("enorth_b",), "none", 0, in_nav=True, collects=("paxw", "msxw")),
    # Named only by the sub-section links of 新闻中心, as is 民生新闻.
    Section("paxw", "磐安新闻", ZJOL, f"{_Z}/xinwen/paxw/index.shtml", ("xwzx",), ("enorth_b", "enorth_a"), "count_links", 15, size=25),
    Section("msxw", "民生新闻", ZJOL, f"{_Z}/xinwen/msxw/index.shtml", ("xwzx",), ("enorth_b",), "endless", 6, dates=True),
    Section("zl", "专栏", ZJOL, f"{_Z}/zl/index.shtml", (), ("enorth_a",), "none", 2, in_nav=True, collects=("ztzl",)),
    Section("ztzl", "专题专栏", ZJOL, f"{_Z}/zl/ztzl/index.shtml", ("zl",), ("enorth_a",), "count_script", 8),
    Section("xzh", "乡镇", ZJOL, f"{_Z}/xz/index.shtml", (), ("enorth_b", "enorth_a"), "next_link", 8, in_nav=True, dates=True),
    Section("pazwgg", "政务公告", ZJOL, f"{_Z}/pazf/pazwgg/index.shtml", (), ("enorth_b",), "count_links", 5, kind="notice", dates=True),
    Section("tp", "图片", ZJOL, f"{_Z}/tp/index.shtml", (), ("enorth_b",), "next_link", 4, kind="photo", in_nav=True),
    Section("whly", "文化旅游", OWN, "/whly/index.shtml", (), ("enorth_a",), "count_links", 7, in_nav=True),
    # The newer CMS has a 新闻中心 of its own: two addresses, one name.
    Section("xwzx2", "新闻中心", OWN, "/xwzx/index.html", (), ("trs",), "none", 0, in_nav=True, dates=True, collects=("sz", "pafzdh")),
    Section("sz", "时政", OWN, "/xwzx/sz/index.html", ("xwzx2",), ("trs",), "create_page_html", 10, dates=True, kind="leader"),
    Section("zwzxztxw", "专题新闻", OWN, "/xwzx/zwzxztxw/index.html", ("xwzx2",), ("trs",), "create_page_html", 3),
    Section("pafzdh", "磐安发展大会", OWN, "/xwzx/zwzxztxw/PAFZDH/index.html", ("xwzx2", "zwzxztxw"), ("trs",), "create_page_html", 5),
    Section("sp", "视频", OWN, "/sp/", (), ("trs",), "create_page_html", 4, kind="video", in_nav=True),
    Section("tzgg", "通知公告", OWN, "/tzgg/index.html", (), ("trs",), "create_page_html", 4, kind="notice", in_nav=True, dates=True),
)  # fmt: skip

BY_KEY: Final = {section.key: section for section in SECTIONS}

#: Sections one section page names: by sub-section links beside its list.
CHILDREN: Final = {
    section.key: tuple(child for child in SECTIONS if child.trail and child.trail[-1] == section.key)
    for section in SECTIONS
}

#: Navigation links that lead nowhere any more, with the fault `dead-navigation`; and links off the site.
DEAD_LINKS: Final = {
    ZJOL: (("视听", f"{_Z}/stzx/index.shtml"), ("访谈", f"{_Z}/ft/")),
    OWN: (("健康", "/jk/index.html"),),
}
OFF_SITE_LINKS: Final = (("浙江在线", "http://www.zjol.com.cn/"), ("论坛", "http://bbs.example.com/forum/index.html"))
