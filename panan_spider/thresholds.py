"""What a run over this site must look like: the thresholds of the checks, beside the site's data in `site.py`.

Each is wide on purpose. A county's site has sections that print daily and others that print twice a year, whole
weeks without news around 春节 and in October, and now and then a day with fifty notices. A check that cries
then is switched off, and misses the redesign it is there for.
"""

from typing import Final

#: Whole runs to look back on.
HISTORY_RUNS: Final = 60

#: A section is known once it was found in so many of the last `KNOWN_RUNS` whole runs (in all of them, while there are fewer).
KNOWN_RUNS: Final = 14
KNOWN_TIMES: Final = 3

#: Links page one of a section must have at the least, by its name; `FLOOR` for all others.
FLOORS: Final[dict[str, int]] = {}
FLOOR: Final = 1
#: … and this share of the median of its earlier runs, once there are `FLOOR_RUNS`.
FLOOR_SHARE: Final = 0.5
FLOOR_RUNS: Final = 3

#: Share of pages of an unknown layout, among the article pages read, that is no accident; and how many it takes.
UNKNOWN_SHARE: Final = 0.05
UNKNOWN_PAGES: Final = 3

#: A field is lost where fewer than this share of the expected have it, and chance would bring that about at most once in
#: `COVERAGE_ODDS` times. Expected is what the same template printed in the same section, known from `COVERAGE_ARTICLES` at least.
COVERAGE_LOST: Final = 0.5
COVERAGE_THIN: Final = 0.8
COVERAGE_ODDS: Final = 100_000
COVERAGE_ARTICLES: Final = 5
COVERAGE_HISTORY: Final = 30

#: Runs on the same weekday that make a history; how many times their highest is a flood; and what never is one.
WEEKDAY_RUNS: Final = 6
FLOOD_FACTOR: Final = 3
FLOOD_FLOOR: Final = 60
#: An article put on the web so many days before the run is no news of the day.
LATE_DAYS: Final = 31
#: Share of the articles its lists named anew that a run must bring home.
BROUGHT_SHARE: Final = 0.5
BROUGHT_ARTICLES: Final = 5

#: A section is silent when it prints nothing for `SILENCE_FACTOR` times the gap that `SILENCE_QUANTILE` of its gaps do not
#: exceed, and never before `SILENCE_DAYS` (春节 and the days around it). Judged by `SILENCE_GAPS` gaps of the last two years at least.
SILENCE_FACTOR: Final = 3.0
SILENCE_QUANTILE: Final = 0.95
SILENCE_DAYS: Final = 16
SILENCE_GAPS: Final = 8
RHYTHM_DAYS: Final = 730
#: After so many further days a silent section is taken as ended, and no longer warned of.
ENDED_DAYS: Final = 60

#: A section that is missing is drift for so many whole runs; then it is taken as ended.
DRIFT_RUNS: Final = 14

#: Shares of addresses that failed, among those asked for.
FAILED_WARN: Final = 0.01
FAILED_FAIL: Final = 0.10
FAILED_ADDRESSES: Final = 10

#: Shares of 403 and 429 among all answers, retries included; one or two are a server's mood.
UNWANTED_CODES: Final = (403, 429)
UNWANTED_WARN: Final = 0.01
UNWANTED_FAIL: Final = 0.20
UNWANTED_ANSWERS: Final = 20
UNWANTED_LEAST: Final = 3

#: A run is slow beyond so many times the median of its like, and so many seconds more.
TIME_FACTOR: Final = 3.0
TIME_SECONDS: Final = 600.0
TIME_RUNS: Final = 5

#: Memory of the process at its highest, MiB.
MEMORY_WARN: Final = 1024.0
MEMORY_FAIL: Final = 2048.0

#: A host has moved where so many of its answers, and this share of them, lead to another host of the site.
MOVED_ANSWERS: Final = 3
MOVED_SHARE: Final = 0.8

#: The site is redesigned where so many sections' lists have lost the class they were known by.
REDESIGNED_SHARE: Final = 0.5
