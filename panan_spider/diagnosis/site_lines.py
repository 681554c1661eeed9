"""The lines of site.py to change when the site has moved, as a patch that `git apply` takes."""

import ast
import difflib
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from panan_spider import site
from panan_spider.diagnosis.visit import Visit
from panan_spider.urls import canonical

SITE_FILE: Final = Path(site.__file__)
_IN_CHECKOUT: Final = "panan_spider/site.py"
_WIDEST: Final = 120


def changes(visit: Visit) -> dict[str, str]:
    """New values, as Python source, of the names in site.py that the visit found untrue; empty where all hold.

    A host that sends its readers elsewhere stays in HOSTS: old links lead through it. One that does not answer goes.
    """
    wanted = [*visit.entries, *(sample.answer for sample in visit.samples)]
    wanted += [answer for answer in visit.rowless if answer.asked in site.KNOWN_SECTIONS]
    leads = {canonical(answer.asked): answer.leads_to for answer in wanted if answer.leads_to}
    dead = {robots.host for robots in visit.log.robots.values() if robots.unreachable is not None}
    dead = dead if dead < site.HOSTS else set()
    entries = _led(site.ENTRY_PAGES, leads, dead)
    known = _led(site.KNOWN_SECTIONS, leads, dead)
    hosts = sorted((site.HOSTS - dead) | {urlsplit(url).hostname or "" for url in leads.values()})
    new = {
        "HOSTS": (f"frozenset({{{', '.join(map(_quoted, hosts))}}})", set(hosts) != site.HOSTS),
        "ENTRY_PAGES": (_tuple(entries), entries != list(site.ENTRY_PAGES)),
        "KNOWN_SECTIONS": (_tuple(known), known != list(site.KNOWN_SECTIONS)),
    }
    return {name: value for name, (value, differs) in new.items() if differs}


def _led(urls: tuple[str, ...], leads: dict[str, str], dead: set[str]) -> list[str]:
    """Each address as it was redirected to; those of dead hosts left out."""
    alive = [url for url in urls if urlsplit(url).netloc not in dead]
    return list(dict.fromkeys(canonical(leads.get(canonical(url), url)) for url in alive))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _tuple(urls: list[str]) -> str:
    return f"({', '.join(map(_quoted, urls))}{',' if len(urls) == 1 else ''})"


def patch(new: dict[str, str], source: str | None = None) -> str:
    """A unified diff of site.py (`source`, as it stands by default) with these values; `""` for none.

    Raises LookupError where site.py does not set one of the names.
    """
    old = SITE_FILE.read_text("utf-8") if source is None else source
    lines = changed_lines(new, old)
    names = (f"a/{_IN_CHECKOUT}", f"b/{_IN_CHECKOUT}")
    return "".join(difflib.unified_diff(old.splitlines(keepends=True), lines, *names, n=1))


def changed_lines(new: dict[str, str], source: str) -> list[str]:
    """The lines of `source` with these values, line ends kept."""
    lines = source.splitlines(keepends=True)
    set_here = {
        node.target.id: node
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
    }
    for name, value in sorted(new.items(), key=lambda item: -set_here[item[0]].lineno):
        node = set_here[name]
        head = f"{name}: {ast.unparse(node.annotation)} = "
        line = head + value
        if len(line) > _WIDEST:
            opening, closing = value[: value.index('"')], value[value.rindex('"') + 1 :].lstrip(",")
            items = value[len(opening) : value.rindex('"') + 1].split(", ")
            line = head + opening + "\n" + "".join(f"    {item},\n" for item in items) + closing
        lines[node.lineno - 1 : node.end_lineno] = [f"{one}\n" for one in line.split("\n")]
    return lines
