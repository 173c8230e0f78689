"""One call back to a clean state."""

from midimon_live.drafts import Drafts
from midimon_live.mappings import DEFAULT_MODE
from midimon_live.ports import VIRTUAL
from midimon_live.schooling import Schooling
from midimon_live.show import Table, counted
from midimon_live.undo import Undo
from midimon_live.waiting import WaitingChanges

_METER = 4
_DEADLINE_S = 10.0


class Anew(Schooling):
    """Beginning anew without a new kernel. Any thread may call, but no handler.

    Attributes:
        deadline: for how many seconds a handler may run.
    """

    _undo: Undo
    _drafts: Drafts
    _waiting: WaitingChanges
    deadline: float
    _restoring = False

    def reset(self) -> Table:
        """Bring everything back to how a new session begins; `midi.undo()` brings mappings back.

        All notes and actions end, and replays and recordings, which are saved where that was asked
        for. Out go all mappings, all plugins with their state, statistics and logs and what they
        were granted for this session, what waits for a beat or bar, what the running cell has said
        so far, and the modes but "Default". The configuration file is let go of, and not followed
        any more. `output` is "Virtual", there is no internal tempo, 4 beats a bar, and cells come
        into force at once.
        What plugins have raised, the notices and the counters of `midi.status()` are forgotten.

        What stays: ports that are connected, what was granted or denied for good (of plugins with
        files), lesson progress, what the panels are set to, the monitor and its times, takes,
        and the variables of the notebook. Running a cell again maps again what it maps.

        Undo brings mappings, modes and plugins back, not the file and what else was set.

        Returns:
            What went.

        Raises:
            MidimonError: the session has ended.
        """
        self._check_open()
        if self._restoring:  # a cell of the snapshot says so; what is live already came after it
            return Table("a snapshot is being restored; nothing went", (), ())
        table = self._modes.table
        plugins = self.plugins.list_loaded()
        gone = [
            counted(len(table), "mapping"),
            counted(len(plugins), "plugin"),
            counted(len([one for one in table.modes if one != DEFAULT_MODE]), "mode"),
        ]
        self._monitor.forget_notices()
        self.clear_errors()
        rows = [("notes, actions", line) for line in self.panic()]
        rows += [("recording", f"stopped: {one.stop()!r}") for one in list(self._recordings)]
        rows += [("waited", one) for one in self._waiting.call_off(self._waiting.waits())]
        self._drafts.start_over()
        if file := self.let_go_of_file():
            rows.append(("configuration", f"{file} is let go of"))
        self._undo.clear("reset")
        self.plugins.journal.forget_refused()
        self._ports.outputs.default = VIRTUAL
        self.tempo, self.meter, self.apply = None, _METER, "now"
        self.deadline = _DEADLINE_S
        self._monitor.counters.clear()  # last, for what has ended was counted too
        rows += [("plugin", f"{name} is unloaded") for name in plugins]
        remarks = ["midi.undo() brings mappings, modes and plugins back"]
        return Table(f"back to the beginning: {', '.join(gone)} went", ("", ""), rows, remarks)
