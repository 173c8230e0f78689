"""Hooks: what is offered is used, who listens is told, and what they raise hurts nobody."""

import time
from pathlib import Path
from typing import Any

import pytest

from midimon_live import ActionPlugin, Capability, note, send
from midimon_live.backends.virtual import VirtualBackend
from midimon_live.conditions import mode_is
from midimon_live.errors import InvalidValue
from midimon_live.panels.base import Panel
from midimon_live.plugin.hooks import HOOKS, hookimpl
from midimon_live.sessions import Session
from midimon_live.show import Table
from midimon_live.testing import press, session
from midimon_live.triggers import note as pressed


class Offers:
    """Add a word of each kind."""

    @hookimpl
    def midimon_actions(self) -> dict[str, Any]:
        """Offer an action."""
        return {"Bell": lambda pitch=72: send("note_on", note=pitch, duration_ms=10)}

    @hookimpl
    def midimon_triggers(self) -> dict[str, Any]:
        """Offer a trigger."""
        return {"Kick": lambda: pressed(36)}

    @hookimpl
    def midimon_conditions(self) -> dict[str, Any]:
        """Offer a condition."""
        return {"AtHome": lambda: mode_is("Default")}

    @hookimpl
    def midimon_plugins(self) -> dict[str, Any]:
        """Offer a plugin."""
        return {"offered": Offered}


class Offered(ActionPlugin, abstract=True):
    """Be found by discovery."""

    name = "offered"

    def execute(self, params: Any, context: Any) -> None:
        """Do nothing."""


FILE = """
[[global_mappings]]
trigger = { type = "Kick" }

[global_mappings.action]
type = "Conditional"
condition = { type = "AtHome" }
then_action = { type = "Bell", pitch = 80 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration with words of a package."""
    path = tmp_path / "pads.toml"
    path.write_text(FILE)
    return path


def test_words_of_packages_are_used_in_files(file: Path) -> None:
    """As types of triggers, actions and conditions; without the package they are unknown."""
    with session() as midi:
        with pytest.raises(Exception, match="there is no trigger 'Kick'"):
            midi.config(file)
        midi.hooks.register(Offers())
        midi.config(file)
        midi.play(press(36))
        assert [one.note for one in midi.sent] == [80]


def test_what_a_builder_refuses_is_a_problem_with_its_line(file: Path) -> None:
    """Wrong arguments, and something that can not stand there."""
    with session() as midi:
        midi.hooks.register(Offers())
        for wrong in ('"Bell", volume = 3', '"Bell", pitch = 200'):
            file.write_text(FILE.replace('"Bell", pitch = 80', wrong))
            (problem,) = midi.config(file, check=True).rows
            assert (problem[0], problem[1]) == ("error", "8")


def test_plugins_of_packages_are_discovered() -> None:
    """And loaded like others."""
    with session() as midi:
        midi.hooks.register(Offers())
        midi.plugins.discover_plugins()
        assert midi.plugins.list_available() == ["offered"]
        midi.plugins.load_plugin("offered")
        midi.plugins.execute_plugin("offered")


def test_a_capability_of_a_package_is_asked_for_by_its_library() -> None:
    """Declared, granted, with a scope; and refused like any other without."""

    class Lights:
        """Offer one."""

        @hookimpl
        def midimon_capabilities(self) -> dict[str, Any]:
            """Offer a capability, and one that can be none."""
            return {"lights": ("high", "switch the stage lights"), "Bad Name": ("low", "x")}

    class Dimmer(ActionPlugin, abstract=True):
        """Ask for the lights."""

        name = "dimmer"
        capabilities = {"lights"}

        def execute(self, params: Any, context: Any) -> None:
            """Ask."""
            self.host.require("lights:stage")

    try:
        with session() as midi:
            midi.hooks.register(Lights())
            assert "'Bad Name' is not added" in repr(midi.status())
            midi.map(note(36), Dimmer())
            midi.play(press(36))
            midi.plugins.grant_capability("dimmer", "lights:stage")
            midi.play(press(36))
            midi.plugins.deny_capability("dimmer", "lights:stage")
            midi.play(press(36))
            assert [trace.steps[0].verdict for trace in midi.traces()] == ["denied", "ok", "failed"]
    finally:
        Capability.known.pop("lights", None)


