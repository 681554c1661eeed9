"""A year of nightly runs over a site that lives, in one process and under a false clock: `python tests/year/simulator.py DATA`.

Writes DATA/nights.jsonl, one line a night: what happened, what was expected of the run, what it said; and DATA/record.json,
what the archive must hold at the end. It judges nothing: `test_year.py` does.
"""

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import process_time
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import time_machine  # noqa: E402
from scrapy.crawler import AsyncCrawlerRunner  # noqa: E402
from scrapy.utils.project import get_project_settings  # noqa: E402
from scrapy.utils.reactor import install_reactor  # noqa: E402
from year_plan import Night, plan  # noqa: E402
from year_site import County  # noqa: E402
from year_wire import Wire  # noqa: E402

from demo_site.faults import parse  # noqa: E402
from panan_spider.extensions.archive_run import ArchiveRunExtension  # noqa: E402
from panan_spider.spiders.county import spider_class  # noqa: E402

#: The hour of the run: a quarter past two at night at the site, which is the day before in UTC.
HOUR = time(18, 15, tzinfo=UTC)
#: Nights on which a run cannot see the site as it is.
BLIND = frozenset({"outage", "challenge", "pages nobody can read", "lists break"})


def settings(data: Path) -> Any:
    """The project's settings, with the site in the place of the network, and nobody to be spared."""
    made = get_project_settings()
    ours = {
        "PANAN_DATA_DIR": str(data),
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "PANAN_RETRY_BASE": 0.0,
        "LOG_LEVEL": "CRITICAL",
        "DOWNLOAD_HANDLERS": {"http": "year_wire.Wire"},
    }
    for name, value in ours.items():
        made.set(name, value, priority="cmdline")
    return made


async def one(runner: AsyncCrawlerRunner, county: County, night: Night) -> dict[str, Any]:
    """One night: the day before it, the run, and both told."""
    done = county.live(night)
    county.failing = min(done["new"], default=None) if night.event == "one article fails" else None
    faults = [*night.faults, *([f"always-5xx%100@{county.failing}"] if county.failing else [])]
    Wire.faults, asked, began = [parse(spec) for spec in faults], Wire.asked, process_time()
    crawler = runner.create_crawler(spider_class("panan"))
    await runner.crawl(crawler, **({"full": "true"} if night.deep else {}))
    extension = crawler.get_extension(ArchiveRunExtension)
    assert extension is not None and extension.report is not None
    report = extension.report
    new, revised = (set(), set()) if night.event in BLIND else county.seen()
    return {
        "night": night.number,
        "day": night.day.isoformat(),
        "event": night.event,
        "deep": night.deep,
        "done": {name: sorted(numbers) for name, numbers in done.items()},
        "expected": {"new": sorted(new), "revised": sorted(revised)},
        "hidden": sorted(county.hidden),
        "code": int(extension.exit_code),
        "reason": extension.reason,
        "state": report.state,
        "new": [entry.id for entry in report.new],
        "corrections": [entry.id for entry in report.corrections],
        "removals": [entry.id for entry in report.removals],
        "checks": {check.name: [check.verdict, check.sentence] for check in report.checks if check.verdict != "none"},
        "gaps": report.gaps_count,
        "requests": Wire.asked - asked,
        "seconds": round(process_time() - began, 3),
    }


async def year(data: Path, seed: int, nights: int) -> None:
    """All of them."""
    county, runner = County(seed), AsyncCrawlerRunner(settings(data))
    Wire.site = county.site
    data.mkdir(parents=True, exist_ok=True)
    with (data / "nights.jsonl").open("w", encoding="utf-8") as told, time_machine.travel(datetime.now(UTC)) as clock:
        for night in plan(seed, nights):
            clock.move_to(datetime.combine(night.day - timedelta(days=1), HOUR))
            told.write(json.dumps(await one(runner, county, night), ensure_ascii=False) + "\n")
            told.flush()
    record = {"contents": county.record, "gone": sorted(county.gone)}
    (data / "record.json").write_text(json.dumps(record, ensure_ascii=False), "utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nights", type=int, default=200)
    given = parser.parse_args()
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor as installed

    reactor: Any = installed

    failed: list[BaseException] = []

    async def whole() -> None:
        try:
            await year(given.data, given.seed, given.nights)
        except BaseException as error:  # told once the reactor stands still
            failed.append(error)
        reactor.stop()

    began: list[asyncio.Future[None]] = []
    reactor.callWhenRunning(lambda: began.append(asyncio.ensure_future(whole())))
    reactor.run()
    if failed:
        raise failed[0]


if __name__ == "__main__":
    main()
