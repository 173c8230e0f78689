"""Keeping a session for a kernel that dies: snapshots, in the browser or in a file."""

import ast
from collections.abc import Callable, Hashable, Mapping
from contextvars import Context
from os import PathLike
from pathlib import Path
from secrets import token_hex
from typing import Any

from midimon_live.anew import Anew
from midimon_live.assembly import Assembly
from midimon_live.atomic import replace_content
from midimon_live.cellbook import CellBook
from midimon_live.changes import Change
from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.loops import kernel_loop
from midimon_live.mapped import as_line
from midimon_live.mappings import Mapping as Mapped
from midimon_live.plugin.version import Kind
from midimon_live.restoring import Failed, Restorer, complain, interruptible, without_grants
from midimon_live.show import Table, counted
from midimon_live.snapshots import LARGEST, KeptCell, Snapshot, read
from midimon_live.spelling import Speller

_WITH_FILES = (Kind.FOLDER, Kind.PACKAGE)
_AGAIN_S = 0.05


class Keeping(Anew):
    """What a session keeps of itself, and how it comes back.

    Attributes:
        cell_book: the cells that were run.
        identity: tells this session from all others.
    """

    cell_begins: Callable[[], None]

    def use_screens(self, parts: Assembly, shell: Any, *, threads: bool) -> None:
        """Be ready to show panels, to keep and to restore."""
        super().use_screens(parts, shell, threads=threads)
        self.cell_book = CellBook()
        self._shell = shell
        self.identity = token_hex(8)

    def keep(self, name: str | None = None, *, restore: bool = False) -> Any:
        """Show the panel that keeps this session in the browser, and offers what that has kept.

        Whatever changes is kept by itself, as long as the panel is somewhere on the page: the cells
        that what is live was made by and those that they need, modes, output, the configuration
        file's path, plugins that were loaded, lesson progress; never grants. After a kernel has
        died: run `%load_ext midimon_live` and this, and press Restore.

        Args:
            name: under which it is kept, in place of the notebook's path.
            restore: restore at once what the browser has kept of another kernel for this notebook.

        Returns:
            The panel, with `save(path)`.

        Raises:
            InvalidValue: `name` is no text of up to 200 characters.
        """
        panel = self.panel("keep")
        panel.begin(name, restore=restore and not self._restoring)
        return panel

    def snapshot(self) -> Snapshot:
        """Return what has to be done so that what is live is live again. Any thread may call."""
        table, live = self._modes.table, self.plugins.definitions()
        mappings = list(table)
        origins = [*(one.origin for one in mappings), *(one.origin for one in live.values())]
        ran = self.cell_book.needed({one.run for one in origins if one is not None})
        plugins = [name for name, one in live.items() if one.kind in _WITH_FILES]
        made = [one for one in live.values() if one.kind not in (*_WITH_FILES, Kind.FUNCTION)]
        return Snapshot(
            session=self.identity,
            cells=tuple(
                KeptCell(one.origin.cell or "", one.origin.label[4:-1], one.text) for one in ran
            ),
            lines=tuple(filter(None, map(_line, mappings))),
            mode=self._modes.name,
            modes={mode: table.colors.get(mode) for mode in table.modes},
            output=self.output,
            config=self.config_path(),
            plugins=tuple(plugins),
            progress=self.progress_data(),
            about={"mappings": len(mappings), "plugins": len(made) + len(plugins)},
        )

    def snapshot_version(self) -> Hashable:
        """Return something cheap that differs when `snapshot` would. Any thread may call."""
        live = self.plugins.definitions()
        made = tuple((name, one.origin, one.digest) for name, one in live.items())
        set_to = self._modes.name, self.output, self.config_path()
        return self._modes.table, made, set_to, self.cell_book.count, repr(self.progress_data())

    def restore(
        self,
        source: str | PathLike[str] | Snapshot,
        names: dict[str, Any] | None = None,
    ) -> Table:
        """Make live again what a snapshot holds: runs its cells, in their order. Main thread.

        One that fails is reported with its line, and the others go on. Nothing is granted by it,
        whatever cells say: plugins ask again. Replaced is what the same cells made before; all else
        that is live stays (`midi.reset()` takes it out).

        Args:
            source: the path of a file that `midi.keep().save(path)` or the panel's Download wrote.
            names: the variables that the cells get; the notebook's without, or new ones outside of
                IPython.

        Returns:
            What is live again, and what could not be.

        Raises:
            InvalidValue: there is no such file, or it is no snapshot; nothing was run.
            MidimonError: the session has ended.
        """
        self._check_open()
        if self._restoring:  # a cell of it says so
            return Table("a snapshot is being restored already", (), ())
        snapshot = source if isinstance(source, Snapshot) else _read_file(source)
        self._restoring = True
        try:
            return self._restore(snapshot, names)
        finally:
            self._restoring = False

    def restore_soon(
        self, snapshot: Snapshot, place: Context, done: Callable[[Table], None]
    ) -> None:
        """Restore on the main thread, as soon as no cell runs. Any thread may call.

        Args:
            snapshot: what is restored.
            place: where what its cells print goes.
            done: gets what `restore` returns, on that thread.
        """
        loop = kernel_loop(self._shell)
        if loop is None:
            done(place.copy().run(self.restore, snapshot))
            return

        def when_free() -> None:
            if self._drafts.collecting:  # a cell awaits something
                loop.call_later(_AGAIN_S, when_free)
                return
            self.cell_begins()  # what follows holds the loop as a cell does
            try:
                with interruptible():
                    table = place.copy().run(self.restore, snapshot)
            except Exception as error:
                table = Table(f"nothing was restored: {error}", (), ())
            done(table)

        loop.call_soon_threadsafe(when_free)

    def _restore(self, snapshot: Snapshot, names: dict[str, Any] | None) -> Table:
        if self._shell is None and names is None:
            names = {"__name__": "__main__", "midi": self}
        restorer = Restorer(self._drafts, self.plugins, self.cell_book, self._shell)
        before = len(self._modes.table)
        failed = self._load_plugins(snapshot.plugins)
        ran = 0
        with without_grants() as grants:
            for cell in snapshot.cells:
                found = restorer.run(cell, names)
                ran += found is None
                failed += [found] if found is not None else []
                if found is not None and found.interrupted:
                    break
            failed += restorer.run_lines(snapshot.lines, self._names_for_lines())
            failed += self._restore_rest(snapshot)
        complain(failed)
        remarks = [f"not restored: {one}" for one in failed]
        if grants:
            remarks.append(f"grants are not restored, and asked for anew: {', '.join(grants)}")
        remarks += filter(None, map(self.plugins.refusal, self.plugins.list_loaded()))
        more = counted(len(self._modes.table) - before, "mapping")
        title = f"restored: {ran} of {counted(len(snapshot.cells), 'cell')}, {more}"
        return Table(f"{title}, mode {self._modes.name}", (), (), remarks)

    def _load_plugins(self, names: tuple[str, ...]) -> list[Failed]:
        failed = []
        if set(names) - set(self.plugins.list_available()):
            self.plugins.discover_plugins()
        for name in names:
            try:
                self.plugins.load_plugin(name)
            except MidimonError as error:
                failed.append(Failed(f"plugin {name}", str(error)))
        return failed

    def _restore_rest(self, snapshot: Snapshot) -> list[Failed]:
        """Bring back what no cell holds: file, modes, output, progress."""
        steps: list[tuple[str, Callable[[], object]]] = []
        if snapshot.config:
            steps.append((snapshot.config, lambda: self.config(snapshot.config)))
        steps.append(("modes", lambda: self._restore_modes(snapshot)))
        if snapshot.output and snapshot.output != self.output:
            steps.append(("output", lambda: self._set_output(snapshot.output)))
        if snapshot.progress:
            steps.append(("progress", lambda: self.restore_progress(snapshot.progress)))
        failed = []
        for what, step in steps:
            try:
                step()
            except MidimonError as error:
                failed.append(Failed(what, str(error)))
        return failed

    def _restore_modes(self, snapshot: Snapshot) -> None:
        table = self._modes.table
        missing = {
            mode: color
            for mode, color in snapshot.modes.items()
            if mode not in table.modes or color != table.colors.get(mode)
        }
        if missing:
            with self._drafts.apart(Change(modes=missing)):
                self._drafts.end(commit=True)
        if snapshot.mode in self._modes.table.modes:
            self._modes.change(snapshot.mode)

    def _set_output(self, port: str) -> None:
        self.output = port

    def _names_for_lines(self) -> Mapping[str, Any]:
        import midimon_live
        from midimon_live import conditions, curves, triggers

        names: dict[str, Any] = {}
        for module in (conditions, curves, triggers, midimon_live):
            names |= vars(module)
        return {**names, "midi": self}


def save_snapshot(packed: bytes, path: str | PathLike[str]) -> Path:
    """Write a snapshot to a file; raises InvalidValue where that can not be."""
    file = Path(path).expanduser()
    try:
        replace_content(file, packed, mode=0o644)
    except OSError as error:
        raise InvalidValue(
            f"the session can not be saved as {file}: {error.strerror or error}"
        ) from None
    return file


def _read_file(path: str | PathLike[str]) -> Snapshot:
    file = Path(path).expanduser()
    try:
        with file.open("rb") as stream:
            packed = stream.read(LARGEST + 1)
    except OSError as error:
        raise InvalidValue(f"{file} can not be read: {error.strerror or error}") from None
    try:
        return read(packed)
    except InvalidValue as error:
        raise InvalidValue(f"{file}: {error}") from None


def _line(mapping: Mapped) -> str:
    """Return a mapping that no cell, file or plugin has made, as Python; "" for others."""
    function = any(name.endswith("()") for name in mapping.plugins)
    if function or mapping.origin is not None or mapping.owner is not None:
        return ""
    line = as_line(mapping, Speller())
    unknown = (
        isinstance(one, ast.Constant) and one.value is ... for one in ast.walk(ast.parse(line))
    )
    return "" if any(unknown) else line
