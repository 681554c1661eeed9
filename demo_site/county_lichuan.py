"""A second made-up county: other hosts, prefix folder, site name, portal, newspaper and sections than the first."""

from datetime import date
from typing import Final

from demo_site.county import County, CrossListing, Section

_OLD: Final = "lcnews.yangjiang.example.com"
_OWN: Final = "www.lcnews.example.com"
_Z: Final = "/lcnews"

_SECTIONS: Final = (
    Section("ldhd", "领导活动", _OLD, f"{_Z}/lcld/ldhd/index.shtml", (), ("enorth_b",), "count_script_overlap", 8, kind="leader", in_nav=True),
    # Named by no navigation: only the breadcrumb of its articles leads here.
    Section("rdzs", "人大之声", _OLD, f"{_Z}/lcld/rdzs/index.shtml", (), ("enorth_b",), "count_links", 6, kind="leader"),
    Section("lczx", "例川资讯", _OLD, f"{_Z}/zixun/index.shtml", (), ("enorth_b",), "none", 0, in_nav=True, collects=("yw", "msq")),
    Section("yw", "例川要闻", _OLD, f"{_Z}/zixun/yw/index.shtml", ("lczx",), ("enorth_b", "enorth_a"), "count_links", 15, size=30),
    Section("msq", "民生圈", _OLD, f"{_Z}/zixun/msq/index.shtml", ("lczx",), ("enorth_b",), "endless", 6, dates=True),
    Section("zj", "镇街动态", _OLD, f"{_Z}/zj/index.shtml", (), ("enorth_b", "enorth_a"), "next_link", 8, in_nav=True, dates=True),
    Section("yx", "影像例川", _OLD, f"{_Z}/yx/index.shtml", (), ("enorth_b",), "next_link", 4, kind="photo", in_nav=True),
    Section("zt", "专题", _OWN, "/zt/index.shtml", (), ("enorth_a",), "count_script", 6, size=15, in_nav=True, ul_per_row=True),
    Section("zj2", "走进例川", _OWN, "/zjlc/index.shtml", (), ("enorth_a",), "count_links", 7, in_nav=True),
    Section("szyw", "时政要闻", _OWN, "/xw/szyw/index.html", (), ("trs",), "create_page_html", 10, dates=True, kind="leader", in_nav=True),
    Section("sp", "视频", _OWN, "/sp/", (), ("trs",), "create_page_html", 4, kind="video", in_nav=True),
    Section("gsgg", "公示公告", _OWN, "/gsgg/index.html", (), ("trs",), "create_page_html", 5, kind="notice", in_nav=True, dates=True),
)  # fmt: skip

LICHUAN: Final = County(
    key="lichuan",
    name="例川新闻网",
    place="例川县",
    portal="样江在线",
    portal_url="http://www.yangjiang.example.com/",
    old=_OLD,
    own=_OWN,
    prefix=_Z,
    sources=("例川新闻网", "例川新闻网", "例川样报", "样州示例日报", "云上例川客户端"),
    eras={
        "enorth_a": (date(2012, 3, 5), date(2015, 9, 28)),
        "enorth_b": (date(2018, 2, 1), date(2020, 11, 20)),
        "trs": (date(2021, 5, 10), date(2023, 3, 30)),
    },
    planned=_SECTIONS,
    main="yw",
    hidden="rdzs",
    cross=(CrossListing("ldhd", 2, 5, "yw"), CrossListing("rdzs", 1, 0, "yw"), CrossListing("yw", 3, 8, "zj")),
    twice=CrossListing("yw", 2, 6, "zj2"),
    dead_links={_OLD: (("直播", f"{_Z}/zb/index.shtml"),), _OWN: (("气象", "/qx/index.html"),)},
    utf8_b=frozenset({"yx", "msq"}),
)
