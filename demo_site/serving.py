"""Request handler of the site: articles, their parts, lists, pager scripts, pictures, robots.txt."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zlib import crc32

from demo_site import media_files, response
from demo_site.county import County, Links, Section
from demo_site.pages import enorth_a, enorth_b, lists, pagers, trs
from demo_site.pages.furniture import Furniture, footer, head, nav, side
from demo_site.plan import Slot
from demo_site.response import Request, Response

if TYPE_CHECKING:
    from demo_site.site import Site

_PART: Final = re.compile(r"_(\d{1,3})(\.s?html?)$")
_SIDES: Final = {
    "enorth_a": ("图片新闻", "新闻导读"),
    "enorth_b": ("新闻聚焦", "便民"),
    "trs": ("新闻聚焦", "图片新闻"),
}


def respond(site: "Site", request: Request) -> Response:
    """The answer to `request`: never raises for anything a client can send."""
    if request.method not in ("GET", "HEAD"):
        return response.text(405, "method not allowed")
    path = request.path.split("?", 1)[0]
    if path == "/robots.txt":
        rules = site.robots.get(request.host)
        return response.not_found() if rules is None else response.text(200, rules, "text/plain")
    if media_files.is_media(path):
        return media_files.answer(path)
    url = f"http://{request.host}{path}"
    found = article(site, request, url) or section(site, request, path) or home(site, request, path)
    return response.compressed(request, found or response.not_found())


def article(site: "Site", request: Request, url: str) -> Response | None:
    """The article, or part of one, at `url`."""
    part = _PART.search(url)
    article_id, page = site.article_at(url), 1
    if article_id is None and part:
        article_id, page = site.article_at(url[: part.start()] + part[2]), int(part[1]) + 1
    if article_id is None or site.slots[article_id].removed:
        return None
    slot, record = site.slots[article_id], site.record(article_id)
    if page > max(1, len(record.parts)):
        return None
    around, charset = furniture(site, slot.template, request.host, slot), charset_of(site.county, slot)
    relative = slot.alias is None
    if slot.template == "enorth_a":
        text = enorth_a.render(record, around, page, url=url, relative=relative)
    elif slot.template == "enorth_b":
        text = enorth_b.render(record, around, page, url=url, relative=relative, charset=charset)
    else:
        text = trs.render(record, around, page, url=url)
    # One in a hundred pages is declared UTF-8 by the server and is not.
    header = "text/html; charset=utf-8" if slot.rank % 97 == 13 or charset == "utf-8" else "text/html"
    modified = datetime.combine(slot.posted, time(8), UTC) + timedelta(days=slot.revision)
    answer = Response(200, {"Content-Type": header}, encoded(text, charset))
    return response.validated(request, answer, f'"{slot.id}-{page}-{slot.revision}"', modified)


def charset_of(county: County, slot: Slot) -> str:
    """The charset the article is printed in, as its page declares it."""
    if slot.template == "trs" or (slot.template == "enorth_b" and slot.section in county.utf8_b):
        return "utf-8"
    return "gb2312" if slot.template == "enorth_a" else "gbk"


def encoded(text: str, charset: str) -> bytes:
    """The page's bytes. What calls itself gb2312 or gbk holds characters beyond both, as such pages do."""
    return text.encode("utf-8" if charset == "utf-8" else "gb18030")


def section(site: "Site", request: Request, path: str) -> Response | None:
    """The list page or pager script at `path`."""
    for entry in site.county.sections:
        if entry.host != request.host:
            continue
        pages = site.list_pages(entry.key) if _may_be_of(entry, path) else 0
        if not pages:
            continue
        if entry.pager.startswith("count_script") and path.replace("//", "/") == pagers.script_path(entry).replace(
            "//", "/"
        ):
            script = response.text(200, pagers.script(entry, pages), "application/x-javascript")
            return _validated_list(site, request, entry, script, pages)
        at = pagers.page_at(entry, path, pages)
        if at is not None:
            return _validated_list(site, request, entry, _list_page(site, entry, at, pages), at)
    return None


def _may_be_of(entry: Section, path: str) -> bool:
    return path.startswith(entry.folder) or pagers.code(entry) in path


