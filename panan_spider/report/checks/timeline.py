"""Requests and bytes over the run, in a bounded number of steps however long it takes."""

from typing import Final

from panan_spider.core.run_report import Timeline

_MOST_STEPS: Final = 120


class RequestRate:
    """Counts into steps of a second; whenever they grow too many, two become one."""

    def __init__(self) -> None:
        self._step, self._requests, self._bytes = 1, [0], [0]

    def note(self, seconds: float, *, requests: int = 0, received: int = 0) -> None:
        """Something happened `seconds` after the run began; a clock that was set back counts as the beginning."""
        while (at := int(max(0.0, seconds)) // self._step) >= _MOST_STEPS:
            self._step *= 2
            self._requests, self._bytes = _halved(self._requests), _halved(self._bytes)
        missing = at + 1 - len(self._requests)
        self._requests += [0] * missing
        self._bytes += [0] * missing
        self._requests[at] += requests
        self._bytes[at] += received

    def course(self) -> Timeline:
        """What has been counted."""
        return Timeline(step_seconds=self._step, requests=list(self._requests), bytes_received=list(self._bytes))


def _halved(steps: list[int]) -> list[int]:
    return [sum(steps[n : n + 2]) for n in range(0, len(steps), 2)]
