"""The site as data: its hosts, the pages a run starts at, the sections known beforehand, and who to write to.

Everything here is read off stored copies of the site; what those leave open is left open. What a run over it must
look like stands beside, in `thresholds.py`.
`scrapy doctor` prints the lines of this file to change when the live site says otherwise.
"""

from typing import Final

SITE_NAME: Final = "磐安新闻网"

#: The hosts that are the site. Nothing else is ever asked for, redirects included.
HOSTS: Final[frozenset[str]] = frozenset({"panews.zjol.com.cn", "www.panews.cn"})

#: Where every run starts looking for sections.
ENTRY_PAGES: Final[tuple[str, ...]] = ("http://panews.zjol.com.cn/", "http://www.panews.cn/")

#: Section addresses seen in stored copies. All others are discovered from the pages.
KNOWN_SECTIONS: Final[tuple[str, ...]] = ("http://panews.zjol.com.cn/panews/pazf/pazwgg/index.shtml",)

#: An address carries the day an article was put on the web: never earlier than its publication
#: date, and up to 11 days later on the pages seen. Days an address may run ahead before a run
#: with `until=` rules it out unasked; the margin is wide because asking costs one request
#: and a wrong guess costs an article.
MAX_POSTING_LAG_DAYS: Final = 31

#: Days to look back, from the newest article of a section, for corrections and late arrivals.
LOOK_BACK_DAYS: Final = 30

#: No section of a county's news site has more list pages; a walk that gets here is named, never silent.
MAX_LIST_PAGES: Final = 5_000

#: Consecutive list pages without one new row that end a walk. More than one, because on sites of
#: this CMS the first numbered page can repeat what the index page shows.
MAX_STALE_PAGES: Final = 3

#: A page is bigger than this only when something is wrong with it. Bytes, after decompression.
MAX_PAGE_BYTES: Final = 10 * 1024 * 1024

#: Whom the site's operators can write to. Change it to your own before you crawl the live site.
CONTACT: Final = "https://github.com/panan-spider/panan-spider"

USER_AGENT: Final = f"panan_spider/0.1 (archive of local news; +{CONTACT})"
