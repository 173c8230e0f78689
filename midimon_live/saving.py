"""Saving: the file in force with what was mapped in cells, and nothing else changed."""

import os
import stat
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from pathlib import Path

from midimon_live.config import Loader, MappingSpec
from midimon_live.config.tables import Table as Toml
from midimon_live.config.tables import mapping_table
from midimon_live.config.writing import Editor, as_text, write_whole
from midimon_live.configuration import Configuration
from midimon_live.errors import InvalidValue
from midimon_live.mappings import Mapping
from midimon_live.report import shadowed
from midimon_live.show import Table, counted

LeftOut = tuple[Mapping, str]


class Saver:
    """Writes configurations; what it wrote itself it overwrites without a backup, nothing else.

    Args:
        configuration: the file in force.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._mine: dict[Path, tuple[str, str]] = {}  # what was written there, and from what

    def save(self, path: Path, mappings: Iterable[Mapping], colors: AnyMapping[str, str]) -> Table:
        """Write the configuration in force to a file, with the mappings of cells.

        Args:
            path: the file.
            mappings: all that are in force.
            colors: of the modes, where they have one.

        Returns:
            What was written, and what could not be.

        Raises:
            InvalidValue: it can not be written, or has errors now; nothing was changed.
        """
        target = _target(path)
        text, source = self._base(path, target)
        of_cells = [one for one in mappings if not _in_file(one)]
        loader = Loader(self._configuration.others)
        text, written, left_out = _with(loader, text, of_cells, colors)
        late = _late(loader, text)
        try:
            kept = write_whole(target, text, backup=self._is_precious(target, source))
        except OSError as error:
            why = error.strerror or error
            raise InvalidValue(f"{path} can not be written: {why}; nothing was changed") from None
        self._mine[target] = text, source
        remarks = [f"what was there is kept as {kept.name}"] if kept is not None else []
        rows = [("written", str(one), late.get(_key(_spec(one)), "")) for one in written]
        rows += [("left out", str(one), why) for one, why in left_out]
        headings = ("", "mapping", "why") if rows else ()
        what = counted(len(written), "mapping")
        return Table(f"saved to {path}: {what} of cells", headings, rows, remarks)

    def _base(self, path: Path, target: Path) -> tuple[str, str]:
        """Return the text to start from, and its name: the file's own where it is in force."""
        current = self._configuration
        if current.path is not None and _real(current.path) == target and target.exists():
            loaded = Loader(self._configuration.others).load(path)
            if loaded.config is None:
                raise InvalidValue(
                    f"{path} has errors now, so nothing was written: {loaded.problems[0]}"
                )
            return loaded.text or "", str(target)
        if current.loaded is None:
            return "", ""
        source = current.loaded.file if current.path is None else str(_real(current.path))
        return current.loaded.text or "", source

    def _is_precious(self, target: Path, source: str) -> bool:
        """Tell whether what is in a file has to be kept beside it."""
        if target not in self._mine:
            return True
        written, before = self._mine[target]
        if source == str(target):  # it goes on from what is there
            return False
        try:
            there = target.read_bytes().decode().replace("\r\n", "\n")
        except (OSError, ValueError):
            return True
        return there != written or before not in (source, str(target))


def as_toml(mapping: Mapping, color: str | None = None) -> str:
    """Return the text of a configuration that holds one mapping, and nothing else.

    Args:
        mapping: which.
        color: of its mode, or None.

    Raises:
        InvalidValue: it can not be written, as one to a function; the text says why.
    """
    return as_text(mapping.mode, _writable(_spec(mapping)), color)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _target(path: Path) -> Path:
    """Return the file to write, links followed; raises InvalidValue where there can be none."""
    try:
        target = _real(path)
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InvalidValue(f"{path} can not be written: {why}; nothing was changed") from None
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a device or pipe"
        raise InvalidValue(f"{path} is {what}, no file; give another path; nothing was changed")
    return target


def _in_file(mapping: Mapping) -> bool:
    return mapping.of_file


def _with(
    loader: Loader, text: str, mappings: Iterable[Mapping], colors: AnyMapping[str, str]
) -> tuple[str, list[Mapping], list[LeftOut]]:
    """Return the text with mappings added, or in place of the ones with the same trigger."""
    mappings = list(mappings)
    done = _changed(loader, text, mappings, colors)
    if done is not None:
        return done
    # one of them does not go there: the others do
    written: list[Mapping] = []
    left_out: list[LeftOut] = []
    for mapping in mappings:
        done = _changed(loader, text, [mapping], colors)
        if done is None:
            left_out.append((mapping, "the file has no place for it; write it there by hand"))
            continue
        text = done[0]
        written += done[1]
        left_out += done[2]
    return text, written, left_out


def _changed(
    loader: Loader, text: str, mappings: Iterable[Mapping], colors: AnyMapping[str, str]
) -> tuple[str, list[Mapping], list[LeftOut]] | None:
    """Return the text with these mappings, or None where it would not say what is meant."""
    specs = _specs(loader, text)
    there = {_heard(one): one for one in reversed(specs) if not one.all}  # the first one fires
    expected = Counter(_key(one) for one in specs)
    editor = Editor(text)
    written: list[Mapping] = []
    left_out: list[LeftOut] = []
    for mapping in mappings:
        wanted = _spec(mapping)
        if expected[_key(wanted)]:
            continue
        old = None if wanted.all else there.get(_heard(wanted))
        if old is not None and not wanted.name:
            wanted = replace(wanted, name=old.name)
        try:
            table = _writable(wanted)
            if old is None:
                editor.add(wanted.mode, table, colors.get(wanted.mode or ""))
            else:
                editor.replace(old.path, table)
        except InvalidValue as error:
            left_out.append((mapping, str(error)))
            continue
        expected[_key(wanted)] += 1
        if old is not None:
            expected[_key(old)] -= 1
        written.append(mapping)
    if not written:
        return text, written, left_out
    # whatever the file's layout, what is written has to say what was meant
    found = Counter(_key(one) for one in _specs(loader, editor.text))
    return (editor.text, written, left_out) if found == +expected else None


def _writable(spec: MappingSpec) -> Toml:
    """Return a mapping as plain data that TOML has words for."""
    import tomlkit
    from tomlkit.exceptions import ConvertError

    table = mapping_table(spec.trigger, spec.action, name=spec.name, all=spec.all, port=spec.port)
    try:
        tomlkit.item(table)
    except ConvertError as error:
        raise InvalidValue(f"{spec.action} can not be written as TOML: {error}") from None
    return table


def _late(loader: Loader, text: str) -> dict[str, str]:
    """Return which mappings of a file others always take the turn of, though no cell's does."""
    specs = _specs(loader, text)
    at = {spec.path: _key(spec) for spec in specs}
    return {
        at[one.path]: f"there it never fires, {one.text.partition(': ')[2]}: move it up"
        for one in shadowed(specs)
    }


def _specs(loader: Loader, text: str) -> tuple[MappingSpec, ...]:
    loaded = loader.loads(text)
    return () if loaded.config is None else loaded.config.mappings


def _spec(mapping: Mapping) -> MappingSpec:
    return MappingSpec(
        mapping.trigger, mapping.action, mapping.mode, mapping.name, mapping.all, mapping.port
    )


def _heard(spec: MappingSpec) -> tuple[object, ...]:
    return spec.trigger, spec.mode, spec.port


def _key(spec: MappingSpec) -> str:
    return repr(replace(spec, path=()))
