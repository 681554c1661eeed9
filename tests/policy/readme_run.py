"""The run that README shows: `python tests/policy/readme_run.py` makes it again and writes it into README (`make docs`)."""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
README: Final = ROOT / "README.md"

#: Fields that are different in every run.
VOLATILE: Final = ("fetched_at", "warc")

_BLOCK: Final = r"(?s)<!-- {name} -->\n```\w*\n(.*?)\n```\n"


@dataclass(frozen=True)
class Run:
    """What one `scrapy demo` printed, and the line of its archive that README shows."""

    output: str
    line: str

    @property
    def table(self) -> str:
        """The part of the output that is the same each time."""
        return table(self.output)

    @property
    def article(self) -> dict[str, Any]:
        """The line's fields that are the same each time."""
        return lasting(self.line)


def table(output: str) -> str:
    """The table of an output, without the lines that tell of time."""
    return "\n".join(line.rstrip() for line in output.splitlines() if line[:1] in "┏┃┡│└")


def lasting(line: str) -> dict[str, Any]:
    """An article line without the fields that differ from run to run."""
    return {name: value for name, value in json.loads(line).items() if name not in VOLATILE}


def run_demo() -> Run:
    """Run `scrapy demo` as a newcomer does, into an empty folder. Raises CalledProcessError where it fails."""
    env = {
        **os.environ,
        "SCRAPY_SETTINGS_MODULE": "panan_spider.settings",
        "COLUMNS": "80",
        "PYTHONPATH": str(ROOT),
    }
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "panan_spider", "demo"],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        lines = (Path(folder) / "data/demo/articles.jsonl").read_text("utf-8").splitlines()
    output = "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())
    return Run(output, _telling(lines))


def _telling(lines: list[str]) -> str:
    """The shortest line of 书记 that has a kicker, a byline and a caption."""

    def tells(line: str) -> bool:
        article = json.loads(line)
        captions = [image["caption"] for image in article["images"] if image["caption"]]
        return article["section"] == "书记" and bool(article["kicker"] and article["authors"] and captions)

    return min(filter(tells, lines), key=lambda line: (len(line), line))


def block(text: str, name: str) -> tuple[int, int]:
    """Where in `text` the block under the marker `<!-- name -->` begins and ends. Raises LookupError where there is none."""
    if (found := re.search(_BLOCK.format(name=name), text)) is None:
        raise LookupError(f"README has no block {name}")
    return found.start(1), found.end(1)


def shown(name: str) -> str:
    """README's block of that name."""
    text = README.read_text("utf-8")
    start, end = block(text, name)
    return text[start:end]


def main() -> None:
    """Write a new run into README."""
    run, text = run_demo(), README.read_text("utf-8")
    for name, made in (("demo", f"$ make demo\n.venv/bin/panan demo\n{run.output}"), ("line", run.line)):
        start, end = block(text, name)
        text = text[:start] + made + text[end:]
    README.write_text(text, "utf-8")
    print(README)


if __name__ == "__main__":
    main()
