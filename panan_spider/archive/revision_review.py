"""Review of held changes of stored articles: which a run believes, and which it quarantines.

One fault of a site looks like many corrections at once: an error page in the site's frame, one article's page for every
address, texts cut to a teaser. A change is believed where it stands alone, or where a later run reads the same again.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from panan_spider.archive.ledger.queries import SHARED_CONTENT
from panan_spider.archive.ledger.stored_articles import HeldRevision, HeldState
from panan_spider.archive.store import warc_file
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.files import StoreError
from panan_spider.extract.document import Page
from panan_spider.items import WarcLocation
from panan_spider.sites.thresholds import Thresholds

#: Share of the stored text below which the raw page is searched for the link of a teaser.
_TEASER_SHARE: Final = 0.5
#: Revisions stored in one transaction.
_TOGETHER: Final = 64

#: The link of a teaser: the rest of the text is elsewhere.
_TEASER: Final = re.compile(
    r"(?:打开|下载|进入|登录|前往|点击|扫码)[^。！？\n]{0,30}(?:客户端|[Aa][Pp][Pp])|(?:阅读|查看|浏览|展开|观看)(?:更多|全文|原文|全部|剩余|完整)"
)


@dataclass(frozen=True)
class Change:
    """A stored article's newest revision and the reading that would follow it, both as JSON values.

    `is_confirmed`: an earlier run rejected the same reading. `same_content`: other articles stored with its content.
    """

    article_id: str
    old: dict[str, Any]
    new: dict[str, Any]
    is_confirmed: bool = False
    same_content: int = 0


def is_teaser(old: dict[str, Any], new: dict[str, Any], page_text: Callable[[], str] = lambda: "") -> bool:
    """Whether the new text is the beginning of the old one, with a link to the rest in it or on the page."""
    before, after = ([line for line in _paragraphs(record) if not _TEASER.search(line)] for record in (old, new))
    if len(after) >= len(before) or not _begins(before, after):
        return False
    if len(after) < len(_paragraphs(new)):
        return True
    return _is_shortened(old, new, _TEASER_SHARE) and _TEASER.search(page_text()) is not None


def _begins(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether `after` is the beginning of `before`; its last paragraph may be cut."""
    if not after:
        return True
    *whole, last = after
    return list(before[: len(whole)]) == whole and before[len(whole)].startswith(last.rstrip("….。 "))


def _paragraphs(record: dict[str, Any]) -> list[str]:
    return [line for line in str(record["text"]).split("\n") if line.strip()]


def _is_shortened(old: dict[str, Any], new: dict[str, Any], share: float) -> bool:
    return len(new["text"]) <= share * len(old["text"]) and bool(old["text"])


def rejections(
    changes: Iterable[Change],
    asked: int,
    limits: Thresholds,
    page_text: Callable[[str], str] = lambda _article_id: "",
    routine: Collection[str] = (),
) -> dict[str, str]:
    """Article ID → reason, for each change that is not believed. `asked`: stored articles that the run asked for;
    `routine`: IDs of those whose turn it was, without a sign of change.

    `page_text` gives the raw page of a change as text; called only for texts cut to their beginning.
    """
    changes = list(changes)
    found = _shared(changes, limits)
    for change in changes:
        if change.article_id not in found and is_teaser(
            change.old,
            change.new,
            lambda one=change: page_text(one.article_id),  # type: ignore[misc]
        ):
            found[change.article_id] = "only the beginning of the stored text, with a link to the rest: no correction"
    unconfirmed = [change for change in changes if not change.is_confirmed]
    if _is_mass(unconfirmed, asked, limits, routine):
        reason = f"{len(unconfirmed)} of {asked} stored articles changed in one run: believed when a later run reads the same"
        for change in unconfirmed:
            found.setdefault(change.article_id, reason)
    shortened = [change for change in unconfirmed if _is_shortened(change.old, change.new, limits.shortened_share)]
    if len(shortened) >= limits.shortened_articles:
        reason = f"{len(shortened)} texts are cut to half or less in one run: believed when a later run reads the same"
        for change in shortened:
            found.setdefault(change.article_id, reason)
    return found


