"""What learning proposes: a trigger, and the line of Python and the block of TOML that say it.

All three are made from one row of `KINDS` and one set of fields, so they can not disagree.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from midimon_live.show import Table
from midimon_live.triggers import TRIGGERS, Trigger


class Kind(NamedTuple):
    """How a trigger is written.

    Attributes:
        type: its type in TOML.
        subject: the builder's argument that is given without its name; "" where there is none.
        key: what that is called in TOML.
    """

    type: str
    subject: str = ""
    key: str = ""


KINDS: dict[str, Kind] = {
    "note": Kind("Note", "note", "note"),
    "velocity_range": Kind("VelocityRange", "note", "note"),
    "release": Kind("Release", "note", "note"),
    "long_press": Kind("LongPress", "note", "note"),
    "double_tap": Kind("DoubleTap", "note", "note"),
    "chord": Kind("NoteChord", "notes", "notes"),
    "cc": Kind("CC", "control", "cc"),
    "encoder": Kind("EncoderTurn", "control", "cc"),
    "aftertouch": Kind("Aftertouch"),
    "poly_aftertouch": Kind("PolyAftertouch", "note", "note"),
    "pitch_bend": Kind("PitchBend"),
    "program": Kind("Program", "program", "program"),
}
_TOML_WORDS = {"clockwise": "Clockwise", "counterclockwise": "CounterClockwise"}

# needs no desktop, and the built-in port leads nowhere
_PLACEHOLDER = (
    'type = "SendMidi"',
    'port = "Virtual"',
    'message_type = "CC"',
    "channel = 0",
    "controller = 119",
    "value = 127",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A trigger that was meant, before it is built.

    Attributes:
        kind: its builder's name.
        fields: the builder's arguments by name, in the order they are written.
        about: when to choose it, in words.
    """

    kind: str
    fields: dict[str, Any]
    about: str = ""

    def but(self, about: str, **fields: Any) -> "Choice":
        """Return the same with other fields; those that are None go."""
        merged = {**self.fields, **fields}
        kept = {name: value for name, value in merged.items() if value is not None}
        return Choice(self.kind, kept, about)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A trigger, and how it is written.

    Attributes:
        trigger: as the builder made it: `midi.map(proposal.trigger, action)` works.
        python: the line that maps it; `...` stands for the action.
        toml: the mapping for a configuration, with a harmless action in its place.
        about: when to choose it.
    """

    trigger: Trigger
    python: str
    toml: str
    about: str = ""

    @classmethod
    def of(cls, choice: Choice) -> "Proposal":
        """Build the trigger and write it down.

        Raises:
            InvalidValue: the builder refused.
        """
        row = KINDS[choice.kind]
        named = {name: value for name, value in choice.fields.items() if name != row.subject}
        given = choice.fields.get(row.subject, ())
        subject = list(given) if isinstance(given, Sequence) else [given]
        trigger = TRIGGERS[choice.kind](*subject, **named)
        words = [*map(json.dumps, subject), *(f"{k}={json.dumps(v)}" for k, v in named.items())]
        python = f"midi.map({choice.kind}({', '.join(words)}), ...)"
        return cls(trigger, python, _toml(row, choice.fields, str(trigger)), choice.about)


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned; shown in a notebook it gives the lines to copy.

    Attributes:
        trigger: as the builder made it: `midi.map(learned.trigger, action)` works.
        python: the line that maps it; `...` stands for the action.
        toml: the mapping for a configuration, with a harmless action in its place.
        heard: what was played, in words.
        alternatives: what else it may have been meant to be.
    """

    trigger: Trigger
    python: str
    toml: str
    heard: str
    alternatives: tuple[Proposal, ...] = field(default=())

    @classmethod
    def of(cls, heard: str, first: Choice, *others: Choice) -> "Learned":
        """Build it from what was meant first of all, and what else it may have been."""
        anywhere = first.but("on any channel", channel=None)
        made = Proposal.of(first)
        rest = tuple(map(Proposal.of, (*others, anywhere)))
        return cls(made.trigger, made.python, made.toml, heard, rest)

    def _table(self) -> Table:
        lines = [line for line in self.toml.splitlines() if line]
        rows = [("Python", self.python), ("TOML", lines[0])]
        rows += [("", line) for line in lines[1:]]
        rows += [(f"or, {one.about}", one.python) for one in self.alternatives]
        return Table(f"heard: {self.heard}", ("", ""), rows)

    def __repr__(self) -> str:
        return repr(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()


class NothingLearned(Table):
    """Why nothing was learned, in words; counts as false."""

    def __init__(self, text: str) -> None:
        super().__init__(text, (), ())

    def __bool__(self) -> bool:
        return False


def _toml(row: Kind, fields: dict[str, Any], description: str) -> str:
    trigger = [f"type = {json.dumps(row.type)}"]
    for name, value in fields.items():
        written = _TOML_WORDS.get(value, value) if isinstance(value, str) else value
        trigger.append(f"{row.key if name == row.subject else name} = {json.dumps(written)}")
    blocks = (
        ("[[global_mappings]]", f"description = {json.dumps(description)}"),
        ("[global_mappings.trigger]", *trigger),
        ("[global_mappings.action]", *_PLACEHOLDER),
    )
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"
