"""How every command is called: what is wrong with a call is one line on stderr and exit code 1, before anything is done."""

import argparse
import logging
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from scrapy.settings import BaseSettings, default_settings

from panan_spider import settings as ours
from panan_spider.archive.store.errors import LockHeld, StoreError
from panan_spider.core.outcomes import ExitCode
from panan_spider.extensions import json_log

if TYPE_CHECKING:
    from scrapy.commands import ScrapyCommand as _Base
else:
    _Base = object  # Scrapy takes every ScrapyCommand of these modules for a command

_SECONDS: Final = ("PANAN_RETRY_BASE", "PANAN_RETRY_CAP")
_SETTINGS: Final = tuple(sorted(name for name in vars(ours) if name.startswith("PANAN_")))


def refuse(message: str) -> NoReturn:
    """Say what is wrong with the call, in one line, and end with exit code 1."""
    json_log.say(f"panan: {' '.join(message.split())}")
    sys.exit(int(ExitCode.NOT_STARTED))


class CheckedCommand(_Base):
    """Stands before Scrapy's class in each command of ours. Scrapy's own refusals, four lines and code 2, become one and 1."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's."""
        super().add_options(parser)
        parser.error = refuse  # type: ignore[method-assign]  # what argparse and UsageError end in

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's; then options that do not exist, and settings that cannot be meant."""
        super().process_options(args, opts)
        self.prepare(opts)
        name = type(self).__module__.rpartition(".")[2]
        for word in args:
            if word.startswith("-") and word != "-":
                refuse(f"scrapy {name} has no option {word!r}; scrapy {name} -h lists them")
        assert self.settings is not None
        for setting in (word.partition("=")[0].strip() for word in opts.set):
            if setting.startswith("PANAN_") and setting not in _SETTINGS:
                refuse(f"no setting is named {setting!r}; there is: {', '.join(_SETTINGS)}")
            if (wrong := unmeant(setting, self.settings[setting])) is not None:
                refuse(f"{setting}: {self.settings[setting]!r} {wrong}")
        for setting in _SECONDS:
            if not is_seconds(self.settings[setting]):
                refuse(f"{setting}: {self.settings[setting]!r} is no number of seconds")
        if not str(self.settings["PANAN_DATA_DIR"]).strip():
            refuse("PANAN_DATA_DIR names no folder")
        if str(self.settings["LOG_LEVEL"]).upper() not in logging.getLevelNamesMapping():
            refuse(f"LOG_LEVEL: {self.settings['LOG_LEVEL']!r} is none of CRITICAL, ERROR, WARNING, INFO, DEBUG")

    def prepare(self, opts: argparse.Namespace) -> None:
        """What a command does before anything of the call is refused."""

    def takes_options_only(self, args: list[str]) -> None:
        """Refuse a word that is no option."""
        if args:
            name = type(self).__module__.rpartition(".")[2]
            refuse(f"scrapy {name} takes options only, not {args[0]!r}")

    def data_of(self, opts: argparse.Namespace) -> Path:
        """The folder of the archive: `--data-dir`, else the setting. An empty name is refused, for it would mean the folder one is in."""
        assert self.settings is not None
        if opts.data_dir is not None and not opts.data_dir.strip():
            refuse("--data-dir names no folder")
        return Path(opts.data_dir or self.settings["PANAN_DATA_DIR"])


class QuietCommand(CheckedCommand):
    """A command that is no crawl: it says what it has to say, and Scrapy's log stays out of it."""

    requires_project = True
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """The options."""
        return "[options]"


class ArchiveCommand(QuietCommand):
    """One that asks the site for nothing."""

    requires_crawler_process = False

    def barred(self, error: StoreError | LockHeld) -> None:
        """Say why the archive cannot be used; exit code 15 where another holds it, else 14."""
        print(f"panan: {error}", file=sys.stderr)
        self.exitcode = int(ExitCode.LOCKED if isinstance(error, LockHeld) else ExitCode.STORE_ERROR)


def unmeant(name: str, given: Any) -> str | None:
    """What is wrong with a value for a setting whose default is a switch or a number; None where nothing is."""
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
    """Whether a setting is a number of seconds: finite, and not negative."""
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        return False
    return math.isfinite(seconds) and seconds >= 0
