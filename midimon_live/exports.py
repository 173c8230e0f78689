"""From a cell to a folder: writing a plugin of the notebook so that it can be kept."""

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from midimon_live.clock import Clock
from midimon_live.errors import ExportError, InvalidValue
from midimon_live.home import private_folder
from midimon_live.past import Past
from midimon_live.plugin import api
from midimon_live.plugin.version import Definition, Kind

if TYPE_CHECKING:
    from midimon_live.plugin.export.exporter import Exported

_IN_FILES = (Kind.FOLDER, Kind.PACKAGE)


class Exports(Past):
    """What a session does to bring plugins out of their notebook."""

    _name_place: Callable[[str, int], str]

    def export(
        self,
        name: str,
        folder: str | PathLike[str] | None = None,
        *,
        overwrite: bool = False,
    ) -> "Exported":
        """Write a plugin that a cell defined into a folder of its own, which loads as it is.

        The folder has a manifest, the code with all that it needs, a README, and a test of what
        was played to the plugin last. It appears whole or not at all.

        Args:
            name: of a plugin in memory: of a class, an instance, or a named function.
            folder: where its folder is made; the folder of plugins without, where `load_plugin`
                finds it.
            overwrite: replace a folder that was changed since, or is another's; of its files those
                that are not written anew are kept.

        Returns:
            What was written, which variables of the notebook it has the values of, and what to do.

        Raises:
            PluginNotFound: there is none of that name.
            ExportError: it uses what no file can have, with all of it; nothing was written.
            InvalidValue: the folder is there already, or can not be written; nothing was changed.
        """
        self._check_open()
        live = self.plugins.definitions()
        name = f"{name}()" if name not in live and f"{name}()" in live else name
        self.plugins.get_metadata(name)
        if name not in live:
            raise ExportError(name, ["it was found in files, and not loaded"])
        definition = live[name]
        self._check_source(definition)
        from midimon_live.plugin.export.exporter import Exporter

        exporter = Exporter(
            definition, self.plugins.get_metadata(name), self._name_place, self._aside
        )
        played = exporter.played(self.traces(), self.mappings())
        parent = self._parent(folder)
        usual = folder is None or parent.resolve() == self.plugins.plugins_dir
        return exporter.write(parent, played, overwrite=overwrite, found_there=usual)

    def _aside(self, clock: Clock) -> "Exports":
        """Return a session without threads or home, on a clock that is moved by hand."""
        raise NotImplementedError

    def _check_source(self, definition: Definition) -> None:
        name, source = definition.name, definition.source
        if definition.kind in _IN_FILES:
            where = definition.folder or "a package"
            raise ExportError(name, [f"it comes from {where}, and is files already"])
        newer = [one for one in list(api.defined) if one.name == name and one is not source]
        if self._drafts.open and newer:
            what = "this cell defines it anew, and is live when the cell has ended"
            raise ExportError(name, [f"{what}; export it in a cell of its own"])

    def _parent(self, folder: str | PathLike[str] | None) -> Path:
        if folder is not None:
            return Path(folder).expanduser()
        parent = self.plugins.plugins_dir
        if parent is None:
            raise InvalidValue("this session keeps nothing; say in which folder to export it")
        try:
            return private_folder(parent)
        except OSError as error:
            raise InvalidValue(f"{parent} can not be made: {error.strerror or error}") from None
