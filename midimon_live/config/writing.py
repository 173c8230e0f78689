"""Into a file: mappings added or replaced, and the rest left as it is; atomic, with a backup."""

import shutil
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from midimon_live.atomic import replace_content
from midimon_live.config import aliases
from midimon_live.config.tables import Table
from midimon_live.errors import InvalidValue

_WIDEST = 90


class Editor:
    """Changes mappings in a file's text and leaves the rest as it is, comments and order too.

    Args:
        text: TOML that has been loaded.
    """

    def __init__(self, text: str) -> None:
        import tomlkit

        self._document: Any = tomlkit.parse(text)

    @property
    def text(self) -> str:
        """The text as it is now."""
        import tomlkit

        return tomlkit.dumps(self._document)

    def add(self, mode: str | None, table: Table, color: str | None = None) -> None:
        """Add a mapping at the end of its mode.

        Args:
            mode: its mode, made if there is none; None is global.
            table: the mapping.
            color: of a mode that is made.

        Raises:
            InvalidValue: the modes are laid out so that this can not be done.
        """
        import tomlkit

        around = self._document if mode is None else _mode_table(self._document, mode, color)
        key = "global_mappings" if mode is None else "mappings"
        # an empty document is false, and has room all the same
        found = None if around is None else _list(around, key)
        if isinstance(found, tomlkit.items.AoT):
            found.append(_table(table))
            found[-1].add(tomlkit.nl())
        elif isinstance(found, tomlkit.items.Array):
            found.append(tomlkit.value(_line(table)))
        else:
            where = "it" if mode is None else f"mode {mode!r}"
            raise InvalidValue(f"the file is laid out so that nothing can be added to {where}")

    def replace(self, path: Sequence[str | int], table: Table) -> None:
        """Give the mapping at `path` another description and action; comments stay."""
        mapping = self._document
        for key in path:
            mapping = mapping[key]
        for key in ("description", "all"):
            if key in mapping and key not in table:
                del mapping[key]
        for key in [key for key in table if key != "trigger"]:
            _update(mapping, key, table[key])


def _update(table: Any, key: str, value: Any) -> None:
    """Set a key; of a table that is there only what differs, so that its comments stay."""
    import tomlkit

    old = table.get(key)
    if old == value:
        return
    if isinstance(value, dict) and isinstance(old, dict):
        for gone in [one for one in old if one not in value]:
            del old[gone]
        last = list(old)[-1:]
        for one, inner in value.items():
            if one in old or not last or not isinstance(old, tomlkit.items.Table):
                _update(old, one, inner)
            else:  # before the comments at its end, which belong to what follows
                old.value._insert_after(last[0], one, _value(inner))  # noqa: SLF001
            last = [one] if one not in last else last
        return
    inline = isinstance(table, tomlkit.items.InlineTable)
    table[key] = tomlkit.value(_line(value)) if inline else _value(value)


def _mode_table(document: Any, name: str, color: str | None) -> Any:
    """Return the table of a mode, made if there is none; None where none can be."""
    import tomlkit

    modes = _list(document, "modes")
    if isinstance(modes, tomlkit.items.Table):
        inner = modes.get(name)
        return inner if isinstance(inner, tomlkit.items.Table) else None
    if not isinstance(modes, tomlkit.items.AoT):
        return None
    for one in modes:
        if one.get("name") == name:
            return one
    mode = tomlkit.table()
    mode["name"] = name
    if color is not None:
        mode["color"] = color
    mode.add(tomlkit.nl())
    modes.append(mode)
    return modes[-1]


def _list(table: Any, key: str) -> Any:
    """Return what holds the mappings or modes, by any of its names; made if there is none."""
    import tomlkit

    others = {**aliases.SECTIONS, **aliases.MODE} if key != "global_mappings" else aliases.SECTIONS
    for word in (key, *(old for old, new in others.items() if new == key)):
        if word in table:
            found = table[word]
            around = isinstance(found, tomlkit.items.Table) and "mappings" in found
            return found["mappings"] if around and key != "modes" else found
    table[key] = tomlkit.aot()
    return table[key]


def _table(values: Table) -> Any:
    import tomlkit

    found = tomlkit.table()
    for key, value in values.items():
        found[key] = _value(value)
    return found


def _value(value: Any) -> Any:
    """Return a value as it is written: a table on one line, if that is not too long."""
    import tomlkit

    if isinstance(value, dict) and len(_line(value)) > _WIDEST:
        return _table(value)
    return tomlkit.value(_line(value))


def _line(value: Any) -> str:
    """Return a value as TOML on one line; only a list of tables takes one for each."""
    import tomlkit

    if isinstance(value, dict):
        inner = ", ".join(f"{tomlkit.key(key).as_string()} = {_line(value[key])}" for key in value)
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return "[\n" + "".join(f"    {_line(one)},\n" for one in value) + "]"
    if isinstance(value, list):
        return f"[{', '.join(map(_line, value))}]"
    return str(tomlkit.item(value).as_string())


def as_text(mode: str | None, table: Table, color: str | None = None) -> str:
    """Return the text of a file that holds one mapping, and nothing else; as for `Editor.add`."""
    editor = Editor("")
    editor.add(mode, table, color)
    return editor.text.strip() + "\n"


def write_whole(target: Path, text: str, *, backup: bool) -> Path | None:
    """Replace a file's content at one stroke, or leave it as it is.

    Args:
        target: the file, its links followed. Its line ends are kept.
        text: its new content.
        backup: keep what was there, beside it.

    Returns:
        The backup that was made.

    Raises:
        OSError: it could not be written; nothing was changed.
    """
    before = target.read_bytes() if target.exists() else None
    content = text.encode()
    if before is not None and b"\r\n" in before:
        content = content.replace(b"\n", b"\r\n")
    if content == before:
        return None
    kept = _backup(target) if backup and before is not None else None
    mode = 0o644 if before is None else stat.S_IMODE(target.stat().st_mode)
    replace_content(target, content, mode=mode)
    return kept


def _backup(path: Path) -> Path:
    number = 0
    while True:
        kept = path.with_name(f"{path.name}.bak{number or ''}")
        if not kept.exists():
            shutil.copy2(path, kept)
            return kept
        number += 1