def _list_page(site: "Site", entry: Section, at: int, pages: int) -> Response:
    slots = site.listing(entry.key)
    start = min(at, pages - 1) * entry.size  # an endless pager repeats its last page
    shown = slots[start : start + entry.size]
    rows = [
        lists.ListRow(_href(site.county.main, entry, slot, n), site.title(slot.id), _day(site, entry, slot))
        for n, slot in enumerate(shown)
    ]
    charset = "utf-8" if pagers.is_trs(entry) or entry.key in site.county.utf8_b else "gb2312"
    around = furniture(site, entry.templates[0], entry.host, None)
    text = lists.render(entry, rows, at, pages, county=site.county, furniture=around, charset=charset)
    header = f"text/html; charset={charset}" if charset == "utf-8" else "text/html"
    return Response(200, {"Content-Type": header}, encoded(text, charset))


def _validated_list(site: "Site", request: Request, entry: Section, answer: Response, page: int) -> Response:
    """The answer with validators that follow from the list's rows, where the site gives any."""
    if not site.validates_lists:
        return answer
    slots = site.listing(entry.key)
    rows = "".join(f"{slot.id}{site.title(slot.id)}{slot.posted}" for slot in slots)
    changes = sum(slot.revision for slot in slots)
    modified = datetime.combine(slots[0].posted, time(9), UTC) + timedelta(minutes=changes)
    return response.validated(request, answer, f'"{page}-{crc32(rows.encode()):08x}"', modified)


def _href(main: str, entry: Section, slot: Slot, place: int) -> str:
    url = slot.alias if slot.alias and f"//{entry.host}/" in slot.alias else slot.url
    query = slot.queries.get(entry.key, "")
    if entry.key == main and place == 5:
        return url.replace("http://", "https://", 1) + query
    if url.startswith(entry.url.rsplit("/", 1)[0] + "/") and pagers.is_trs(entry):
        return "./" + url.removeprefix(entry.url.rsplit("/", 1)[0] + "/") + query
    return url.removeprefix(f"http://{entry.host}") + query


def _day(site: "Site", entry: Section, slot: Slot) -> date | None:
    if not entry.dates:
        return None
    return slot.posted - timedelta(days=slot.lag) if pagers.is_trs(entry) else slot.posted


def _home_paths(county: County) -> dict[str, tuple[str, ...]]:
    old = ("/", f"{county.prefix}/", f"{county.prefix}/index.shtml")
    return {county.old: old, county.own: ("/", "/index.html", "/index.shtml")}


def home(site: "Site", request: Request, path: str) -> Response | None:
    """The host's front page."""
    if path not in _home_paths(site.county).get(request.host, ()):
        return None
    around = furniture(site, "trs" if request.host == site.county.own else "enorth_b", request.host, None)
    lines = (
        head(site.county.name, "utf-8"),
        "<body>",
        nav(around),
        side(around),
        footer(site.county),
        "</body>\n</html>",
    )
    return Response(200, {"Content-Type": "text/html; charset=utf-8"}, "\n".join(lines).encode())


def furniture(site: "Site", template: str, host: str, slot: Slot | None) -> Furniture:
    """Page furniture at this moment: side blocks and counter change with every request."""
    county = site.county
    newer = host == county.own
    links: list[tuple[str, str]] = [("首页", county.home[host])]
    links += [(s.name, s.path) for s in county.sections if s.host == host and s.in_nav]
    links += [
        *county.off_site_links,
        (county.name + ("旧版" if newer else "新版"), county.home[county.old if newer else county.own]),
    ]
    broken = slot is not None and slot.rank % 41 == 17
    return Furniture(
        tuple(links),
        tuple((h, _side_links(site, n)) for n, h in enumerate(_SIDES[template])),
        100_000 + site.served,
        broken,
    )


def _side_links(site: "Site", block: int) -> Links:
    ids = list(site.slots) if len(site.slots) < 1000 else list(site.slots)[-1000:]
    start = site.served * 3 + block * 11
    chosen = [site.slots[ids[(start + n) % len(ids)]] for n in range(3)]
    return tuple((site.title(slot.id), slot.url) for slot in chosen if not slot.removed)
