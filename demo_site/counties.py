"""Counties of the demo site by key, the folder of profiles for those that the package has none of, and larger counties."""

from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from demo_site.county import County, PagerKind, Section, Template
from demo_site.county_lichuan import LICHUAN
from demo_site.county_panan import PANAN

COUNTIES: Final[dict[str, County]] = {county.key: county for county in (PANAN, LICHUAN)}
#: For PANAN_SITES_DIR.
PROFILES: Final = Path(__file__).with_name("profiles")

#: Pagers of the further sections, in turn: those of the old host, and one of the newer host.
_PAGERS: Final[tuple[tuple[PagerKind, Template], ...]] = (
    *(("next_link", "enorth_b"), ("count_links", "enorth_b"), ("create_page_html", "trs")),
    *(("count_script", "enorth_b"), ("none", "enorth_b"), ("create_page_html", "trs")),
)
#: Rows a list page of a further section: few, so that it has several pages.
_SIZE: Final = 3
#: Further sections are numbered with two digits.
_TOO_MANY: Final = 100


def with_sections(county: County, count: int) -> County:
    """The county with further sections in its navigation, `count` in all. Raises ValueError for too few or too many."""
    more = count - len(county.planned)
    if not 0 <= more < _TOO_MANY:
        least = len(county.planned)
        raise ValueError(
            f"the made-up county {county.key} has {least} to {least + _TOO_MANY - 1} sections, not {count}"
        )
    kinds = islice(cycle(_PAGERS), more)
    added = tuple(_further(county, number, *kind) for number, kind in enumerate(kinds, 1))
    return replace(county, planned=(*county.planned, *added))


def _further(county: County, number: int, pager: PagerKind, template: Template) -> Section:
    newer = template == "trs"
    host, end = (county.own, "html") if newer else (county.old, "shtml")
    path = f"{county.prefix_of(host)}/yl{number:02d}/index.{end}"
    size = 20 if pager == "none" else _SIZE
    return Section(
        f"yl{number:02d}", f"样栏{number:02d}", host, path, (), (template,), pager, 1, size=size, in_nav=True
    )
