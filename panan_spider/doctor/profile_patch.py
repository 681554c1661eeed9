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
    """A unified diff of the site's profile with these values, for `git apply`; `""` for none.

    Raises LookupError where the profile does not set one of the keys.
    """
    old, name = profile_file(site.key).read_text("utf-8"), patched_file(site).lstrip("/")
    lines = changed_lines(new, old)
    return "".join(difflib.unified_diff(old.splitlines(keepends=True), lines, f"a/{name}", f"b/{name}", n=1))


def changed_lines(new: dict[str, str], source: str) -> list[str]:
    """The lines of `source` with these values, each on lines of its own where it is long."""
    for name, value in new.items():
        found = re.search(rf"^{name}\s*=\s*\[[^\]]*\]", source, re.MULTILINE)
        if found is None:
            raise LookupError(name)
        line = f"{name} = {value}"
        if len(line) > _WIDEST:
            items = value[1:-1].split(", ")
            line = f"{name} = [\n" + "".join(f"    {item},\n" for item in items) + "]"
        source = source[: found.start()] + line + source[found.end() :]
    return source.splitlines(keepends=True)
