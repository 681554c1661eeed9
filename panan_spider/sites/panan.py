"""Constants of the default profile, until every caller holds a site."""

from typing import Final

from panan_spider.sites.profile import load_site

_SITE = load_site()
SITE_NAME: Final = _SITE.name or ""
ORDERED_HOSTS: Final = _SITE.hosts
HOSTS: Final = _SITE.urls.hosts
ENTRY_PAGES: Final = _SITE.entry_pages
KNOWN_SECTIONS: Final = _SITE.known_sections
MAX_POSTING_LAG_DAYS: Final = _SITE.limits.posting_lag_days
LOOK_BACK_DAYS: Final = _SITE.limits.look_back_days
MAX_LIST_PAGES: Final = _SITE.limits.list_pages
MAX_STALE_PAGES: Final = _SITE.limits.stale_pages
