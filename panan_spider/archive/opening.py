"""Opening of an archive for a run that writes: lost lines are made again from the WARC before anything else."""

from collections.abc import Mapping
from pathlib import Path

from panan_spider.archive.store.archive import Archive
from panan_spider.archive.verify.repair import restore_lost_lines
from panan_spider.core.clock import now
from panan_spider.sites.profile import Site


def open_archive(folder: Path, *, run_id: str, args: Mapping[str, str], site: Site | None = None) -> Archive:
    """`Archive.open`, with lines that are lost made again from the WARC. Raises as that does."""
    return Archive.open(folder, run_id=run_id, args=args, site=site, first=lambda: restore_lost_lines(folder, now))
