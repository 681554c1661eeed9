"""Pagers: the addresses of a list's older pages, and the links or scripts that lead to them."""

import re
from typing import Final

from demo_site.county import Section
from demo_site.pages.furniture import link

_COUNT_KINDS: Final = ("count_links", "count_script", "count_script_overlap")
_NUMBER: Final = re.compile(r"_(\d+)\.s?html$")


def is_trs(section: Section) -> bool:
    """Whether the newer CMS serves the section."""
    return section.templates == ("trs",)


def code(section: Section) -> str:
    """The 7 + 12 digits that enorth gives the section's list."""
    return f"{3000 + section.number:07d}{section.number * 1000:012d}"


def count_folder(section: Section) -> str:
    """Path of the section's list pages at enorth, ending in `/`; with the doubled slash they are printed with."""
    digits = code(section)
    return f"{section.prefix}/system/count//{digits[:7]}/{digits[7:]}/"


def script_path(section: Section) -> str:
    """Path of enorth's pager script."""
    return f"{count_folder(section)}count_page_list_{code(section)}.js"


def count_page(section: Section, number: int) -> str:
    """Path of enorth's list page `number`, 1 the oldest."""
    return f"{count_folder(section)}000/{number // 1000:03d}/c{code(section)}_{number:09d}.shtml"


def page_path(section: Section, at: int, pages: int) -> str:
    """Path of list page `at`, 0 the index; of `pages`."""
    if at == 0:
        return section.path
    if section.pager in _COUNT_KINDS:
        return count_page(section, pages - at)
    return f"{section.folder}index_{at}.{'html' if is_trs(section) else 'shtml'}"


def page_at(section: Section, path: str, pages: int) -> int | None:
    """Number of the list page at `path` (0 the index); None for none. Endless pagers have every page."""
    plain = path.replace("//", "/")
    if plain in (section.path, section.folder):
        return 0
    found = _NUMBER.search(plain)
    if found is None:
        return None
    number = int(found[1])
    if section.pager in _COUNT_KINDS:
        at = pages - number
        # With an overlap, page maxpage shows what the index shows, and all others stand where they do without.
        lowest = 0 if section.pager == "count_script_overlap" else 1
        whole = plain == count_page(section, number).replace("//", "/")
        return at if whole and lowest <= at < pages else None
    at = number
    if plain != page_path(section, at, pages) or at < 1:
        return None
    return at if at < pages or section.pager == "endless" else None


def maxpage(section: Section, pages: int) -> int:
    """The number enorth's script names: of the newest numbered page."""
    return pages if section.pager == "count_script_overlap" else pages - 1


def script(section: Section, pages: int) -> str:
    """The text of enorth's pager script."""
    return f"var maxpage = {maxpage(section, pages)};\nvar page_size = {section.size};\nfunction show_pages() {{ return maxpage; }}\n"


def pager(section: Section, at: int, pages: int) -> str:
    """The inside of the pager of list page `at`."""
    if section.pager == "none":
        return ""
    if is_trs(section):
        return f'<script>createPageHTML({pages}, {at}, "index", "html");</script>'
    if section.pager.startswith("count_script"):
        return f'<script language="javascript" src="{script_path(section)}"></script><span id="pages"></span>'
    if at + 1 >= pages and section.pager != "endless":
        return f"共{pages}页 {link(section.path, '首页')} 下一页"
    following = link(page_path(section, at + 1, pages), "下一页")
    newer = link(page_path(section, at - 1, pages), "上一页") if at else "上一页"
    return f"共{pages}页 {link(section.path, '首页')} {newer} {following}"
