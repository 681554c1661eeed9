"""A command of the project called in this process: as from a shell, without the second a start costs."""

import signal
from dataclasses import dataclass

import pytest
from scrapy.cmdline import execute


@dataclass(frozen=True)
class Said:
    """Exit code, and what stood on stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def scrapy(capsys: pytest.CaptureFixture[str], *words: object) -> Said:
    """`scrapy WORDS…`, for a command that needs no reactor."""
    capsys.readouterr()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", *map(str, words)])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    out, err = capsys.readouterr()
    code = ended.value.code
    return Said(code if isinstance(code, int) else 0 if code is None else 1, out, err)
