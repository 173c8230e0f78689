"""Which plugins there are: folders with a `plugin.toml`, and installed packages. None of them runs.

Places are looked at in a fixed order: folders as given, in each by name; then entry points of the
group `midimon_live`, by name. The first plugin of a name is kept. Whatever is wrong with one of
them is noted, and the rest is found all the same.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

from midimon_live.config.problems import ERROR, WARNING, Problem, Report, plain
from midimon_live.config.text import read_text
from midimon_live.errors import DiscoveryError, DuplicatePlugin, ManifestError, PluginNotFound
from midimon_live.plugin.folders import FILE
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.plugin.folders.manifest import Manifest, read_manifest

GROUP = "midimon_live"


class FoundAs(Enum):
    """What a plugin is, before it is loaded."""

    FOLDER = "folder"
    PACKAGE = "package"
    ENTRY_POINT = "entry point"


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin that could be loaded.

    Attributes:
        name: the manifest's; for a class in a package, the entry point's.
        kind: FOLDER, or PACKAGE (an installed folder): both have a manifest and are loaded with
            `loader.load(found.bundle())`; ENTRY_POINT: a class, for `loader.load_entry_point`.
        folder: where its files are; None for an entry point.
        manifest: as it was when it was found; what is loaded has its own.
        entry_point: how a package offers it; None for a folder.
        version: free text; "" where nobody says.
    """

    name: str
    kind: FoundAs
    folder: Path | None = None
    manifest: Manifest | None = None
    entry_point: EntryPoint | None = None
    version: str = ""

    @property
    def place(self) -> str:
        """Where it is, in words."""
        if self.folder is not None:
            return str(self.folder)
        point = self.entry_point
        package = getattr(getattr(point, "dist", None), "name", "") or "a package"
        return f"{package} ({point.value})" if point is not None else self.name

    def bundle(self) -> Bundle:
        """Read its files.

        Raises:
            LoadError: they can not be read, or hold what they may not.
            DiscoveryError: it is a class, and has no files of its own.
        """
        if self.folder is None:
            raise DiscoveryError(self.name, f"{self.place} is a class; it has no folder")
        return Bundle.read(self.folder)


@dataclass(frozen=True, slots=True)
class Discovered:
    """What was found.

    Attributes:
        found: name → plugin, in the order of discovery.
        problems: all there is to say about the others, and warnings, in the same order.
        errors: those of them that kept a plugin out, as exceptions; `plugin` is the folder's or
            entry point's name, and for a duplicate the plugin's.
    """

    found: dict[str, Found]
    problems: list[Problem]
    errors: list[DiscoveryError]

    def require(self, name: str) -> Found:
        """Return the plugin of that name.

        Raises:
            DiscoveryError: there is one, and it has errors: a `ManifestError` has all of them.
            PluginNotFound: there is none.
        """
        if name in self.found:
            return self.found[name]
        for error in self.errors:
            if error.plugin == name:
                raise error
        known = ", ".join(sorted(self.found)) or "none"
        raise PluginNotFound(name, f"no such plugin was found; there are: {known}")


def midimon_home() -> Path:
    """Return where this user's MIDIMon files are: `$MIDIMON_HOME`, or `~/.midimon`."""
    return Path(os.environ.get("MIDIMON_HOME") or "~/.midimon").expanduser().absolute()


def plugins_folder() -> Path:
    """Return `plugins` in there. What is missing of both is created, for the user alone.

    Raises:
        OSError: it can not be created.
    """
    folder = midimon_home() / "plugins"
    for one in (folder.parent, folder):
        if not one.is_dir():
            one.parent.mkdir(parents=True, exist_ok=True)
            one.mkdir(mode=0o700, exist_ok=True)
    return folder


def discover(
    folders: Iterable[Path | str] | None = None,
    entry_points: Iterable[EntryPoint] | None = None,
) -> Discovered:
    """Look for plugins. Nothing of them is run; raises nothing. Any thread may call.

    Args:
        folders: whose direct sub-folders are looked at; `plugins_folder()` without.
        entry_points: what packages offer; those that are installed without.
    """
    search = _Search()
    if folders is None:
        try:
            folders = [plugins_folder()]
        except (OSError, RuntimeError) as error:
            place = os.environ.get("MIDIMON_HOME") or "~/.midimon"
            search.refuse("plugins", f"{place}/plugins", _said(error))
            folders = []
    for folder in folders:
        search.folder(Path(folder))
    for point in search.installed() if entry_points is None else _in_order(entry_points):
        search.entry_point(point)
    return Discovered(search.found, search.problems, search.errors)


