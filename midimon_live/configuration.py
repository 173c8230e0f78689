"""The session's configuration file: loaded and watched. A file with an error changes nothing."""

import logging
from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from midimon_live import report
from midimon_live.assembly import Assembly
from midimon_live.changes import Change, MappingHandle, WantedMapping
from midimon_live.committer import Committer
from midimon_live.config import Config, DeviceSpec, Loaded, Loader, MappingSpec, Problem
from midimon_live.config.problems import WARNING, Finding
from midimon_live.errors import ConfigError, PortError, PortNotFound
from midimon_live.following import Followed, Follower
from midimon_live.mappings import CONFIGURATION, DEFAULT_MODE, Mapping, Origin
from midimon_live.show import Table, counted
from midimon_live.watcher import State, WatchedFile, state_of

_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_LOGGER = logging.getLogger("midimon_live")


class ConfigTimes(NamedTuple):
    """How long the last load took, in microseconds.

    Attributes:
        read_us: reading, checking and building it, aside.
        commit_us: bringing it into force, aside but for the swap.
        swap_us: keeping events waiting.
    """

    read_us: float
    commit_us: float
    swap_us: float


class Configuration:
    """The file in force. Any thread may call.

    Args:
        parts: the engine's.
        committer: brings changes into force.
        follower: tells when the file was saved.

    Attributes:
        loaded: the file in force, or None.
        times: how long its last load took, or None.
        others: returns the builders of triggers, actions and conditions that packages have added.
    """

    def __init__(self, parts: Assembly, committer: Committer, follower: Follower) -> None:
        self._parts = parts
        self._committer = committer
        self._follower = follower
        self._now = parts.clock.now
        self.others = parts.hooks.builders
        self._loader = Loader(self.others)
        self._runs = count(-1, -2)  # apart from those of cells and of modules
        self._lock = committer.lock  # one lock: what a plugin does while it begins may come here
        self._path: Path | None = None
        self._state: State = None
        self._handler: logging.Handler | None = None
        self._level: int | None = None
        self._refused: Loaded | None = None
        self._modes: tuple[str, ...] = ()
        self._wanted: list[WantedMapping] = []
        self._awaited: set[str] = set()
        self.loaded: Loaded | None = None
        self.times: ConfigTimes | None = None
        follower.add(self)

    @property
    def path(self) -> Path | None:
        """The file in force, if it came from one."""
        return self._path

    def check(self, path: Path) -> Table:
        """Say what there is to say about a file, and change nothing."""
        loaded = Loader(self.others).load(path)
        return _table(loaded, report.shadowed(loaded.config.mappings if loaded.config else ()))

    def load(self, path: Path) -> Table:
        """Bring a file into force, in place of the one before, and follow it from now on.

        Raises:
            ConfigError: it has errors; nothing was changed.
        """
        with self._lock:
            state = state_of(path)
            table = self._use(path)
            self._path = path.absolute()  # it stays that file wherever the notebook goes
            self._state = state
            self._follower.poke()
            return table

    def use_text(self, text: str, name: str) -> Table:
        """Bring a text into force, as `load` does a file; there is nothing to follow then."""
        with self._lock:
            began = self._now()
            table = self._commit(self._loader.loads(text, name), began)
            self._path = None
            return table

    def written(self, path: Path) -> None:
        """Take the file in force over as it is now, if that is the one that was written.

        Else its mappings would be the cells' for as long as the watcher takes, and theirs for good
        when another file was loaded meanwhile.
        """
        with self._lock:
            if self._path is not None and self._path.resolve() == path.resolve():
                self._reload(self._path)

    def current(self) -> Table:
        """Return what is in force, and what a later state of the file was refused for."""
        with self._lock:
            if self.loaded is None:
                return Table("no configuration is loaded; midi.config(path) loads one", (), ())
            table = _table(self.loaded, self._findings())
            if self._refused is not None:
                errors = [str(one) for one in self._refused.problems if one.severity != WARNING]
                table.remarks += ["its present state is not in force:", *errors]
            if self.times is not None:
                read, commit, swap = (f"{one:,.0f} \N{MICRO SIGN}s" for one in self.times)
                table.remarks.append(
                    f"read in {read}, brought into force in {commit}, events waited {swap}"
                )
            return table

    def lines(self) -> dict[int, int]:
        """Return in which line of the file each of its mappings stands, by the mapping's number.

        For a large file that takes a moment, the first time.
        """
        with self._lock:
            loaded, wanted = self.loaded, list(self._wanted)
        if loaded is None or loaded.config is None:
            return {}
        pairs = zip(wanted, loaded.config.mappings, strict=True)
        made = [(one.handle.mapping, spec) for one, spec in pairs if one.handle is not None]
        return {one.number: loaded.line(spec.path) for one, spec in made if one is not None}

    def let_go(self) -> str:
        """Hold and follow no file any more; its mappings stay. Returns its name, or ""."""
        with self._lock:
            name = Path(self.loaded.file).name if self.loaded is not None else ""
            self._path = self._state = self.loaded = self._refused = self.times = None
            self._wanted, self._modes = [], ()
            self._forget_devices(set())
            self._log_to(None, None)
            self._follower.poke()
            return name

    def close(self) -> None:
        """Stop writing a log; again is harmless."""
        self._log_to(None, None)

    def wants(self) -> bool:
        """Tell whether there is a file to follow."""
        return self._path is not None

    def watched(self) -> dict[Path, WatchedFile]:
        """Return the file in force."""
        path = self._path
        return {} if path is None else {path: WatchedFile(path, self._state)}

    def changed(self, keys: Collection[Path]) -> None:
        """Take over the file, if it is still the one in force."""
        with self._lock:
            if self._path is not None and self._path in keys:
                self._reload(self._path)

    def followed(self) -> list[Followed]:
        """Return the file in force."""
        return [] if self._path is None else [Followed("configuration", str(self._path))]

    def _use(self, path: Path) -> Table:
        began = self._now()
        return self._commit(self._loader.load(path), began)

    def _commit(self, loaded: Loaded, began: float) -> Table:
        config = loaded.config
        if config is None:
            raise ConfigError(loaded.file, loaded.problems)
        read = self._now()
        origin = Origin(CONFIGURATION, Path(loaded.file).name or "configuration", next(self._runs))
        wanted = [_wanted(spec) for spec in config.mappings]
        forget = (*self._modes, DEFAULT_MODE) if config.modes else self._modes
        change = Change(
            origin, mappings=wanted, modes=dict(config.modes), forget=forget, lenient=True
        )
        self._committer.commit(change)
        self.times = ConfigTimes(
            (read - began) * 1e6, (self._now() - read) * 1e6, self._committer.swap_s * 1e6
        )
        self.loaded, self._refused = loaded, None
        self._modes = tuple(name for name, _ in config.modes)
        self._wanted = wanted
        said = self._log_to(config.log_level, config.log_file)
        self._enter_first_mode(config)
        return _table(loaded, self._findings(), said + self._connect(config))

    def _enter_first_mode(self, config: Config) -> None:
        """Begin in the file's first mode where the active one is none of its modes."""
        names = [name for name, _ in config.modes]
        if names and self._parts.modes.name not in names:
            self._parts.modes.change(names[0])

    def _findings(self) -> list[Finding]:
        """Return which of its mappings never fire as things are now, each with its place."""
        config = self.loaded.config if self.loaded is not None else None
        places: dict[int, MappingSpec] = {}
        for one, spec in zip(self._wanted, config.mappings if config else (), strict=True):
            mapping: Mapping | None = one.handle.mapping if one.handle else None
            if mapping is not None:
                places[mapping.number] = spec
        table = self._parts.modes.table
        found = report.findings(table, table.modes, self._parts.plugins)
        return [
            Finding(WARNING, places[mapping.number].path, f"{kind}: {why}")
            for kind, mapping, why in found
            if mapping.number in places and kind != report.CLASHING
        ]

    def _connect(self, config: Config) -> list[str]:
        """Connect to the devices that it names; one that is not there is waited for."""
        wanted = [] if config.device is None else [config.device]
        wanted += [DeviceSpec(name) for name in config.devices]
        self._forget_devices({one.name for one in wanted})
        return [line for one in wanted for line in self._connect_one(one)]

    def _forget_devices(self, wanted: set[str]) -> None:
        """Wait no longer for what only the file before named."""
        for name in self._awaited - wanted:
            if name in self._parts.ports.waiting():
                self._parts.ports.disconnect(name)
        self._awaited &= wanted

    def _connect_one(self, device: DeviceSpec) -> list[str]:
        if not device.auto_connect or not (device.name or device.port is not None):
            return []
        ports, wanted = self._parts.ports, device.name
        try:
            try:
                name = ports.connect(wanted, reconnect=device.auto_reconnect)
            except PortNotFound:
                if device.port is None:
                    raise
                name = ports.connect(device.port, reconnect=device.auto_reconnect)
        except PortError as error:
            if wanted and device.auto_reconnect:
                ports.expect(wanted)
                self._awaited.add(wanted)
                return [f"device {wanted!r} is not there yet; it is connected when it comes"]
            return [f"device {wanted!r}: {error}"]
        self._parts.pump.wake()
        return [f"device: {name}"]

    def _reload(self, path: Path) -> None:
        """Take over a saved file, or say why not; the old one stays then."""
        monitor = self._parts.monitor
        began = self._now()
        loaded = self._loader.load(path)
        loaded.file = self.loaded.file if self.loaded else loaded.file
        if loaded.text is not None and self.loaded and loaded.text == self.loaded.text:
            self._refused = None
            return
        try:
            table = self._commit(loaded, began)
        except ConfigError as error:
            self._refused = loaded
            monitor.counters["configurations refused"] += 1
            monitor.notice(f"{error}; the one before stays in force", about=str(path))
        except Exception as error:
            monitor.notice(f"{path.name} is not in force: {error}", about=str(path))
        else:
            monitor.counters["configurations reloaded"] += 1
            mapped = counted(len(loaded.config.mappings) if loaded.config else 0, "mapping")
            rows = len(table.rows)
            warned = f", {counted(rows, 'warning')}: midi.config() tells" if rows else ""
            said = [f"{path.name} is in force: {mapped}{warned}", *table.remarks]
            monitor.notice("; ".join(said), about=str(path))

    def _log_to(self, level: str | None, file: str | None) -> list[str]:
        if self._level is None:
            self._level = _LOGGER.level
        handler, self._handler = self._handler, None
        if handler is not None:
            _LOGGER.removeHandler(handler)
            handler.close()
        _LOGGER.setLevel(self._level if level is None else _LEVELS[level])
        if file is None:
            return []
        try:
            handler = logging.FileHandler(Path(file).expanduser(), encoding="utf-8")
        except (OSError, ValueError) as error:
            return [f"nothing is logged: {error}"]
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        _LOGGER.addHandler(handler)
        self._handler = handler
        return []


def _wanted(spec: MappingSpec) -> WantedMapping:
    wanted = WantedMapping(
        spec.trigger, spec.action, spec.mode, spec.name or None, spec.all, spec.port
    )
    wanted.handle = MappingHandle(wanted, lambda _handle: None)
    return wanted


def _table(loaded: Loaded, findings: Sequence[Finding] = (), remarks: Sequence[str] = ()) -> Table:
    also = Loaded(loaded.config, findings, loaded.text, loaded.file)
    problems = sorted(loaded.problems + also.problems, key=lambda one: (one.line, one.column))
    config = loaded.config
    name = Path(loaded.file).name or "configuration"
    if config is None:
        title = f"{name} can not be loaded"
    else:
        mappings = counted(len(config.mappings), "mapping")
        title = f"{name}: {mappings} in {counted(len(config.modes), 'mode')}"
    rows = [_row(one) for one in problems]
    return Table(title, ("", "line", "where", "what") if rows else (), rows, remarks)


def _row(problem: Problem) -> tuple[Any, ...]:
    return problem.severity, problem.line or "", problem.path, problem.text
