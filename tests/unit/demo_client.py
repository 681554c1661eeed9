"""A reader of the demo site that shares no code with the spider: addresses in, decoded text and links out."""

import html
import re
from urllib.parse import urljoin, urlsplit

from demo_site.county import Section
from demo_site.county_panan import PANAN
from demo_site.response import Response
from demo_site.site import Site

ARTICLE = re.compile(r"/system/\d{4}/\d\d/\d\d/(\d{9})\.shtml|/t\d{8}_(\d+)\.html")
_LIST = re.compile(r'<div class="list-text cf">(.*?)</div>', re.DOTALL)
_PAGER = re.compile(r'<div class="page">(.*?)</div>', re.DOTALL)


def get(site: Site, url: str, **headers: str) -> Response:
    """The site's answer; header names with `_` for `-`."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.respond("GET", parts.netloc, path, named)


def text(response: Response) -> str:
    """The body's text, whatever it was declared as."""
    try:
        return response.body.decode("utf-8")
    except UnicodeDecodeError:
        return response.body.decode("gb18030")


def page(site: Site, url: str) -> str:
    """The text of a page that must be there."""
    response = get(site, url)
    assert response.status == 200, f"{url}: {response.status}"
    return text(response)


def links(base: str, source: str) -> list[str]:
    """Absolute addresses of all links of `source`."""
    return [urljoin(base, html.unescape(href)) for href in re.findall(r'href="([^"]+)"', source)]


def rows(base: str, source: str) -> list[str]:
    """Numbers of the articles its list block names, in order."""
    block = _LIST.search(source)
    found = [ARTICLE.search(href) for href in links(base, block[1] if block else "")]
    return [m[1] or m[2] for m in found if m]


def walk(site: Site, section: Section, most: int = 500) -> list[list[str]]:
    """The rows of every list page the section's own pager leads to, index first; at most `most` pages."""
    source = page(site, section.url)
    pages = [rows(section.url, source)]
    for url in _older(site, section, source):
        pages.append(rows(url, page(site, url)))
    url = section.url
    while (following := _next(url, source)) and len(pages) < most:
        url, source = following, page(site, following)
        pages.append(rows(url, source))
    return pages


def _older(site: Site, section: Section, source: str) -> list[str]:
    if m := re.search(r'createPageHTML\((\d+), 0, "index", "html"\)', source):
        return [urljoin(section.url, f"index_{n}.html") for n in range(1, int(m[1]))]
    if m := re.search(r'src="([^"]+)/count_page_list_(\w+)\.js"', source):
        script = page(site, urljoin(section.url, f"{m[1]}/count_page_list_{m[2]}.js"))
        found = re.search(r"var maxpage = (\d+);", script)
        assert found is not None
        last = int(found[1])
        return [urljoin(section.url, f"{m[1]}/000/000/c{m[2]}_{n:09d}.shtml") for n in range(last, 0, -1)]
    return []


def _next(url: str, source: str) -> str | None:
    pager = _PAGER.search(source)
    found = re.search(r'<a href="([^"]+)">下一页</a>', pager[1] if pager else "")
    return urljoin(url, found[1]) if found else None


def section(key: str) -> Section:
    """The section of that key."""
    return PANAN.by_key[key]
