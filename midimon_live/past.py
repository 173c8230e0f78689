"""The past of a session: versions of plugins, and what can be undone."""

from midimon_live import views
from midimon_live.listing import Listing
from midimon_live.show import Table
from midimon_live.undo import Undo
from midimon_live.versions import diff


class Past(Listing):
    """What a session can go back to. Any thread may call anything.

    Attributes:
        _undo: the steps.
    """

    _undo: Undo

    def undo(self, steps: int = 1) -> Table:
        """Take back what the last cells, or calls outside of cells, have changed.

        That is mappings, modes, plugins and what they are granted; 50 steps are kept, and each is
        taken back whole. What was played, sent and written to files stays, and so does the active
        mode. What waits for a beat or bar is called off first, the newest before all else; that is
        a step too, which `redo` does not bring back.

        Args:
            steps: how many.

        Returns:
            A table of what is different now.

        Raises:
            InvalidValue: there are not so many steps.
            LoadError: a plugin can not be built any more; nothing was changed.
        """
        self._check_open()
        return self._undo.undo(steps)

    def redo(self, steps: int = 1) -> Table:
        """Take back what `undo` did, until something else is changed; raises as `undo` does."""
        self._check_open()
        return self._undo.redo(steps)

    def history(self, plugin: str) -> Table:
        """Return a table of the last 20 versions of a plugin, oldest first.

        Raises:
            PluginNotFound: no plugin of that name was ever there.
        """
        self.plugins.journal.last(plugin)
        return views.history(self.plugins.journal.history(plugin))

    def diff(self, plugin: str, old: int | None = None, new: int | None = None) -> Table:
        """Return what has changed in the text of a plugin from one version to another.

        Args:
            plugin: its name.
            old: the number of a version; the one before `new` without.
            new: the number of another; the last one without.

        Raises:
            PluginNotFound: no plugin of that name was ever there.
            InvalidValue: there is no such version, or its text is not known.
        """
        journal = self.plugins.journal
        last = journal.last(plugin) if new is None else journal.find(plugin, new)
        number = max(last.number - 1, 1) if old is None else old
        first = journal.find(plugin, number)
        return views.diff(first, last, diff(first, last))

    def rollback(self, plugin: str, version: int | None = None) -> Table:
        """Put a version of a plugin back, as a new one; `undo` takes that back.

        Args:
            plugin: its name.
            version: its number, as `history` shows it; without, the one before the present one
                that did not fail. One that waits for a beat or bar is called off.

        Returns:
            What plays now.

        Raises:
            PluginNotFound: no plugin of that name was ever there.
            InvalidValue: there is no such version, or it never went live.
            LoadError: it could not be built any more; nothing was changed.
        """
        self._check_open()
        with self.plugins.lock:
            entry = self.plugins.rollback.to(plugin, version)
            self.plugins.call_off(plugin)
        return Table(f"{plugin} plays version {entry.number} again ({entry.where})", (), ())
