"""Made-up sites, and archives that only their ledger and lines fill."""

from collections.abc import Mapping
from pathlib import Path

from panan_spider.archive.store.archive import Archive
from panan_spider.core.clock import Clock
from panan_spider.sites.profile import Site


def site(key: str, group: str | None = None, **more: object) -> Site:
    """A profile of a county that does not exist."""
    given = {
        "key": key,
        "hosts": (f"{key}.zjol.com.cn",),
        "entry_pages": (f"http://{key}.zjol.com.cn/",),
        "group": group,
    }
    return Site.model_validate({**given, **more})


def run_into(
    folder: Path, run_id: str, clock: Clock, args: Mapping[str, str] | None = None, code: int | None = 0
) -> None:
    """A run without a page, which ended with `code`; None: it died."""
    archive = Archive.open(folder, run_id=run_id, args=args or {}, clock=clock)
    if code is None:
        archive._closing.close()
    else:
        archive.close({"exit_code": code})
