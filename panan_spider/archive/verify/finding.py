"""One thing that does not agree."""

from typing import NamedTuple


class Finding(NamedTuple):
    """What does not agree: the file below the data folder, the byte where that is known, and what is wrong, in one line."""

    file: str
    at: int | None
    what: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.at is None else f', byte {self.at}'}: {self.what}"
