"""What the benchmarks do inside the kernel; their cells import it there.

The tap sits where events leave the driver's queue: it notes what `poll` of the rtmidi backend's
input returned, before midimon_live does anything with it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, process_time, thread_time
from typing import Any

tapped: list[str] = []
handled: list[tuple[Any, ...]] = []
swaps: list[tuple[float, float, float]] = []
mark = 0.0


def tap() -> None:
    """Note from now on what rtmidi's inputs deliver; again is harmless."""
    from midimon_live.backends.rtmidi import RtMidiInput

    original = RtMidiInput.poll
    if hasattr(original, "tapped"):
        return

    def poll(port: RtMidiInput) -> Any:
        got = original(port)
        if got:
            tapped.extend(one.data.hex() for one in got)
        return got

    poll.tapped = True  # type: ignore[attr-defined]
    RtMidiInput.poll = poll  # type: ignore[method-assign]


def handle(context: Any, *more: Any) -> bytes:
    """Note that a handler got an event, first of all when; returns the event's bytes."""
    now = perf_counter()
    data = bytes((0xB0 | context.channel, context.control, context.value))
    on_main = threading.current_thread() is threading.main_thread()
    handled.append((now, data.hex(), on_main, *more))
    return data


def taken() -> dict[str, Any]:
    """Return what was noted since the last time, and forget it."""
    noted = {"tapped": tapped[:], "handled": handled[:], "swaps": swaps[:]}
    for one in (tapped, handled, swaps):
        del one[:]  # type: ignore[attr-defined]
    return noted


def time_swaps(pump: Any) -> None:
    """Note of each swap: when it ended, seconds until events were held, seconds they were held."""
    between_events = pump.between_events

    @contextmanager
    def timed() -> Iterator[None]:
        asked = perf_counter()
        with between_events():
            begun = perf_counter()
            yield
            ended = perf_counter()
        swaps.append((ended, begun - asked, ended - begun))

    pump.between_events = timed


def hold_count(seconds: float) -> int:
    """Return the n for which `sum(range(n))`, one C call, takes about that long here."""
    probe = 1_000_000
    best = min(_seconds_for(probe) for _ in range(5))
    return round(probe * seconds / best)


def work(count: int) -> float:
    """Do a fixed amount of pure Python and return the seconds it took."""
    started = perf_counter()
    value = 0
    for step in range(count):
        value = (value * 31 + step) % 1_000_003
    return perf_counter() - started


def timed_work(count: int) -> tuple[float, float]:
    """Do `work` and return its seconds and those of processor time that other threads took."""
    before = process_time() - thread_time()
    return work(count), process_time() - thread_time() - before


def work_count(seconds: float) -> int:
    """Return the amount of `work` that takes about that long here."""
    probe = 200_000
    return round(probe * seconds / min(work(probe) for _ in range(5)))


def _seconds_for(count: int) -> float:
    started = perf_counter()
    sum(range(count))
    return perf_counter() - started