def _is_mass(changes: Sequence[Change], asked: int, limits: Thresholds, routine: Collection[str]) -> bool:
    """Whether so many changes are a fault of the site: a share of all rechecks, or half of a few routine ones."""
    if len(changes) >= limits.change_articles and len(changes) > limits.change_share * asked:
        return True
    count = sum(change.article_id in routine for change in changes)
    return count >= limits.few_changes and count >= limits.few_changes_share * len(routine)


def _shared(changes: Sequence[Change], limits: Thresholds) -> dict[str, str]:
    """The changes whose content, or whose text, several articles show. A second run does not make them true.

    Of two articles that show the same one may be a reprint: then a second run does.
    """
    contents = Counter(change.new["content_hash"] for change in changes)
    texts: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        if change.new["text"].strip():
            texts[change.new["text"]].add(change.article_id)
    found = {}
    for change in changes:
        count = contents[change.new["content_hash"]] + change.same_content
        same_text = len(texts.get(change.new["text"], ()))
        if count >= limits.same_content_numbers:
            found[change.article_id] = f"{SHARED_CONTENT} {count - 1} other articles"
        elif count > 1 and not change.is_confirmed:
            found[change.article_id] = f"{SHARED_CONTENT} another article: believed when a later run reads the same"
        elif same_text >= limits.same_content_numbers:
            found[change.article_id] = f"the same text as {same_text - 1} other articles that changed in one run"
    return found


class HeldReview:
    """The review of one archive: of its run at the end, or of a run that was killed or interrupted before the first request."""

    def __init__(self, archive: Archive, limits: Thresholds) -> None:
        self._archive, self._held, self._limits = archive, archive.ledger.held, limits

    def run(self) -> tuple[int, int]:
        """Store the held readings that are believed, quarantine the others. (number stored, number quarantined).

        Listed articles that are gone in the site's own words are removals where they are few.
        """
        self._archive.memory.confirm_removals(self._limits)
        waiting = {row.article_id: row for row in self._held.waiting()}
        changes = [change for row in waiting.values() if (change := self._change(row, waiting)) is not None]
        asked = sum(self._held.asked(run) for run in {row.run for row in waiting.values()})
        rechecks = self._archive.memory.rechecks
        routine = {number for number, recheck in rechecks.items() if recheck.is_routine}
        rejected = rejections(
            changes, asked, self._limits, lambda article_id: self._page_text(waiting[article_id]), routine
        )
        for article_id, reason in rejected.items():
            self._archive.reject(waiting[article_id], reason)
        accepted = [waiting[change.article_id] for change in changes if change.article_id not in rejected]
        for rows in _batches(accepted):
            self._archive.release(rows)
        return len(accepted), len(rejected)

    def _change(self, row: HeldRevision, waiting: Mapping[str, HeldRevision]) -> Change | None:
        """The change a row stands for; None, and the row deleted, where its content is the stored one by now."""
        old = self._archive.newest_record(row.article_id)
        if old is None or old["content_hash"] == row.content_hash:
            with self._archive.ledger.write():
                self._held.drop(row.article_id)
            if old is not None and self._archive.is_of_this_run(row):
                self._archive.mark_unchanged(row.article_id, row.url)
            return None
        new = json.loads(row.record)
        others = set(self._archive.same_content(row.article_id, row.content_hash)) - waiting.keys()
        return Change(row.article_id, old, new, row.state is HeldState.CONFIRMED, len(others))

    def _page_text(self, row: HeldRevision) -> str:
        """The raw page of a held reading as text; "" where it cannot be read."""
        if row.warc_file is None or row.warc_offset is None:
            return ""
        try:
            response = warc_file.read(self._archive.folder, WarcLocation(file=row.warc_file, offset=row.warc_offset))
        except StoreError:
            return ""
        return Page(response.url, response.body, response.content_type).text


def _batches(rows: Sequence[HeldRevision]) -> Iterator[Sequence[HeldRevision]]:
    """The rows of one run each, at most `_TOGETHER` in one."""
    for _run, group in groupby(sorted(rows, key=lambda row: row.run), key=lambda row: row.run):
        of_run = list(group)
        for start in range(0, len(of_run), _TOGETHER):
            yield of_run[start : start + _TOGETHER]
