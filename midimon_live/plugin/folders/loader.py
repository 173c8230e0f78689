"""From a plugin's files to its class, with everything that an import can do wrong.

An import that raises, exits, hangs or replaces builtins ends in a `LoadError` that names file and
line, leaves none of the plugin's modules behind, and leaves a version that was loaded before as it
was. Two things can not be helped in this process: `os._exit` ends it, and a C call that never
returns keeps a thread that is not the main one.

An absolute `import helper` does not find the plugin's own helper.py: it would have to be found by
everybody's imports. The error says to write `from . import helper`.
"""

import builtins
import inspect
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

from midimon_live.errors import InvalidPlugin, LoadError
from midimon_live.plugin.api import ActionPlugin, Plugin, TriggerPlugin
from midimon_live.plugin.deadlines import OutOfTime, within
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.plugin.folders.imports import LOCK, Home
from midimon_live.plugin.folders.manifest import Manifest
from midimon_live.show import as_text

DEADLINE_S = 10.0
BASES: Mapping[str, type[Any]] = {"action": ActionPlugin, "trigger": TriggerPlugin}
"""The base class of each `type` that a manifest may have."""
_BUILTINS = builtins.__dict__


@dataclass(frozen=True, eq=False)
class LoadedPlugin:
    """A plugin whose file has been imported. It is not built or initialised.

    Attributes:
        plugin: its class.
        module: the module of its file.
        bundle: the files, and their digest.
        manifest: what they say of themselves.
        verified: whether there was a checksum to hold the file against.
    """

    plugin: type[Any]
    module: ModuleType
    bundle: Bundle
    manifest: Manifest
    verified: bool
    _home: Home = field(repr=False)

    @property
    def package(self) -> str:
        """What its package is called in `sys.modules` now: an older version has "@" in it."""
        return self._home.package

    def unload(self) -> None:
        """Take its modules out of `sys.modules`; who has them keeps them. Any thread; again too."""
        with LOCK:
            self._home.leave()


def load(
    bundle: Bundle, manifest: Manifest | None = None, *, deadline_s: float = DEADLINE_S
) -> LoadedPlugin:
    """Verify a plugin, and import its file anew. Any thread may call; one load at a time runs.

    Args:
        bundle: its files.
        manifest: what they say; read from the bundle without.
        deadline_s: for how long the import may run, in seconds.

    Raises:
        ManifestError: the bundle's manifest has errors.
        ChecksumMismatch: its file is not the one that the manifest speaks of.
        InvalidPlugin: there is no such file, or it has no plugin class, or more than one.
        LoadError: the import failed; the cause is chained.
    """
    manifest = bundle.manifest() if manifest is None else manifest
    verified = bundle.verify(manifest)
    base = _base(manifest)
    home = Home(bundle, manifest.name)
    name = home.module_name(manifest.binary)
    if home.find(name) != (manifest.binary, manifest.binary.endswith("__init__.py")):
        raise InvalidPlugin(
            manifest.name,
            f"{manifest.binary} and the folder beside it are one module; rename one of them",
        )
    with LOCK, home.taking_over():
        module = _guarded(manifest.name, partial(import_module, name), deadline_s, home)
        try:
            plugin = _class_in(module, manifest, base)
        except InvalidPlugin:
            raise
        except Exception as error:  # a metaclass may do anything
            raise InvalidPlugin(manifest.name, _why(error, home, deadline_s)) from error
    return LoadedPlugin(plugin, module, bundle, manifest, verified, home)


def load_entry_point(
    name: str, entry_point: EntryPoint, *, deadline_s: float = DEADLINE_S
) -> type[Any]:
    """Import the class that an installed package offers, as any import: once in a process.

    Args:
        name: the plugin's, for errors.
        entry_point: where it is.
        deadline_s: for how long the import may run, in seconds.

    Raises:
        InvalidPlugin: it is no plugin class.
        LoadError: the import failed; the cause is chained.
    """
    with LOCK:
        found = _guarded(name, entry_point.load, deadline_s, None)
    return _checked(name, found, Plugin, entry_point.value)


def _base(manifest: Manifest) -> type[Any]:
    if manifest.type not in BASES:
        known = " and ".join(BASES)
        raise InvalidPlugin(
            manifest.name, f"its type is {manifest.type}; what can be loaded here is {known}"
        )
    return BASES[manifest.type]


