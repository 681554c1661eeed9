"""Site profile: hosts, names, entry pages, sections, CMS templates, schedule, limits and thresholds of one site.

A profile is read from `<key>.toml` in this package, or in the folder that the environment variable PANAN_SITES_DIR names;
templates that several sites share come from `cms.toml`.
A `Site` is handed on to whoever needs it. Nothing in the package keeps one in a module-level name.
"""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from panan_spider.core.clock import SITE_TIME
from panan_spider.core.outcomes import RefusedError
from panan_spider.sites.thresholds import Thresholds
from panan_spider.sites.urls import SiteUrls

#: Field, its first and its last value. Day of the week: 0 and 7 are Sunday.
_FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))

#: Days to look for a tick in: `0 0 29 2 *` comes every four years, eight around a year without a leap day.
_DAYS: Final = 366 * 8 + 2


@dataclass(frozen=True)
class Schedule:
    """Minutes, hours, days of the month, months and weekdays (0 is Sunday) of the ticks."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool  # the day of the month is `*`
    any_weekday: bool  # the weekday is `*`

    @classmethod
    def parse(cls, text: str) -> Self:
        """Five fields of `*`, `n`, `a-b`, `*/n`, `a-b/n` and commas. Raises ValueError, which names the field."""
        words = text.split()
        if len(words) != len(_FIELDS):
            raise ValueError(f"{text!r} has {len(words)} fields, a schedule has five")
        minutes, hours, days, months, weekdays = (
            _values(word, *field) for word, field in zip(words, _FIELDS, strict=True)
        )
        found = cls(
            tuple(sorted(minutes)),
            tuple(sorted(hours)),
            frozenset(days),
            frozenset(months),
            frozenset(day % 7 for day in weekdays),
            words[2] == "*",
            words[4] == "*",
        )
        if found.after(datetime(2000, 1, 1, tzinfo=UTC)) is None:
            raise ValueError(f"{text!r} never comes")
        return found

    def before(self, now: datetime) -> datetime | None:
        """The latest tick at or before `now`, UTC; None where the last eight years had none."""
        local = now.astimezone(SITE_TIME)
        earlier = (tick for days in range(_DAYS) for tick in reversed(self._ticks(local - timedelta(days))))
        found = next((tick for tick in earlier if tick <= local), None)
        return found and found.astimezone(UTC)

    def after(self, now: datetime) -> datetime | None:
        """The first tick after `now`, UTC; None where the next eight years have none."""
        local = now.astimezone(SITE_TIME)
        later = (tick for days in range(_DAYS) for tick in self._ticks(local + timedelta(days)))
        found = next((tick for tick in later if tick > local), None)
        return found and found.astimezone(UTC)

    def _ticks(self, day: datetime) -> list[datetime]:
        """The ticks of one day, in order."""
        if day.month not in self.months or not self._is_day(day):
            return []
        start = day.replace(hour=0, minute=0, second=0, microsecond=0)
        return [start.replace(hour=hour, minute=minute) for hour in self.hours for minute in self.minutes]

    def _is_day(self, day: datetime) -> bool:
        """Cron's rule: with both days given, either is enough."""
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return of_month and of_week
        return of_month or of_week


def _values(word: str, name: str, first: int, last: int) -> set[int]:
    found: set[int] = set()
    for part in word.split(","):
        span, slash, step = part.partition("/")
        low, dash, high = (str(first), "-", str(last)) if span == "*" else span.partition("-")
        numbers = (low, high if dash else low, step if slash else "1")
        if not all(number.isascii() and number.isdigit() for number in numbers):
            raise ValueError(f"{name}: {part!r} is no value")
        start, end, by = map(int, numbers)
        if not (first <= start <= end <= last) or by < 1:
            raise ValueError(f"{name}: {part!r} is not within {first}-{last}")
        found |= set(range(start, end + 1, by))
    return found


_PLACEHOLDER: Final = re.compile(r"\{(name|portal|app|host)\}")


@dataclass(frozen=True, slots=True)
class Mark:
    """Evidence for a template: a word that must stand on the page, the pattern over its folded text, and its weight."""

    word: str
    pattern: re.Pattern[str]
    weight: int


@dataclass(frozen=True)
class ArticleTemplate:
    """One article template: name, CMS, marks, and XPaths of the headline with a word of the page's source each needs."""

    name: str
    cms: str
    marks: tuple[Mark, ...]
    title_paths: tuple[tuple[str, str], ...] = ()
    meta_titles: tuple[str, ...] = ()

    def weight(self, text: str) -> int:
        """Weight of this template's marks on a page (its text, folded)."""
        return sum(mark.weight for mark in self.marks if mark.word in text and mark.pattern.search(text))


