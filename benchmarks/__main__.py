"""`python -m benchmarks [--quick] [SECTION …]` measures, prints, and (but with --quick) writes docs/performance.md between its markers."""

import argparse
import importlib.metadata
import os
import platform
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks import sections
from benchmarks.measure import ROOT

DOC: Final = ROOT / "docs" / "performance.md"

#: Section → what measures it, small or whole; each gives Markdown.
SECTIONS: Final[dict[str, Callable[[bool], str]]] = {
    "extraction": sections.extraction,
    "crawl": sections.crawl,
    "reparse": sections.reparse,
    "incremental": sections.incremental,
    "nights": sections.made_up_nights,
    "first": sections.first,
    "fleet": sections.fleet,
    "growing": sections.growing,
    "durability": sections.durability,
    "export": sections.export,
    "browse": sections.browse,
}
_PACKAGES: Final = ("lxml", "Scrapy", "pydantic", "warcio", "trafilatura")


def machine() -> str:
    """Where and with what the numbers were taken."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"_{datetime.now(UTC):%Y-%m-%d}: {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        f" (load {load}), Python {platform.python_version()}, {versions}._"
    )


def written(text: str, name: str, found: str) -> str:
    """The document with what stands between a section's markers replaced. Raises ValueError where it has no such markers."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"{DOC.name} has no section {name}")
    return pattern.sub(lambda marks: f"{marks[1]}{found}\n\n{machine()}\n{marks[2]}", text)


def main() -> None:
    """Measure the sections asked for, all unless some are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}")
    parser.add_argument(
        "--quick", action="store_true", help="few pages, small archives: under two minutes; nothing is written"
    )
    opts = parser.parse_args()
    if unknown := [name for name in opts.sections if name not in SECTIONS]:
        parser.error(f"no section is named {unknown[0]!r}")
    for name in opts.sections or SECTIONS:
        found = SECTIONS[name](opts.quick)
        print(f"## {name}\n\n{found}\n", flush=True)
        if not opts.quick:
            _write(DOC, name, found)


def _write(path: Path, name: str, found: str) -> None:
    path.write_text(written(path.read_text("utf-8"), name, found), "utf-8")


if __name__ == "__main__":
    main()
