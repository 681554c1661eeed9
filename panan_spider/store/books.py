"""What a run's report asks of the archive."""

from collections import Counter
from typing import Any

from panan_spider.outcomes import Outcome
from panan_spider.store.ledger import Ledger
from panan_spider.store.ledger_questions import Gap
from panan_spider.store.memory import LedgerMemory
from panan_spider.store.quarantine import Quarantine


class Books:
    """The books of one run, and what they add up to."""

    ledger: Ledger
    memory: LedgerMemory
    _quarantine: Quarantine
    _run: int

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

    def gaps(self) -> list[Gap]:
        """What the archive lacks, of all runs: failed, blocked, pending, quarantined…, each with its reason."""
        return self.ledger.questions.gaps(self._run)

    def walks(self) -> list[dict[str, Any]]:
        """This run's walks: name, url, state, pages, rows, new, began, ended."""
        return self.ledger.walks.of(self._run)
