"""Notifier: after a run, posts its report to the webhook and starts the command on failure."""

import logging
import os
import shlex
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

#: Seconds for a connection, for each read, between the two tries, and for all of it together.
_CONNECT: Final = 5.0
_READ: Final = 10.0
_PAUSE: Final = 2.0
WEBHOOK_SECONDS: Final = 30.0

#: Seconds after which the command on failure is killed.
HOOK_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Notifier:
    """Webhook and command on failure. Neither raises, changes an exit code, or exceeds its time limit."""

    url: str | None = None
    command: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        """Notifier of PANAN_REPORT_URL and PANAN_ON_FAILURE. Raises ValueError, in one line, for an unusable value."""
        url, hook = settings["PANAN_REPORT_URL"] or None, settings["PANAN_ON_FAILURE"] or ""
        if url is not None and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname):
            raise ValueError("PANAN_REPORT_URL is no address that begins with http:// or https://")
        try:
            command = tuple(shlex.split(hook))
        except ValueError as error:
            raise ValueError(f"PANAN_ON_FAILURE cannot be read as a command: {error}") from None
        return cls(url, command)

    def notify(self, code: int, reason: str, report: Path | None) -> None:
        """Post the report where a webhook is set; then, after a failure (`code` not 0), start the command."""
        if self.url is not None and report is not None:
            self._post(self.url, report)
        if code and self.command:
            self._run(code, reason, report)

    def _post(self, url: str, report: Path) -> None:
        error: list[str] = ["no answer in time"]

        def work() -> None:
            error[0] = _posted(url, report)

        # A daemon thread can be left behind: a server that sends a byte a minute outlasts every read timeout.
        thread = threading.Thread(target=work, name="webhook", daemon=True)
        thread.start()
        thread.join(WEBHOOK_SECONDS)
        if error[0]:
            logger.error("webhook: the report could not be posted to %s: %s", _shown(url), error[0])
        else:
            logger.info("webhook: the report was posted to %s", _shown(url))

    def _run(self, code: int, reason: str, report: Path | None) -> None:
        variables = {"PANAN_EXIT_CODE": str(code), "PANAN_REASON": reason, "PANAN_REPORT": str(report or "")}
        try:
            done = subprocess.run(
                self.command,
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                timeout=HOOK_SECONDS,
                check=False,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            cause = f"took longer than {HOOK_SECONDS:g} s" if isinstance(error, subprocess.TimeoutExpired) else error
            logger.error("on failure: %s: %s", self.command[0], cause)
            return
        if done.returncode:
            logger.error("on failure: %s ended with exit code %d", self.command[0], done.returncode)


def _posted(url: str, report: Path) -> str:
    """Post the report, with one retry; the error in one line, empty for success."""
    error = _try(url, report)
    if error:
        time.sleep(_PAUSE)
        error = _try(url, report)
    return error


def _try(url: str, report: Path) -> str:
    import requests  # late: most runs post nothing, and Scrapy imports this module for every command

    head = {"Content-Type": "application/json"}
    try:
        answer = requests.post(
            url, data=report.read_bytes(), headers=head, timeout=(_CONNECT, _READ), allow_redirects=False, stream=True
        )
    except (requests.RequestException, OSError) as error:
        return type(error).__name__  # the message holds the address, which can hold a secret
    answer.close()
    return "" if 200 <= answer.status_code < 300 else f"HTTP {answer.status_code}"


def _shown(url: str) -> str:
    """The address without its parts that may be secret: user, path and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
