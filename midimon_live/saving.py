"""Saving: the file in force with what was mapped in cells, and nothing else changed."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from pathlib import Path

from midimon_live.config import Loader, MappingSpec
from midimon_live.config.tables import mapping_table
from midimon_live.config.writing import Editor, write_whole
from midimon_live.configuration import CELL, Configuration
from midimon_live.errors import InvalidValue
from midimon_live.mappings import Mapping
from midimon_live.show import Table, counted

LeftOut = tuple[Mapping, str]


class Saver:
    """Writes configurations; what it has written itself it overwrites without a backup.

    Args:
        configuration: the file in force.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._mine: set[Path] = set()

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
        text = self._base(path)
        of_cells = [one for one in mappings if not _in_file(one)]
        text, written, left_out = _with(text, of_cells, colors)
        target = path.resolve()
        try:
            kept = write_whole(target, text, backup=target not in self._mine)
        except OSError as error:
            why = error.strerror or error
            raise InvalidValue(f"{path} can not be written: {why}; nothing was changed") from None
        self._mine.add(target)
        remarks = [f"what was there is kept as {kept.name}"] if kept is not None else []
        rows = [("written", str(one), "") for one in written]
        rows += [("left out", str(one), why) for one, why in left_out]
        headings = ("", "mapping", "why") if rows else ()
        what = counted(len(written), "mapping")
        return Table(f"saved to {path}: {what} of cells", headings, rows, remarks)

    def _base(self, path: Path) -> str:
        """Return the text to start from: the file's own where it is the one in force."""
        current = self._configuration
        if current.path is not None and current.path.resolve() == path.resolve():
            loaded = Loader().load(path)
            if loaded.config is None:
                raise InvalidValue(
                    f"{path} has errors now, so nothing was written: {loaded.problems[0]}"
                )
            return loaded.text or ""
        return (current.loaded.text or "") if current.loaded is not None else ""


def _in_file(mapping: Mapping) -> bool:
    return mapping.origin is not None and mapping.origin.cell == CELL


def _with(
    text: str, mappings: Iterable[Mapping], colors: AnyMapping[str, str]
) -> tuple[str, list[Mapping], list[LeftOut]]:
    """Return the text with mappings added, or in place of the ones with the same trigger.

    Raises:
        InvalidValue: the text can not be changed so; nothing is lost.
    """
    specs = _specs(text)
    there = {_heard(one): one for one in specs if not one.all}
    expected = Counter(_key(one) for one in specs)
    editor = Editor(text)
    written: list[Mapping] = []
    left_out: list[LeftOut] = []
    for mapping in mappings:
        wanted = _spec(mapping)
        if expected[_key(wanted)]:
            continue
        old = None if wanted.all else there.get(_heard(wanted))
        try:
            table = mapping_table(
                wanted.trigger, wanted.action, name=wanted.name, all=wanted.all, port=wanted.port
            )
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
    if written:
        text = editor.text
        # whatever the file's layout, what is written has to say what was meant
        if Counter(_key(one) for one in _specs(text)) != +expected:
            raise InvalidValue(
                "the file is laid out so that mappings can not be added to it; "
                "save to another file, and nothing is lost"
            )
    return text, written, left_out


def _specs(text: str) -> tuple[MappingSpec, ...]:
    loaded = Loader().loads(text)
    return () if loaded.config is None else loaded.config.mappings


def _spec(mapping: Mapping) -> MappingSpec:
    return MappingSpec(
        mapping.trigger, mapping.action, mapping.mode, mapping.name, mapping.all, mapping.port
    )


def _heard(spec: MappingSpec) -> tuple[object, ...]:
    return spec.trigger, spec.mode, spec.port


def _key(spec: MappingSpec) -> str:
    return repr(replace(spec, path=()))
