"""What is edited comes into force when it is saved: one thread watches for all of a session."""

import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from midimon_live.errors import InvalidValue
from midimon_live.monitor import Monitor
from midimon_live.watcher import Watched, changes, wakes

_PATIENCE_S = 1.0


class Followed(NamedTuple):
    """Something that is followed, for people.

    Attributes:
        what: what it is.
        path: where.
    """

    what: str
    path: str


class Source(Protocol):
    """Something that follows files; its key tells one of them from another."""

    def wants(self) -> bool:
        """Tell whether there may be something to follow; must not ask the disk. Any thread."""

    def watched(self) -> Mapping[Any, Watched]:
        """Return what is to be watched now. Any thread may call."""

    def changed(self, keys: Collection[Any]) -> None:
        """Take over what may have changed. One thread at a time calls; it may take long."""

    def followed(self) -> list[Followed]:
        """Return what is followed, for people."""


class Follower:
    """Follows the files of a session. Any thread may call.

    Args:
        monitor: gets what there is to say.
        aside: what the thread is started in: it is not the doing of a plugin that led to it.
        threads: whether there may be a thread; else files are looked at only by `look`.
    """

    def __init__(
        self,
        monitor: Monitor,
        aside: Callable[[], AbstractContextManager[None]],
        *,
        threads: bool,
    ) -> None:
        self._monitor = monitor
        self._turn = threading.RLock()
        self._aside = aside
        self._threads = threads
        self._on = threads
        self._sources: list[Source] = []
        self._poke = threading.Event()
        self._starting = threading.Lock()
        self._running: tuple[threading.Thread, threading.Event] | None = None

    @property
    def on(self) -> bool:
        """Whether what is saved comes into force by itself."""
        return self._on

    def add(self, source: Source) -> None:
        """Follow its files too."""
        self._sources.append(source)

    def poke(self) -> None:
        """There may be something else to follow: begin with it within 0.1 s; cheap."""
        if self._running is not None:
            self._poke.set()
        elif self._on and any(one.wants() for one in list(self._sources)):
            self._start()

    def switch(self, *, on: bool) -> None:
        """Follow files, or follow none; what was saved meanwhile is taken over then.

        Raises:
            InvalidValue: there is no thread that could.
        """
        if on and not self._threads:
            raise InvalidValue("this session has no threads, so nothing can be followed")
        self._on = on
        if on:
            self.poke()
        else:
            self.stop()

    def look(self, *sources: Source) -> None:
        """Take over what was saved, on the calling thread: of these, or of all.

        It does nothing where another thread has been at it for a second.
        """
        if not self._turn.acquire(timeout=_PATIENCE_S):
            return
        try:
            for one in sources or list(self._sources):
                self._tell(one, list(one.watched()))
        finally:
            self._turn.release()

    def followed(self) -> list[Followed]:
        """Return what is followed, or would be."""
        return [one for source in list(self._sources) for one in source.followed()]

    def stop(self) -> None:
        """End the thread, if there is one; again is harmless."""
        with self._starting:
            running, self._running = self._running, None
        if running is not None:
            thread, stop = running
            stop.set()
            if thread is not threading.current_thread():
                thread.join(2.0)

    def close(self) -> None:
        """Follow nothing any more."""
        self._on = self._threads = False
        self.stop()

    def _start(self) -> None:
        with self._starting, self._aside():
            if self._running is not None or not self._on:
                return
            stop = threading.Event()
            thread = threading.Thread(
                target=self._serve, args=(stop,), name="midimon-watcher", daemon=True
            )
            self._running = thread, stop
            thread.start()

    def _serve(self, stop: threading.Event) -> None:
        told = wakes(self._folders, stop, self._poke, self._refused)
        try:
            for keys in changes(self._watched, told):
                with self._turn:
                    if not stop.is_set():
                        self._share_out(keys)
        except Exception as error:
            self._monitor.notice(
                f"files are not followed any more: {error}; %midi follow on begins again",
                about="following",
            )

    def _watched(self) -> dict[tuple[int, Hashable], Watched]:
        return {
            (number, key): one
            for number, source in enumerate(list(self._sources))
            for key, one in source.watched().items()
        }

    def _folders(self) -> Iterable[str]:
        return [folder for one in self._watched().values() for folder in one.folders()]

    def _share_out(self, keys: Iterable[tuple[int, Hashable]]) -> None:
        mine: dict[int, list[Hashable]] = {}
        for number, key in keys:
            mine.setdefault(number, []).append(key)
        for number, some in mine.items():
            self._tell(self._sources[number], some)

    def _tell(self, source: Source, keys: Collection[Hashable]) -> None:
        try:
            source.changed(keys)
        except Exception as error:
            self._monitor.notice(
                f"what was saved is not in force: {type(error).__name__}: {error}; "
                "what was live plays on",
                about="following",
            )

    def _refused(self, error: Exception) -> None:
        self._monitor.notice(
            f"the system does not watch the files ({error}), so they are looked at once a second; "
            "on Linux fs.inotify.max_user_watches and max_user_instances say how many it watches",
            about="following",
        )
