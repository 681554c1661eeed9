"""The figures as tables of docs/evaluation.md."""

import re
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Final

from evaluation.ours import FIELDS

DOC: Final = Path(__file__).parents[1] / "docs" / "evaluation.md"
OURS: Final = "**panan_spider**"

#: Measure → column.
COLUMNS: Final = {
    "body_precision": "body P", "body_recall": "body R", "body_f1": "body F1", "body_f1_long": "… of long ones", "body_exact": "body exact", "paragraphs_f1": "paragraphs F1",
    "title": "title", "date": "date", "source": "source", "authors": "authors", "editor": "editor",
    "images_f1": "images F1", "leaks": "pages with leaks",
}  # fmt: skip
_BODY: Final = frozenset(
    {"body_precision", "body_recall", "body_f1", "body_f1_long", "body_exact", "paragraphs_f1", "leaks"}
)
_MARKED: Final = r"(?s)(<!-- {name} -->\n).*?(<!-- /{name} -->)"


def compared(rows: Sequence[str]) -> str:
    """A table of these rows."""
    return _table(["", *COLUMNS.values()], rows)


def row(name: str, figures: Mapping[str, float], offers: Container[str] = frozenset(COLUMNS)) -> str:
    """One extractor's row: a dash where it has no such field."""
    cells = [f"{figures[key]:.1f}" if key in _BODY or key in offers else "–" for key in COLUMNS]
    return _row([name, *cells])


def fields(halves: Mapping[str, Mapping[str, float]]) -> str:
    """panan_spider's table: in how many per cent of the pages each field is exact, half by half."""
    rows = [_row([f"`{name}`", *(f"{one[f'field {name}']:.1f}" for one in halves.values())]) for name in FIELDS]
    return _table(["field", *halves], rows)


def readings(rows: Sequence[tuple[str, str, str]]) -> str:
    """The pages whose reading changed, each with fields and judgement; a sentence where there is none."""
    if not rows:
        return "No page is read otherwise than by the evaluation before."
    listed = [_row([f"`{name}`", *rest]) for name, *rest in rows]
    return _table(["page", "fields that changed", "judgement"], listed, " --- |")


def write(parts: Mapping[str, str], path: Path = DOC) -> None:
    """Put each text between the markers of its name. Raises ValueError where the page has no such markers."""
    text = path.read_text("utf-8")
    for name, part in parts.items():
        text, count = re.subn(_MARKED.format(name=name), lambda m, part=part: f"{m[1]}{part}\n{m[2]}", text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"{path.name}: no place marked {name}")
    path.write_text(text, "utf-8")


def _table(head: Sequence[str], rows: Sequence[str], align: str = " ---: |") -> str:
    return "\n".join([_row(head), "|" + " --- |" + align * (len(head) - 1), *rows])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")
