"""The lines of a site's profile to change when the site has moved, as a patch that `git apply` takes."""

import difflib
import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from panan_spider.doctor.probe_result import SiteProbe
from panan_spider.sites import panan
from panan_spider.sites.urls import canonical

SITE_FILE: Final = Path(panan.__file__).with_name("panan.toml")
_IN_CHECKOUT: Final = "panan_spider/sites/panan.toml"
_WIDEST: Final = 120


def changes(visit: SiteProbe) -> dict[str, str]:
    """New values, as TOML source, of the keys of the profile that the visit found untrue; empty where all hold.

    A host that sends its readers elsewhere stays in `hosts`: old links lead through it. One that does not answer goes.
    """
    wanted = [*visit.entries, *(sample.answer for sample in visit.samples)]
    wanted += [answer for answer in visit.rowless if answer.asked in panan.KNOWN_SECTIONS]
    leads = {canonical(answer.asked): answer.leads_to for answer in wanted if answer.leads_to}
    dead = {robots.host for robots in visit.log.robots.values() if robots.unreachable is not None}
    dead = dead if dead < panan.HOSTS else set()
    entries = _led(panan.ENTRY_PAGES, leads, dead)
    known = _led(panan.KNOWN_SECTIONS, leads, dead)
    led = [urlsplit(url).hostname or "" for url in leads.values()]
    hosts = list(dict.fromkeys([*(host for host in panan.ORDERED_HOSTS if host not in dead), *led]))
    new = {
        "hosts": (_array(hosts), hosts != list(panan.ORDERED_HOSTS)),
        "entry_pages": (_array(entries), entries != list(panan.ENTRY_PAGES)),
        "known_sections": (_array(known), known != list(panan.KNOWN_SECTIONS)),
    }
    return {name: value for name, (value, differs) in new.items() if differs}


def _led(urls: tuple[str, ...], leads: dict[str, str], dead: set[str]) -> list[str]:
    """Each address as it was redirected to; those of dead hosts left out."""
    alive = [url for url in urls if urlsplit(url).netloc not in dead]
    return list(dict.fromkeys(canonical(leads.get(canonical(url), url)) for url in alive))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _array(values: list[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def patch(new: dict[str, str], source: str | None = None) -> str:
    """A unified diff of the profile (`source`, as it stands by default) with these values; `""` for none.

    Raises LookupError where the profile does not set one of the keys.
    """
    old = SITE_FILE.read_text("utf-8") if source is None else source
    lines = changed_lines(new, old)
    names = (f"a/{_IN_CHECKOUT}", f"b/{_IN_CHECKOUT}")
    return "".join(difflib.unified_diff(old.splitlines(keepends=True), lines, *names, n=1))


def changed_lines(new: dict[str, str], source: str) -> list[str]:
    """The lines of `source` with these values, each on lines of its own where it is long."""
    for name, value in new.items():
        found = re.search(rf"^{name} = \[[^\]]*\]", source, re.MULTILINE)
        if found is None:
            raise LookupError(name)
        line = f"{name} = {value}"
        if len(line) > _WIDEST:
            items = value[1:-1].split(", ")
            line = f"{name} = [\n" + "".join(f"    {item},\n" for item in items) + "]"
        source = source[: found.start()] + line + source[found.end() :]
    return source.splitlines(keepends=True)
