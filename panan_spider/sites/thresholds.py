"""Thresholds of the checks: what a run over a site must look like.

Each is wide on purpose. A county's site has sections that print daily and others that print twice a year, whole
weeks without news around 春节 and in October, and now and then a day with fifty notices. A check that raises a false
alarm then is switched off, and misses the redesign it is there for.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field


class Thresholds(BaseModel):
    """The numbers that the checks compare a run with. A profile may override any of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Whole runs to look back on.
    history_runs: int = 60

    #: A section is known once it was found in so many of the last `known_runs` whole runs (in all of them, while there are fewer).
    known_runs: int = 14
    known_times: int = 3

    #: Links page one of a section must have at the least, by its name; `floor` for all others.
    floors: dict[str, int] = Field(default_factory=dict)
    floor: int = 1
    #: … and this share of the median of its earlier runs, once there are `floor_runs`.
    floor_share: float = 0.5
    floor_runs: int = 3

    #: Share of pages of an unknown layout, among the article pages read, that is no accident; and how many it takes.
    unknown_share: float = 0.05
    unknown_pages: int = 3

    #: A field is lost where fewer than this share of the expected have it, and chance would bring that about at most once in
    #: `coverage_odds` times. Expected is what the same template printed in the same section, known from `coverage_articles` at least.
    coverage_lost: float = 0.5
    coverage_thin: float = 0.8
    coverage_odds: int = 100_000
    coverage_articles: int = 5
    coverage_history: int = 30

    #: Runs on the same weekday that make a history; how many times their highest is a flood; and what never is one.
    weekday_runs: int = 6
    flood_factor: int = 3
    flood_floor: int = 60
    #: An article put on the web so many days before the run is no news of the day.
    late_days: int = 31
    #: Share of the articles its lists named anew that a run must bring home.
    brought_share: float = 0.5
    brought_articles: int = 5

    #: A section is silent when it prints nothing for `silence_factor` times the gap that `silence_quantile` of its gaps do not
    #: exceed, and never before `silence_days` (春节 and the days around it). Judged by `silence_gaps` gaps of the last two years at least.
    silence_factor: float = 3.0
    silence_quantile: float = 0.95
    silence_days: int = 16
    silence_gaps: int = 8
    rhythm_days: int = 730
    #: After so many further days a silent section is taken as ended, and no longer warned of.
    ended_days: int = 60

    #: A section that is missing is drift for so many whole runs; then it is taken as ended.
    drift_runs: int = 14

    #: Shares of addresses that failed, among those asked for.
    failed_warn: float = 0.01
    failed_fail: float = 0.10
    failed_addresses: int = 10

    #: Shares of 403 and 429 among all answers, retries included; one or two are a server's mood.
    unwanted_codes: tuple[int, ...] = (403, 429)
    unwanted_warn: float = 0.01
    unwanted_fail: float = 0.20
    unwanted_answers: int = 20
    unwanted_least: int = 3

    #: A run is slow beyond so many times the median of its like, and so many seconds more.
    time_factor: float = 3.0
    time_seconds: float = 600.0
    time_runs: int = 5

    #: Memory of the process at its highest, MiB.
    memory_warn: float = 1024.0
    memory_fail: float = 2048.0

    #: A host has moved where so many of its answers, and this share of them, lead to another host of the site.
    moved_answers: int = 3
    moved_share: float = 0.8

    #: The site is redesigned where so many sections' lists have lost the class they were known by.
    redesigned_share: float = 0.5


#: Until every check is handed its site's.
DEFAULT_THRESHOLDS: Final = Thresholds()
