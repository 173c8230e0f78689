"""One export: what a plugin needs, whether it works without its notebook, and its files."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

from midimon_live.capabilities import Capability
from midimon_live.clock import ManualClock
from midimon_live.errors import DiscoveryError, ExportError, InvalidValue, LoadError
from midimon_live.mappings import Mapping as Mapped
from midimon_live.monitor import Trace
from midimon_live.plugin.api import Plugin, TriggerPlugin, snake_case
from midimon_live.plugin.export import files
from midimon_live.plugin.export.differences import differences
from midimon_live.plugin.export.gather import Gathered, gather
from midimon_live.plugin.export.imported import needed
from midimon_live.plugin.export.played import Played, last_played
from midimon_live.plugin.export.trial import Trial, tried
from midimon_live.plugin.folders import FILE
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.plugin.folders.loader import load
from midimon_live.plugin.folders.scaffold import check_name, put_folder
from midimon_live.plugin.info import PluginInfo
from midimon_live.plugin.version import Definition, Kind
from midimon_live.scopes import scopes_of
from midimon_live.show import Table, as_text, counted, printable

NamePlace = Callable[[str, int], str]
_FOR_MIDI = frozenset({Capability.MIDI})


class Exported(Table):
    """What was written, and what to do next.

    Attributes:
        folder: the plugin's folder.
    """

    def __init__(self, name: str, folder: Path, rows: list[Any], remarks: list[str]) -> None:
        self.folder = folder
        super().__init__(f"{name} is exported to {folder}", ("", ""), rows, remarks)


class Exporter:
    """Writes the folder of one plugin.

    Args:
        definition: of the plugin; of a cell, or of a program that has a session.
        info: what is known of it.
        name_place: turns file and line into words such as "In [3], line 7".
        aside: returns a session of its own on a manual clock, to try the plugin in.
    """

    def __init__(
        self,
        definition: Definition,
        info: PluginInfo,
        name_place: NamePlace,
        aside: Callable[[ManualClock], Any],
    ) -> None:
        self._definition = definition
        self._info = info
        self._name_place = name_place
        self._aside = aside
        self._problems: list[str] = []
        self._remarks: list[str] = []

    def played(self, traces: Sequence[Trace], mappings: Iterable[Mapped]) -> Played:
        """Return what the test is to play: what was played last."""
        return last_played(self._definition.name, traces, mappings)

    def write(
        self, parent: Path, played: Played, *, overwrite: bool, found_there: bool
    ) -> Exported:
        """Write the folder, whole or not at all.

        Args:
            parent: where.
            played: what the test is to play.
            overwrite: whether one that is there may be replaced, whatever it is.
            found_there: whether that is the folder of plugins.

        Raises:
            ExportError: it uses what no file can have.
            InvalidValue: the folder is there already, or can not be written.
        """
        about = self._about
        gathered = self._gathered()
        folder = parent / about.name
        there = self._check_there(folder, overwrite=overwrite)
        code, entry = files.plugin_text(about, gathered)
        manifest = files.manifest_text(about, entry, files.as_bytes(code))
        texts = {FILE: manifest, files.CODE: code}
        cls, trial = self._tried(texts, folder, played, gathered)
        needs = needed(gathered.modules)
        test = files.name_of_test(about.name)
        texts = {
            FILE: manifest,
            files.CODE: code,
            files.README: files.readme_text(about, gathered, code, played, needs),
            test: files.text_of_test(about, played, trial, cls),
        }
        put_folder(folder, files.sealed(texts), replace=there)
        return self._answer(folder, gathered, needs, trial, found_there=found_there)

    def _check_there(self, folder: Path, *, overwrite: bool) -> bool:
        """Return whether there is a folder that may be replaced; raises InvalidValue."""
        if not (folder.exists() or folder.is_symlink()):
            return False
        if not folder.is_dir() or folder.is_symlink():
            raise InvalidValue(f"{folder} is there already, and no folder; choose another place")
        if overwrite:
            return True
        try:
            if files.is_untouched(Bundle.read(folder), self._about.name):
                return True
        except (DiscoveryError, LoadError):
            pass
        raise InvalidValue(
            f"{folder} is there already, and was changed since it was exported, or never was; "
            f"to replace its plugin.py and the other files of an export: "
            f"%midi export {self._about.name} --overwrite"
        )

    @cached_property
    def _source(self) -> Any:
        """The class or function that is exported."""
        source = self._definition.source
        return type(source) if isinstance(source, Plugin) else source

    @cached_property
    def _about(self) -> files.About:
        definition, info, source = self._definition, self._info, self._definition.source
        is_function = definition.kind is Kind.FUNCTION
        name = snake_case(definition.name.removesuffix("()")) if is_function else definition.name
        try:
            check_name(name)
        except InvalidValue as error:
            how = "rename the function" if is_function else 'say name = "..." in the class'
            problems = [f"{error}; {how}, and run its cell again"]
            raise ExportError(definition.name, problems) from None
        kind = "trigger" if issubclass(self._plugin_class, TriggerPlugin) else "action"
        declared = getattr(source, "capabilities", _FOR_MIDI)
        declared = sorted(map(str, info.scopes)) if isinstance(declared, property) else declared
        reasons = getattr(source, "reasons", None)
        return files.About(
            name=name,
            version=info.version or "0.1.0",
            description=printable(" ".join(info.description.split()))[:1_000],
            type="function" if is_function else kind,
            capabilities=declared,
            reasons=reasons if isinstance(reasons, dict) else {},
            timeout=_number(getattr(source, "timeout", None)),
            rate=_number(getattr(source, "rate", None)),
            place=definition.origin.label if definition.origin is not None else "",
        )

    @property
    def _plugin_class(self) -> type:
        return self._source if isinstance(self._source, type) else Plugin

    def _gathered(self) -> Gathered:
        """Return all that goes into the file; raises ExportError where something can not."""
        name, source = self._definition.name, self._source
        if not isinstance(source, (type, FunctionType)):
            kind = type(source).__name__
            raise ExportError(name, [f"it is a {kind}; write a function with `def`, or a class"])
        if source.__name__ == "<lambda>":
            raise ExportError(name, ["it is a lambda, which has no name; write it with `def`"])
        gathered = gather(source, self._name_place)
        self._problems += gathered.problems
        self._remarks += gathered.remarks
        if isinstance(source, type):
            self._check_arguments(source)
        if self._problems:
            raise ExportError(name, list(dict.fromkeys(self._problems)))
        return gathered

    def _check_arguments(self, cls: type) -> None:
        """Say what a folder's plugin is not given: the arguments that it was made with here."""
        try:
            parameters = list(inspect.signature(cls).parameters.values())
        except (TypeError, ValueError):
            return
        given = {}
        for one in parameters:
            if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
                continue
            if one.default is one.empty:
                self._problems.append(
                    f"its __init__ takes {one.name}, and a folder's plugin is made without "
                    "arguments; give it a default, or take it as a parameter of the mapping"
                )
            elif isinstance(self._definition.source, Plugin):
                found = vars(self._definition.source).get(one.name, one.default)
                if found is not one.default and found != one.default:
                    given[one.name] = f"{one.name}={found!r:.60}"
        if given:
            self._remarks.append(
                f"here it was made with {', '.join(given.values())}; the folder's is made with the "
                "defaults: change those in plugin.py, or take them from params"
            )

    def _tried(
        self, texts: dict[str, str], folder: Path, played: Played, gathered: Gathered
    ) -> tuple[Any, Trial | None]:
        """Load the files as a folder, and play to the plugin where that can do no harm.

        Returns:
            The class, and what came of it: None where the test can only load it.

        Raises:
            ExportError: it can not be loaded, or lacks what was set after its cell.
        """
        bundle = Bundle(folder, {path: files.as_bytes(text) for path, text in texts.items()})
        asked = {one.capability for one in scopes_of(self._about.capabilities)}
        if not asked <= _FOR_MIDI:
            what = "its test loads it and plays nothing, since it may reach more than MIDI"
            self._remarks.append(what)
            return self._loaded(bundle, None, gathered)
        (cls, first), (_, second) = (self._loaded(bundle, played, gathered) for _ in range(2))
        why = ""
        if first is not None and first.error:
            why = f"played to without the notebook it ends with {as_text(first.error)}"
        elif first != second:
            why = "it does something else each time"
        if not why:
            return cls, first
        self._remarks.append(f"its test only loads it: {why}")
        return cls, None

    def _loaded(
        self, bundle: Bundle, played: Played | None, gathered: Gathered
    ) -> tuple[Any, Trial | None]:
        """Load the files anew, and play to the plugin; without `played`, only load it."""
        name = self._about.name
        try:
            manifest = bundle.manifest()
            loaded = load(bundle, replace(manifest, name=f"{name}-export"))
        except (DiscoveryError, LoadError) as error:
            what = str(error).replace(f"{name}-export", name)
            problems = [f"its folder could not be loaded: {what}"]
            raise ExportError(self._definition.name, problems) from error
        try:
            cls = loaded.plugin
            problems, remarks = differences(
                gathered.copied, [one.text for one in gathered.pieces], vars(loaded.module)
            )
            if problems:
                raise ExportError(self._definition.name, problems)
            self._remarks += remarks
            return cls, None if played is None else tried(self._aside, name, cls, played)
        finally:
            loaded.unload()

    def _answer(
        self,
        folder: Path,
        gathered: Gathered,
        needs: tuple[list[str], list[str]],
        trial: Trial | None,
        *,
        found_there: bool,
    ) -> Exported:
        about = self._about
        packages, own = needs
        rows = [
            (FILE, ", ".join(about.declared()) or "no capabilities"),
            (files.CODE, _contents(gathered)),
            (files.README, ""),
            (files.name_of_test(about.name), _tested(trial)),
        ]
        remarks = list(dict.fromkeys(self._remarks))
        remarks += [f"needs {one}" for one in packages]
        remarks += [f"imports {one}, which is not part of the folder" for one in own]
        return Exported(
            about.name, folder, rows, [*remarks, *self._next(folder, found_there=found_there)]
        )

    def _next(self, folder: Path, *, found_there: bool) -> list[str]:
        about = self._about
        where = f" in {about.place}" if about.place else ""
        lines = [] if found_there else [f"copy {folder} into the folder of plugins to load it"]
        if about.type == "function":
            line = f'midi.map(..., plugin("{about.name}"))'
            return [*lines, f"next: %midi load {about.name}, and map it: {line}"]
        line = f"next: %midi load {about.name}, which takes the place of the one{where}"
        return [*lines, f"{line}; running that cell again would bring that back"]


def _number(value: Any) -> float | None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number else None


def _contents(gathered: Gathered) -> str:
    return ", ".join(one.name for one in gathered.pieces)


def _tested(trial: Trial | None) -> str:
    if trial is None:
        return "loads it"
    if trial.heard:
        return f"it makes {', '.join(trial.heard)}"[:80]
    executions, sent = counted(trial.executions, "execution"), counted(len(trial.sent), "message")
    return f"{executions}, {sent} sent"
