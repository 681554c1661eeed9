"""Runs of `scrapy doctor` on the demo site, and docs/first-day.md, which shows them: `make docs` makes it again."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/first-day.md"

#: What the page shows: the fault of each block, None for the site as it is.
SHOWN: Mapping[str, str | None] = {
    "good": None,
    "redesigned": "redesign",
    "unreadable": "relayout-unreadable",
    "moved": "new-host",
    "down": "down",
    "blocked": "challenge",
}


def run(*options: str, cwd: Path = ROOT, **env: str) -> "subprocess.CompletedProcess[str]":
    """`scrapy doctor` with these options, as a user runs it whose output goes into a file."""
    given = {**os.environ, "SCRAPY_SETTINGS_MODULE": "panan_spider.settings", "PYTHONIOENCODING": "utf-8", **env}
    words = [sys.executable, "-m", "scrapy", "doctor", *options]
    return subprocess.run(words, cwd=cwd, env=given, capture_output=True, encoding="utf-8", check=False, timeout=120)


def demo(fault: str | None) -> "subprocess.CompletedProcess[str]":
    """A run on the demo site."""
    return run("--demo", *(("--fault", fault) if fault else ()))


def block(name: str, output: str) -> str:
    """What the page shows of an output: all where the site is good, else the verdict and what follows."""
    start = 0 if name == "good" else output.index(re.search(r"^\d+ requests$", output, re.MULTILINE)[0])  # type: ignore[index]
    fault = f" --fault {SHOWN[name]}" if SHOWN[name] else ""
    lines = [f"$ scrapy doctor --demo{fault}", *(["…"] if start else []), *output[start:].rstrip("\n").split("\n")]
    return "\n".join(line.rstrip() for line in lines)


def lasting(shown: str) -> str:
    """A block without the line numbers of a patch, which any change of the profile moves."""
    return re.sub(r"(?m)^@@ .* @@.*$", "@@", shown)


def place(text: str, name: str) -> tuple[int, int]:
    """Where the block of that name begins and ends."""
    found = re.search(rf"(?s)<!-- doctor {name} -->\n```console\n(.*?)\n```\n", text)
    if found is None:
        raise LookupError(f"{PAGE.name} has no block {name}")
    return found.start(1), found.end(1)


def main() -> None:
    """Write new runs into the page."""
    text = PAGE.read_text("utf-8")
    for name, fault in SHOWN.items():
        start, end = place(text, name)
        text = text[:start] + block(name, demo(fault).stdout) + text[end:]
    PAGE.write_text(text, "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
