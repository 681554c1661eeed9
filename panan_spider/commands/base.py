"""Base classes of the commands: refusals in one line with exit code 1, `--data-dir`, the same errors with the same exit codes."""

import argparse
import json
import logging
import math
import os
import pwd
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings, Settings, default_settings

from panan_spider import __contact__
from panan_spider import settings as ours
from panan_spider.archive.store.files import ARTICLES_FILE, LockHeld, StoreError
from panan_spider.core.outcomes import ExitCode, RefusedError
from panan_spider.core.process import allow_loopback_only

# Scrapy loads every command at every start. What pydantic, twisted and the like need time for is imported where it is used.
if TYPE_CHECKING:
    from scrapy.commands import ScrapyCommand as _Base
    from scrapy.crawler import CrawlerProcessBase

    from panan_spider.sites.profile import Site
else:
    _Base = object  # Scrapy takes every ScrapyCommand of these modules for a command

_SITES_DIR: Final = "PANAN_SITES_DIR"
_CONTACT: Final = re.compile(r"(?:https?://|mailto:)\S{1,2000}|[^@\s]{1,200}@[^@\s]{1,200}")
_SECONDS: Final = ("PANAN_RETRY_BASE", "PANAN_RETRY_CAP")
#: Extra of pyproject.toml → the modules that commands use of it.
_EXTRAS: Final = {
    "browse": frozenset({"sqlite_utils", "feedgen", "starlette", "uvicorn", "pyroaring", "opencc"}),
    "fleet": frozenset({"procrastinate", "psycopg", "obstore"}),
}
_SETTINGS: Final = tuple(sorted(name for name in vars(ours) if name.startswith("PANAN_")))


def say(line: str) -> None:
    """Print one line on stderr, as JSON where the log is."""
    from panan_spider.extensions import log_formatter

    log_formatter.say(line)


def refuse(message: str) -> NoReturn:
    """Print one line on stderr and end with exit code 1."""
    say(f"panan: {' '.join(message.split())}")
    sys.exit(int(ExitCode.NOT_STARTED))


class CheckedCommand(_Base):
    """Stands before Scrapy's class in each command. Scrapy's own refusals, four lines and code 2, become one line and code 1."""

    #: One line for `scrapy --help`.
    summary: ClassVar[str] = ""
    settings: Settings  # Scrapy sets both before it calls anything here
    crawler_process: "CrawlerProcessBase"

    def short_desc(self) -> str:
        """The command's line in `scrapy --help`."""
        return self.summary or super().short_desc()

    @property
    def program(self) -> str:
        """`panan` where the console script was called, else `scrapy`."""
        return "panan" if sys.argv[0] == "panan" else "scrapy"

    @property
    def typed_name(self) -> str:
        """The command as typed."""
        return type(self).__module__.rpartition(".")[2]

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.usage = (parser.usage or "").replace("scrapy ", f"{self.program} ", 1)
        # Scrapy's takes a wrapped line that ends in a colon for a heading.
        parser.formatter_class = argparse.HelpFormatter
        parser.error = refuse  # type: ignore[method-assign]  # what argparse and UsageError end in

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Apply Scrapy's options; refuse unknown options, unknown settings and impossible values."""
        self._check_files(opts)
        super().process_options(args, opts)
        self.prepare(opts)
        for word in args:
            if word.startswith("-") and word != "-":
                call = f"{self.program} {self.typed_name}"
                refuse(f"{call} has no option {word!r}; {call} -h lists them")
        self._check_given(opts)
        self._check_values()
        if self.settings.getbool("PANAN_LOOPBACK_ONLY"):
            allow_loopback_only()
        self._set_contact()
        _check_profiles(self.settings[_SITES_DIR])

    def _check_files(self, opts: argparse.Namespace) -> None:
        """Refuse log, PID and profile files that cannot be written: Scrapy opens them while it reads the options."""
        for name in ("logfile", "pidfile", "profile"):
            given = getattr(opts, name)
            if given is not None and (reason := unwritable(given)) is not None:
                refuse(f"--{name} {given}: {reason}" if given.strip() else f"--{name} names no file")

    def _check_given(self, opts: argparse.Namespace) -> None:
        for setting in (word.partition("=")[0].strip() for word in opts.set):
            if setting.startswith("PANAN_") and setting not in _SETTINGS:
                refuse(f"no setting is named {setting!r}; there is: {', '.join(_SETTINGS)}")
            if (wrong := unmeant(setting, self.settings[setting])) is not None:
                refuse(f"{setting}: {self.settings[setting]!r} {wrong}")

    def _check_values(self) -> None:
        for setting in _SECONDS:
            if not is_seconds(self.settings[setting]):
                refuse(f"{setting}: {self.settings[setting]!r} is no number of seconds")
        if not str(self.settings["PANAN_DATA_DIR"]).strip():
            refuse("PANAN_DATA_DIR names no folder")
        if str(self.settings["LOG_LEVEL"]).upper() not in logging.getLevelNamesMapping():
            refuse(f"LOG_LEVEL: {self.settings['LOG_LEVEL']!r} is none of CRITICAL, ERROR, WARNING, INFO, DEBUG")

    def _set_contact(self) -> None:
        """Put PANAN_CONTACT into the User-Agent, unless another User-Agent was given."""
        contact = str(self.settings["PANAN_CONTACT"]).strip()
        if not _CONTACT.fullmatch(contact):
            refuse(f"PANAN_CONTACT: {contact!r} is neither the address of a web page nor a mail address")
        if self.settings["USER_AGENT"] == ours.USER_AGENT:
            self.settings.set("USER_AGENT", ours.user_agent(contact), priority="cmdline")

    def note_contact(self) -> None:
        """Print one line where a site's operators would write to the makers of this program, and not to its user.

        Nothing is printed where a proxy on this machine answers: then no site is asked.
        """
        proxy = urlsplit(os.environ.get("http_proxy", "")).hostname
        if self.settings["USER_AGENT"] == ours.user_agent(__contact__) and proxy not in ("127.0.0.1", "localhost"):
            hint = "set PANAN_CONTACT to your own web page or mail address"
            say(f"panan: the User-Agent names the makers of this program; {hint}")

    def prepare(self, opts: argparse.Namespace) -> None:
        """Hook: runs before anything of the call is refused."""

    def takes_options_only(self, args: list[str]) -> None:
        """Refuse any argument."""
        if args:
            refuse(f"{self.program} {self.typed_name} takes options only, not {args[0]!r}")

    def data_of(self, opts: argparse.Namespace) -> Path:
        """The archive's folder: `--data-dir`, else PANAN_DATA_DIR. An empty name is refused: it would be the working folder."""
        if opts.data_dir is not None and not opts.data_dir.strip():
            refuse("--data-dir names no folder")
        return Path(opts.data_dir or self.settings["PANAN_DATA_DIR"])