def test_a_backend_of_a_package_is_opened() -> None:
    """By the name that is asked for."""

    class Backends:
        """Offer one."""

        @hookimpl
        def midimon_backends(self) -> dict[str, Any]:
            """Open a second virtual system."""
            return {"paper": lambda clock: VirtualBackend(clock, lambda: None)}

    midi = Session(backend="paper", home=None)
    try:
        assert "no backend 'paper'" in repr(midi.ports())
        midi.hooks.register(Backends())
        end = time.monotonic() + 10
        while "no backend" in repr(midi.ports()):  # it looks again once in a while
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        midi.close()


def test_listeners_are_told_of_everything() -> None:
    """Events, executions, decisions and new versions; and no more once they are unregistered."""
    told: list[tuple[str, Any]] = []

    class Listens:
        """Write down what it is told."""

        @hookimpl
        def midimon_event(self, trace: Any) -> None:
            """An event."""
            told.append(("event", trace.verdict))

        @hookimpl
        def midimon_executed(self, plugin: str, verdict: str, error: str) -> None:
            """An execution."""
            told.append(("executed", (plugin, verdict, error)))

        @hookimpl
        def midimon_decision(self, entry: Any) -> None:
            """A decision."""
            told.append(("decision", (entry.scope, entry.verdict)))

        @hookimpl
        def midimon_reloaded(self, plugin: str, version: str) -> None:
            """A version."""
            told.append(("reloaded", (plugin, version)))

    with session() as midi:
        listener = Listens()
        midi.hooks.register(listener)
        midi.map(note(36), Offered())
        midi.play(press(36))
        midi.plugins.revoke_capability("offered", "midi")
        midi.hooks.unregister(listener)
        midi.play(press(36))
    assert told == [
        ("reloaded", ("offered", "0.1.0")),
        ("executed", ("offered", "ok", "")),
        ("event", "fired"),
        ("decision", ("midi", "revoked")),
    ]


def test_a_hook_that_raises_is_noticed_and_nothing_else_happens() -> None:
    """The event is handled, the other listener told."""
    told: list[str] = []

    class Raises:
        """Raise."""

        @hookimpl
        def midimon_event(self) -> None:
            """Raise."""
            raise RuntimeError("mine")

    class Listens:
        """Listen."""

        @hookimpl
        def midimon_event(self) -> None:
            """Listen."""
            told.append("event")

    with session() as midi:
        midi.hooks.register(Listens())
        midi.hooks.register(Raises())
        midi.play(press(36))
        assert told == ["event"]
        assert "midimon_event raised RuntimeError: mine" in repr(midi.status())


def test_a_hook_with_other_arguments_is_refused() -> None:
    """When it is registered."""

    class Wrong:
        """Ask for what there is not."""

        @hookimpl
        def midimon_event(self, colour: str) -> None:
            """Want a colour."""

    with session() as midi, pytest.raises(InvalidValue, match="not registered"):
        midi.hooks.register(Wrong())


def test_a_panel_of_a_package() -> None:
    """Asked for by its name, as those that are built in."""

    class Shows:
        """Offer it."""

        @hookimpl
        def midimon_panels(self) -> dict[str, Any]:
            """By the name that it has."""
            return {"mine": Mine}

    class Mine(Panel):
        """Show nothing but a line."""

        name = "mine"

        @property
        def _esm(self) -> str:
            return "export default { render() {} }"

        _css = ""

        def table(self) -> Table:
            """Return the line."""
            return Table("my own", (), ())

    with session() as midi:
        midi.hooks.register(Shows())
        assert repr(midi.panel("mine")) == "my own"
        assert midi.panel("mine") is midi.panel("mine")


def test_every_hook_is_tested_here() -> None:
    """By name; one that is added needs a test."""
    text = Path(__file__).read_text("utf-8")
    assert [one for one in HOOKS if f"def {one}(" not in text] == []
