"""What a run's report asks of the archive."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.ledger.queries import MissingUrl
from panan_spider.archive.ledger_state import LedgerCrawlState
from panan_spider.archive.store.jsonl import LineFile
from panan_spider.archive.store.quarantine import Quarantine
from panan_spider.core.outcomes import Outcome

#: How every line of articles.jsonl begins.
_HEAD: Final = re.compile(rb'\{"id":"(\d+)","revision":(\d+),')


class RunAccounting:
    """The books of one run, and what they add up to."""

    ledger: Ledger
    memory: LedgerCrawlState
    _quarantine: Quarantine
    _run: int
    _articles: LineFile
    _began: int

    @property
    def fresh_quarantine(self) -> Counter[Outcome]:
        """How many pages this run quarantined that did not lie there, byte for byte, before; by outcome."""
        return self._quarantine.fresh

    @property
    def discovered_count(self) -> int:
        """How many addresses this run met. After `settle_rest` the sum of `outcome_counts`."""
        return self.memory.discovered_count

    def outcome_counts(self) -> Counter[Outcome]:
        """How many addresses of this run ended in which outcome."""
        return Counter(self.memory.counts)

    def unsettled_now(self) -> list[str]:
        """Addresses this run has met and not settled."""
        return self.ledger.addresses.open_fates(self._run)

    def settle_rest(self, reason: str = "the run ended before it") -> int:
        """Before the report is made: what is still open becomes PENDING, open walks interrupted. How many became so."""
        return self.memory.settle_rest(reason)

    def gaps(self) -> list[MissingUrl]:
        """What the archive lacks, of all runs: failed, blocked, pending, quarantined…, each with its reason."""
        return self.ledger.questions.gaps(self._run)

    def walks(self) -> list[dict[str, Any]]:
        """This run's walks: name, url, state, pages, rows, new, began, ended."""
        return self.ledger.walks.of(self._run)

    def stored(self) -> Iterator[dict[str, Any]]:
        """The revisions this run has stored, in order, as they stand in their lines."""
        return (line.record for line in self._articles.lines(self._began) if line.record is not None)

    def revisions(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Any]]:
        """The stored revisions of these numbers, as far as there are such. Reads all lines, and takes in only these."""
        left = {(number.encode(), str(revision).encode()) for number, revision in wanted}
        found = {}
        for line in self._articles.raw_lines() if left else ():
            head = _HEAD.match(line)
            if head is not None and (head[1], head[2]) in left:
                record: dict[str, Any] = json.loads(line)
                found[record["id"], record["revision"]] = record
        return found

    def removed(self) -> list[dict[str, Any]]:
        """The stored articles that this run found gone, in their newest revision."""
        return [self._articles.at(offset) for _number, _url, offset in self.ledger.counts.gone(self._run)]
