"""The session's edited files: what is followed, and whether."""

from midimon_live.assembly import Assembly
from midimon_live.committer import Committer
from midimon_live.drafts import Drafts
from midimon_live.errors import InvalidValue
from midimon_live.following import Follower
from midimon_live.module_files import ModuleFiles
from midimon_live.plugin.hooks import hookimpl
from midimon_live.plugin_files import PluginFiles
from midimon_live.show import Table
from midimon_live.takes.recording import Takes


class Follows(Takes):
    """What a session does when files are saved. Any thread may call anything."""

    def follow_files(
        self, parts: Assembly, committer: Committer, drafts: Drafts, *, threads: bool
    ) -> None:
        """Be ready to follow files: on a thread as soon as there are any, if there may be one."""
        self._follower = Follower(parts.monitor, parts.plugins.guard.aside, threads=threads)
        self._module_files = ModuleFiles(parts, drafts, committer.lock)
        self._follower.add(PluginFiles(parts))
        self._follower.add(self._module_files)
        self.use_files(parts, committer, self._follower)
        parts.hooks.register(_Told(self._follower))

    def close_files(self) -> None:
        """Follow nothing any more; again is harmless."""
        self._follower.close()
        super().close_files()

    def follow(self, on: bool | None = None) -> Table:  # noqa: FBT001 - `midi.follow(False)`
        """Follow the files that are edited, or none, and show which.

        Followed are the configuration in force, the folder of plugins, the plugins that were loaded
        from folders, and the modules under development that live plugins come from.

        Args:
            on: False lets nothing come into force by itself; True again, with what was saved
                meanwhile; without, nothing is changed.

        Raises:
            InvalidValue: it is neither, or the session has no threads.
        """
        if on is not None:
            self._check_open()
            if not isinstance(on, bool):
                raise InvalidValue(f"on is {on!r:.40}; allowed are True and False")
            self._follower.switch(on=on)
        return self._followed()

    def cell_is_coming(self) -> None:
        """Take over modules that were saved, before a cell runs. The thread that runs it calls."""
        if self._follower.on and self._module_files.wants():
            self._follower.look(self._module_files)

    def cell_is_over(self) -> list[str]:
        """See which modules the cell has brought; returns the names of those that are followed."""
        self._follower.poke()
        if not self._follower.on or not self._module_files.wants():
            return []
        self._module_files.catch_up()
        return list(self._module_files.watched())

    def status(self) -> Table:
        """Return one glance at everything."""
        table = super().status()
        followed = ", ".join(one.what for one in self._follower.followed())
        if followed:
            table.rows.append(["followed", followed if self._follower.on else "nothing: it is off"])
        return table

    def _followed(self) -> Table:
        rows = [(one.what, one.path) for one in self._follower.followed()]
        if not self._follower.on:
            return Table("nothing is followed: %midi follow on", ("", ""), rows)
        title = "followed: saved, it comes into force" if rows else "there is nothing to follow yet"
        return Table(title, ("", ""), rows)


class _Told:
    """Hears of new versions of plugins, which may come from other files."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower

    @hookimpl
    def midimon_reloaded(self) -> None:
        """Look what is to be followed now."""
        self._follower.poke()