class _Search:
    """One discovery under way."""

    def __init__(self) -> None:
        self.found: dict[str, Found] = {}
        self.problems: list[Problem] = []
        self.errors: list[DiscoveryError] = []

    def folder(self, folder: Path) -> None:
        """Look at each of a folder's sub-folders."""
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda one: one.name)
        except (OSError, ValueError) as error:
            self.refuse(folder.name, str(folder), _said(error))
            return
        for entry in inside:
            if not entry.name.startswith(".") and entry.name != "__pycache__":
                self._entry(entry)

    def installed(self) -> list[EntryPoint]:
        """Return what the packages of this Python offer."""
        try:
            return _in_order(metadata.entry_points(group=GROUP))
        except Exception as error:  # whatever a broken installation raises
            self.refuse("packages", "installed packages", _said(error))
            return []

    def entry_point(self, point: EntryPoint) -> None:
        """Look at what a package offers, without importing it."""
        place = f"entry point {point.name} = {point.value}"
        try:
            kind, folder = _located(point)
        except Exception as error:  # a finder of somebody else's, or a value that is none
            self.refuse(point.name, place, _said(error))
            return
        if folder is not None:
            self._manifest(folder, FoundAs.PACKAGE, point)
            return
        why = not_a_name(point.name) if kind == "class" else kind
        if why:
            self.refuse(point.name, place, why)
            return
        version = getattr(getattr(point, "dist", None), "version", "") or ""
        self._add(Found(point.name, FoundAs.ENTRY_POINT, entry_point=point, version=version))

    def refuse(self, name: str, place: str, why: str) -> None:
        """Note that what is there can not be a plugin."""
        self._say(ERROR, place, why)
        self.errors.append(DiscoveryError(plain(name), plain(f"{place}: {why}")))

    def _entry(self, entry: os.DirEntry[str]) -> None:
        """Look at what may be a plugin's folder."""
        try:
            mode = entry.stat().st_mode
        except (OSError, ValueError) as error:
            link = isinstance(error, FileNotFoundError) and entry.is_symlink()
            why = "it is a link to what is not there; remove it" if link else _said(error)
            self.refuse(entry.name, entry.path, why)
            return
        if stat.S_ISDIR(mode):
            self._manifest(Path(entry.path), FoundAs.FOLDER, None)
        else:
            self._say(WARNING, entry.path, f"it is no folder; a plugin is one, with a {FILE} in it")

    def _manifest(self, folder: Path, kind: FoundAs, point: EntryPoint | None) -> None:
        path = folder / FILE
        if _is_missing(path):
            self._say(WARNING, str(folder), f"it has no {FILE}, so it is no plugin; add one")
            return
        report = Report()
        text = read_text(path, report)
        if text is None:
            self.refuse(folder.name, str(path), report.findings[0].text)
            return
        manifest, problems = read_manifest(text, str(path))
        self.problems += problems
        if manifest is None:
            self.errors.append(ManifestError(folder.name, problems))
            return
        self._add(Found(manifest.name, kind, folder, manifest, point, manifest.version))

    def _add(self, new: Found) -> None:
        first = self.found.setdefault(new.name, new)
        if first is not new:
            error = DuplicatePlugin(new.name, plain(first.place), plain(new.place))
            self.errors.append(error)
            self._say(ERROR, new.place, str(error))

    def _say(self, severity: str, place: str, text: str) -> None:
        self.problems.append(Problem(severity, plain(place), 0, 0, "", plain(text)))


def _in_order(points: Iterable[EntryPoint]) -> list[EntryPoint]:
    return sorted(points, key=lambda one: (one.name, one.value))


def _said(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such folder"
    if isinstance(error, NotADirectoryError):
        return "it is a file; a folder of plugins is needed here"
    if isinstance(error, PermissionError):
        return "it may not be read; see to its permissions"
    return f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"


def _is_missing(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return True
    except (OSError, ValueError):  # reading it will say what is wrong
        return False
    return False


def not_a_name(name: str) -> str:
    """Return why a plugin can not be called that: it becomes a part of paths; or ""."""
    from midimon_live.plugin.folders.manifest_models import name_of

    try:
        name_of(name)
    except ValueError as error:
        return str(error)
    return ""


def _located(point: EntryPoint) -> tuple[str, Path | None]:
    """Return "class", or why it is nothing; and the folder of a package that has a manifest."""
    if point.attr:
        top = find_spec(point.module.partition(".")[0])
        return ("class" if top is not None else f"no module is called {point.module}"), None
    for folder in _package_folders(point.module):
        if (folder / FILE).exists():
            return "", folder
    return f"it names a module without {FILE}; name a class, as {point.module}:Blink", None


def _package_folders(module: str) -> Iterator[Path]:
    """Yield where a package is, without importing it or those around it."""
    top, *inner = module.split(".")
    spec = find_spec(top)
    for place in (spec.submodule_search_locations if spec is not None else None) or ():
        yield Path(place, *inner)
