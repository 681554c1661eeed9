"""The report of a run: what was met, what became of it, what is missing, and how to ask for it again."""

from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from scrapy.crawler import Crawler

from panan_spider import __version__
from panan_spider.checks.verdict import RunFacts
from panan_spider.outcomes import Outcome
from panan_spider.store.archive import Archive

if TYPE_CHECKING:
    from panan_spider.archive_extension import ArchiveExtension

_MOST_GAPS: Final = 1_000
_ARTICLES: Final = ("article", "part")

__all__ = ["RunFacts", "gather", "report_lines", "run_report"]


def gather(crawler: Crawler, archive: Archive, finish_reason: str) -> RunFacts:
    """The facts of a run that has ended."""
    spider, stats = crawler.spider, crawler.stats
    assert stats is not None
    return RunFacts(
        finish_reason=finish_reason,
        outcomes=archive.outcome_counts(),
        fresh_quarantine=archive.fresh_quarantine,
        discovered=archive.discovered_count,
        led_off_site=sum(gap.outcome is Outcome.OFF_SITE and gap.kind not in _ARTICLES for gap in archive.gaps()),
        robots_unreachable=tuple(stats.get_value("panan/robots_unreachable", ())),
        drift=tuple(getattr(spider, "drift", ())),
        failed_sections=tuple(getattr(spider, "failed_sections", ())),
        spider_errors=stats.get_value("spider_exceptions/count", 0),
        item_errors=stats.get_value("panan/item_errors", 0),
        log_errors=stats.get_value("log_count/ERROR", 0) + stats.get_value("log_count/CRITICAL", 0),
        failed_images=stats.get_value("panan/failed_images", 0),
        refusal=getattr(spider, "refusal", None) or None,
    )


def run_report(extension: "ArchiveExtension", facts: RunFacts) -> dict[str, Any]:
    """The report as it stands in data/runs/<run>.json."""
    stats = extension.crawler.stats
    assert stats is not None
    gaps = extension.archive.gaps()
    return {
        "run": extension.run_id,
        "arguments": extension.arguments,
        "exit_code": int(extension.exit_code),
        "reason": extension.reason,
        "finish_reason": facts.finish_reason,
        "started": f"{extension.started:%Y-%m-%dT%H:%M:%SZ}",
        "finished": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "versions": {"panan_spider": __version__, "scrapy": version("scrapy")},
        "requests": stats.get_value("downloader/request_count", 0),
        "bytes_received": stats.get_value("downloader/response_bytes", 0),
        "discovered": facts.discovered,
        "outcomes": {str(outcome): count for outcome, count in sorted(facts.outcomes.items())},
        "sums_match": sum(facts.outcomes.values()) == facts.discovered,
        "sections": extension.archive.walks(),
        "failed_sections": list(facts.failed_sections),
        "drift": list(facts.drift),
        "robots_unreachable": stats.get_value("panan/robots_unreachable", {}),
        "spider_errors": facts.spider_errors,
        "item_errors": facts.item_errors,
        "failed_images": extension.failed_images,
        "repaired": extension.archive.notes,
        "gaps_count": len(gaps),
        "gaps": [_gap(gap) for gap in gaps[:_MOST_GAPS]],
    }


def _gap(gap: Any) -> dict[str, Any]:
    fields = {name: getattr(gap, name) for name in gap.__dataclass_fields__}
    asked_alone = fields["kind"] in _ARTICLES  # a list is read in a whole run only
    return {**fields, "reproduce": "scrapy crawl panan" + (f" -a urls={fields['url']}" if asked_alone else "")}


def report_lines(report: dict[str, Any]) -> list[str]:
    """What a person reads at the end of the log."""
    counts = " · ".join(f"{count} {outcome}" for outcome, count in report["outcomes"].items())
    lines = [f"panan: {report['requests']} requests · {report['discovered']} addresses: {counts or 'none'}"]
    if report["gaps_count"]:
        lines.append(f"panan: {report['gaps_count']} gaps in the archive, listed in runs/{report['run']}.json")
    return lines
