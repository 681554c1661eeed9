"""Many counties: copies of 例川 under hosts, folders and names of their own, behind one proxy.

`python -m demo_site.many_counties COUNT ARTICLES FOLDER` writes their profiles into the folder, prints the proxy's address and serves.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from demo_site import control
from demo_site.county import County
from demo_site.county_lichuan import LICHUAN
from demo_site.proxy import ProxyServer, split_target
from demo_site.response import Response, text
from demo_site.site import Site


def county(key: str) -> County:
    """A county like 例川, under hosts, a folder and a name of its own."""
    old, own, prefix = f"{key}.yangjiang.example.com", f"www.{key}.example.com", f"/{key}news"
    hosts = {LICHUAN.old: old, LICHUAN.own: own}
    return replace(
        LICHUAN,
        key=key,
        name=f"例川{key}新闻网",
        old=old,
        own=own,
        prefix=prefix,
        planned=tuple(
            replace(section, host=hosts[section.host], path=section.path.replace(LICHUAN.prefix, prefix))
            for section in LICHUAN.planned
        ),
        dead_links={
            hosts[host]: tuple((word, path.replace(LICHUAN.prefix, prefix)) for word, path in links)
            for host, links in LICHUAN.dead_links.items()
        },
    )


def profile(found: County, group: str | None = None, slots: int = 1) -> str:
    """The county's profile, as TOML."""
    lines = [
        f'key = "{found.key}"',
        f'name = "{found.name}"',
        f'portal = "{found.portal}"',
        'apps = ["云上例川客户端"]',
        f'hosts = ["{found.old}", "{found.own}"]',
        f'prefix = "{found.prefix}"',
        f'entry_pages = ["http://{found.old}/", "http://{found.own}/"]',
        "first_year = 2012",
        'region = "999999"',
    ]
    if group is not None:
        lines += [f'group = "{group}"', f"group_slots = {slots}"]
    return "\n".join(lines) + "\n"


def write_profiles(folder: Path, keys: Sequence[str], group: str | None = None, slots: int = 1) -> Path:
    """A folder for PANAN_SITES_DIR."""
    folder.mkdir()
    for key in keys:
        (folder / f"{key}.toml").write_text(profile(county(key), group, slots), "utf-8")
    return folder


class ManySites(ProxyServer):
    """One proxy for the sites of many counties, without faults."""

    def __init__(self, sites: Sequence[Site]) -> None:
        super().__init__(sites[0])
        self.sites = {site.county.key: site for site in sites}
        self._hosts = {host: site for site in sites for host in site.county.home}

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Response:
        host, path = split_target(target)
        site = self._hosts.get(host or "")
        if host == control.HOST and urlsplit(target).path == "/state":  # commands change one site, and here are many
            return super()._answer(method, target, headers, body)
        if site is None:
            self.strays.append(target)
            return text(502, "no such host")
        with self._lock:
            try:
                return self._respond(site, method, str(host), path, headers)
            except Exception as error:  # a bug of the demo site, which the crawl must not hide
                self.errors.append(f"{target}: {error!r}")
                return text(500, repr(error))

    def _respond(self, site: Site, method: str, host: str, path: str, headers: dict[str, str]) -> Response:
        return site.respond(method, host, path, headers)


async def _serve(sites: Sequence[Site]) -> None:
    server = ManySites(sites)
    async with await server.start() as listening:
        print(server.url, flush=True)
        await listening.serve_forever()


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m demo_site.many_counties", description=__doc__)
    for name in ("count", "articles"):
        parser.add_argument(name, type=int)
    parser.add_argument("folder", type=Path)
    opts = parser.parse_args()
    keys = [f"c{number:02}" for number in range(opts.count)]
    write_profiles(opts.folder, keys)
    asyncio.run(_serve([Site.build(seed, opts.articles, county(key)) for seed, key in enumerate(keys, 1)]))


if __name__ == "__main__":
    main()
