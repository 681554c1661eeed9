"""Spider arguments: the typed form of `-a name=value`, one line about a wrong one, and the dates that since= and until= rule out."""

import difflib
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from panan_spider.core.clock import now
from panan_spider.extract.results import ListRow
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
#: `,`, the full-width comma, and `、`.
_COMMAS: Final = re.compile("[,\uff0c\u3001]")
_BLANKS_OR_COMMAS: Final = re.compile("[\\s,\uff0c\u3001]+")
_SHOWN_CHARACTERS: Final = 80


def _sections(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not (names := section_names(value)):
        raise ValueError("names no section")
    return names


def section_names(given: str) -> tuple[str, ...]:
    """The names or paths between the commas, each once."""
    return tuple(dict.fromkeys(name.strip() for name in _COMMAS.split(given) if name.strip()))


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not _DAY.fullmatch(value):
        raise ValueError("is not a day")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("is a day that does not exist") from None


def _switch(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.lower() not in ("true", "false"):
        raise ValueError("is neither true nor false")
    return value.lower() == "true"


def _days(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value == "all":
        return value
    if not re.fullmatch(r"[0-9]{1,6}", value):
        raise ValueError("is no number of days")
    return int(value)


def _addresses(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    given = [address for address in _BLANKS_OR_COMMAS.split(value) if address]
    if not given:
        raise ValueError("names no address")
    site: Site = info.context["site"] if info.context else None  # type: ignore[assignment]
    return tuple(dict.fromkeys(_article_address(address, site) for address in given))


def _article_address(given: str, site: Site) -> str:
    address = site.urls.understand(given)
    if address.kind not in (UrlKind.ARTICLE, UrlKind.PART):
        raise ValueError(f"{_shown(given)} is no article's address at {' or '.join(sorted(site.hosts))}")
    return site.urls.first_part(address).url


Day = Annotated[date | None, BeforeValidator(_day)]
Switch = Annotated[bool, BeforeValidator(_switch)]


class Arguments(BaseModel):
    """The arguments of a crawl. Raises ValidationError, which `complaint` puts into one line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sections: Annotated[tuple[str, ...], BeforeValidator(_sections)] = Field(
        default=(), description="Names or paths of sections, separated by commas; empty: all of them."
    )
    since: Day = Field(default=None, description="First publication date, inclusive.")
    until: Day = Field(default=None, description="Last publication date, inclusive.")
    full: Switch = Field(default=False, description="Walk every section to its end.")
    recheck: Annotated[int | Literal["all"] | None, BeforeValidator(_days)] = Field(
        default=None,
        description="Days, counted back from the newest article of each section, to ask stored articles again, or `all`; by default each is asked again at certain ages.",
    )
    urls: Annotated[tuple[str, ...], BeforeValidator(_addresses)] = Field(
        default=(), description="Just these articles, by address; no list is read."
    )
    images: Switch = Field(default=False, description="Keep the articles' pictures too.")

    @classmethod
    def of(cls, given: dict[str, Any], site: Site) -> "Arguments":
        """The arguments as given, for one site. Raises ValidationError."""
        return cls.model_validate(given, context={"site": site})

    def differing(self, site: Site) -> dict[str, str]:
        """The arguments that differ from their defaults, as they stand behind `-a NAME=`."""
        return {name: _as_given(value) for name, value in self.model_dump(exclude_defaults=True).items()}

    @model_validator(mode="before")
    @classmethod
    def _of_the_scheduler(cls, given: Any) -> Any:
        """Drop the job's number, which scrapyd adds to the arguments of every run."""
        return {name: value for name, value in given.items() if name != "_job"} if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _agree(self) -> "Arguments":
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError(f"since={self.since} is after until={self.until}: since must not be later than until")
        if self.urls and self.sections:
            raise ValueError("urls= and sections= exclude each other: give one of them")
        return self


def _as_given(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


#: The values each argument allows, as the complaint prints them.
_ALLOWED: Final = {
    "sections": "names or paths of sections, separated by commas",
    "since": "a day as YYYY-MM-DD, such as 2020-03-01",
    "until": "a day as YYYY-MM-DD, such as 2020-06-30",
    "full": "true or false",
    "recheck": "a number of days, such as 30, or all",
    "urls": "addresses of the site's articles, separated by commas or blanks",
    "images": "true or false",
}


def complaint(error: ValidationError) -> str:
    """One line: each wrong argument with the fault and the values allowed."""
    return "; ".join(_line(dict(fault)) for fault in error.errors(include_url=False))


def _line(fault: dict[str, Any]) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else ""
    why = str(fault["msg"]).removeprefix("Value error, ")
    if not name:
        return why
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, _ALLOWED, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return f"unknown argument {_shown(name)}{hint}: allowed are {', '.join(_ALLOWED)}"
    given = "" if fault["type"] == "value_error" and name == "urls" else f"{_shown(fault['input'])} "
    return f"{name}: {given}{why}: allowed is {_ALLOWED[name]}"


def _shown(value: object) -> str:
    # repr: a line feed in a value must not make two lines of the complaint.
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")


def day_of(row: ListRow) -> date | None:
    """The day an article was put on the web, as its address, else the list, tells it."""
    return row.posted or row.date


def no_later_than_now(day: date | None) -> date | None:
    """`day`; None where it lies in the future: a slip of the pen must not end the look-back of a section."""
    return day if day is not None and day <= now().date() + timedelta(days=1) else None


def look_back(day: date, days: int) -> date:
    """`days` days before `day`; the first of all days where there are not so many."""
    return day - timedelta(days=min(days, day.toordinal() - 1))


def all_before(rows: Iterable[ListRow], day: date) -> bool:
    """Whether every row has a day, and one before `day`."""
    return all((own := day_of(row)) is not None and own < day for row in rows)
