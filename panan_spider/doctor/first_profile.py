"""Profile lines by what a probe read: those of a first profile, and a patch of a profile whose site has moved."""

import difflib
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from panan_spider.doctor.probe_client import SiteProbe
from panan_spider.sites import profile
from panan_spider.sites.profile import Site, load_site, profile_file, site_keys
from panan_spider.sites.urls import canonical, section_key

_IN_CHECKOUT: Final = "panan_spider/sites"
_WIDEST: Final = 120


def changes(probe: SiteProbe) -> dict[str, str]:
    """New values, as TOML source, of the keys of the profile that the probe found untrue; empty where all hold.

    A host that sends its readers elsewhere stays in `hosts`: old links lead through it. One that does not answer goes.
    """
    site = probe.site
    answers = [*probe.entries, *(sample.answer for sample in probe.samples)]
    answers += [answer for answer in probe.rowless if answer.asked in site.known_sections]
    leads = {canonical(answer.asked): answer.leads_to for answer in answers if answer.leads_to}
    dead = {robots.host for robots in probe.log.robots.values() if robots.unreachable is not None}
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


#: First labels of host names that name no site.
_COMMON = frozenset({"www", "news", "m", "wap"})


def probed_site(host: str) -> Site:
    """A profile for the probe of a host that has none: the host, its front page, every CMS.

    Raises ValueError for what is no host name, or where a profile of this key or host is there already.
    """
    host = host.strip().lower()
    label = next((part for part in host.split(".") if part not in _COMMON), "")
    key = "".join(letter for letter in label if letter.isascii() and (letter.isalnum() or letter == "-"))
    site = Site(key=key, hosts=(host,), entry_pages=(f"http://{host}/",), unproven=True)
    for known in map(load_site, site_keys()):
        if host in known.hosts or key == known.key:
            raise ValueError(f"there is a profile of {host}: doctor --site {known.key}")
    return site


def read_values(probe: SiteProbe) -> dict[str, str]:
    """Keys of the profile that pages of the probe state, as TOML source: names, folder, sections, first year, CMSs."""
    crumbs, prefix = _breadcrumbs(probe), _prefix(probe)
    articles = [sample.article for sample in probe.samples if sample.article is not None]
    years = [int(article.published[:4]) for article in articles if article.published]
    sections = [section_key(section.lists[0].url) for section in probe.sections]
    cms = sorted({article.template.partition("_")[0] for article in articles})
    values = {
        "name": quoted(crumbs[-1]) if crumbs else None,
        "portal": quoted(crumbs[0]) if len(crumbs) > 1 else None,
        "prefix": quoted(prefix) if prefix else None,
        "known_sections": array(list(dict.fromkeys(sections))) if sections else None,
        "first_section": quoted(probe.sections[0].name) if sections else None,
        "first_year": str(min(years)) if years else None,
        "cms": array(cms) if cms else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def unproven_values(probe: SiteProbe, *, good: bool) -> dict[str, str]:
    """New values for a profile that is unproven: keys it does not set, and names that the pages print otherwise.

    It is proven once a probe is `good` and finds nothing else to write.
    """
    site, values = probe.site, read_values(probe)
    set_already = {"prefix", "known_sections", "first_section", "first_year", "cms"} & site.model_fields_set
    values = {name: value for name, value in values.items() if name not in set_already}
    for name in ("name", "portal"):
        known = getattr(site, name)
        if known is not None and values.get(name) == quoted(known):
            del values[name]
    return values or ({"unproven": "false"} if good else {})


def first_profile(probe: SiteProbe) -> str:
    """The profile as TOML, a comment where a person has to decide. Every value was read on a page of the probe."""
    site, values = probe.site, read_values(probe)

    def line(name: str, comment: str = "") -> list[str]:
        return [f"{name} = {values[name]}{comment}"] if name in values else []

    lines = [
        f"# First profile of {site.hosts[0]}, read by `doctor --new` on {datetime.now(UTC):%Y-%m-%d}. Check each line.",
        f"key = {quoted(site.key)}",
        *(line("name") or ['# name = "…"  # as breadcrumbs print it']),
        *line("portal"),
        f"hosts = {array(list(site.hosts))}",
        *(f"# Rows of lists lead to {host}, {count} times: is it the site's own?" for host, count in _others(probe)),
        *line("prefix"),
        f"entry_pages = {array(list(site.entry_pages))}",
        *line("known_sections"),
        *line("first_section"),
        *line("first_year", "  # of the articles read; older ones may be there"),
        *(line("cms") or [f"cms = {array(list(site.cms))}"]),
        "unproven = true # until `doctor --site` has found nothing to change",
    ]
    return "\n".join(lines) + "\n"


def _breadcrumbs(probe: SiteProbe) -> tuple[str, ...]:
    """The first crumbs that most articles share: the portal's name and the site's, or the site's alone."""
    every = [sample.article.breadcrumbs for sample in probe.samples if sample.article is not None]
    pairs = Counter(crumbs[:2] for crumbs in every if len(crumbs) > 2)
    if pairs:
        return pairs.most_common(1)[0][0]
    single = Counter(crumbs[:1] for crumbs in every if len(crumbs) > 1)
    return single.most_common(1)[0][0] if single else ()


def _prefix(probe: SiteProbe) -> str | None:
    """The folder that every section of the first host stands in, as `/name`."""
    urls = [urlsplit(answer.url) for section in probe.sections for answer in section.lists[:1]]
    paths = [url.path.split("/") for url in urls if url.hostname == probe.site.hosts[0]]
    folders = {parts[1] for parts in paths if len(parts) > 3}
    return f"/{folders.pop()}" if len(folders) == 1 and all(len(parts) > 3 for parts in paths) else None


def _others(probe: SiteProbe) -> list[tuple[str, int]]:
    """Other hosts that rows of the read lists lead to, most often first; at most five."""
    rows = (row.url for section in probe.sections for page in section.pages for row in page.other_rows)
    hosts = Counter(urlsplit(url).hostname or "" for url in rows)
    return [(host, count) for host, count in hosts.most_common(5) if host and host not in probe.site.hosts]
