"""Learning in a panel: a lesson that views watch, and mapping what was learned."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from midimon_live.actions import Action, mode, send
from midimon_live.actions import plugin as execute
from midimon_live.errors import InvalidValue
from midimon_live.learn import TIMEOUT_S
from midimon_live.learned import Proposal
from midimon_live.mapped import listens_for
from midimon_live.mappings import Mapping as Mapped
from midimon_live.modes import check_mode_name
from midimon_live.panels.base import one_of
from midimon_live.panels.messages import check_args
from midimon_live.spelling import Speller

if TYPE_CHECKING:
    from midimon_live.learn import Learner
    from midimon_live.panels.desk import Desk

_Number = (int, str)


class _Offer(NamedTuple):
    """An action that the panel can map: its fields, as it takes them, and what builds it."""

    fields: Mapping[str, Any]
    build: Callable[..., Action]


def _executed(plugin: str) -> Action:
    if not plugin:
        raise InvalidValue("no plugin is chosen; define an ActionPlugin in a cell, or load one")
    return execute(plugin)


OFFERS: dict[str, _Offer] = {
    "plugin": _Offer({"plugin": str}, _executed),
    "note": _Offer(
        {"note": _Number, "velocity": _Number, "channel": int, "until_release": bool},
        lambda **fields: send("note_on", **fields),
    ),
    "cc": _Offer(
        {"control": int, "value": _Number, "channel": int},
        lambda **fields: send("control_change", **fields),
    ),
    "mode": _Offer(
        {"mode": str, "while_held": bool},
        lambda **fields: mode(fields["mode"], while_held=fields["while_held"]),
    ),
}
"""What can be mapped without a line of Python, by its name in the panel."""


class Lesson:
    """The panel's last lesson.

    Args:
        desk: the panel's.
    """

    def __init__(self, desk: "Desk") -> None:
        self._session = desk.session
        self._now = desk.parts.clock.now
        self._learner: Learner | None = None
        self._until = 0.0
        self._number = 0

    def begin(self) -> None:
        """Listen; another lesson of the session ends with that."""
        self._until = self._now() + TIMEOUT_S
        self._learner = cast("Learner", self._session.learn(TIMEOUT_S, wait=False))
        self._number += 1

    def cancel(self) -> None:
        """Listen no longer; again is harmless."""
        if self._learner is not None:
            self._learner.cancel()

    @property
    def left(self) -> float:
        """For how many seconds it listens yet."""
        return max(self._until - self._now(), 0.0)

    def picture(self) -> dict[str, Any]:
        """Return what came of it so far."""
        learner = self._learner
        if learner is None:
            return {"number": 0}
        found = {"number": self._number, "listens": not learner.done, "why": learner.text}
        if learner.result is not None:
            found["heard"] = learner.result.heard
            found["choices"] = [
                {
                    "code": Speller().trigger(one.trigger),
                    "trigger": f"{listens_for(one.trigger)}{one.trigger.on_channel()}",
                    "about": one.about or "what it looks most like" * (not index),
                }
                for index, one in enumerate(self._choices(learner))
            ]
        return found

    def drafted(
        self, lesson: int, choice: int, action: str, fields: Any, where: str | None, name: str
    ) -> Mapped:
        """Return the mapping that a view wants; its number is 0, for it has none yet.

        Args:
            lesson: the number of the lesson that it is about.
            choice: which of what was proposed.
            action: one of `OFFERS`.
            fields: of the action.
            where: the mode; None is all.
            name: for people; "" is none.

        Raises:
            InvalidValue: it can not be; the text says why.
        """
        learner = self._learner
        if learner is None or learner.result is None or lesson != self._number:
            raise InvalidValue("what was learned is gone; press Learn again")
        choices = self._choices(learner)
        if not 0 <= choice < len(choices):
            raise InvalidValue(f"choice is {choice}; allowed are 0 to {len(choices) - 1}")
        offer = OFFERS[one_of(action, list(OFFERS), "action")]
        built = offer.build(**check_args(fields, offer.fields))
        mode_name = None if where is None else check_mode_name(where)
        return Mapped(0, choices[choice].trigger, built, mode_name, name)

    def _choices(self, learner: "Learner") -> list[Proposal]:
        result = learner.result
        if result is None:
            return []
        first = Proposal(result.trigger, result.python, result.toml)
        return [first, *result.alternatives]
