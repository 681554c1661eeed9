"""The runs of an archive, from the reports they left in runs/."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.store.archive import RUNS_FOLDER
from panan_spider.publish.browse.ui_words import ending

#: What a page shows of a report. A run of another command leaves some of it out.
_SHOWN: Final = (
    "command", "exit_code", "reason", "started", "finished", "arguments", "requests", "bytes_received", "discovered",
    "outcomes", "sums_match", "sections", "gaps_count", "gaps",
)  # fmt: skip

#: What the name of a run is made of; nothing that leads out of the folder.
NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,80}")


#: A file that a run leaves for people and programs.
FILE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,80}\.(html|json)")

_UNREADABLE: Final = ("Its report cannot be read", "报告无法读取", "bad")


@dataclass(frozen=True)
class RunSummary:
    """One run. `ending` is how it ended, in English and in Chinese, and its colour (good, soon, bad); `report` is all it left.

    `seconds` is None where it did not say; `has_page` whether there is an HTML report beside it.
    """

    name: str
    ending: tuple[str, str, str]
    seconds: int | None
    has_page: bool
    report: Mapping[str, Any]


def names(data: Path) -> list[str]:
    """The names of all runs that left a report, newest first."""
    return sorted(
        (path.stem for path in (data / RUNS_FOLDER).glob("*.json") if NAME.fullmatch(path.stem)), reverse=True
    )


def run_of(data: Path, name: str) -> RunSummary | None:
    """One run by its name; None where there is none. A report that cannot be read is a run whose ending says so."""
    path = data / RUNS_FOLDER / f"{name}.json"
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    report = _read(path)
    ended = _UNREADABLE if report is None else ending(report.get("exit_code"))
    given = dict.fromkeys(_SHOWN) | (report or {})
    return RunSummary(name, ended, _seconds(given), file_of(data, f"{name}.html") is not None, given)


def files(data: Path) -> list[str]:
    """The names of all files that runs left for people and programs."""
    return sorted(path.name for path in (data / RUNS_FOLDER).glob("*.*") if FILE.fullmatch(path.name))


def file_of(data: Path, name: str) -> Path | None:
    """One of them; None where there is none of that name."""
    path = data / RUNS_FOLDER / name
    return path if FILE.fullmatch(name) and path.is_file() else None


def _read(path: Path) -> dict[str, Any] | None:
    try:
        report = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def _seconds(report: Mapping[str, Any]) -> int | None:
    try:
        started, finished = (datetime.fromisoformat(report[name]) for name in ("started", "finished"))
        return int((finished - started).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def clock(seconds: int | None) -> str:
    """A duration as people read it: `7 s`, `12 min`, `3 h 05 min`; a dash where none is known."""
    if seconds is None:
        return "–"
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"


def shown(count: object) -> str:
    """A number of a report with its thousands apart; a dash where it gives none."""
    return f"{count:,}" if isinstance(count, int) else "–"
