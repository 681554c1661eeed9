"""All checks over one run, and which of their words change the exit code. Pure."""

from collections.abc import Callable, Sequence
from typing import Final

from panan_spider.core.outcomes import ExitCode
from panan_spider.core.run_report import CheckResult, State
from panan_spider.report.checks import http_checks, list_checks, news_checks, page_checks, site_changes
from panan_spider.report.checks.context import RunContext

CHECKS: Final[dict[str, Callable[[RunContext], CheckResult]]] = {
    list_checks.SECTIONS_FOUND: list_checks.sections_found,
    list_checks.FRONT_LINKS: list_checks.front_page_links,
    site_changes.LIST_MARKUP: site_changes.list_markup,
    site_changes.MOVED_HOSTS: site_changes.moved_hosts,
    page_checks.UNKNOWN_LAYOUT: page_checks.unknown_layout,
    page_checks.FIELD_COVERAGE: page_checks.field_coverage,
    news_checks.ARTICLE_COUNT: news_checks.article_count,
    news_checks.SECTION_SILENCE: news_checks.section_silence,
    http_checks.FAILED_ADDRESSES: http_checks.failed_addresses,
    http_checks.UNWANTED_CODES: http_checks.unwanted_http_codes,
    http_checks.EXECUTION_TIME: http_checks.execution_time,
    http_checks.PEAK_MEMORY: http_checks.peak_memory,
}

#: The exit code a check's `fail` gives. The others' `fail` stands in the report, and `warn` never changes a code.
CODES: Final[dict[str, ExitCode]] = {
    list_checks.SECTIONS_FOUND: ExitCode.LAYOUT_DRIFT,
    list_checks.FRONT_LINKS: ExitCode.LAYOUT_DRIFT,
    page_checks.UNKNOWN_LAYOUT: ExitCode.LAYOUT_DRIFT,
    page_checks.FIELD_COVERAGE: ExitCode.LAYOUT_DRIFT,
    http_checks.UNWANTED_CODES: ExitCode.BLOCKED,
}

_NOT_SEEN: Final = (
    *(ExitCode.NOT_STARTED, ExitCode.STORE_ERROR, ExitCode.INTERRUPTED),
    *(ExitCode.ROBOTS_UNREACHABLE, ExitCode.BLOCKED),
)


def judge(seen: RunContext) -> list[CheckResult]:
    """What every check says of the run, in their order."""
    return [check(seen) for check in CHECKS.values()]


def failing(checks: Sequence[CheckResult], code: ExitCode) -> tuple[str, ...]:
    """The sentences of the checks whose `fail` gives that exit code."""
    return tuple(check.sentence for check in checks if check.verdict == "fail" and CODES.get(check.name) is code)


def state_of(seen: RunContext, code: ExitCode) -> State:
    """Whether the site had news, had none, can no longer be read, or was not seen: four different answers."""
    if code is ExitCode.LAYOUT_DRIFT:
        return "broken"
    if code in _NOT_SEEN:
        return "not_seen"
    if seen.figures.new:
        return "news"
    sections = seen.figures.sections.values()
    return "no_news" if sections and all(section.front for section in sections) else "not_seen"
