"""Work shared out among processes: the lines of an archive read again on every core, what they find in the order of the lines."""

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import Final, Self, TypeVar

from panan_spider.archive.store.errors import StoreError

Given = TypeVar("Given")
Made = TypeVar("Made")

#: Pieces given to a process at once, and how many such loads each may be ahead: what is made and not yet taken stays in memory.
_LOAD: Final = 32
_AHEAD: Final = 4


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """`jobs` processes; for one, none besides this one. They end with it, however it ends.

    They start at once, and so before this process opens an archive: none of them holds its lock or its ledger.
    What is loaded by then is looked through for garbage by none of them until all is done.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        gc.freeze()
        if self.jobs > 1:
            # Forked: what is loaded, a page object of one's own included, is what they read by.
            self._pool = ProcessPoolExecutor(self.jobs, get_context("fork"), _started)
            self._pool.submit(_load, list, ()).result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        gc.unfreeze()

    def each(self, work: Callable[[Iterable[Given]], Iterable[Made]], pieces: Iterable[Given]) -> Iterator[Made]:
        """What `work` makes of the pieces, in their order. Raises StoreError where a process dies, and what `work` raises."""
        if self._pool is None:
            yield from work(pieces)
            return
        due: deque[Future[list[Made]]] = deque()
        try:
            for load in _loads(pieces):
                due.append(self._pool.submit(_load, work, load))
                if len(due) > self.jobs * _AHEAD:
                    yield from due.popleft().result()
            while due:
                yield from due.popleft().result()
        except BrokenProcessPool as error:
            raise StoreError("a process that reads pages was killed, perhaps for want of memory") from error


def _loads(pieces: Iterable[Given]) -> Iterator[tuple[Given, ...]]:
    load: list[Given] = []
    for piece in pieces:
        load.append(piece)
        if len(load) == _LOAD:
            yield tuple(load)
            load = []
    if load:
        yield tuple(load)


def _load(work: Callable[[Iterable[Given]], Iterable[Made]], load: Iterable[Given]) -> list[Made]:
    return list(work(load))


def _started() -> None:
    """In a new process: only the one that started it is told to stop, and this one ends with it, even by kill -9."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
