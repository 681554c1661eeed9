"""Outcomes of addresses, the outcome of an HTTP status, and the exit codes of a run."""

from enum import IntEnum, StrEnum


class Outcome(StrEnum):
    """Outcome of one address in one run. Every discovered address ends in exactly one."""

    STORED = "stored"  # an article, new in the archive
    REVISED = "revised"  # an article whose content changed: a new revision
    UNCHANGED = "unchanged"  # asked again, and the same: 304, or 200 with the same content hash
    KNOWN = "known"  # in the archive and not due to be asked again
    ALIAS = "alias"  # another address of an article this run already has
    GONE = "gone"  # 404 or 410
    FORBIDDEN = "forbidden"  # robots.txt says no
    BLOCKED = "blocked"  # 401, 403, 429 to the end, a challenge, login or maintenance page
    UNKNOWN_LAYOUT = "unknown_layout"  # a page that no page template fits: quarantined
    INVALID = "invalid"  # read, but not a valid article: quarantined
    UNKNOWN_ADDRESS = (
        "unknown_address"  # a row of a list, on the site, whose address is of no known form: not asked for
    )
    TOO_LARGE = "too_large"  # over DOWNLOAD_MAXSIZE
    OFF_SITE = "off_site"  # redirected to another site; not followed
    FAILED = "failed"  # no whole answer after every try
    OUT_OF_RANGE = "out_of_range"  # outside since/until
    PENDING = "pending"  # not reached: the run ended before it
    LISTED = "listed"  # a list page, read
    NO_LIST = "no_list"  # looked like a section, lists no article
    READ = "read"  # a helper file (pager script, further part of an article), read


#: HTTP statuses that name an outcome of their own; any other that is no 200 is FAILED.
_OF_STATUS: dict[int, Outcome] = dict.fromkeys((404, 410), Outcome.GONE) | dict.fromkeys(
    (401, 403, 407, 429, 451), Outcome.BLOCKED
)


def outcome_of_status(status: int) -> Outcome:
    """The outcome of an address whose last answer had `status`, one other than 200 and 304."""
    return _OF_STATUS.get(status, Outcome.FAILED)


#: Outcomes the next run takes up again by itself.
UNSETTLED: frozenset[Outcome] = frozenset({Outcome.FAILED, Outcome.BLOCKED, Outcome.PENDING})

#: Outcomes whose page is kept in quarantine.jsonl.
QUARANTINED: frozenset[Outcome] = frozenset({Outcome.UNKNOWN_LAYOUT, Outcome.INVALID})


class ExitCode(IntEnum):
    """Exit codes of `scrapy crawl`."""

    GOOD = 0
    NOT_STARTED = 1
    INCOMPLETE = 10
    LAYOUT_DRIFT = 11
    BLOCKED = 12
    ROBOTS_UNREACHABLE = 13
    STORE_ERROR = 14
    LOCKED = 15
    INTERRUPTED = 16


class RefusedError(Exception):
    """The call of a command cannot be carried out. The message is one line; the exit code is 1."""
