"""The session's configuration files: loading, following, saving, templates."""

from collections.abc import Callable
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midimon_live import controllers, views
from midimon_live.assembly import Assembly
from midimon_live.committer import Committer
from midimon_live.drafts import Drafts
from midimon_live.errors import InvalidValue
from midimon_live.following import Follower
from midimon_live.links import Links
from midimon_live.show import Table, counted

if TYPE_CHECKING:
    from midimon_live.configuration import Configuration
    from midimon_live.saving import Saver


class Files(Links):
    """What a session does with configuration files. Any thread may call anything.

    Attributes:
        _of_file: makes what reads them; most notebooks have none, and need not wait for it.
        _drafts: tells what the running cell has mapped so far.
    """

    _of_file: "Callable[[], Configuration]"
    _drafts: Drafts

    def use_files(self, parts: Assembly, committer: Committer, follower: Follower) -> None:
        """Be ready to read files, and to follow them."""
        self._of_file = partial(_made, parts, committer, follower)

    def close_files(self) -> None:
        """Write no log of a file's any more; again is harmless."""
        if "_configuration" in vars(self):
            self._configuration.close()

    def config_path(self) -> str:
        """Return the path of the configuration file in force; "" without one."""
        path = self._configuration.path if "_configuration" in vars(self) else None
        return "" if path is None else str(path)

    def let_go_of_file(self) -> str:
        """Have no configuration file any more; its mappings stay. Returns its name, or ""."""
        return self._configuration.let_go() if "_configuration" in vars(self) else ""

    @cached_property
    def _configuration(self) -> "Configuration":
        return self._of_file()

    @cached_property
    def _saver(self) -> "Saver":
        from midimon_live.saving import Saver

        return Saver(self._configuration)

    def config(self, path: str | PathLike[str] | None = None, *, check: bool = False) -> Table:
        """Load a configuration file, MIDIMon's or ours, in place of the one before.

        From then on it is followed: saved again, it comes into force; with an error in it the one
        before stays.

        Args:
            path: of the file; without, what is in force is shown.
            check: only say what there is to say about it.

        Returns:
            What it holds, and its warnings.

        Raises:
            ConfigError: it has errors: all of them, each with line and remedy; nothing was changed.
            InvalidValue: it is no path, but a configuration's own text, for one.
        """
        self._check_open()
        if path is None:
            return self._configuration.current()
        file = _path(path, "config")
        return self._configuration.check(file) if check else self._configuration.load(file)

    def save(self, path: str | PathLike[str] | None = None) -> Table:
        """Write the configuration in force to a file, with what was mapped in cells.

        Comments, order and unknown keys stay. The file is replaced at one stroke; one that was not
        written from here is kept beside it the first time.

        Args:
            path: of the file; without, the one in force.

        Returns:
            Which mappings of cells were written, and which can not be: functions.

        Raises:
            InvalidValue: no path is given and none is in force, the file has errors now, or it
                can not be written. Nothing was changed.
        """
        file = self._configuration.path if path is None else _path(path, "save")
        if file is None:
            raise InvalidValue("no configuration file is in force; say where: midi.save(path)")
        table = self._modes.table
        saved = self._saver.save(file, table, table.colors)
        self._configuration.written(file)
        if self._drafts.waiting:
            what = counted(self._drafts.waiting, "mapping")
            saved.remarks.append(
                f"{what} of this cell will be in force when it has ended; save in the next cell"
            )
        return saved

    def template(self, name: str | None = None) -> Table:
        """Load the template of a controller, by a part of its name; without, list them all.

        Raises:
            InvalidValue: there is none of that name, or more than one.
        """
        if name is None:
            return views.templates(self._ports)
        self._check_open()
        found = controllers.find(name)
        table = self._configuration.use_text(controllers.text(found), found.name)
        ports = [one.name for one in self._ports.infos() if one.index is not None]
        port = controllers.there(ports).get(found.name)
        if port is not None and port not in self._ports.connected():
            table.remarks.append(f"device: {self.connect(port)}")
        table.remarks.append(
            "to change it, make it a file of yours: midi.save(path), then midi.config(path)"
        )
        return table


def _path(given: Any, method: str) -> Path:
    """Return the path that a method was given; raises InvalidValue for anything else."""
    if isinstance(given, str) and "\n" in given.strip():
        lines = counted(len(given.strip().splitlines()), "line")
        raise InvalidValue(
            f"{method} takes the path of a file, and got a text of {lines}; write the text with "
            f'%%writefile pads.toml in a cell of its own, then midi.{method}("pads.toml")'
        )
    if not isinstance(given, (str, PathLike)):
        raise InvalidValue(f"{method} takes the path of a file, and got {given!r:.80}")
    return Path(given).expanduser()


def _made(parts: Assembly, committer: Committer, follower: Follower) -> "Configuration":
    from midimon_live.configuration import Configuration

    return Configuration(parts, committer, follower)
