"""From a file or text to a `Config`, and everything that there is to say about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from midimon_live.actions import Action
from midimon_live.config.places import Places
from midimon_live.config.problems import (
    Finding,
    Path,
    Problem,
    Report,
    did_you_mean,
    listed,
    path_text,
    shown,
)
from midimon_live.config.text import decoded, parsed, read_text
from midimon_live.errors import InvalidValue
from midimon_live.triggers import Trigger


@dataclass(frozen=True, slots=True)
class MappingSpec:
    """A mapping as a file has it.

    Attributes:
        trigger: what it listens for.
        action: what it does.
        mode: the mode it belongs to; None is global.
        name: its description.
        all: whether the search goes on after it fired.
        port: a part of the name of the port it listens to; None is any.
        path: where it stands in the file.
    """

    trigger: Trigger
    action: Action
    mode: str | None = None
    name: str = ""
    all: bool = False
    port: str | None = None
    path: Path = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """The controller that a file is for; see `midimon_live.config.models.Device`."""

    name: str = ""
    port: int | None = None
    auto_connect: bool = True
    auto_reconnect: bool = True


@dataclass(frozen=True, slots=True)
class Config:
    """What a file says, checked and built.

    Attributes:
        device: the controller, if it names one.
        devices: names of further ones.
        modes: name → colour or None, in order.
        mappings: in order.
        log_level: "info", ... or None.
        log_file: where notices are added, or None.
    """

    device: DeviceSpec | None = None
    devices: tuple[str, ...] = ()
    modes: tuple[tuple[str, str | None], ...] = ()
    mappings: tuple[MappingSpec, ...] = ()
    log_level: str | None = None
    log_file: str | None = None


class Loaded:
    """A file that was read.

    Attributes:
        config: what it says; None where an error stopped the load.
        text: the file's text; None where it could not be read.
        file: its name, or "".
    """

    def __init__(
        self,
        config: Config | None,
        findings: Iterable[Finding],
        text: str | None,
        file: str,
    ) -> None:
        self.config = config
        self.text = text
        self.file = file
        self._findings = list(findings)
        self._places: Places | None = None

    @property
    def problems(self) -> list[Problem]:
        """All there is to say, in the order of the file."""
        found = [self._problem(one) for one in self._findings]
        return sorted(found, key=lambda one: (one.line, one.column))

    @property
    def failed(self) -> bool:
        """Whether it was not loaded."""
        return self.config is None

    def line(self, path: Path) -> int:
        """Return the line, from 1, of what stands at a path; 0 where there is no text."""
        return self._located(path)[0] if self.text is not None else 0

    def add(self, findings: Iterable[Finding]) -> None:
        """Add what was found later."""
        self._findings += findings

    def _problem(self, finding: Finding) -> Problem:
        line, column = finding.place or (0, 0)
        if not line and self.text is not None and not finding.path:
            line, column = 1, 1  # places are only for what the parser has accepted
        elif not line and self.text is not None:
            line, column = self._located(finding.path)
        path = path_text(finding.path)
        return Problem(finding.severity, self.file, line, column, path, finding.text)

    def _located(self, path: Path) -> tuple[int, int]:
        if self._places is None:
            self._places = Places(self.text or "")
        return self._places.find(path)


Builders = Mapping[str, Mapping[str, Callable[..., Any]]]


class Loader:
    """Reads configurations; a mapping that is as it was last time is taken over as it was built.

    Args:
        others: returns the builders that packages have added: "trigger", "action", "condition" →
            type → builder.
    """

    def __init__(self, others: Callable[[], Builders] = dict) -> None:
        self._others = others
        self._built: dict[str, tuple[MappingSpec, ...]] = {}

    def load(self, path: FilePath) -> Loaded:
        """Read a file. Nothing is created or changed, and nothing is raised."""
        report = Report()
        text = read_text(path, report)
        if text is None:
            return Loaded(None, report.findings, None, str(path))
        return self._load(text, str(path), report)

    def loads(self, source: str | bytes, file: str = "") -> Loaded:
        """Read a text, or the bytes of a file."""
        report = Report()
        # a lone surrogate is no text, and is said to be none
        data = source.encode(errors="surrogatepass") if isinstance(source, str) else source
        text = decoded(data, report)
        if text is None:
            return Loaded(None, report.findings, None, file)
        return self._load(text, file, report)

    def _load(self, text: str, file: str, report: Report) -> Loaded:
        data = parsed(text, report)
        if data is None:
            return Loaded(None, report.findings, text, file)
        try:
            config = self._compiled(data, report)
        except Exception as error:  # whatever a file holds, loading it ends with a problem
            what = f"{type(error).__name__}: {error}"
            report.error((), f"midimon_live could not make sense of it ({what:.200}); simplify it")
            return Loaded(None, report.findings, text, file)
        return Loaded(None if report.failed else config, report.findings, text, file)

    def _compiled(self, data: dict[str, Any], report: Report) -> Config:
        from midimon_live.config import models
        from midimon_live.config.structure import structure
        from midimon_live.config.validate import validated

        parts = structure(data, report)
        sections = {
            key: validated(_adapter(model), parts.sections[key], report)
            for key, model in (
                ("device", models.Device),
                ("advanced_settings", models.Advanced),
                ("logging", models.Logging),
            )
            if key in parts.sections
        }
        advanced = sections.get("advanced_settings") or models.Advanced()
        modes = [validated(_adapter(models.Mode), one, report) for one in parts.modes]
        named = [validated(_adapter(models.NamedDevice), one, report) for one in parts.devices]
        devices = {one.id: one.name or one.id for one in named if one is not None}
        mappings = self._mappings(parts.mappings, advanced, devices, report)
        _check_modes([one.name for one in modes if one is not None], mappings, report)
        device, logging = sections.get("device"), sections.get("logging")
        return Config(
            device=None if device is None else DeviceSpec(**device.model_dump()),
            devices=tuple(devices.values()),
            modes=tuple((one.name, one.color) for one in modes if one is not None),
            mappings=mappings,
            log_level=None if logging is None else logging.level,
            log_file=None if logging is None else logging.file,
        )

    def _mappings(
        self,
        found: Iterable[tuple[str | None, Any, Path]],
        advanced: Any,
        devices: dict[str, str],
        report: Report,
    ) -> tuple[MappingSpec, ...]:
        from midimon_live.config.dialects import Normalizer
        from midimon_live.config.splits import spread

        normalizer = Normalizer(report, self._others())
        around = f"{advanced!r} {devices!r}"
        before, self._built = self._built, {}
        specs: list[MappingSpec] = []
        for mode, raw, at in found:
            key = f"{around} {mode!r} {raw!r}"
            known = before.get(key)
            if known is None:
                remarks = len(report.findings)
                nodes = [normalizer.mapping(one, at) for one in spread(raw, at, report)]
                made = [_spec(one, mode, advanced, devices, report) for one in nodes if one]
                built = tuple(spec for spec in made if spec is not None)
                known = built if len(report.findings) == remarks else None
            else:
                built = tuple(replace(spec, path=at) for spec in known)
            if known is not None:
                self._built[key] = known
            specs += built
        return tuple(specs)


@cache
def _adapter(model: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(model)


def _spec(
    node: Any, mode: str | None, advanced: Any, devices: dict[str, str], report: Report
) -> MappingSpec | None:
    """Return a mapping; trigger and action are both looked at, whatever is wrong with the other."""
    from midimon_live.config import models
    from midimon_live.config.build import action_of, trigger_of
    from midimon_live.config.validate import validated

    trigger, action = node.pop("trigger"), node.pop("action")
    listens = trigger and validated(_adapter(models.AnyTrigger), trigger, report)
    does = action and validated(_adapter(models.AnyAction), action, report)
    rest = validated(_adapter(models.MappingModel), node, report)
    if not (listens and does and rest):
        return None
    device = getattr(listens, "device", None)
    if devices and device is not None and not _is_known(device, devices):
        there = f"there are {listed([*devices])}{did_you_mean(device, devices)}"
        report.warn(
            trigger.place("device"), f"no device of [[devices]] is called {shown(device)}; {there}"
        )
    try:
        built = action_of(does)
    except InvalidValue as error:  # each of its parts was accepted; all of them together are not
        report.error(action.at, str(error))
        return None
    return MappingSpec(
        trigger=trigger_of(listens, advanced),
        action=built,
        mode=mode,
        name=rest.description,
        all=rest.all,
        port=None if device is None else devices.get(device, device),
        path=node.at,
    )


def _is_known(device: str, devices: dict[str, str]) -> bool:
    return device in devices or any(device.lower() in one.lower() for one in devices.values())


def _check_modes(names: list[str], mappings: Iterable[MappingSpec], report: Report) -> None:
    """Warn of modes that are changed to, or asked for, and do not exist."""
    if not names:
        return
    for spec in mappings:
        for line in spec.action.doubts(names):
            if line.startswith(("no mode is called", "there is no mode")):
                said = "did you mean" in line
                hint = "" if said else did_you_mean("".join(line.split("'")[1:2]), names)
                report.warn((*spec.path, "action"), f"{line}{hint}")
