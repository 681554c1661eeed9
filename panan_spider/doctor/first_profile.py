"""First profile of a site that has none: what a probe of one host read, as the lines of a TOML file."""

from collections import Counter
from datetime import UTC, datetime
from urllib.parse import urlsplit

from panan_spider.doctor.probe_result import SiteProbe
from panan_spider.doctor.profile_patch import array, quoted
from panan_spider.sites.profile import Site, load_site, site_keys

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


def first_profile(probe: SiteProbe) -> str:
    """The profile as TOML, a comment where a person has to decide. Every value was read on a page of the probe."""
    site, crumbs = probe.site, _breadcrumbs(probe)
    articles = [sample.article for sample in probe.samples if sample.article is not None]
    years = [int(article.published[:4]) for article in articles if article.published]
    cms = sorted({article.template.partition("_")[0] for article in articles}) or list(site.cms)
    lines = [
        f"# First profile of {site.hosts[0]}, read by `doctor --new` on {datetime.now(UTC):%Y-%m-%d}. Check each line.",
        f"key = {quoted(site.key)}",
        f"name = {quoted(crumbs[-1])}" if crumbs else '# name = "…"  # as breadcrumbs print it',
        *([f"portal = {quoted(crumbs[0])}"] if len(crumbs) > 1 else []),
        f"hosts = {array(list(site.hosts))}",
        *(f"# Rows of lists lead to {host}, {count} times: is it the site's own?" for host, count in _others(probe)),
        *([f"prefix = {quoted(prefix)}"] if (prefix := _prefix(probe)) else []),
        f"entry_pages = {array(list(site.entry_pages))}",
        *([f"first_section = {quoted(probe.sections[0].name)}"] if probe.sections else []),
        *([f"first_year = {min(years)}  # of the articles read; older ones may be there"] if years else []),
        f"cms = {array(cms)}",
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
    """The folder that every section stands in, as `/name`."""
    paths = [urlsplit(answer.url).path.split("/") for section in probe.sections for answer in section.lists[:1]]
    folders = {parts[1] for parts in paths if len(parts) > 3}
    return f"/{folders.pop()}" if len(folders) == 1 and all(len(parts) > 3 for parts in paths) else None


def _others(probe: SiteProbe) -> list[tuple[str, int]]:
    """Other hosts that rows of the read lists lead to, most often first; at most five."""
    rows = (row.url for section in probe.sections for page in section.pages for row in page.other_rows)
    hosts = Counter(urlsplit(url).hostname or "" for url in rows)
    return [(host, count) for host, count in hosts.most_common(5) if host and host not in probe.site.hosts]
