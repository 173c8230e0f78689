"""Threads for what may take long: programs, the desktop, questions to the operating system.

Daemon threads that end when they have nothing to do, so that they never keep a kernel from ending.
"""

import queue
import threading
from collections.abc import Callable
from typing import Protocol

Job = Callable[[], None]
_MOST = 32
_PATIENCE_S = 5.0


class Workers(Protocol):
    """Does jobs beside the engine. Jobs catch what they raise."""

    def do(self, job: Job, lane: str | None = None) -> bool:
        """Do a job; those of one lane are done in order. False means that there are too many."""


class ThreadWorkers:
    """A thread for each job, at most 32 at once, and one for each lane; any thread may call."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(_MOST)
        self._lock = threading.Lock()
        self._lanes: dict[str, queue.SimpleQueue[Job]] = {}

    def do(self, job: Job, lane: str | None = None) -> bool:
        """Do a job; see `Workers.do`."""
        if lane is not None:
            self._do_in_lane(job, lane)
            return True
        if not self._free.acquire(blocking=False):
            return False
        threading.Thread(target=self._do, args=(job,), name="midimon-job", daemon=True).start()
        return True

    def _do(self, job: Job) -> None:
        try:
            job()
        finally:
            self._free.release()

    def _do_in_lane(self, job: Job, lane: str) -> None:
        with self._lock:
            waiting = self._lanes.get(lane)
            if waiting is None:
                waiting = self._lanes[lane] = queue.SimpleQueue()
                name = f"midimon-{lane}"
                threading.Thread(
                    target=self._serve, args=(lane, waiting), name=name, daemon=True
                ).start()
            waiting.put(job)

    def _serve(self, lane: str, waiting: "queue.SimpleQueue[Job]") -> None:
        while True:
            try:
                job = waiting.get(timeout=_PATIENCE_S)
            except queue.Empty:
                with self._lock:
                    if waiting.empty():
                        del self._lanes[lane]
                        return
            else:
                job()


class InlineWorkers:
    """Jobs done on the spot, in the caller's thread: for tests."""

    def do(self, job: Job, lane: str | None = None) -> bool:
        """Do a job; see `Workers.do`."""
        del lane
        job()
        return True
