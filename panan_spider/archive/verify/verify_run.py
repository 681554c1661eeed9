"""Verify run: one call of `scrapy verify`, its findings, and with `repair` the repairs."""

import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from panan_spider import __version__
from panan_spider.archive.data_folder import holder
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.files import LockHeld
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.archive.verify.repair import Repairer
from panan_spider.core.clock import now
from panan_spider.core.outcomes import ExitCode
from panan_spider.core.run_report import VerifyReport


class VerifyRun:
    """Prints as it goes; returns the exit code: 0 where all agrees, 10 where something does not."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.started = datetime.now(UTC)

    def verified(self) -> ExitCode:
        """Check, reading alone. Raises StoreError where the disk cannot be read; LockHeld where a run began meanwhile."""
        check = ArchiveCheck(self.data)
        for finding in check.findings():
            print(finding)
        if check.held_by is not None:
            print(f"panan: a run is writing ({check.held_by}); what it wrote since this began was not looked at")
        elif (writer := holder(self.data / "lock")) is not None:
            raise LockHeld(f"a run began while the archive was read ({writer}): verify again when it has ended")
        repair = "; `scrapy verify --repair` repairs what can be repaired" if check.count else ""
        print(f"panan: {summary(check)}{repair}")
        return ExitCode.INCOMPLETE if check.count else ExitCode.GOOD

    def repaired(self) -> ExitCode:
        """Check, mend under the lock, open the archive as a run does, check again. Raises LockHeld, StoreError."""
        check = ArchiveCheck(self.data, own=True)
        mender = Repairer(check, now)

        def first() -> list[str]:
            for finding in check.findings():
                print(finding)
            mender.mend()
            return mender.said

        run_id = f"{self.started:%Y%m%dT%H%M%SZ}-{os.getpid()}"
        archive = Archive.open(self.data, run_id=run_id, args={"command": "verify"}, first=first)
        done = archive.notes
        for line in done:
            print(f"panan: {line}")
        archive.settle_rest()
        archive.close(self._report(archive, check, done))
        again = ArchiveCheck(self.data)
        for finding in again.findings():
            print(f"still: {finding}")
        print(f"panan: {disagreement(check.count, 'did')}; now {summary(again)}")
        return ExitCode.INCOMPLETE if again.count else ExitCode.GOOD

    def _report(self, archive: Archive, check: ArchiveCheck, done: list[str]) -> dict[str, Any]:
        return VerifyReport(
            run=archive.run_id,
            command="verify",
            arguments={"repair": "true"},
            exit_code=int(ExitCode.GOOD),
            reason=f"{disagreement(check.count, 'did')}, {len(done)} put right or told of",
            started=f"{self.started:%Y-%m-%dT%H:%M:%SZ}",
            finished=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            versions={"panan_spider": __version__, "scrapy": version("scrapy")},
            requests=0,
            discovered=archive.discovered_count,
            outcomes={},
            repaired=done,
            disagreed=check.count,
        ).model_dump(mode="json")


def summary(check: ArchiveCheck) -> str:
    """Counts of what was checked, and the verdict, in one line."""
    looked = (
        f"{check.lines.count} lines of {len(check.lines.newest)} articles, "
        f"{len(check.responses)} responses in {len(check.responses.files)} WARC file{'s' * (len(check.responses.files) != 1)}"
    )
    return f"{looked}: " + (disagreement(check.count) if check.count else "everything agrees")


def disagreement(count: int, verb: str = "do") -> str:
    """`1 thing does not agree`, `2 things do not agree`; with `did` for the past."""
    one = "does" if verb == "do" else verb
    return f"{count} thing {one} not agree" if count == 1 else f"{count} things {verb} not agree"
