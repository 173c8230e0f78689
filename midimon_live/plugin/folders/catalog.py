"""The plugins that were found in folders and packages, and how one is brought into memory."""

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from midimon_live.errors import DiscoveryError, InvalidPlugin, LoadError, PluginNotFound
from midimon_live.home import private_folder
from midimon_live.plugin.api import Plugin
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.plugin.folders.discovery import (
    Discovered,
    Found,
    FoundAs,
    discover,
    not_a_name,
)
from midimon_live.plugin.folders.loader import LoadedPlugin, load, load_entry_point
from midimon_live.plugin.folders.manifest import Manifest
from midimon_live.plugin.info import Party
from midimon_live.plugin.version import Definition, Kind
from midimon_live.scopes import Scope

Inside = Callable[[str, frozenset[Scope], Path | None, str], AbstractContextManager[None]]
_KINDS = {FoundAs.FOLDER: Kind.FOLDER, FoundAs.PACKAGE: Kind.PACKAGE}


class Catalog:
    """What there is to load. The plugin manager asks.

    Args:
        home: where the folder of plugins, and that of their data, are; None has neither.
        offered: returns plugin classes that packages offer through hooks, by name.
        inside: what a plugin's module is imported in, so that it is known who acts: takes name,
            declared scopes, folder and digest.
    """

    def __init__(
        self, home: Path | None, offered: Callable[[], Mapping[str, Any]], inside: Inside
    ) -> None:
        self._home = home
        self._offered = offered
        self._inside = inside
        self._discovered = Discovered({}, [], [])
        self._classes: dict[str, type[Plugin]] = {}
        self._verified: set[str] = set()
        self.folder = home / "plugins" if home else None

    def discover(self) -> list[str]:
        """Look for plugins; returns what there is to say, a line each."""
        folders = []
        said = []
        if self.folder is not None:
            try:
                folders.append(private_folder(self.folder))
            except OSError as error:
                said.append(f"{self.folder} can not be made: {error.strerror or error}")
        self._discovered = discover(folders)
        offered = self._offered()
        self._classes = {name: cls for name, cls in offered.items() if not _unfit(name, cls)}
        said += [
            f"a package offers {name!r:.80}: {why}"
            for name, cls in offered.items()
            if (why := _unfit(name, cls))
        ]
        return said + [str(one) for one in self._discovered.problems]

    def names(self) -> list[str]:
        """Return the names of what was found."""
        return sorted({*self._discovered.found, *self._classes})

    def __contains__(self, name: str) -> bool:
        return name in self._discovered.found or name in self._classes

    def found(self, name: str) -> Found | None:
        """Return how a plugin was found in a folder or package; None for one that a hook offers."""
        return self._discovered.found.get(name)

    def manifest(self, name: str) -> Manifest | None:
        """Return the manifest of a plugin that has one."""
        found = self._discovered.found.get(name)
        return None if found is None else found.manifest

    def is_verified(self, name: str) -> bool:
        """Tell whether the checksum in its manifest was there and right when it was loaded."""
        return name in self._verified

    def party(self, name: str) -> Party | None:
        """Return a plugin that was found as somebody who is granted something; nothing is run.

        Raises:
            DiscoveryError, LoadError: its files can not be read.
        """
        found = self._discovered.found.get(name)
        if found is None or found.folder is None:
            return None
        bundle = found.bundle()
        data = self._data(name)
        scopes = bundle.manifest().scopes(data)
        return Party(name, scopes, bundle.digest, data)

    def definition(self, name: str) -> Definition:
        """Import a plugin anew and return what defines it.

        Raises:
            PluginNotFound: none of that name was found.
            DiscoveryError, LoadError: it can not be loaded.
        """
        found = self._discovered.found.get(name)
        if found is None and name in self._classes:
            cls = self._classes[name]
            return Definition(name, cls, cls, Kind.PACKAGE, None, data=self._data(name))
        if found is None:
            found = self._require(name)
        if found.entry_point is not None and found.folder is None:
            return self._of_class(name, found.entry_point)
        bundle = found.bundle()
        manifest = bundle.manifest()
        if manifest.name != found.name:
            raise InvalidPlugin(
                found.name,
                f"the manifest in {found.folder} calls it {manifest.name} now; "
                "%midi discover finds it under that name",
            )
        return self._of_files(_KINDS[found.kind], bundle, manifest)

    def importing(self, name: str) -> AbstractContextManager[None]:
        """Be a class's plugin meanwhile: what its package's module does is its own doing."""
        return self._inside(name, frozenset(), None, "")

    def _require(self, name: str) -> Found:
        try:
            return self._discovered.require(name)
        except DiscoveryError:
            raise
        except PluginNotFound:
            known = ", ".join(self.names()) or "none"
            raise PluginNotFound(name, f"no such plugin was found; there are: {known}") from None

    def _of_class(self, name: str, point: EntryPoint) -> Definition:
        with self.importing(name):
            cls = load_entry_point(name, point)
        return Definition(name, cls, cls, Kind.PACKAGE, None, data=self._data(name))

    def _of_files(self, kind: Kind, bundle: Bundle, manifest: Manifest) -> Definition:
        data = self._data(manifest.name)
        scopes = manifest.scopes(data)
        with self._inside(manifest.name, scopes, bundle.folder, bundle.digest):
            loaded = load(bundle, manifest)
        self._verified.discard(manifest.name)
        if loaded.verified:
            self._verified.add(manifest.name)
        limits = manifest.limits
        return Definition(
            manifest.name,
            loaded.plugin,
            partial(_made, loaded.plugin, manifest),
            kind,
            None,
            folder=bundle.folder,
            digest=bundle.digest,
            namespaces=_namespaces(loaded),
            declared=scopes,
            timeout=None if limits.timeout_ms is None else limits.timeout_ms / 1000,
            rate=limits.rate_per_s,
            data=data,
            release=loaded.unload,
            anew=partial(self._of_files, kind, bundle, manifest),
        )

    def data_folder(self, name: str) -> Path | None:
        """Return where a plugin keeps its files; it need not be there yet."""
        return None if self._home is None else self._home / "data" / name

    def _data(self, name: str) -> Path | None:
        folder = self.data_folder(name)
        try:
            return None if folder is None else private_folder(folder)
        except OSError as error:
            why = f"its data folder {folder} can not be made: {error.strerror or error}"
            raise LoadError(name, why) from error


def _unfit(name: str, cls: Any) -> str:
    """Return why what a hook offers can not be loaded, or ""."""
    if not (isinstance(cls, type) and issubclass(cls, Plugin)):
        return f"{cls!r:.60} is no plugin class"
    return not_a_name(name)


def _made(cls: type[Plugin], manifest: Manifest) -> Plugin:
    """Build a plugin; what its manifest says of it stands above what its class does."""
    plugin = cls()
    plugin.version = manifest.version
    plugin.description = manifest.description or plugin.description
    return plugin


def _namespaces(loaded: LoadedPlugin) -> tuple[Mapping[str, Any], ...]:
    """Return the globals of all the modules of a plugin."""
    package = loaded.package
    return tuple(
        vars(module)
        for name, module in list(sys.modules.items())
        if name == package or name.startswith(f"{package}.")
    )