def _check_profiles(folder: str | None) -> None:
    """Make the setting PANAN_SITES_DIR known to the profiles; refuse a folder with a bad one."""
    if folder:
        os.environ[_SITES_DIR] = folder  # the readers of profiles, and child processes, know no settings
    if not os.environ.get(_SITES_DIR):
        return
    from panan_spider.sites.profile import load_site, site_keys

    try:
        for key in site_keys():
            load_site(key)
    except RefusedError as error:
        refuse(str(error))


def site_of(key: str | None) -> "Site":
    """The profile that `--site` names; panan's where it is not given. Ends the command for an unknown key."""
    from panan_spider.sites.profile import DEFAULT_KEY, load_site

    try:
        return load_site(DEFAULT_KEY if key is None else key)
    except RefusedError as error:
        refuse(f"--site: {error}")


def site_of_archive(data: Path) -> "Site":
    """The profile of the site that the archive in `data` belongs to. Raises StoreError."""
    from panan_spider.archive.data_folder import site_of

    return site_of(data)


class QuietCommand(CheckedCommand):
    """A command that is no crawl: Scrapy's log is off."""

    requires_project = True
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}
    takes_data_dir: ClassVar[bool] = True

    def syntax(self) -> str:
        """The arguments."""
        return "[options]"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        if self.takes_data_dir:
            parser.add_argument("--data-dir", metavar="DIR", help="the archive (default: the setting PANAN_DATA_DIR)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Carry out the command. Every error that it names is one line on stderr; `exitcode` says which kind it was."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.default_int_handler)
        try:
            self.exitcode = int(self.carry_out(args, opts))
            sys.stdout.flush()
        except RefusedError as error:
            refuse(str(error))
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            extra = next((extra for extra, names in _EXTRAS.items() if missing in names), None)
            if extra is None:
                raise
            install = f"pip install 'panan_spider[{extra}]'" + (", or make extras" if extra == "browse" else "")
            refuse(f"{self.program} {self.typed_name} needs {missing}, which is not installed: {install}")
        except (StoreError, LockHeld) as error:
            self._end_by(error)
        except KeyboardInterrupt:
            self._end(self.interrupted(opts), ExitCode.INTERRUPTED)
        except OSError as error:
            self._end(f"{error.filename or 'input or output'}: {error.strerror or error}", ExitCode.STORE_ERROR)

    def _end_by(self, error: StoreError | LockHeld) -> None:
        """Print why the archive cannot be used; exit code 15 where another run holds it, else 14."""
        from panan_spider.archive.ledger.database import LedgerDamaged

        is_damaged, is_held = isinstance(error, LedgerDamaged), isinstance(error, LockHeld)
        hint = "; the next run, or `scrapy verify --repair`, makes it again" if is_damaged else ""
        self._end(f"{error}{hint}", ExitCode.LOCKED if is_held else ExitCode.STORE_ERROR)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        """The work of the command; returns the exit code."""
        raise NotImplementedError

    def interrupted(self, opts: argparse.Namespace) -> str:
        """The line for SIGINT and SIGTERM."""
        return "interrupted"

    def _end(self, line: str, code: ExitCode) -> None:
        print(f"panan: {' '.join(line.split())}", file=sys.stderr)
        self.exitcode = int(code)


