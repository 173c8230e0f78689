"""Plugins in folders: one whose files are saved is loaded again, one that is new is announced."""

import os
from collections.abc import Collection
from pathlib import Path

from midimon_live.assembly import Assembly
from midimon_live.errors import DiscoveryError, LoadError
from midimon_live.following import Followed
from midimon_live.plugin.folders import FILE, IGNORED
from midimon_live.plugin.version import Definition, Kind
from midimon_live.watcher import Watched, WatchedFolder, WatchedPlaces

_PLACE = ""  # the key of the folder of plugins; no plugin is called that
_MOST_RESTLESS = 3


class PluginFiles:
    """Follows the folders of the plugins in memory, and the folder that plugins are copied into.

    Args:
        parts: the engine's.
    """

    def __init__(self, parts: Assembly) -> None:
        self._plugins = parts.plugins
        self._monitor = parts.monitor
        self._seen: dict[str, str] = {}
        self._refused: set[str] = set()
        self._restless: dict[str, int] = {}
        self._left_alone: dict[str, Definition] = {}

    def wants(self) -> bool:
        """Tell whether plugins have been looked for, or loaded from a folder."""
        return self._knows_plugins()

    def watched(self) -> dict[str, Watched]:
        """Return those folders, by the plugin's name."""
        found: dict[str, Watched] = {}
        if (place := self._place()) is not None:
            found[_PLACE] = WatchedPlaces(place, FILE)
        for name, folder in self._folders().items():
            found[name] = WatchedFolder(folder, IGNORED)
        return found

    def followed(self) -> list[Followed]:
        """Return those folders."""
        place = self._place()
        new = [] if place is None else [Followed("new plugins", str(place))]
        return new + [
            Followed(f"plugin {name}", str(folder)) for name, folder in self._folders().items()
        ]

    def changed(self, keys: Collection[str]) -> None:
        """Take over what was saved, and say what came and what went."""
        if _PLACE in keys:
            self._look_around()
        for name in keys:
            if name and (definition := self._plugins.definitions().get(name)) is not None:
                self._take_over(name, definition)

    def _knows_plugins(self) -> bool:
        return "catalog" in vars(self._plugins)  # asking for it would load all that it needs

    def _place(self) -> Path | None:
        return self._plugins.plugins_dir if self._knows_plugins() else None

    def _folders(self) -> dict[str, Path]:
        definitions = self._plugins.definitions()
        return {
            name: one.folder
            for name, one in definitions.items()
            if one.kind in (Kind.FOLDER, Kind.PACKAGE)
            and one.folder is not None
            and self._left_alone.get(name) is not one
        }

    def _look_around(self) -> None:
        """Say which plugins came and went, and load again one whose folder is another now."""
        place, catalog = self._place(), self._plugins.catalog
        if place is None:
            return
        before = set(catalog.names())
        folders = [one.folder for name in before if (one := catalog.found(name)) is not None]
        known = {one.name for one in folders if one is not None and one.parent == place}
        if WatchedPlaces(place, FILE).names() != known:
            self._plugins.discover_plugins()
        after = set(catalog.names())
        for name in sorted(after - before):
            there = name in self._plugins.definitions()
            self._say(name, f"{name} is back" if there else f"found: {name}; %midi load {name}")
        for name in sorted(before - after):
            self._say(name, f"{name} is gone{self._plays_on(name)}")
        for name, folder in self._folders().items():
            found = catalog.found(name)
            if found is not None and found.folder is not None:
                now = Path(os.path.realpath(found.folder))
                if now != folder:
                    self._reload(name, "")

    def _plays_on(self, name: str) -> str:
        return "; the version in memory plays on" if name in self._plugins.definitions() else ""

    def _take_over(self, name: str, definition: Definition) -> None:
        """Load a plugin again if its files are others than those that play, or were refused."""
        folder = definition.folder
        if folder is None:
            return
        if not folder.is_dir():
            self._say(name, f"{name}: its folder {folder} is gone{self._plays_on(name)}")
            return
        from midimon_live.plugin.folders.bundle import Bundle  # most notebooks have no folder

        digest = ""
        try:
            bundle = Bundle.read(folder)
            digest = bundle.digest
            if digest == definition.digest:
                self._seen[name] = digest
                if name in self._refused:
                    self._refused.discard(name)
                    self._say(name, f"{name}: its files are those of the version that plays")
                return
            if self._seen.get(name) == digest:  # refused, or another version was put back
                return
            bundle.manifest()  # what is wrong with it is said here, not by looking for plugins
        except (LoadError, DiscoveryError) as error:
            if self._seen.get(name) != (digest or str(error)):
                self._refuse(name, digest or str(error), error)
            return
        self._reload(name, digest)

    def _reload(self, name: str, digest: str) -> None:
        try:
            self._plugins.context_of(name).run(self._plugins.reload_plugin, name)
        except Exception as error:
            self._refuse(name, digest, error)
            return
        self._seen[name] = self._plugins.definitions()[name].digest
        self._refused.discard(name)
        self._monitor.counters["plugins reloaded"] += 1
        self._say(name, "; ".join(filter(None, (f"{name} is reloaded", self._wish(name)))))
        self._watch_restless(name)

    def _wish(self, name: str) -> str:
        refusal = self._plugins.refusal(name)
        also = " (with --session that lasts while you edit)" if "%midi grant" in refusal else ""
        return f"{refusal}{also}"

    def _watch_restless(self, name: str) -> None:
        """Leave a plugin alone that writes into its own folder whenever it is loaded."""
        definition = self._plugins.definitions()[name]
        wrote = f"filesystem:write:{definition.folder}{os.sep}"
        if not any(one.startswith(wrote) for one in self._plugins.audit.used(name)):
            return
        times = self._restless[name] = self._restless.get(name, 0) + 1
        if times < _MOST_RESTLESS:
            return
        self._restless[name] = 0
        self._left_alone[name] = definition
        self._say(
            name,
            f"{name} writes into its own folder, so it is not followed until %midi reload {name}; "
            "what it keeps belongs into host.folder",
        )

    def _refuse(self, name: str, digest: str, error: Exception) -> None:
        self._seen[name] = digest
        self._refused.add(name)
        self._monitor.counters["plugins refused"] += 1
        self._say(name, f"{error}; the version before plays on")

    def _say(self, name: str, text: str) -> None:
        self._monitor.notice(text, about=f"files of {name}")
