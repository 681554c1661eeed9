"""Reports made up for the tests of pages, metrics and webhooks."""

from datetime import date, timedelta
from typing import Any

from checks_runs import NAMES, figures, section

from panan_spider.core.run_report import (
    CheckResult,
    Correction,
    DiffSpan,
    Entry,
    FieldChange,
    Gap,
    RunReport,
    Timeline,
    WalkRecord,
)
from panan_spider.report.report_page import Coverage

HOSTILE = "<script>alert(1)</script><img src=http://www.panews.cn/x.png onerror=alert(2)>\"'&"
DAY = date(2026, 3, 7)


def an_entry(number: int = 1, **other: Any) -> Entry:
    values: dict[str, Any] = {
        "id": f"{number:09d}", "url": f"http://www.panews.cn/system/2026/03/07/{number:09d}.shtml",
        "title": f"样例标题{number}", "section": "书记", "posted": "2026-03-07", "revision": 1,
    }  # fmt: skip
    return Entry(**(values | other))


def a_correction(number: int = 9, **other: Any) -> Correction:
    pieces = [DiffSpan(kind="cut", text="300"), DiffSpan(kind="same", text="茶园"), DiffSpan(kind="gone", text="三")]
    pieces += [DiffSpan(kind="new", text="四"), DiffSpan(kind="same", text="万亩。")]
    values = an_entry(number, revision=2).model_dump() | {"changes": [FieldChange(field="text", pieces=pieces)]}
    return Correction(**(values | other))


def a_gap(number: int = 1, **other: Any) -> Gap:
    url = f"http://www.panews.cn/system/2020/01/01/{number:09d}.shtml"
    values: dict[str, Any] = {"url": url, "kind": "article", "article_id": f"{number:09d}", "outcome": "failed"}
    values |= {"reason": "HTTP 500", "tries": 2, "reproduce": f"scrapy crawl panan -a urls={url}"}
    return Gap(**(values | other))


def a_report(**changes: Any) -> RunReport:
    """A good night with two new articles, one correction, one removal and one gap."""
    walk: dict[str, Any] = {"url": "http://www.panews.cn/shuji/", "state": "known", "pages": 1, "rows": 20, "new": 2}
    times: dict[str, Any] = {"began": "2026-03-07T01:00:00Z", "ended": "2026-03-07T01:01:00Z"}
    values: dict[str, Any] = {
        "run": "20260307T010000Z-1", "arguments": {"full": "true"}, "exit_code": 0, "reason": "2 stored", "state": "news",
        "finish_reason": "finished", "started": "2026-03-07T01:00:00Z", "finished": "2026-03-07T01:02:03Z",
        "versions": {"panan_spider": "0.1.0", "scrapy": "2.19.0"}, "requests": 65, "bytes_received": 89_900,
        "discovered": 5, "outcomes": {"stored": 2, "listed": 3}, "sums_match": True, "repaired": [],
        "checks": [
            CheckResult(name="sections_found", verdict="ok", value="3 of 3", threshold="every section of the last 30 runs", sentence="all 3 known sections are there"),
            CheckResult(name="section_silence", verdict="warn", value="1", threshold="3 times its gaps, 14 days at the least", sentence="silent beyond their rhythm: 视频 since 2026-02-01 (34 days, 16 at most)"),
            CheckResult(name="field_coverage", verdict="none", value="–", threshold="–", sentence="no history yet of what each template prints"),
        ],
        "new_count": 2, "new": [an_entry(1), an_entry(2)], "corrections_count": 1, "corrections": [a_correction()],
        "removals_count": 1, "removals": [an_entry(8)], "sections": [WalkRecord(name=name, **walk, **times) for name in NAMES],
        "failed_sections": [], "drift": [], "robots_unreachable": {}, "spider_errors": 0, "item_errors": 0,
        "failed_images": [], "faults": [], "look_back": LOOK_BACK, "gaps_count": 1, "gaps": [a_gap()],
        "course": Timeline(step_seconds=1, requests=[5, 40, 0, 20], bytes_received=[900, 80_000, 0, 9_000]),
        "figures": figures(DAY, new=2, sections={name: section(new=2) for name in NAMES}, seconds=123.0),
    }  # fmt: skip
    return RunReport(**(values | changes))


LOOK_BACK: dict[str, Any] = {
    "mode": "ages", "asked": {"age 2": 3, "sample": 5}, "corrections": {"age 2": 1}, "removals": {}, "mean_days": 0.5,
    "recent": 90, "not_asked": 12, "due": {"2026-03-08": 4, "2026-03-10": 8},
}  # fmt: skip


def coverage(years: int = 13, last: date = DAY) -> Coverage:
    """An archive of that many years, daily but for two of them."""
    days = [last - timedelta(days=back) for back in range(365 * years)]
    kept = [day for day in days if day.year not in (2017, 2018)]
    section = {day.isoformat(): 1 + day.day % 4 for day in kept}
    return Coverage({day.isoformat(): 1 + day.day % 12 for day in kept}, dict.fromkeys(NAMES, section))