class ArchiveCommand(QuietCommand):
    """A command on an archive that exists. It makes no request."""

    requires_crawler_process = False
    #: Files of which an archive has at least one.
    marks: ClassVar[tuple[str, ...]] = (ARTICLES_FILE,)

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        """Check the call, find the archive, run on it; with `--sites` on many."""
        self.takes_options_only(args)
        self.check(opts)
        if getattr(opts, "sites", None) is not None:
            return self.run_on_sites(Path(self.settings["PANAN_FLEET_DIR"]), opts)
        data = self.data_of(opts)
        if not any((data / name).is_file() for name in self.marks):
            refuse(no_archive(data))
        if self.writes(opts):
            refuse_root(data)
        from panan_spider.archive.store.jsonl import refuse_newer

        refuse_newer(data / ARTICLES_FILE)
        return self.run_on(data, opts)

    def writes(self, opts: argparse.Namespace) -> bool:
        """True where the command writes into the archive's folder."""
        return False

    def check(self, opts: argparse.Namespace) -> None:
        """Hook: refuse wrong options."""

    def run_on(self, data: Path, opts: argparse.Namespace) -> int:
        """Run on the archive in `data`; returns the exit code."""
        raise NotImplementedError

    def run_on_sites(self, root: Path, opts: argparse.Namespace) -> int:
        """Run on the archives `<root>/<key>` of the sites that `--sites` names; returns the exit code."""
        raise NotImplementedError


def refuse_root(data: Path) -> None:
    """End the command where root would write into another user's archive: that user's next run could not write there."""
    if os.geteuid() != 0:
        return
    for path in (data, data / ARTICLES_FILE):
        owner = path.stat().st_uid if path.exists() else 0
        if owner != 0:
            user = f"{_user(owner)}, whom files of root would lock out"
            refuse(f"{path} belongs to {user}: run this as that user (sudo -u)")


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def no_archive(data: Path) -> str:
    """The line for a folder without an archive; names the archive of the demo where that one is there."""
    if (reason := not_a_folder(data)) is not None:
        return reason
    demo = data / "demo"
    hint = f"; there is one in {demo}: --data-dir {demo}" if (demo / ARTICLES_FILE).is_file() else ""
    return f"there is no archive in {data}{hint}"


def not_a_folder(path: Path) -> str | None:
    """The line for a path that is no folder and cannot become one: it or a part of it is a file; None where it can."""
    part = next((part for part in (path, *path.parents) if part.exists()), path)
    return None if part.is_dir() or not part.exists() else f"{part} is a file, not a folder"


def unwritable(given: str | Path, *, makes_folders: bool = False) -> str | None:
    """Why no file can be written at `given`; None where one can. `makes_folders`: missing folders will be made."""
    path = Path(given)
    if not str(given).strip():
        return "names no file"
    if path.is_dir():
        return "it is a folder"
    if path.exists():
        return None if os.access(path, os.W_OK) else "permission denied"
    parent = next(parent for parent in path.absolute().parents if parent.exists())
    if not parent.is_dir():
        return f"{parent} is no folder"
    if not makes_folders and parent != path.absolute().parent:
        return f"there is no folder {path.parent}"
    return None if os.access(parent, os.W_OK | os.X_OK) else f"permission denied in {parent}"


def print_json(value: Any, indent: int | None = 1) -> None:
    """Print a JSON value; with escapes where the terminal's encoding has not every character."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent)
    print(text)


def unmeant(name: str, given: Any) -> str | None:
    """Error of a value for a setting whose default is a switch or a number; None for a good one."""
    default = getattr(ours, name, getattr(default_settings, name, None))
    try:
        if isinstance(default, bool):
            BaseSettings({name: given}).getbool(name)
        elif isinstance(default, int | float):
            float(given)
    except (TypeError, ValueError):
        return "is neither true nor false" if isinstance(default, bool) else "is no number"
    return None


def is_seconds(given: Any) -> bool:
    """True for a number of seconds: finite, and not negative."""
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        return False
    return math.isfinite(seconds) and seconds >= 0
