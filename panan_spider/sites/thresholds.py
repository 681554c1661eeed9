"""Thresholds of the checks of a run; a site's profile may override any of them.

Each leaves wide room. A county's site has sections that publish daily and others that publish twice a year, weeks
without news around 春节 and in October, and days with fifty notices. A check with false alarms is switched off, and
then misses the redesign.
"""

from pydantic import BaseModel, ConfigDict, Field


class Thresholds(BaseModel):
    """The numbers that the checks compare a run with."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    #: Whole runs to look back on.
    history_runs: int = 60

    #: A section is known once it was found in `known_times` of the last `known_runs` whole runs (in all, while there are fewer).
    known_runs: int = 14
    known_times: int = 3

    #: Minimum of links on page one of a section, by its name; `floor` for all others.
    floors: dict[str, int] = Field(default_factory=dict)
    floor: int = 1
    #: The minimum is also this share of the median of earlier runs, once there are `floor_runs`.
    floor_share: float = 0.5
    floor_runs: int = 3

    #: Pages of unknown layout that fail a run: this share of the article pages read, and this number.
    unknown_share: float = 0.05
    unknown_pages: int = 3

    #: A field is lost where fewer than `coverage_lost` of the expected articles have it, at odds of `coverage_odds` against chance.
    #: Expected is what the template printed in the same section before: in `coverage_articles` articles at least, as many as tonight's,
    #: and with the field seen `coverage_sightings` times. `coverage_history`: articles of the template in all sections together.
    coverage_lost: float = 0.5
    coverage_thin: float = 0.8
    coverage_odds: int = 100_000
    coverage_articles: int = 5
    coverage_sightings: int = 5
    coverage_history: int = 30

    #: Earlier runs on the same weekday needed to judge; a flood is `flood_factor` times their highest, and more than `flood_floor`.
    weekday_runs: int = 6
    flood_factor: int = 3
    flood_floor: int = 60
    #: Days after which a new article is late, not news of the day.
    late_days: int = 31
    #: Share of the newly listed articles that a run must store, and how many must be listed to judge.
    brought_share: float = 0.5
    brought_articles: int = 5

    #: Publishing rhythm: a section is quiet beyond `silence_factor` times the gap between posting days that `silence_quantile` of its
    #: gaps do not exceed, never before `silence_days` (春节), judged by `silence_gaps` gaps of `rhythm_days` at least.
    silence_factor: float = 3.0
    silence_quantile: float = 0.95
    silence_days: int = 16
    silence_gaps: int = 8
    rhythm_days: int = 730
    #: Days of further silence after which a section has ended, and is no longer warned of.
    ended_days: int = 60

    #: Days on which runs must see a fault before it is known and no longer gives its exit code.
    confirmed_days: int = 3

    #: Listed articles that are gone, forbidden, redirected or blocked in one run: this number and this share of the addresses
    #: asked for are a fault of the site, which gives its code every time.
    mass_addresses: int = 10
    mass_share: float = 0.05

    #: Article numbers that share one content; stored articles that change in one night, as a share of those requested and in
    #: number; texts that keep this share of their length or less, in number; factor over the highest of earlier runs.
    same_content_numbers: int = 3
    change_share: float = 0.2
    change_articles: int = 10
    #: A night of few rechecks: this number of changes, and this share of the articles whose turn it was.
    few_changes: int = 5
    few_changes_share: float = 0.5
    shortened_share: float = 0.5
    shortened_articles: int = 5
    usual_factor: float = 3.0

    #: Shares of failed addresses among those asked for, and how many must be asked for to judge.
    failed_warn: float = 0.01
    failed_fail: float = 0.10
    failed_addresses: int = 10

    #: Shares of 403 and 429 among all responses, retries included; fewer than `unwanted_least` are never a fault.
    unwanted_codes: tuple[int, ...] = (403, 429)
    unwanted_warn: float = 0.01
    unwanted_fail: float = 0.20
    unwanted_answers: int = 20
    unwanted_least: int = 3

    #: A run is slow beyond this factor of the median of its like, and this many seconds more.
    time_factor: float = 3.0
    time_seconds: float = 600.0
    time_runs: int = 5

    #: Peak memory of the process, MiB.
    memory_warn: float = 1024.0
    memory_fail: float = 2048.0

    #: A host has moved when this number and this share of its responses redirect to another host of the site.
    moved_answers: int = 3
    moved_share: float = 0.8

    #: Share of the sections whose lists lose their known class on the night of a redesign.
    redesigned_share: float = 0.5
