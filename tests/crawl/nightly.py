"""Nights over made-up sites under a false clock, in one process: `python tests/crawl/nightly.py FOLDER`.

Prints a JSON object a night: what the run asked for. It judges nothing: `test_nightly_requests.py` does.
"""

import asyncio
import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "year")]

import time_machine  # noqa: E402
from scrapy.crawler import AsyncCrawlerRunner  # noqa: E402
from scrapy.utils.reactor import install_reactor  # noqa: E402
from simulator import settings  # noqa: E402
from year_wire import Wire  # noqa: E402

from demo_site import plan  # noqa: E402
from demo_site.county import County, Section  # noqa: E402
from demo_site.county_panan import PANAN  # noqa: E402
from demo_site.plan import Slot  # noqa: E402
from demo_site.site import Site  # noqa: E402
from panan_spider.extensions.archive_run import ArchiveRunExtension  # noqa: E402
from panan_spider.spiders.county import spider_class  # noqa: E402

#: The day before the first night, and the hour of the runs: a quarter past two at the site.
BEGIN: Final = date(2025, 3, 3)
HOUR: Final = time(18, 15, tzinfo=UTC)


def county(count: int, size: int) -> County:
    """A county of that many sections with lists of `size` rows: half with a pager script, half with one in the page."""
    sections = tuple(_section(number, size) for number in range(1, count + 1))
    return replace(
        PANAN,
        planned=sections,
        main="s1",
        hidden="s1",
        cross=(),
        twice=replace(PANAN.twice, source="s1"),
        dead_links={},
    )


def _section(number: int, size: int) -> Section:
    key, name = f"s{number}", f"栏目{number}"
    if number % 2:
        path = f"/panews/s{number}/index.shtml"
        return Section(key, name, PANAN.old, path, (), ("enorth_b",), "count_script", 1, size, in_nav=True)
    return Section(
        key, name, PANAN.own, f"/s{number}/index.html", (), ("trs",), "create_page_html", 1, size, in_nav=True
    )


def site(counts: County, days: dict[str, list[date]]) -> Site:
    """The county with articles of those days in each section."""
    slots: list[Slot] = []
    raw = sorted((day, key) for key, posted in days.items() for day in posted)
    for number, (day, key) in enumerate(raw):
        section = counts.by_key[key]
        template = section.templates[0]
        article_id = f"{4_000_000 + number * 131}" if template == "trs" else f"{16_000_000 + number * 613:09d}"
        slots.append(plan.slot(article_id, number + 1, section, template, posted=day, lag=0))
    return Site(1, slots, counts)


def busy() -> Site:
    """Eight sections that print ten articles a day among them, forty days long."""
    counts = county(8, 20)
    days: dict[str, list[date]] = {section.key: [] for section in counts.sections}
    for number in range(400):
        days[f"s{number % 8 + 1}"].append(BEGIN - timedelta(days=number // 10))
    return site(counts, days)


def sparse() -> Site:
    """Fifty-nine sections that print twice a year, two list pages of each."""
    counts = county(59, 10)
    return site(counts, {
        section.key: [BEGIN - timedelta(days=5 + section.number * 3 + 180 * back) for back in range(12)]
        for section in counts.sections
    })  # fmt: skip


class Nights:
    """Runs over one site into one archive, a night each."""

    def __init__(self, name: str, folder: Path, site: Site, clock: Any) -> None:
        self.name, self.site, self._data, self._clock = name, site, folder / name, clock
        self.day = BEGIN
        self._runner = AsyncCrawlerRunner(settings(self._data))

    async def run(self, what: str, **args: str) -> dict[str, Any]:
        """The night behind `day`; then the next day begins."""
        self._clock.move_to(datetime.combine(self.day, HOUR))
        self.day += timedelta(days=1)
        Wire.site, asked = self.site, Wire.asked
        crawler = self._runner.create_crawler(spider_class("panan"))
        await self._runner.crawl(crawler, **args)
        extension = crawler.get_extension(ArchiveRunExtension)
        assert extension is not None and extension.report is not None
        report = extension.report
        found = {
            "site": self.name,
            "night": what,
            "day": self.day.isoformat(),
            "requests": Wire.asked - asked,
            "look_back": report.look_back.model_dump() if report.look_back else None,
            "new": report.new_count,
            "corrections": [entry.id for entry in report.corrections],
            "removals": [entry.id for entry in report.removals],
            "pages": sum(walk.pages for walk in report.sections),
            "code": report.exit_code,
        }
        print(json.dumps(found, ensure_ascii=False), flush=True)
        return found


def correct(scene: Nights, age: int) -> None:
    """Correct one article of that age, in days, before the next night."""
    posted = scene.day - timedelta(days=age)
    chosen = next(slot.id for slot in scene.site.slots.values() if slot.posted == posted and not slot.revision)
    scene.site.correct(chosen)
    print(json.dumps({"corrected": chosen, "age": age, "day": scene.day.isoformat()}), flush=True)


async def nights(folder: Path, clock: Any) -> None:
    """All scenes."""
    few = Nights("busy", folder, busy(), clock)
    await few.run("first")
    await few.run("nothing new")
    for number in range(20):
        few.site.add_article(f"s{number % 8 + 1}", posted=few.day)
    await few.run("20 new")
    for age in (1, 3, 4, 7, 8, 15, 16, 29, 30):
        correct(few, age)
    await few.run("nothing new")
    correct(few, 2)  # a day earlier nothing of that age stood on the site
    for _night in range(14):
        await few.run("nothing new")
    many = Nights("sparse", folder, sparse(), clock)
    await many.run("first")
    for _night in range(3):
        await many.run("nothing new")


def main() -> None:
    """The command line."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor as installed

    reactor: Any = installed
    failed: list[BaseException] = []

    async def whole() -> None:
        try:
            with time_machine.travel(datetime.now(UTC)) as clock:
                await nights(Path(sys.argv[1]), clock)
        except BaseException as error:  # raised once the reactor stands still
            failed.append(error)
        reactor.stop()

    begun: list[asyncio.Future[None]] = []
    reactor.callWhenRunning(lambda: begun.append(asyncio.ensure_future(whole())))
    reactor.run()
    if failed:
        raise failed[0]


if __name__ == "__main__":
    main()
