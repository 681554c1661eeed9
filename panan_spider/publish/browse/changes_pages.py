"""Changes: what was corrected and what was removed from the site, over the whole archive; and one revision against the one before."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from panan_spider.core.run_report import DiffSpan
from panan_spider.core.translations import N_
from panan_spider.publish.browse.page_render import ROWS, PageData, PageNotFound, RenderContext, paginate, skipped
from panan_spider.publish.browse.routes import Route
from panan_spider.publish.export.sqlite_reader import Row, marks
from panan_spider.report.diff import pieces, shortened

#: Kinds of change that a reader can ask for, the readings of a stored page by a newer program apart.
KINDS: Final = ("correction", "removal", "rereading")
#: Fields of an article whose changes are shown, in the order a reader meets them.
FIELDS: Final = {
    "kicker": N_("kicker"),
    "title": N_("headline"),
    "subtitle": N_("subtitle"),
    "published": N_("date"),
    "source": N_("source"),
    "header_line": N_("line under the headline"),
    "blocks": N_("body"),
    "editor": N_("editor"),
    "credits": N_("credits"),
}
#: Lines are the same line, changed, where this share of their characters is; and are looked for this many lines on.
_ALIKE: Final = 0.5
_NEAR: Final = 40
#: Lines of a change that a row of the list shows.
_LINES_OF_A_ROW: Final = 3
#: Blocks of an article that a difference compares.
_MOST_BLOCKS: Final = 2_000


@dataclass(frozen=True)
class DiffLine:
    """A line of a difference; `context` where it is an unchanged neighbour of a changed one."""

    pieces: tuple[DiffSpan, ...]
    context: bool = False


@dataclass(frozen=True)
class FieldDiff:
    """One field that is not as it was: its name, and its changed lines with their neighbours; lines left out between are None."""

    name: str
    lines: tuple[DiffLine | None, ...]


@dataclass(frozen=True)
class ArchiveChange:
    """A row of the list of changes. `fields` are the first changed lines of a correction, shortened, by field."""

    kind: str
    at: str | None
    row: Row
    revision: int
    fields: tuple[FieldDiff, ...] = ()
    last_seen: str | None = None


def diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[FieldDiff]:
    """Differences of two rows of the export, field by field, in reading order."""
    found = []
    for field, name in FIELDS.items():
        before, after = lines_of(field, old[field]), lines_of(field, new[field])
        if before != after:
            found.append(FieldDiff(name, tuple(_with_neighbours(before, after))))
    return found


def lines_of(field: str, value: Any) -> list[str]:
    """A field as lines of text: a block a line."""
    if value in (None, "", "{}"):
        return []
    if field == "blocks":
        return [line for block in json.loads(value)[:_MOST_BLOCKS] for line in _block(block)]
    if field == "credits":
        return [f"{role}: {name}" for role, name in json.loads(value).items()]
    return str(value).splitlines()


def _block(block: Mapping[str, Any]) -> list[str]:
    kind = block["type"]
    if kind == "table":
        return [" | ".join(row) for row in block["rows"]]
    if kind in ("paragraph", "heading"):
        return [block["text"]]
    words = block.get("caption") or block.get("title")
    return [block["url"] + (f" {words}" if words else "")]


def _with_neighbours(before: list[str], after: list[str]) -> Iterator[DiffLine | None]:
    """Changed lines, each group between the unchanged line before and behind it; None where more were left out."""
    steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (how, i1, i2, j1, j2) in enumerate(steps):
        if how != "equal":
            yield from (DiffLine(tuple(pieces(old, new))) for old, new in _pairs(before[i1:i2], after[j1:j2]))
            continue
        head = before[i1 : i1 + 1] if number else []
        tail = before[max(i2 - 1, i1 + len(head)) : i2] if number < len(steps) - 1 else []
        yield from (_unchanged(line) for line in head)
        if i2 - i1 > len(head) + len(tail):
            yield None
        yield from (_unchanged(line) for line in tail)


def _unchanged(line: str) -> DiffLine:
    return DiffLine((DiffSpan(kind="same", text=line),), context=True)


def _pairs(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """Old and new lines side by side, like beside like; one without a counterpart stands beside nothing."""
    position = 0
    for old in before:
        match = next((j for j in range(position, min(position + _NEAR, len(after))) if _alike(old, after[j])), None)
        if match is None:
            yield old, ""
            continue
        yield from (("", new) for new in after[position:match])
        yield old, after[match]
        position = match + 1
    yield from (("", new) for new in after[position:])


def _alike(old: str, new: str) -> bool:
    return difflib.SequenceMatcher(None, old, new, autojunk=False).quick_ratio() > _ALIKE


def revision_changes(context: RenderContext, route: Route, args: Mapping[str, str]) -> PageData:
    """Changes of a revision against the one before it, or the earlier one that `from` names."""
    database = context.database
    earlier = args.get("from") or str(route.page - 1)
    if not re.fullmatch(r"[0-9]{1,6}", earlier) or not 0 < int(earlier) < route.page:
        raise PageNotFound(f"changes of revision {route.page} since {earlier}")
    row, old, new = (
        database.article(route.key),
        *(database.revision(route.key, number) for number in (int(earlier), route.page)),
    )
    if row is None or new is None or old is None:
        raise PageNotFound(f"changes of revision {route.page} of article {route.key}")
    given = {"row": row, "old": old, "new": new, "changes": diff(old, new), "is_rereading": _is_rereading(old, new)}
    return PageData("changes.html", {**given, "revisions": database.revisions(route.key)})


def _is_rereading(old: Row, new: Row) -> bool:
    return old["warc_file"] is not None and all(old[name] == new[name] for name in ("warc_file", "warc_offset"))


def count_changes(context: RenderContext, kinds: tuple[str, ...]) -> int:
    """Number of changes of these kinds in the archive."""
    return int(context.database.column(f"SELECT count(*) FROM changes WHERE kind IN ({marks(kinds)})", *kinds)[0])


def newest_changes(
    context: RenderContext, count: int, skip: int = 0, kinds: tuple[str, ...] = KINDS[:2]
) -> list[ArchiveChange]:
    """Changes of these kinds, the newest first."""
    sql = f"SELECT * FROM changes WHERE kind IN ({marks(kinds)}) ORDER BY at DESC, article_id DESC, revision DESC LIMIT ? OFFSET ?"
    found = context.database.rows(sql, *kinds, count, skip)
    titles = {row["id"]: row for row in context.database.listed([row["article_id"] for row in found])}
    return [_change(context, row, titles[row["article_id"]]) for row in found if row["article_id"] in titles]


def _change(context: RenderContext, change: Row, article: Row) -> ArchiveChange:
    database, number, revision = context.database, change["article_id"], change["revision"]
    if change["kind"] == "removal":
        times = database.removal(number)
        return ArchiveChange(
            "removal", times and times["gone_at"], article, revision, last_seen=times and times["last_seen"]
        )
    old, new = database.revision(number, revision - 1), database.revision(number, revision)
    fields = tuple(map(_shortened, diff(old, new))) if old is not None and new is not None else ()
    return ArchiveChange(change["kind"], change["at"], article, revision, fields)


def _shortened(field: FieldDiff) -> FieldDiff:
    changed = [line for line in field.lines if line is not None and not line.context]
    lines = [DiffLine(tuple(shortened(line.pieces))) for line in changed[:_LINES_OF_A_ROW]]
    return FieldDiff(field.name, (*lines, *([None] if len(changed) > _LINES_OF_A_ROW else [])))


def kinds_of(args: Mapping[str, str]) -> tuple[str, ...]:
    """The kinds of change that an address asks for: corrections and removals where it names none there is."""
    return (args["kind"],) if args.get("kind") in KINDS else KINDS[:2]


def all_changes(context: RenderContext, route: Route, args: Mapping[str, str]) -> PageData:
    """Corrections and removals, the newest first; new readings of a stored page on demand."""
    kinds = kinds_of(args)
    totals = {kind: count_changes(context, (kind,)) for kind in KINDS}
    pagination = paginate(route.page, sum(totals[kind] for kind in kinds))
    rows = newest_changes(context, ROWS, skipped(route.page), kinds)
    kind = args.get("kind") if args.get("kind") in KINDS else ""
    return PageData("corrections.html", {"changes": rows, "pagination": pagination, "kind": kind, "totals": totals})
