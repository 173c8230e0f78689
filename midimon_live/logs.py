"""What a session tells of its plugins' output and errors."""

from collections.abc import Sequence
from contextvars import copy_context

from midimon_live import views
from midimon_live.errors import InvalidValue
from midimon_live.glances import Glances
from midimon_live.plugin.groups import ErrorGroup
from midimon_live.show import Table


class Errors(Table, Sequence[ErrorGroup]):
    """What plugins raised, the newest first: a table to look at, and a list of `ErrorGroup`.

    Args:
        groups: what it is of.
        plugin: whose they are; None is everybody's.
    """

    def __init__(self, groups: Sequence[ErrorGroup], plugin: str | None = None) -> None:
        self._groups = list(groups)
        shown = views.errors(self._groups, plugin)
        super().__init__(shown.title, shown.headings, shown.rows, shown.remarks)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204 - as list's
        return self._groups[index]

    def __len__(self) -> int:
        return len(self._groups)


class Logs(Glances):
    """What plugins printed and raised. Any thread may call anything."""

    def log(self, plugin: str, last: int = 50) -> Table:
        """Return a table of what a plugin printed, noted and raised last, over all its versions.

        Args:
            plugin: its name.
            last: how many lines, 1-1000; that many are kept.

        Raises:
            PluginNotFound: there is none of that name, and was none.
            InvalidValue: `last` is not in its range.
        """
        if not isinstance(last, int) or not 1 <= last <= 1000:
            raise InvalidValue(f"last is {last!r:.40}; allowed are 1 to 1000 lines")
        return views.log(plugin, self.plugins.log_of(plugin).lines(last))

    def show_output(self, plugin: str, shown: bool | None = True) -> None:  # noqa: FBT001, FBT002
        """Say whether what a plugin prints is shown as well, or only kept in its log.

        Args:
            plugin: its name.
            shown: True for under the cell that defined it, or, for a plugin from a folder or
                package, under the cell that says this; False for in the log only; None for what is
                usual: that of cells is shown, that of folders and packages is not.

        Raises:
            PluginNotFound: there is none of that name, and was none.
        """
        log = self.plugins.log_of(plugin)
        log.place = copy_context() if shown and not self.plugins.is_aloud(plugin) else None
        log.shown = shown

    def clear_log(self, plugin: str) -> None:
        """Forget what a plugin printed, noted and raised; raises PluginNotFound."""
        self.plugins.log_of(plugin).clear()

    def errors(self, plugin: str | None = None) -> Errors:
        """Return what plugins raised, alike with alike, the newest first; the last 200 kinds.

        Shown, it is a table; `midi.errors()[0].traceback` is the traceback of the newest, and
        `first_traceback` that of the first of its kind.

        Raises:
            PluginNotFound: there is none of that name, and was none.
        """
        if plugin is not None:
            self.plugins.log_of(plugin)
        return Errors(self._errors.all(plugin), plugin)

    def clear_errors(self, plugin: str | None = None) -> None:
        """Forget what a plugin raised, or all of them; statistics stay. Raises PluginNotFound."""
        if plugin is not None:
            self.plugins.log_of(plugin)
        self._errors.forget(plugin)
