"""Made-up county under the host names of the real site: sections, where each stands, how it is paged and how one gets there."""

from datetime import date
from typing import Final

from demo_site.county import County, CrossListing, Section

_OLD: Final = "panews.zjol.com.cn"
_OWN: Final = "www.panews.cn"
_Z: Final = "/panews"

_SECTIONS: Final = (
    Section("sj", "书记", _OLD, f"{_Z}/pazf/sj/index.shtml", (), ("enorth_b",), "count_script_overlap", 9, kind="leader", in_nav=True),
    # Named by no navigation: only the breadcrumb of its articles leads here.
    Section("fsjdxz", "副书记代县长", _OLD, f"{_Z}/pazf/fsjdxz/index.shtml", (), ("enorth_b",), "count_links", 6, kind="leader"),
    Section("xz", "县长", _OWN, "/pazf/xz/index.shtml", (), ("enorth_b",), "next_link", 6, kind="leader", in_nav=True),
    Section("xwzx", "新闻中心", _OLD, f"{_Z}/xinwen/index.shtml", (), ("enorth_b",), "none", 0, in_nav=True, collects=("paxw", "msxw")),
    # Named only by the sub-section links of 新闻中心, as is 民生新闻.
    Section("paxw", "磐安新闻", _OLD, f"{_Z}/xinwen/paxw/index.shtml", ("xwzx",), ("enorth_b", "enorth_a"), "count_links", 15, size=25),
    Section("msxw", "民生新闻", _OLD, f"{_Z}/xinwen/msxw/index.shtml", ("xwzx",), ("enorth_b",), "endless", 6, dates=True),
    Section("zl", "专栏", _OLD, f"{_Z}/zl/index.shtml", (), ("enorth_a",), "none", 2, in_nav=True, collects=("ztzl",), ul_per_row=True),
    Section("ztzl", "专题专栏", _OLD, f"{_Z}/zl/ztzl/index.shtml", ("zl",), ("enorth_a",), "count_script", 8),
    Section("xzh", "乡镇", _OLD, f"{_Z}/xz/index.shtml", (), ("enorth_b", "enorth_a"), "next_link", 8, in_nav=True, dates=True),
    Section("pazwgg", "政务公告", _OLD, f"{_Z}/pazf/pazwgg/index.shtml", (), ("enorth_b",), "count_links", 5, kind="notice", dates=True),
    Section("tp", "图片", _OLD, f"{_Z}/tp/index.shtml", (), ("enorth_b",), "next_link", 4, kind="photo", in_nav=True),
    Section("whly", "文化旅游", _OWN, "/whly/index.shtml", (), ("enorth_a",), "count_links", 7, in_nav=True),
    # The newer CMS has a 新闻中心 of its own: two addresses, one name.
    Section("xwzx2", "新闻中心", _OWN, "/xwzx/index.html", (), ("trs",), "none", 0, in_nav=True, dates=True, collects=("sz", "pafzdh")),
    Section("sz", "时政", _OWN, "/xwzx/sz/index.html", ("xwzx2",), ("trs",), "create_page_html", 10, dates=True, kind="leader"),
    Section("zwzxztxw", "专题新闻", _OWN, "/xwzx/zwzxztxw/index.html", ("xwzx2",), ("trs",), "create_page_html", 3),
    Section("pafzdh", "磐安发展大会", _OWN, "/xwzx/zwzxztxw/PAFZDH/index.html", ("xwzx2", "zwzxztxw"), ("trs",), "create_page_html", 5),
    Section("sp", "视频", _OWN, "/sp/", (), ("trs",), "create_page_html", 4, kind="video", in_nav=True),
    Section("tzgg", "通知公告", _OWN, "/tzgg/index.html", (), ("trs",), "create_page_html", 4, kind="notice", in_nav=True, dates=True),
)  # fmt: skip

PANAN: Final = County(
    key="panan",
    name="磐安新闻网",
    place="磐安县",
    portal="浙江在线",
    portal_url="http://www.zjol.com.cn/",
    old=_OLD,
    own=_OWN,
    prefix=_Z,
    sources=("磐安新闻网", "磐安新闻网", "磐安样报", "金华样例日报", "融磐安客户端"),
    eras={
        "enorth_a": (date(2013, 2, 26), date(2016, 11, 16)),
        "enorth_b": (date(2019, 1, 4), date(2020, 7, 8)),
        "trs": (date(2021, 1, 8), date(2022, 6, 19)),
    },
    planned=_SECTIONS,
    main="paxw",
    hidden="fsjdxz",
    cross=(
        CrossListing("sj", 3, 6, "paxw"),
        CrossListing("fsjdxz", 2, 0, "paxw"),
        CrossListing("paxw", 4, 9, "xzh"),
    ),
    twice=CrossListing("paxw", 3, 7, "whly"),
    dead_links={
        _OLD: (("视听", f"{_Z}/stzx/index.shtml"), ("访谈", f"{_Z}/ft/")),
        _OWN: (("健康", "/jk/index.html"),),
    },
    utf8_b=frozenset({"xz", "fsjdxz", "tp", "msxw"}),
)
