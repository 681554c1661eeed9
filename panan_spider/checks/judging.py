"""All checks over one run, and which of their words change the exit code. Pure."""

from collections.abc import Callable, Sequence
from typing import Final

from panan_spider.checks import changes, lists, manners, news, pages
from panan_spider.checks.seen import Seen
from panan_spider.outcomes import ExitCode
from panan_spider.reports import Check, State

CHECKS: Final[dict[str, Callable[[Seen], Check]]] = {
    lists.SECTIONS_FOUND: lists.sections_found,
    lists.FRONT_LINKS: lists.front_page_links,
    changes.LIST_MARKUP: changes.list_markup,
    changes.MOVED_HOSTS: changes.moved_hosts,
    pages.UNKNOWN_LAYOUT: pages.unknown_layout,
    pages.FIELD_COVERAGE: pages.field_coverage,
    news.ARTICLE_COUNT: news.article_count,
    news.SECTION_SILENCE: news.section_silence,
    manners.FAILED_ADDRESSES: manners.failed_addresses,
    manners.UNWANTED_CODES: manners.unwanted_http_codes,
    manners.EXECUTION_TIME: manners.execution_time,
    manners.PEAK_MEMORY: manners.peak_memory,
}

#: The exit code a check's `fail` gives. The others' `fail` stands in the report, and `warn` never changes a code.
CODES: Final[dict[str, ExitCode]] = {
    lists.SECTIONS_FOUND: ExitCode.LAYOUT_DRIFT,
    lists.FRONT_LINKS: ExitCode.LAYOUT_DRIFT,
    pages.UNKNOWN_LAYOUT: ExitCode.LAYOUT_DRIFT,
    pages.FIELD_COVERAGE: ExitCode.LAYOUT_DRIFT,
    manners.UNWANTED_CODES: ExitCode.BLOCKED,
}

_NOT_SEEN: Final = (
    *(ExitCode.NOT_STARTED, ExitCode.STORE_ERROR, ExitCode.INTERRUPTED),
    *(ExitCode.ROBOTS_UNREACHABLE, ExitCode.BLOCKED),
)


def judge(seen: Seen) -> list[Check]:
    """What every check says of the run, in their order."""
    return [check(seen) for check in CHECKS.values()]


def failing(checks: Sequence[Check], code: ExitCode) -> tuple[str, ...]:
    """The sentences of the checks whose `fail` gives that exit code."""
    return tuple(check.sentence for check in checks if check.verdict == "fail" and CODES.get(check.name) is code)


def state_of(seen: Seen, code: ExitCode) -> State:
    """Whether the site had news, had none, can no longer be read, or was not seen: four different answers."""
    if code is ExitCode.LAYOUT_DRIFT:
        return "broken"
    if code in _NOT_SEEN:
        return "not_seen"
    if seen.figures.new:
        return "news"
    sections = seen.figures.sections.values()
    return "no_news" if sections and all(section.front for section in sections) else "not_seen"
