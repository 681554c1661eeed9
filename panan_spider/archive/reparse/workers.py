"""Worker processes: the articles of an archive shared out among processes, results in the order of the input.

Each worker is started fresh (spawn), never forked: a fork beside a thread can inherit a lock that nobody will release.
Each has a pipe of its own and shares no lock or queue with another, so that a worker that dies, at whatever moment, is the
end of its pipe and nothing else.
"""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from panan_spider.archive.store.files import StoreError

Given = TypeVar("Given")
Result = TypeVar("Result")

#: Items in one load, and loads a worker may hold: results that are not yet taken stay in memory.
_LOAD: Final = 32
_AHEAD: Final = 3

_DIED: Final = "a process that reads pages was killed, perhaps for want of memory"


def cores() -> int:
    """Number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Worker:
    """One process and this end of its pipe. `due` counts the loads it has not answered yet."""

    def __init__(self) -> None:
        """Starts the process."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self.due = 0
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        # The mask is inherited: Ctrl-C reaches all processes of a terminal, and only this one is to end by it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()  # so that the pipe ends with the process
        self._process = process

    def give(self, work: Callable[..., Any], load: tuple[Any, ...]) -> None:
        """Send a load. Raises StoreError where the process is dead."""
        try:
            self._pipe.send((work, load))
        except OSError as error:
            raise StoreError(_DIED) from error
        self.due += 1

    def take(self) -> list[Any]:
        """The results of the oldest load. Raises StoreError where the process is dead; what `work` raised."""
        try:
            results, error = self._pipe.recv()
        except (EOFError, OSError) as ended:
            raise StoreError(_DIED) from ended
        self.due -= 1
        if error is not None:
            raise error
        return list(results)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._pipe.close()
        self._process.kill()
        self._process.join()


class Workers:
    """`jobs` processes; for one job, or where there is only one load, no process besides this one. A context manager.

    They are started when the first load is due and hold neither the lock nor the ledger of an archive that is open here.
    Objects loaded before are exempt from garbage collection until the end.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        gc.freeze()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()
        gc.unfreeze()

    def _end(self) -> None:
        for worker in self._workers:
            worker.end()
        self._workers = []

    def each(self, work: Callable[[Iterable[Given]], Iterable[Result]], items: Iterable[Given]) -> Iterator[Result]:
        """The results of `work`, a picklable callable, for the items, in their order.

        Raises StoreError where a process dies, and what `work` raises.
        """
        loads = _loads(items)
        first = list(islice(loads, 2))
        if self.jobs == 1 or len(first) < 2:
            for load in (*first, *loads):
                yield from work(load)
            return
        try:
            yield from self._shared_out(work, [*first], loads)
        except BaseException:
            self._end()  # the answers of loads under way are nobody's
            raise

    def _shared_out(
        self, work: Callable[..., Any], first: list[tuple[Any, ...]], loads: Iterator[tuple[Any, ...]]
    ) -> Iterator[Any]:
        self._workers = self._workers or [_Worker() for _number in range(self.jobs)]
        under_way: deque[_Worker] = deque()
        waiting = iter(first)
        while True:
            while len(under_way) < self.jobs * _AHEAD:
                load = next(waiting, None) or next(loads, None)
                if load is None:
                    break
                worker = min(self._workers, key=lambda one: one.due)
                worker.give(work, load)
                under_way.append(worker)
            if not under_way:
                return
            yield from under_way.popleft().take()


def _loads(items: Iterable[Given]) -> Iterator[tuple[Given, ...]]:
    left = iter(items)
    while load := tuple(islice(left, _LOAD)):
        yield load


def _serve(pipe: Connection) -> None:
    """In a worker: answer loads until the other end of the pipe is closed, by the death of the parent too."""
    try:
        while True:
            work, load = pipe.recv()  # the first load brings in the modules of `work`
            gc.freeze()
            try:
                answer: tuple[list[Any], Exception | None] = (list(work(load)), None)
            except Exception as error:
                answer = ([], error)
            pipe.send(answer)
    except (EOFError, OSError):
        os._exit(0)