def _guarded(name: str, function: Callable[[], Any], deadline_s: float, home: Home | None) -> Any:
    """Run an import, and raise `LoadError` whatever it does."""
    before = dict(_BUILTINS)
    replaced: list[str] = []

    def run() -> Any:
        try:
            return function()
        finally:
            # at once: what comes next relies on them
            replaced.extend(_put_back(before))

    try:
        try:
            result = within(deadline_s, run)
        finally:
            replaced += _put_back(before)
    except BaseException as error:
        too = f"; it also replaces {_names(replaced)}, which was put back" if replaced else ""
        raise LoadError(name, _why(error, home, deadline_s) + too) from error
    if replaced:
        raise LoadError(
            name,
            f"its import replaces what every program uses ({_names(replaced)}); that was put back, "
            "and it is not loaded: give your own function another name",
        )
    return result


def _names(words: list[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _put_back(before: dict[str, Any]) -> list[str]:
    """Undo what was done to builtins; new names stay. Uses none of them itself."""
    replaced = [
        name
        for name, value in before.items()
        # "_" is the last result in an interactive shell
        if name != "_" and _BUILTINS.get(name, before) is not value
    ]
    for name in replaced:
        _BUILTINS[name] = before[name]
    return replaced


def _why(error: BaseException, home: Home | None, deadline_s: float) -> str:
    """Return what went wrong in an import, with file and line."""
    files = {} if home is None else home.files
    places = [
        f"{files[frame.f_code.co_filename]}, line {line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename in files
    ]
    where = places[-1] if places else ""
    if isinstance(error, SyntaxError) and error.filename in files:
        where = f"{files[error.filename]}, line {error.lineno or 0}"
    at = f" ({where})" if where else ""
    if isinstance(error, OutOfTime):
        took = f"its import had not ended after {deadline_s:g} s{at}"
        return f"{took}; do in `initialize` or `execute` what takes long"
    if isinstance(error, SystemExit):
        return f"its import ends the program{at}; take sys.exit out of it"
    if isinstance(error, KeyboardInterrupt):
        return f"its import was interrupted{at}"
    return f"its import failed: {_said(error)}{at}{_relative_hint(error, home)}"


def _said(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # their own __str__
        text = "no text, for that raised as well"
    return as_text(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def _relative_hint(error: BaseException, home: Home | None) -> str:
    """Return what to write for an absolute import of one of the plugin's own files, or ""."""
    if home is None or not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    word = error.name.partition(".")[0]
    own = {part for path in home.bundle.files for part in path.removesuffix(".py").split("/")}
    return f"; that is a file of its own: write `from . import {word}`" if word in own else ""


def _class_in(module: ModuleType, manifest: Manifest, base: type[Any]) -> type[Any]:
    """Return the plugin class that a module is there for."""
    if not isinstance(module, ModuleType):
        raise InvalidPlugin(manifest.name, f"{manifest.binary} puts something else in its place")
    where = manifest.binary
    if manifest.entry_point:
        found = getattr(module, manifest.entry_point, None)
        if found is None:
            raise InvalidPlugin(
                manifest.name, f"its manifest names {manifest.entry_point}, which {where} has not"
            )
        return _checked(manifest.name, found, base, f"{manifest.entry_point} in {where}")
    classes = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, base) and one.__module__ == module.__name__
    ]
    classes = [one for one in dict.fromkeys(classes) if not getattr(one, "abstract", False)]
    whole = [one for one in classes if not inspect.isabstract(one)] or classes
    if len(whole) != 1:
        names = ", ".join(one.__name__ for one in whole)
        what = f"defines {names}; name one of them as entry_point" if whole else "defines none"
        raise InvalidPlugin(manifest.name, f"one {base.__name__} is needed, and {where} {what}")
    return _checked(manifest.name, whole[0], base, f"{whole[0].__name__} in {where}")


def _checked(name: str, found: Any, base: type[Any], what: str) -> type[Any]:
    """Return a class that can be built; refuse everything else."""
    if not (isinstance(found, type) and issubclass(found, base)):
        raise InvalidPlugin(name, f"{what} is no {base.__name__}; derive it from that")
    missing = sorted(getattr(found, "__abstractmethods__", ()))
    if missing or getattr(found, "abstract", False):
        why = f"has no {', '.join(missing)}" if missing else "says of itself that it is abstract"
        raise InvalidPlugin(name, f"{what} {why}")
    return found
