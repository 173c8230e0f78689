"""Which gesture a player has made: one machine decides for every press of a note, once.

A press is a single, a tap of a double, a long press, a member of a chord, or the end of a sequence,
and exactly one of these. It is decided as soon as it can be: at once where nothing longer is mapped
to the note. Moments are those of the events; the machine never sleeps, it asks to be woken.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from heapq import heappop, heappush
from itertools import count, pairwise
from typing import Any, Protocol

from midimon_live.events import MidiEvent
from midimon_live.mappings import ChordPlan, Mapping, NotePlan
from midimon_live.surface import WAITING, Press, Surface
from midimon_live.timers import NEVER, Timer, Timers
from midimon_live.triggers import SequenceOf

_REMEMBERED = 32  # the longest sequence
_PLAIN = NotePlan((), ())


class Firing(Protocol):
    """What the machine asks of the engine."""

    def fire(self, press: Press, mappings: Iterable[Mapping], held: float | None) -> bool:
        """Fire the first of `mappings` that accepts the press; tell whether the search is over."""

    def fire_release(self, press: Press) -> None:
        """Fire what is mapped to the release of a press."""


class _Together:
    """A chord that is complete and waits for a bigger one."""

    __slots__ = ("mappings", "members", "over", "press")

    def __init__(self, press: Press, mappings: list[ChordPlan], members: Sequence[Press]) -> None:
        self.press = press
        self.mappings = mappings
        self.members = members
        self.over = False


class _Channel:
    """The presses of one channel of one port that may become chords, and the last ones of all."""

    __slots__ = ("last", "open", "together")

    def __init__(self) -> None:
        self.open: dict[int, Press] = {}
        self.together: list[_Together] = []
        self.last: deque[tuple[int, float]] = deque(maxlen=_REMEMBERED)


class Gestures:
    """The machine. The consumer that holds the baton calls.

    Args:
        surface: knows what is held.
        timers: wake it.
        now: tells the moment.

    Attributes:
        engine: fires what was decided.
        slack: how long after its moment the end of a wait is believed, in seconds: events that
            arrived before it may still be on their way.
        next_due: the moment of the next decision, in monotonic seconds.
        waiting: the presses that are not decided, by (port, `control_key`).
    """

    engine: Firing

    def __init__(self, surface: Surface, timers: Timers, now: Callable[[], float]) -> None:
        self._surface = surface
        self._timers = timers
        self._now = now
        self.waiting: dict[tuple[str, int], Press] = {}
        self._channels: defaultdict[tuple[str, int], _Channel] = defaultdict(_Channel)
        self._wakes: list[tuple[float, int, Callable[[Any, float], None], Any]] = []
        self._ticket = count()
        self._timer: Timer | None = None
        self._rings_at = NEVER
        self.slack = 0.0
        self.next_due = NEVER

    def plugins(self) -> set[str]:
        """Return the names of the plugins that open presses, and releases to come, may execute."""
        presses = [*list(self._surface.pressed.values()), *list(self.waiting.values())]
        plans = [plan for press in presses for plan in press.plans()]
        return {name for plan in plans for one in plan.mappings for name in one.plugins}

    def press(self, press: Press) -> None:
        """Take in a press of a note that may become more than one gesture."""
        moment = press.event.time
        plan = press.plan.notes or _PLAIN
        channel = self._channel_of(press)
        before = self.waiting.get(_place(press))
        if before is not None:
            self._play_with(before, channel, moment)
            before = self.waiting.get(_place(press))
        press.watched = True
        press.chord_until = moment + plan.chord_s
        press.double_until = moment + plan.double_s
        press.longs = list(plan.longs)
        press.fired_long = press.holds = False
        if self._ends_sequence(press, plan, channel):
            if before is not None:
                self._decide_single(before)
            self._decide(press, "sequence")
            return
        if before is not None and self._is_second_tap(before, press):
            return
        if plan.eager:
            press.holds = self.engine.fire(press, plan.eager, None)
        self.waiting[_place(press)] = press
        if plan.chords:
            channel.open[press.note] = press
            if len(channel.open) > 1:
                self._find_chords(press, plan, channel)
        self._advance(press, moment)

    def release(self, press: Press, event: MidiEvent) -> None:
        """Take in the release of a press; what it fires waits until the press is decided."""
        self._play_with(press, self._channel_of(press), event.time)
        self.leave(press)
        press.released = event
        if press.outcome is not WAITING:
            self.engine.fire_release(press)
            return
        press.chord_until = min(press.chord_until, event.time)
        self._advance(press, event.time)

    def forget(self, press: Press) -> None:
        """Let a press come to nothing, as "all notes off" asks."""
        self.leave(press)
        if press.outcome is WAITING:
            self._decide(press, "cancelled")

    def leave(self, press: Press) -> None:
        """Take a press that is over out of chords to come: it is not down any more."""
        channel = self._channel_of(press)
        if channel.open.get(press.note) is press:
            del channel.open[press.note]

    def catch_up(self, moment: float) -> None:
        """Decide what has to be by `moment`, in order."""
        while self._wakes and self._wakes[0][0] <= moment:
            due, _, decide, what = heappop(self._wakes)
            decide(what, due)
        self._plan_next()

    def _advance(self, press: Press, moment: float) -> None:
        """Decide a press if it can be at `moment`, else ask to be woken."""
        if press.outcome is not WAITING:
            return
        if press.chord_until > moment:
            self._wake(press.chord_until, self._advance, press)
            return
        self._play_with(press, self._channel_of(press), moment)
        self._fire_longs(press, moment)
        if press.outcome is not WAITING:
            return
        ends = [press.double_until] if press.double_until > moment else []
        if press.released is None and press.longs:
            ends.append(press.event.time + press.longs[0][0])
        if ends:
            self._wake(min(ends), self._advance, press)
        else:
            self._decide_single(press)

    def _fire_longs(self, press: Press, moment: float) -> None:
        while press.released is None and press.longs:
            seconds = press.longs[0][0]
            if press.event.time + seconds > moment:
                return
            same = [one for length, one in press.longs if length == seconds]
            press.longs = press.longs[len(same) :]
            press.fired_long = True
            if self.engine.fire(press, same, seconds) or not press.longs:
                self._decide(press, "long press")
                return

    def _decide_single(self, press: Press) -> None:
        if press.fired_long:
            self._decide(press, "long press")
            return
        plan = press.plan.notes
        press.outcome = "single"
        if not press.holds:
            self.engine.fire(press, press.plan.tests if plan is None else plan.singles, None)
        self._decide(press, "single")

    def _decide(self, press: Press, outcome: str) -> None:
        press.outcome = outcome
        if self.waiting.get(_place(press)) is press:
            del self.waiting[_place(press)]
        if not _passes(press):
            self.leave(press)
        if press.released is not None:
            self.engine.fire_release(press)

    def _is_second_tap(self, first: Press, press: Press) -> bool:
        gap = press.event.time - first.event.time
        doubles = () if first.plan.notes is None else first.plan.notes.doubles
        fitting = [one for seconds, one in doubles if gap < seconds]
        if first.fired_long or not fitting:
            self._decide_single(first)
            return False
        self._decide(first, "first tap")
        press.outcome = "double tap"
        self.engine.fire(press, fitting, None)
        return True

    def _ends_sequence(self, press: Press, plan: NotePlan, channel: _Channel) -> bool:
        """Fire the sequence that ends with this press; tell whether the press belongs to it."""
        if not press.lookup.sequences:
            return False
        channel.last.append((press.note, press.event.time))
        played = list(channel.last) if plan.sequences else []
        ended = [pair for pair in plan.sequences if _is_played(pair[1], played)]
        if not ended:
            return False
        if self.engine.fire(press, [one for one, _ in ended], None):
            channel.last.clear()  # else a longer one may still end with a later press
        return not all(trigger.pass_through for _, trigger in ended)

    def _find_chords(self, press: Press, plan: NotePlan, channel: _Channel) -> None:
        """Fire the biggest chord that this press completes, unless a bigger one may still come."""
        complete = [one for one in plan.chords if self._is_complete(one, press, channel)]
        if not complete:
            return
        biggest = max(len(one.trigger.notes) for one in complete)
        chosen = [one for one in complete if len(one.trigger.notes) == biggest]
        notes = set(chosen[0].trigger.notes)
        chosen = [one for one in chosen if set(one.trigger.notes) == notes]
        members = [channel.open[number] for number in chosen[0].trigger.notes]
        together = _Together(press, chosen, members)
        first = min(member.event.time for member in members)
        moment = press.event.time
        ends = [first + bigger.timeout_ms / 1000 for bigger in chosen[0].bigger]
        until = max(ends, default=moment)
        if until <= moment:
            self._play(together, moment)
            return
        channel.together.append(together)
        if not _all_pass(chosen):
            for member in members:
                member.chord_until = max(member.chord_until, until)
        self._wake(until, self._play, together)

    def _is_complete(self, plan: ChordPlan, press: Press, channel: _Channel) -> bool:
        moment, notes = press.event.time, plan.trigger.notes
        members = [channel.open[number] for number in notes if number in channel.open]
        times = [one.event.time for one in members]
        if len(times) < len(notes) or moment - min(times) >= plan.timeout:
            return False
        if not plan.trigger.pass_through:
            for one in members:
                waits = one is press or (one.outcome is WAITING and one.chord_until > moment)
                if not (waits and _knows(one, plan)):
                    return False
        if plan.trigger.match == "ordered" and times != sorted(times):
            return False
        return plan.trigger.match == "superset" or not self._others(press, plan)

    def _others(self, press: Press, plan: ChordPlan) -> bool:
        """Tell whether another note was pressed at about the same time and is down."""
        return any(
            other.note not in plan.trigger.notes
            and press.event.time - other.event.time < plan.timeout
            for other in self._surface.on_channel(press.event.port, press.event.data[0] & 0xF)
        )

    def _play(self, together: _Together, moment: float) -> None:
        """Fire a chord, unless it became part of a bigger one."""
        del moment
        if together.over:
            return
        together.over = True
        for member in together.members:
            member.completed_by = together.press
        channel = self._channel_of(together.press)
        channel.together = [one for one in channel.together if one is not together]
        for other in channel.together:
            other.over = other.over or set(other.members) <= set(together.members)
        channel.together = [one for one in channel.together if not one.over]
        if not _all_pass(together.mappings):
            for member in together.members:
                member.outcome = "chord"
        self.engine.fire(together.press, [one.mapping for one in together.mappings], None)
        if not _all_pass(together.mappings):
            for member in together.members:
                self._decide(member, "chord")

    def _play_with(self, press: Press, channel: _Channel, moment: float) -> None:
        """Fire the complete chords that a press belongs to; there is nothing to wait for now."""
        for together in [one for one in channel.together if press in one.members]:
            self._play(together, moment)

    def _channel_of(self, press: Press) -> _Channel:
        return self._channels[press.event.port, press.event.data[0] & 0xF]

    def _wake(self, due: float, decide: Callable[[Any, float], None], what: Any) -> None:
        heappush(self._wakes, (due, next(self._ticket), decide, what))
        self._plan_next()

    def _plan_next(self) -> None:
        """Keep one timer, which may ring too early but never too late."""
        self.next_due = due = self._wakes[0][0] if self._wakes else NEVER
        if due < self._rings_at:
            if self._timer is not None:
                self._timer.cancel()
            self._rings_at = due
            self._timer = self._timers.schedule(due + self.slack, partial(self._ring, due))

    def _ring(self, due: float) -> None:
        self._timer, self._rings_at = None, NEVER
        self.catch_up(max(due, self._now() - self.slack))


def _place(press: Press) -> tuple[str, int]:
    return press.event.port, press.key


def _is_played(wanted: SequenceOf, played: Sequence[tuple[int, float]]) -> bool:
    """Tell whether the last presses are those of a sequence, close enough."""
    length = len(wanted.notes)
    if len(played) < length or played[-2][0] != wanted.notes[-2]:
        return False
    played = played[-length:]
    if tuple(note for note, _ in played) != wanted.notes:
        return False
    gap = wanted.gap_ms / 1000
    return all(later - earlier < gap for (_, earlier), (_, later) in pairwise(played))


def _passes(press: Press) -> bool:
    plan = press.plan.notes
    return plan is not None and any(one.trigger.pass_through for one in plan.chords)


def _all_pass(mappings: Sequence[ChordPlan]) -> bool:
    return all(one.trigger.pass_through for one in mappings)


def _knows(press: Press, plan: ChordPlan) -> bool:
    """Tell whether the chord was mapped when this note was pressed."""
    known = press.plan.notes
    return known is not None and any(_is_same(one.mapping, plan.mapping) for one in known.chords)


def _is_same(one: Mapping, other: Mapping) -> bool:
    """Tell whether both are the same gesture, also where its file was loaded again meanwhile."""
    return (one.trigger, one.mode, one.port) == (other.trigger, other.mode, other.port)
