"""Recording and replaying, as a session offers it."""

import threading
from collections.abc import Callable
from contextlib import suppress
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

from midimon_live.assembly import Assembly
from midimon_live.clock import ManualClock
from midimon_live.errors import InvalidValue, MidimonError, TakeError
from midimon_live.events import NOTE_ON
from midimon_live.takes.cut import Cut, latest, made
from midimon_live.takes.replay import Player, Replay, check_speed
from midimon_live.takes.take import Take, checked_path, taken
from midimon_live.takes.tape import Item
from midimon_live.timing import Timing

LATELY_S = 600.0
_LARGEST = 500_000  # lines: hours of playing, below what a take's file may have
_SETTLE_S = 0.5


class Recording:
    """What is being recorded. Any thread may call; `with` stops it at the end.

    Attributes:
        path: where it is saved when it is stopped; None is nowhere.
        take: what was recorded; None until it is stopped.
    """

    def __init__(self, stage: "Takes", path: Path | None) -> None:
        self._stage = stage
        self._items: list[Item] = []
        self._lock = threading.Lock()
        self._finish: Callable[[list[Item]], Take] = stage.begin_recording(self)
        self.path = path
        self.take: Take | None = None

    def put(self, item: Item) -> None:
        """Take an item from the tape."""
        self._items.append(item)
        if len(self._items) == _LARGEST:
            self._stage.full(self)

    def stop(self) -> Take:
        """Stop it, and save it where that was asked for; again returns the same take.

        Raises:
            TakeError: it could not be saved; `take` has it.
        """
        with self._lock:
            first = self.take is None
            if self.take is None:
                self._stage.end_recording(self)
                self.take = self._finish(self._items)
                self._items = []
        if first and self.path is not None:
            self.take.save(self.path)
        return self.take

    def save(self, path: str | PathLike[str]) -> None:
        """Stop it if it still runs, and save it, as `Take.save` does; raises TakeError."""
        file = checked_path(path)
        if self.take is None:
            self.path = file
            self.stop()
        else:
            self.take.save(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        """Say what it holds so far."""
        if self.take is not None:
            return repr(self.take)
        where = f" into {self.path}" if self.path is not None else ""
        return f"<Recording{where}: {len(self._items)} lines so far>"


class Takes(Timing):
    """What a session does with takes. Any thread may call anything, unless said."""

    panic: Callable[[], list[str]]

    def use_tape(self, parts: Assembly) -> None:
        """Be ready to record and to replay."""
        self._tape = parts.tape
        self._surface = parts.surface
        self._clock = parts.clock
        self._play_timers = parts.timers
        self._recordings: list[Recording] = []
        self._replays: list[Replay] = []
        self._clock_name = "virtual" if isinstance(parts.clock, ManualClock) else "real"

    def record(self, path: str | PathLike[str] | None = None) -> Recording:
        """Begin to record what is played and what comes of it, until `stop()`.

        Several may run at once. What is held when it begins is left out: its releases are not in
        the take, nor what comes of actions that are under way.

        Args:
            path: save it there at the end, as .jsonl or .mid; a file of that name is replaced then.

        Returns:
            The recording, with `stop()`, `save(path)`, `take`; `with` stops it at the end.

        Raises:
            TakeError: it could not be saved there.
        """
        self._check_open()
        return Recording(self, None if path is None else checked_path(path))

    @property
    def recording(self) -> Recording | None:
        """The recording that was begun last and runs still, or None."""
        return self._recordings[-1] if self._recordings else None

    def take(self, seconds: float = LATELY_S) -> Take:
        """Return what was played lately, whether or not anything was recording.

        Args:
            seconds: how far back, above 0, up to 600; at most the last 65,536 things that happened.

        Raises:
            InvalidValue: `seconds` is not that.
        """
        number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if not number or not 0 < seconds <= LATELY_S:
            raise InvalidValue(f"seconds is {seconds!r:.40}; allowed are above 0, up to 600")
        self._settle_for_take()
        now = self._clock.now()
        return latest(
            self._tape.items(),
            now - seconds,
            now,
            mode=self._modes.name,
            clock=self._clock_name,
            epoch_ms=self._clock.epoch_ms,
        )

    def replay(
        self,
        take: Take | str | PathLike[str],
        *,
        speed: float = 1.0,
        wait: bool = True,
        port: str | None = None,
    ) -> Replay:
        """Play the inputs of a take again, each at its moment, as if they came from their ports.

        What plugins emitted is not played: they emit again. `panic` cancels it, Ctrl-C too.

        Args:
            take: or the path of one.
            speed: how many times as fast, 0.01 to 100.
            wait: False returns at once.
            port: from which port all of it comes; None is from where it came.

        Returns:
            The replay, with `done`, `cancel()` and `wait()`.

        Raises:
            TakeError: there is no such take.
            InvalidValue: `speed` or `port` can not be.
            MidimonError: it would wait inside a handler, or without a thread that handles events.
        """
        self._check_open()
        chosen, speed = taken(take), check_speed(speed)
        if wait and (self.running.here() or not self._pump.rings_meanwhile()):
            raise MidimonError("replay() would wait for itself here; say wait=False")
        self._enter_mode_of(chosen)
        player = self.player(port)
        began = self._clock.now()
        replay = Replay(chosen.inputs, player, self._play_timers, began, speed, self._over)
        self._replays.append(replay)
        replay.start()
        if wait:
            replay.wait()
            self._settle_for_take()
        return replay

    def player(self, port: str | None = None) -> Player:
        """Return what plays lines of a take; raises InvalidValue for a port that can not be one."""
        if port is not None and (not isinstance(port, str) or not port):
            raise InvalidValue(f"port is {port!r:.40}; allowed is a port's name, or None")
        return Player(
            self._pump,
            lambda mode: self._as_person(lambda: self._enter_mode(mode)),
            lambda: self._as_person(self._panic_in_replay),
            port,
        )

    def end_replays(self) -> None:
        """Cancel what is replayed, since somebody presses the panic button."""
        self._tape.panicked()
        for replay in list(self._replays):
            replay.cancel()

    def close_takes(self) -> None:
        """End replays and recordings; those with a path are saved. Again is harmless."""
        for replay in list(self._replays):
            replay.cancel()
        for recording in list(self._recordings):
            try:
                recording.stop()
            except TakeError as error:
                self._monitor.notice(f"recording: {error}")

    def begin_recording(self, recording: Recording) -> Callable[[list[Item]], Take]:
        """Let a recording have what happens from now on; returns what makes a take of that."""
        self._settle_for_take()
        began, mode = self._clock.now(), self._modes.name
        held = [place for place in list(self._surface.pressed) if place[1] >> 11 == NOTE_ON]
        self._recordings.append(recording)
        self._tape.listen(recording.put)

        def finish(items: list[Item]) -> Take:
            seconds = self._clock.now() - began
            epoch_ms = self._clock.epoch_ms(began)
            cut = Cut(began, held).add(items)
            return made(cut, seconds, mode=mode, clock=self._clock_name, epoch_ms=epoch_ms)

        return finish

    def end_recording(self, recording: Recording) -> None:
        """Let it have no more."""
        self._settle_for_take()
        self._tape.leave(recording.put)
        if recording in self._recordings:
            self._recordings.remove(recording)

    def full(self, recording: Recording) -> None:
        """Take no more into a recording that has become too long."""
        self._tape.leave(recording.put)
        self._monitor.notice(
            f"a recording has {_LARGEST:,} lines, which is all it may have; stop it to save it"
        )

    def _settle_for_take(self) -> None:
        """Let what was just played be in it; in a handler there is nothing to wait for."""
        with suppress(MidimonError):
            self._pump.settle(_SETTLE_S)

    def _over(self, replay: Replay) -> None:
        with suppress(ValueError):
            self._replays.remove(replay)

    def _enter_mode_of(self, take: Take) -> None:
        if take.mode and take.mode != self._modes.name:
            self._enter_mode(take.mode)

    def _enter_mode(self, mode: str) -> None:
        if mode in self._modes.table.modes:
            self._modes.change(mode)
        else:
            self._monitor.notice(f"replay: no mode is called {mode!r:.80}; it goes on without")

    def _as_person(self, deed: Callable[[], object]) -> None:
        self._tape.person = True
        try:
            deed()
        finally:
            self._tape.person = False

    def _panic_in_replay(self) -> None:
        kept, self._replays = self._replays, []  # its own panic does not end a replay
        try:
            self.panic()
        finally:
            self._replays = kept + self._replays
