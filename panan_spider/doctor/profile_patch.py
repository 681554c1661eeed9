"""Profile patch: the keys of a site's profile to change after the site has moved, as a diff for `git apply`."""

import difflib
import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from panan_spider.doctor.probe_result import SiteProbe
from panan_spider.sites import profile
from panan_spider.sites.profile import Site, profile_file
from panan_spider.sites.urls import canonical

_IN_CHECKOUT: Final = "panan_spider/sites"
_WIDEST: Final = 120


def changes(visit: SiteProbe) -> dict[str, str]:
    """New values, as TOML source, of the keys of the profile that the visit found untrue; empty where all hold.

    A host that sends its readers elsewhere stays in `hosts`: old links lead through it. One that does not answer goes.
    """
    site = visit.site
    wanted = [*visit.entries, *(sample.answer for sample in visit.samples)]
    wanted += [answer for answer in visit.rowless if answer.asked in site.known_sections]
    leads = {canonical(answer.asked): answer.leads_to for answer in wanted if answer.leads_to}
    dead = {robots.host for robots in visit.log.robots.values() if robots.unreachable is not None}
    dead = dead if dead < site.urls.hosts else set()
    entries = _led(site.entry_pages, leads, dead)
    known = _led(site.known_sections, leads, dead)
    led = [urlsplit(url).hostname or "" for url in leads.values()]
    hosts = list(dict.fromkeys([*(host for host in site.hosts if host not in dead), *led]))
    new = {
        "hosts": (array(hosts), hosts != list(site.hosts)),
        "entry_pages": (array(entries), entries != list(site.entry_pages)),
        "known_sections": (array(known), known != list(site.known_sections)),
    }
    return {name: value for name, (value, differs) in new.items() if differs}


def _led(urls: tuple[str, ...], leads: dict[str, str], dead: set[str]) -> list[str]:
    """Each address as it was redirected to; those of dead hosts left out."""
    alive = [url for url in urls if urlsplit(url).netloc not in dead]
    return list(dict.fromkeys(canonical(leads.get(canonical(url), url)) for url in alive))


def quoted(text: str) -> str:
    """A string as TOML source."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def array(values: list[str]) -> str:
    """A list of strings as TOML source."""
    return f"[{', '.join(map(quoted, values))}]"


def patched_file(site: Site) -> str:
    """The profile's path: in the checkout for a profile of the package, else where it lies."""
    source = Path(str(profile_file(site.key)))
    ours = source.parent == Path(profile.__file__).parent
    return f"{_IN_CHECKOUT}/{source.name}" if ours else str(source.absolute())


def patch(new: dict[str, str], site: Site) -> str:
    """A unified diff of the site's profile with these values, for `git apply`; `""` for none."""
    old, name = profile_file(site.key).read_text("utf-8"), patched_file(site).lstrip("/")
    lines = changed_lines(new, old)
    return "".join(difflib.unified_diff(old.splitlines(keepends=True), lines, f"a/{name}", f"b/{name}", n=1))


def changed_lines(new: dict[str, str], source: str) -> list[str]:
    """The lines of `source` with these values; a list is broken where its line is long.

    A key that is not set there yet is put in behind the keys that stand before it in `Site`.
    """
    order = list(Site.model_fields)
    for name, value in new.items():
        line = f"{name} = {value}"
        if len(line) > _WIDEST and value.startswith("["):
            items = value[1:-1].split(", ")
            line = f"{name} = [\n" + "".join(f"    {item},\n" for item in items) + "]"
        begin, end = _place(name, source) or _place_behind(order[: order.index(name)], source)
        source = source[:begin] + line + ("\n" if begin == end else "") + source[end:]
    return source.splitlines(keepends=True)


def _place(name: str, source: str) -> tuple[int, int] | None:
    """Begin and end of the setting of a key, a comment behind it included; None where it is not set."""
    found = re.search(rf"^{name}\s*=\s*(?:\[[^\]]*\]|[^\n\[]*)", source, re.MULTILINE)
    return None if found is None else found.span()


def _place_behind(names: list[str], source: str) -> tuple[int, int]:
    """The beginning of the line behind the last setting of these keys, as an empty span."""
    ends = [span[1] for name in names if (span := _place(name, source)) is not None]
    line_feed = source.find("\n", max(ends, default=0))
    begin = len(source) if line_feed < 0 else line_feed + 1
    return begin, begin