def templates_of(
    record: Mapping[str, Any], cms: Sequence[str], words: Mapping[str, tuple[str, ...]]
) -> tuple[ArticleTemplate, ...]:
    """The templates of these CMSs from a parsed cms.toml, with the site's own `words` in the places of `{name}` and the like."""
    return tuple(_template(entry, words) for entry in record["template"] if entry["cms"] in cms)


def _template(entry: Mapping[str, Any], words: Mapping[str, tuple[str, ...]]) -> ArticleTemplate:
    marks = [mark for given in entry["marks"] for mark in _marks(given, words)]
    paths = tuple((path["word"], path["path"]) for path in entry.get("title_paths", ()))
    return ArticleTemplate(entry["name"], entry["cms"], tuple(marks), paths, tuple(entry.get("meta_titles", ())))


def _marks(given: Mapping[str, Any], words: Mapping[str, tuple[str, ...]]) -> list[Mark]:
    """The mark, once for each spelling of the word it asks for; none where the site has no such word."""
    needed = set(_PLACEHOLDER.findall(given["pattern"]))
    if any(not words[name] for name in needed):
        return []
    pattern = _PLACEHOLDER.sub(lambda m: f"(?:{'|'.join(map(re.escape, words[m[1]]))})", given["pattern"])
    placeholder = _PLACEHOLDER.fullmatch(given["word"])
    spellings = words[placeholder[1]] if placeholder else (given["word"],)
    compiled = re.compile(pattern)
    # Several spellings are one piece of evidence: the mark counts once.
    return [Mark(spellings[0] if len(spellings) == 1 else "", compiled, given["weight"])]


#: The profile that a public reader takes where it is given none.
DEFAULT_KEY: Final = "panan"

#: The environment variable that names a folder of more profiles.
SITES_DIR: Final = "PANAN_SITES_DIR"

_SHARED: Final = "cms.toml"

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Word = Annotated[str, StringConstraints(min_length=2, max_length=40, strip_whitespace=True)]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Url = Annotated[str, StringConstraints(pattern=r"^http://[a-z0-9.-]+/\S*$")]
Folder = Annotated[str, StringConstraints(pattern=r"^/[\w-]+$")]
Region = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5}$")]


def _is_schedule(text: str) -> str:
    Schedule.parse(text)
    return text


Cron = Annotated[str, AfterValidator(_is_schedule)]


class UnknownSiteError(RefusedError):
    """No profile of that key."""


class ProfileError(RefusedError):
    """A profile that says something impossible: the file, the key and why, in one line."""


