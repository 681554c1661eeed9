"""Check runner: runs all checks over a run context, and maps failing checks to exit codes."""

from collections.abc import Callable
from typing import Final

from panan_spider.core.outcomes import ExitCode
from panan_spider.core.run_report import CheckResult
from panan_spider.report.checks import http_checks, news_checks, page_checks
from panan_spider.report.checks.context import RunContext

CHECKS: Final[dict[str, Callable[[RunContext], CheckResult]]] = {
    page_checks.SECTIONS_FOUND: page_checks.sections_found,
    page_checks.FRONT_LINKS: page_checks.front_page_links,
    page_checks.LIST_MARKUP: page_checks.list_markup,
    http_checks.MOVED_HOSTS: http_checks.moved_hosts,
    page_checks.UNKNOWN_LAYOUT: page_checks.unknown_layout,
    page_checks.FIELD_COVERAGE: page_checks.field_coverage,
    page_checks.UNKNOWN_LABELS: page_checks.unknown_labels,
    news_checks.ARTICLE_COUNT: news_checks.article_count,
    news_checks.SECTION_SILENCE: news_checks.section_silence,
    news_checks.SAME_CONTENT: news_checks.same_content,
    news_checks.MASS_CHANGES: news_checks.mass_changes,
    news_checks.SHORTENED_TEXTS: news_checks.shortened_texts,
    news_checks.LOST_PAGES: news_checks.lost_pages,
    news_checks.REDIRECTED: news_checks.redirected_articles,
    news_checks.NEWLY_FORBIDDEN: news_checks.newly_forbidden,
    http_checks.FAILED_ADDRESSES: http_checks.failed_addresses,
    http_checks.UNWANTED_CODES: http_checks.unwanted_http_codes,
    http_checks.EXECUTION_TIME: http_checks.execution_time,
    http_checks.PEAK_MEMORY: http_checks.peak_memory,
}

#: The exit code that a check's `fail` gives. A `fail` of any other check stands in the report only, and a `warn` never changes a code.
CODES: Final[dict[str, ExitCode]] = {
    page_checks.SECTIONS_FOUND: ExitCode.LAYOUT_DRIFT,
    page_checks.FRONT_LINKS: ExitCode.LAYOUT_DRIFT,
    page_checks.UNKNOWN_LAYOUT: ExitCode.LAYOUT_DRIFT,
    page_checks.FIELD_COVERAGE: ExitCode.LAYOUT_DRIFT,
    news_checks.SAME_CONTENT: ExitCode.LAYOUT_DRIFT,
    news_checks.REDIRECTED: ExitCode.INCOMPLETE,
    news_checks.NEWLY_FORBIDDEN: ExitCode.INCOMPLETE,
    http_checks.UNWANTED_CODES: ExitCode.BLOCKED,
}

#: Checks whose `fail` is about the site, not about tonight: it gives its code until it is confirmed, then it is known.
LASTING: Final = frozenset({page_checks.SECTIONS_FOUND, page_checks.FRONT_LINKS, page_checks.FIELD_COVERAGE})


def run_checks(context: RunContext) -> list[CheckResult]:
    """The result of every check, in the order of `CHECKS`."""
    return [check(context) for check in CHECKS.values()]
