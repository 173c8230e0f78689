"""A session as text: what has to be done so that what was live is live again; never grants.

It comes back from browsers and files, so all of it is checked, and none of it is run by reading.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from midimon_live.errors import InvalidValue
from midimon_live.mappings import DEFAULT_MODE
from midimon_live.modes import check_color, check_mode_name

FORMAT = "midimon_live session"
VERSION = 1
LARGEST = 200_000
MOST_CELLS = 500
_MOST_MODES = 200
_LONGEST_NAME = 1_000


@dataclass(frozen=True, slots=True)
class KeptCell:
    """A cell.

    Attributes:
        id: the front end's, by which a later run of it takes its place; "" is none.
        number: which execution it was, for people: "3" of "In [3]"; "" is unknown.
        text: as it stands in the notebook.
    """

    id: str
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What has to be done so that what was live is live again.

    Attributes:
        session: tells this session from all others.
        cells: in the order they were run.
        lines: mappings that no cell has made, as Python.
        mode: the active one.
        modes: all of them, with their colours or None.
        output: where messages go that name no port.
        config: the configuration file in force; "" is none.
        plugins: those that were loaded from folders and packages.
        progress: of the learner.
        about: how much it is, for people: numbers by "mappings" and "plugins".
    """

    session: str = ""
    cells: tuple[KeptCell, ...] = ()
    lines: tuple[str, ...] = ()
    mode: str = DEFAULT_MODE
    modes: Mapping[str, str | None] = field(default_factory=dict)
    output: str = ""
    config: str = ""
    plugins: tuple[str, ...] = ()
    progress: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, int] = field(default_factory=dict)

    def packed(self) -> bytes:
        """Return it as JSON.

        Raises:
            InvalidValue: it is larger than 200,000 bytes, or has more than 500 cells.
        """
        data = {
            "format": FORMAT,
            "version": VERSION,
            "session": self.session,
            "about": dict(self.about),
            "cells": [{"id": one.id, "number": one.number, "text": one.text} for one in self.cells],
            "lines": list(self.lines),
            "mode": self.mode,
            "modes": dict(self.modes),
            "output": self.output,
            "config": self.config,
            "plugins": list(self.plugins),
            "progress": dict(self.progress),
        }
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        packed = text.encode("utf-8", "replace")
        if len(packed) > LARGEST or len(self.cells) > MOST_CELLS:
            raise InvalidValue(
                f"this session is {len(self.cells)} cells, {len(packed):,} bytes; a snapshot holds "
                f"{MOST_CELLS} and {LARGEST:,}: put what is long into a module or a plugin's folder"
            )
        return packed


def read(packed: bytes) -> Snapshot:
    """Return a snapshot from its JSON.

    Raises:
        InvalidValue: it is none, of another version, too large, or broken; the text says what.
    """
    if len(packed) > LARGEST:
        raise InvalidValue(f"this is no snapshot: it has {len(packed):,} bytes, of {LARGEST:,}")
    try:
        data = json.loads(packed)
    except (ValueError, RecursionError):
        raise InvalidValue("this is no snapshot: it is not JSON") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InvalidValue(f"this is no snapshot: it lacks 'format': {FORMAT!r}")
    if data.get("version") != VERSION:
        raise InvalidValue(
            f"this snapshot is of version {data.get('version')!r:.20}; this midimon_live reads "
            f"{VERSION}: use the one that made it, or run the cells of the notebook"
        )
    return Snapshot(
        session=_text(data, "session"),
        cells=tuple(map(_cell, _list(data, "cells", MOST_CELLS))),
        lines=tuple(_one_text("lines", one, LARGEST) for one in _list(data, "lines", LARGEST)),
        mode=_mode("mode", data.get("mode", DEFAULT_MODE)),
        modes=_modes(_table(data, "modes")),
        output=_text(data, "output"),
        config=_text(data, "config"),
        plugins=tuple(_one_text("plugins", one) for one in _list(data, "plugins", MOST_CELLS)),
        progress=_table(data, "progress"),
        about={key: one for key, one in _table(data, "about").items() if type(one) is int},
    )


def _cell(cell: Any) -> KeptCell:
    if not isinstance(cell, dict):
        raise InvalidValue(f"a cell of the snapshot is {cell!r:.60}; expected is a table")
    text = _one_text("text", cell.get("text"), LARGEST)
    return KeptCell(_text(cell, "id"), _text(cell, "number"), text)


def _modes(modes: Mapping[str, Any]) -> dict[str, str | None]:
    if len(modes) > _MOST_MODES:
        raise InvalidValue(f"the snapshot has {len(modes)} modes; {_MOST_MODES} are the most")
    return {_mode("modes", name): _color(name, color) for name, color in modes.items()}


def _mode(where: str, name: Any) -> str:
    try:
        return check_mode_name(name)
    except InvalidValue as error:
        raise InvalidValue(f"{where} of the snapshot: {error}") from None


def _color(mode: str, color: Any) -> str | None:
    try:
        return check_color(color)
    except InvalidValue as error:
        raise InvalidValue(f"modes of the snapshot, {mode!r:.80}: {error}") from None


def _text(data: Mapping[str, Any], name: str) -> str:
    return _one_text(name, data.get(name, ""))


def _one_text(name: str, value: Any, longest: int = _LONGEST_NAME) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise InvalidValue(
            f"{name} of the snapshot is {value!r:.60}; expected is text, to {longest} characters"
        )
    return value


def _list(data: Mapping[str, Any], name: str, most: int) -> list[Any]:
    value = data.get(name, [])
    if not isinstance(value, list) or len(value) > most:
        raise InvalidValue(f"{name} of the snapshot is {value!r:.60}; expected is a list to {most}")
    return value


def _table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise InvalidValue(f"{name} of the snapshot is {value!r:.60}; expected is a table")
    return value
