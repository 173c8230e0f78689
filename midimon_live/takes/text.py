"""A take as text: JSON, one object a line, in the order of time; always the same for the same."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from midimon_live.errors import TakeError
from midimon_live.takes.lines import (
    EMITTED,
    FIRED,
    IN,
    KINDS,
    MODE,
    PANIC,
    SENT,
    SKIPPED,
    Line,
    spoken,
    understood,
)

FORMAT, VERSION = "midimon_live take", 1
LONGEST_S = 86_400.0
_HEADER = {
    "format": str,
    "version": int,
    "recorded": str,
    "by": str,
    "clock": str,
    "mode": str,
    "seconds": float,
}
_CLOCKS = ("", "real", "virtual")
# what a line of each kind may have besides, and of which type
_MORE: dict[str, dict[str, type]] = {
    IN: {"port": str},
    EMITTED: {"plugin": str, "values": dict},
    FIRED: {"verdict": str, "error": str},
    SENT: {"port": str, "by_hand": bool},
    MODE: {"by_hand": bool},
    PANIC: {},
    SKIPPED: {"port": str},
}
_TYPES = {str: "text", int: "a whole number", float: "a number", bool: "true", dict: "a table"}
_VIRTUAL = "Virtual"

Header = Mapping[str, Any]


def written(header: Header, lines: Iterable[Line]) -> str:
    """Return the text of a take."""
    first = {name: header[name] for name in _HEADER if header.get(name) not in (None, "")}
    seconds = f', "seconds": {first.pop("seconds"):.6f}' if "seconds" in first else ""
    head = f"{_json(first)[:-1]}{seconds}}}"
    return "".join(f"{one}\n" for one in (head, *map(_as_json, lines)))


def _as_json(line: Line) -> str:
    table: dict[str, Any] = {line.kind: line.what}
    if line.kind == IN:
        table = {IN: spoken(line.data), "port": line.port}
    elif line.kind == SENT:
        table = {SENT: spoken(line.data), "port": line.port}
    elif line.kind == EMITTED:
        table |= {"plugin": line.port, "values": dict(line.values or {})}
    elif line.kind == FIRED:
        table |= {"verdict": line.verdict} | ({"error": line.error} if line.error else {})
    elif line.kind == PANIC:
        table = {PANIC: True}
    elif line.kind == SKIPPED:
        table |= {"port": line.port}
    if line.by_hand and line.kind != PANIC:
        table["by_hand"] = True
    return f'{{"t": {line.t:.6f}, {_json(table)[1:]}'


def _json(table: Mapping[str, Any]) -> str:
    return json.dumps(table, ensure_ascii=False)


def read(text: str, name: str) -> tuple[dict[str, Any], list[Line]]:
    """Return the header and the lines of a take's text.

    Args:
        text: all of it.
        name: of the file, for errors.

    Raises:
        TakeError: it is none; file, line, what is wrong, and what to do.
    """
    header: dict[str, Any] | None = None
    lines: list[Line] = []
    for number, one in enumerate(text.split("\n"), 1):
        if not one.strip():
            continue
        try:
            table = _table(one)
            if header is None:
                header = _checked_header(table)
            else:
                lines.append(_checked_line(table, lines[-1].t if lines else 0.0))
        except _Wrong as error:
            raise TakeError(f"{name}, line {number}: {error}") from None
    if header is None:
        raise TakeError(f"{name} is empty; a take begins with a line that names its format")
    return header, lines


class _Wrong(Exception):
    """Says what is wrong with a line."""


def _table(text: str) -> dict[str, Any]:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        ends = not text.rstrip().endswith("}")
        why = "it ends in the middle" if ends else f"{error}"
        raise _Wrong(f"no JSON, {why}: {text[:40]!r}; take the line out, or mend it") from None
    if not isinstance(table, dict):
        raise _Wrong(f"found {text[:40]!r}; a line of a take is one JSON object")
    return table


def _checked_header(table: dict[str, Any]) -> dict[str, Any]:
    if table.get("format") != FORMAT:
        raise _Wrong(f'this is no take: the first line has to have "format": "{FORMAT}"')
    version = table.get("version")
    if type(version) is not int or version < 1:
        raise _Wrong(f"version is {version!r:.40}; allowed is {VERSION}")
    if version > VERSION:
        raise _Wrong(
            f"this take is of version {version}, from a newer midimon_live; this one reads "
            f"version {VERSION}: install the newer one"
        )
    _check_types(table, _HEADER)
    if (clock := table.get("clock", "")) not in _CLOCKS:
        raise _Wrong(f'clock is {clock!r:.40}; allowed are "real" and "virtual"')
    if "seconds" in table:
        table["seconds"] = _seconds(table["seconds"], "seconds")
    return table


def _checked_line(table: dict[str, Any], before: float) -> Line:
    kinds = [kind for kind in KINDS if kind in table]
    if len(kinds) != 1:
        found = f"found {', '.join(kinds)}" if kinds else f"found only {_names(table)}"
        raise _Wrong(f"{found}; a line has exactly one of {', '.join(KINDS)}")
    kind = kinds[0]
    t = _seconds(table.pop("t", None), "t")
    if t < before:
        raise _Wrong(f"t is {t:.6f}, after {before:.6f}; lines are in the order of time: move it")
    said = table.pop(kind)
    _check_types(table, _MORE[kind])
    if kind == PANIC:
        return Line(t, PANIC, by_hand=True)
    if not isinstance(said, str):
        raise _Wrong(f"{kind} is {said!r:.40}; it has to be text")
    return _MAKERS.get(kind, _plain)(t, kind, said, table)


def _message(t: float, kind: str, said: str, table: Mapping[str, Any]) -> Line:
    try:
        data = understood(said)
    except ValueError as error:
        raise _Wrong(
            f"{kind} is {said!r:.80}, which is no message ({error}); write it in mido's words, "
            "like 'note_on channel=0 note=36 velocity=100', or its bytes, like '90 24 64'"
        ) from None
    port, by_hand = table.get("port", _VIRTUAL), table.get("by_hand", False)
    return Line(t, kind, port=port, data=data, by_hand=by_hand)


def _emission(t: float, kind: str, said: str, table: Mapping[str, Any]) -> Line:
    return Line(t, kind, said, port=table.get("plugin", ""), values=table.get("values", {}))


def _plain(t: float, kind: str, said: str, table: Mapping[str, Any]) -> Line:
    return Line(t, kind, said, **table)


_MAKERS: dict[str, Callable[[float, str, str, Mapping[str, Any]], Line]] = {
    IN: _message,
    SENT: _message,
    EMITTED: _emission,
}


def _check_types(table: Mapping[str, Any], allowed: Mapping[str, type]) -> None:
    for name, value in table.items():
        wanted = allowed.get(name)
        if wanted is None:
            raise _Wrong(
                f"{name!r:.40} has no meaning here; allowed are t, {', '.join(allowed)}"
                if allowed is not _HEADER
                else f"{name!r:.40} has no meaning here; allowed are {', '.join(allowed)}"
            )
        fits = isinstance(value, (int, float) if wanted is float else wanted)
        if not fits or (isinstance(value, bool) and wanted is not bool):
            raise _Wrong(f"{name} is {value!r:.40}; it has to be {_TYPES[wanted]}")


def _seconds(value: Any, name: str) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= LONGEST_S:
        raise _Wrong(f"{name} is {value!r:.40}; allowed are 0 to {LONGEST_S:.0f} seconds")
    return round(float(value), 6)


def _names(table: Mapping[str, Any]) -> str:
    return ", ".join(f"{one!r:.40}" for one in table) or "nothing"
