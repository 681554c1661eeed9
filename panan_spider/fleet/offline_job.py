"""Offline job: one site's reparse, people, verify or dataset, on a folder that holds its newest publication.

`python -m panan_spider.fleet.offline_job PARENT TASK SITE ROOT [options of the command]`. Work that changes the archive
holds the site's lease, so that no crawl is overtaken by it.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from panan_spider.archive.store.files import LockHeld, StoreError
from panan_spider.core.outcomes import ExitCode
from panan_spider.fleet.child_process import bind_to, child_words
from panan_spider.fleet.fleet_settings import FleetError, FleetSettings
from panan_spider.fleet.job_queue import OFFLINE
from panan_spider.fleet.leased_crawl import LeaseGuard
from panan_spider.fleet.object_store import ObjectStore
from panan_spider.fleet.publication import Publication, StaleFolder

#: Options of a command with which it changes the archive.
_WRITING: Final = frozenset({"--write", "--repair"})


def run(task: str, site: str, root: Path, options: Sequence[str]) -> int:
    """Do the task; the exit code of its command. Raises StoreError, LockHeld, FleetError, StaleFolder."""
    fleet = FleetSettings.from_environment()
    if fleet.store is None:
        return _command(task, root / site, options)
    # A folder of its own: a crawl of the site may go on beside it.
    folder = root / f"{site}.offline"
    store = ObjectStore.at(fleet.store)
    publication = Publication(store, site, folder, fleet.holder)
    writes = task == "people" or not _WRITING.isdisjoint(options)
    guard = LeaseGuard(fleet, site) if writes else None
    try:
        publication.take(whole=task in ("reparse", "verify"))
        if task == "dataset":
            from panan_spider.fleet.dataset import publish_dataset

            publish_dataset(store, site, folder, publication.newest())
            return 0
        code = _command(task, folder, options)
        if writes and code in (ExitCode.GOOD, ExitCode.INCOMPLETE, ExitCode.LAYOUT_DRIFT):
            publication.snapshot()
            publication.publish()
        return code
    except StaleFolder:
        publication.set_aside()
        raise
    finally:
        if guard is not None:
            guard.release()


def _command(task: str, folder: Path, options: Sequence[str]) -> int:
    words = [*OFFLINE[task], "--data-dir", str(folder), *options]
    return subprocess.run(child_words(words), check=False).returncode


def main() -> None:
    """Do the task that the words name, and end with its exit code; what is wrong is one line."""
    bind_to(int(sys.argv[1]))
    task, site, root, *options = sys.argv[2:]
    try:
        code = run(task, site, Path(root), options)
    except (LockHeld, StaleFolder) as error:
        code = _refused(ExitCode.LOCKED, error)
    except FleetError as error:
        code = _refused(ExitCode.NOT_STARTED, error)
    except StoreError as error:
        code = _refused(ExitCode.STORE_ERROR, error)
    sys.exit(code)


def _refused(code: ExitCode, error: Exception) -> int:
    os.write(2, f"panan: exit {int(code)} · {error}\n".encode())
    return int(code)


if __name__ == "__main__":
    main()