class Limits(BaseModel):
    """Limits of a crawl of one site."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    #: List pages of one section. A walk that gets here is named, never silent.
    list_pages: int = Field(default=5_000, gt=0)
    #: Consecutive list pages without one new row that end a walk.
    stale_pages: int = Field(default=3, gt=0)
    #: Days an address's date may run ahead of the publication before `until=` rules it out unasked.
    posting_lag_days: int = Field(default=31, ge=0)
    #: Processor seconds that reading one page may take. A page over them is `invalid`, never a stop of the run.
    page_seconds: float = Field(default=30, gt=0)
    #: Days for which a list is read back: its walk may stop behind them where every row is settled.
    look_back_days: int = Field(default=30, ge=0)


class Site(BaseModel):
    """One site. Two of them work side by side in one process. Equal to itself alone, so that caches can hold it."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    key: Key
    name: Word | None = None  # as breadcrumbs, titles and footers print it; None where nobody has seen it yet
    portal: Word | None = None  # the site above it in breadcrumbs
    apps: tuple[Word, ...] = ()  # other names of the newsroom, as templates print them
    hosts: Annotated[tuple[Host, ...], Field(min_length=1)]  # the first is preferred
    prefix: Folder | None = None  # the folder that everything at the first host stands in
    entry_pages: Annotated[tuple[Url, ...], Field(min_length=1)]
    known_sections: tuple[Url, ...] = ()
    ignore: tuple[re.Pattern[str], ...] = ()  # forms of addresses that rows may have and that are no articles
    first_section: Word | None = None  # the section a short look at the site begins with
    first_year: int | None = Field(default=None, ge=1995, le=2100)
    cms: tuple[str, ...] = ("enorth", "trs")
    unproven: bool = False  # no live page has been read with this profile yet
    group: Key | None = None  # whose servers: sites of one group share its slots
    group_slots: int = Field(default=1, gt=0)  # sites of the group that are crawled at the same time, anywhere
    region: Region | None = None  # 行政区划代码, a column of the joined dataset
    nightly: Cron = "15 2 * * 1-6"  # when the site is crawled, China's time
    deep: Cron = "15 2 * * 0"  # … and when every section is walked to its end
    limits: Limits = Limits()
    thresholds: Thresholds = Thresholds()

    def __hash__(self) -> int:
        """By identity: a profile is loaded once."""
        return id(self)

    def __eq__(self, other: object) -> bool:
        """By identity, as the hash."""
        return self is other

    @cached_property
    def urls(self) -> SiteUrls:
        """The reader of this site's addresses."""
        return SiteUrls(self.hosts, self.limits.list_pages)

    @property
    def title(self) -> str:
        """Title of the site: its name, or its key where no name is known yet."""
        return self.name or self.key

    @property
    def unknown_url(self) -> str:
        """The address of a page whose own is not known: on the site, and of no kind."""
        return f"http://{self.hosts[0]}/unknown"

    def ignores(self, url: str) -> bool:
        """True for the address of a row that the profile leaves out."""
        return any(pattern.search(url) for pattern in self.ignore)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The site's own name and its portal's, those that are known."""
        return tuple(name for name in (self.portal, self.name) if name)

    @cached_property
    def front_names(self) -> frozenset[str]:
        """Names of the front page in links and breadcrumbs."""
        own = (self.name,) if self.name else ()
        return frozenset({"首页", "网站首页", "返回首页", "主页", *own})

    @cached_property
    def templates(self) -> tuple[ArticleTemplate, ...]:
        """The article templates of the site's CMSs, with the site's own names in their marks."""
        return templates_of(_toml(files(__package__) / _SHARED), self.cms, self._placeholders())

    def _placeholders(self) -> dict[str, tuple[str, ...]]:
        return {
            "name": (self.name,) if self.name else (),
            "portal": (self.portal,) if self.portal else (),
            "app": self.apps,
            "host": self.hosts,
        }

    @classmethod
    def from_toml(cls, source: Traversable) -> Self:
        """The profile in one file. Raises ProfileError."""
        try:
            site = cls.model_validate(_toml(source))
        except OSError as error:
            raise ProfileError(f"{source.name}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ProfileError(f"{source.name}: {error}") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise ProfileError(f"{source.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        shared = {template["cms"] for template in _toml(files(__package__) / _SHARED)["template"]}
        if unknown := set(site.cms) - shared:
            raise ProfileError(f"{source.name}: cms: no CMS {min(unknown)!r}: there are {', '.join(sorted(shared))}")
        return site


def _toml(source: Traversable) -> dict[str, Any]:
    return tomllib.loads(source.read_text("utf-8"))


@cache
def _profiles(folder: str) -> dict[str, Traversable]:
    """The files of all profiles by key, those of `folder` (none where it is empty) behind those of the package."""
    found = {entry.name.removesuffix(".toml"): entry for entry in files(__package__).iterdir() if _is_profile(entry)}
    if not folder:
        return found
    try:
        more = sorted(entry for entry in Path(folder).iterdir() if _is_profile(entry))
    except OSError as error:
        raise ProfileError(f"{SITES_DIR}: {folder}: {error.strerror}") from error
    for path in more:
        if path.stem in found:
            raise ProfileError(f"{SITES_DIR}: {path}: the package has a profile {path.stem!r}")
        found[path.stem] = path
    return found


def _is_profile(entry: Traversable) -> bool:
    return entry.name.endswith(".toml") and entry.name != _SHARED


def profile_file(key: str = DEFAULT_KEY) -> Traversable:
    """The file that the profile of `key` is read from. Raises UnknownSiteError or ProfileError."""
    return _profile_in(key, os.environ.get(SITES_DIR, "").strip())


def _profile_in(key: str, folder: str) -> Traversable:
    found = _profiles(folder)
    if key not in found:
        raise UnknownSiteError(f"no site {key!r}: there are {', '.join(sorted(found))}")
    return found[key]


def site_keys() -> tuple[str, ...]:
    """The keys of all profiles, sorted. Raises ProfileError where the folder of more profiles cannot be read."""
    return tuple(sorted(_profiles(os.environ.get(SITES_DIR, "").strip())))


def load_site(key: str = DEFAULT_KEY) -> Site:
    """The profile of one key, the same object each time. Raises UnknownSiteError or ProfileError."""
    return _loaded(key, os.environ.get(SITES_DIR, "").strip())


@cache
def _loaded(key: str, folder: str) -> Site:
    # Read as a resource: in an egg, as scrapyd deploys it, a profile is no file of its own.
    site = Site.from_toml(_profile_in(key, folder))
    if site.key != key:
        raise ProfileError(f"{key}.toml: key: {site.key!r} is not the file's name")
    return site
