"""Kept readings: a hash of each field of each page with a gold record, and the pages whose reading has changed since."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from evaluation.cases import FOLDER, HALVES, cases
from evaluation.ours import FIELDS, is_equal, plain
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import PageError

PATH: Final = FOLDER / "readings.txt"
_TESTS: Final = FOLDER.parent / "tests/pages"
#: Beside the fields: `read`, or the outcome of a page that cannot be read.
_COLUMNS: Final = ("fate", *FIELDS)
_DIGITS: Final = 6  # of a hash: enough to see a change, no more than a line of the file can bear

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """A page, its name below the project, and its gold record: all fields, or those on which careful readers agree."""

    name: str
    page: Page
    gold: dict[str, Any]


def subjects() -> list[Subject]:
    """Every article page with a gold record: of the evaluation, and of the tests."""
    found = [Subject(case.name, case.page, dict(case.gold)) for half in HALVES for case in cases(half)]
    for path in sorted(_TESTS.glob("*fixtures/*/page.html")):
        if path.parent.parent.name in ("fixtures", "unseen_fixtures"):
            came, gold = (
                json.loads((path.parent / name).read_text("utf-8")) for name in ("page.json", "expected.json")
            )
            page = Page(came["url"], path.read_bytes(), came["content_type"])
            found.append(Subject(f"{path.parent.parent.name}/{path.parent.name}", page, gold))
    return found


def read_all(pages: Iterable[Subject]) -> dict[str, Values]:
    """Name → field → value as panan_spider reads the page today."""
    return {subject.name: _read(subject.page) for subject in pages}


def _read(page: Page) -> Values:
    try:
        article = read_article(page)
    except PageError as error:
        return {"fate": error.outcome.value}
    return {"fate": "read", **{name: plain(getattr(article, name)) for name in FIELDS}}


def keep(values: Mapping[str, Values], path: Path = PATH) -> None:
    """Write the hashes of these readings, a line a page."""
    rows = [" ".join([name, *_hashes(value).values()]) for name, value in values.items()]
    path.write_text("\n".join([" ".join(["page", *_COLUMNS]), *rows]) + "\n", "utf-8")


def kept(path: Path = PATH) -> dict[str, dict[str, str]]:
    """Name → field → hash, as the last evaluation left them."""
    head, *rows = (line.split() for line in path.read_text("utf-8").splitlines())
    return {name: dict(zip(head[1:], hashes, strict=True)) for name, *hashes in rows}


def changed(pages: Iterable[Subject], path: Path = PATH) -> list[tuple[str, str, str]]:
    """(page, fields whose reading changed since the last evaluation, judgement) of each page that is read otherwise."""
    before, found = kept(path), list[tuple[str, str, str]]()
    for subject in pages:
        values = _read(subject.page)
        now, then = _hashes(values), before.get(subject.name)
        fields = [name for name in _COLUMNS if then is not None and then.get(name) != now[name]]
        if fields or then is None:
            found.append((subject.name, ", ".join(fields) or "new page", _judgement(subject, values, fields)))
    return found


def _judgement(subject: Subject, values: Values, fields: list[str]) -> str:
    """How the gold record judges these fields (all that it has, of a new page)."""
    gold = {"fate": "read", **subject.gold}
    asked = fields or [name for name in _COLUMNS if name in gold]
    wrong = [name for name in asked if name in gold and not is_equal(name, values.get(name), gold[name])]
    if wrong:
        return f"otherwise than the gold record: {', '.join(wrong)}"
    if unknown := [name for name in asked if name not in gold and gold["fate"] == "read"]:
        return f"no gold for {', '.join(unknown)}: CHANGELOG.md"
    return "as the gold record"


def _hashes(values: Values) -> dict[str, str]:
    return {name: _hash(values.get(name)) for name in _COLUMNS}


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def main() -> int:
    """List the pages whose reading changed, without running any other extractor; nothing is written."""
    for row in changed(subjects()):
        print(*row, sep=" · ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
