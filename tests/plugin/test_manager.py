"""Lifecycle, checks, grants and statistics of plugins."""

import asyncio
from collections.abc import Callable

import pytest

from midimon_live import ActionPlugin, Capability, note, plugin
from midimon_live.changes import Change
from midimon_live.errors import (
    ExecutionError,
    InvalidValue,
    LoadError,
    PermissionDenied,
    PluginDisabled,
    PluginNotFound,
)
from midimon_live.magics import run
from midimon_live.mappings import Origin
from midimon_live.plugin.api import FunctionPlugin, snake_case
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.version import Kind, PluginState
from midimon_live.testing import TestSession, press, session


def logging(log: list[str], label: str = "", **attributes: object) -> type[ActionPlugin]:
    """Return a class called `blink` that logs its life."""

    class Blink(ActionPlugin):
        """Light up. And more."""

        def initialize(self):
            log.append(f"initialize{label}")

        def execute(self, params, context):
            log.append(f"execute{label}")

        def shutdown(self):
            log.append(f"shutdown{label}")

    for name, value in attributes.items():
        setattr(Blink, name, value)
    return Blink


def verdict(midi: TestSession) -> str:
    """Return how the last event's first mapping went."""
    return midi.traces(1)[0].steps[0].verdict


# life


def test_plugin_lives_in_order() -> None:
    """Initialised once before the first event, shut down once after the last."""
    log: list[str] = []
    with session() as midi:
        midi.map(note(36), logging(log))
        midi.play(press(36), press(36))
    assert log == ["initialize", "execute", "execute", "shutdown"]


def test_unloading_shuts_down_once() -> None:
    """Closing the session does not do it again; the name is gone."""
    log: list[str] = []
    with session() as midi:
        midi.activate(logging(log))
        midi.plugins.unload_plugin("blink")
        assert midi.plugins.list_loaded() == []
        with pytest.raises(PluginNotFound):
            midi.plugins.unload_plugin("blink")
    assert log == ["initialize", "shutdown"]


def test_unloading_cancels_async_handlers() -> None:
    """`shutdown` comes after their end, once, and the name is gone at once."""
    log: list[str] = []

    async def test() -> None:
        gate = asyncio.Event()

        async def execute(_self, _params, _context):
            await gate.wait()
            log.append("ended")

        with session() as midi:
            midi.map(note(36), logging(log, execute=execute))
            midi.play(press(36))
            midi.plugins.unload_plugin("blink")
            assert (log, midi.plugins.list_loaded()) == (["initialize"], [])
            gate.set()
            await midi.settled()

    asyncio.run(test())
    assert log == ["initialize", "shutdown"]


def test_new_version_takes_over_before_the_old_one_ends() -> None:
    """Built and initialised aside; `shutdown` of the old one comes last."""
    log: list[str] = []
    with session() as midi:
        midi.map(note(36), logging(log, " 1"))
        midi.activate(logging(log, " 2"))
        assert log == ["initialize 1", "initialize 2", "shutdown 1"]
        midi.play(press(36))
        assert log[3:] == ["execute 2"]


def test_old_version_is_shut_down_after_its_last_execution() -> None:
    """A plugin that replaces itself is not shut down while it runs."""
    log: list[str] = []
    with session() as midi:

        class Blink(ActionPlugin):
            def execute(self, params, context):
                midi.activate(logging(log, " 2"))
                log.append("still running")

            def shutdown(self):
                log.append("shutdown 1")

        midi.map(note(36), Blink)
        midi.play(press(36))
        assert log == ["initialize 2", "still running", "shutdown 1"]


@pytest.mark.parametrize("error", [ValueError("bad wiring"), SystemExit("bad wiring")])
def test_old_version_plays_on_when_the_new_one_fails_to_initialize(error: BaseException) -> None:
    """The error names the plugin, and what was raised."""
    log: list[str] = []

    def initialize(_self):
        raise error

    with session() as midi:
        midi.map(note(36), logging(log, " 1"))
        with pytest.raises(LoadError, match=r"^blink: not live: \w+: bad wiring") as caught:
            midi.activate(logging(log, " 2", initialize=initialize))
        assert caught.value.__cause__ is error
        midi.play(press(36))
    assert log == ["initialize 1", "execute 1", "shutdown 1"]


def test_failed_load_names_the_authors_line() -> None:
    """The file and line where `initialize` raised."""

    class Broken(ActionPlugin):
        def initialize(self):
            raise ValueError

        def execute(self, params, context):
            pass

    with session() as midi, pytest.raises(LoadError, match=r"\(test_manager\.py, line \d+\)"):
        midi.activate(Broken)


def test_what_was_staged_is_shut_down_when_another_plugin_fails() -> None:
    """The first was initialised already; it never becomes live, and is given its end."""
    log: list[str] = []

    class Broken(ActionPlugin):
        def initialize(self):
            raise ValueError

        def execute(self, params, context):
            pass

    with session() as midi:
        midi.begin(Change())
        midi.map(note(36), logging(log))
        midi.map(note(37), Broken)
        with pytest.raises(LoadError):
            midi.end(commit=True)
        assert log == ["initialize", "shutdown"]
        assert midi.plugins.list_loaded() == []


def test_class_without_execute_is_refused() -> None:
    """As Python refuses an abstract class."""

    class Lazy(ActionPlugin):
        pass

    with session() as midi, pytest.raises(LoadError, match=r"^lazy: .*Lazy has no execute"):
        midi.map(note(36), Lazy)


def test_error_in_shutdown_is_counted_and_the_plugin_is_gone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is shown to its author."""

    def shutdown(_self):
        raise OSError("already unplugged")

    with session() as midi:
        midi.activate(logging([], shutdown=shutdown))
        midi.plugins.unload_plugin("blink")
        assert midi.plugins.list_loaded() == []
    assert "already unplugged" in capsys.readouterr().err


def test_instance_keeps_its_state_while_it_is_mapped_twice() -> None:
    """Both mappings play one and the same."""

    class Counts(ActionPlugin):
        count = 0

        def execute(self, params, context):
            self.count += 1

    counter = Counts()
    with session() as midi:
        midi.map(note(36), counter)
        midi.map(note(37), counter)
        midi.play(press(36), press(37))
        assert midi.plugins.list_loaded() == ["counts"]
    assert counter.count == 2


# names


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("Blink", "blink"),
        ("MyHTTPPlugin", "my_http_plugin"),
        ("HTTP", "http"),
        ("Osc2Midi", "osc2_midi"),
        ("already_snake", "already_snake"),
    ],
)
def test_name_is_the_class_name_in_snake_case(name: str, snake: str) -> None:
    """Unless the class states one."""
    assert snake_case(name) == snake
    assert type(name, (ActionPlugin,), {}, abstract=True).name == snake


def test_name_is_not_inherited() -> None:
    """A subclass is another plugin, with a name and description of its own."""
    parent = logging([], name="stated", description="said")
    child = type("Child", (parent,), {}, abstract=True)
    assert (child.name, child.description) == ("child", "")


def test_functions_are_named_after_themselves() -> None:
    """Lambdas are numbered."""
    with session() as midi:
        midi.map(note(1), print)
        midi.map(note(2), lambda _context: None)
        midi.map(note(3), lambda _context: None)
        assert midi.plugins.list_loaded() == ["lambda", "lambda-2", "print()"]


def test_instances_of_one_class_are_told_apart() -> None:
    """By a number."""
    blink = logging([])
    with session() as midi:
        midi.map(note(1), blink())
        midi.map(note(2), blink())
        assert midi.plugins.list_loaded() == ["blink", "blink-2"]


def test_instance_takes_the_name_of_its_cell_when_that_runs_again() -> None:
    """It is the successor, not a second one."""
    blink = logging([])
    with session() as midi:
        for number in (1, 2):
            midi.begin(Change(Origin("cell", f"In [{number}]", number)))
            midi.map(note(1), blink())
            midi.end(commit=True)
        assert midi.plugins.list_loaded() == ["blink"]


@pytest.mark.parametrize(
    "act",
    [
        PluginManager.get_metadata,
        PluginManager.get_stats,
        PluginManager.enable_plugin,
        PluginManager.disable_plugin,
        PluginManager.unload_plugin,
        PluginManager.execute_plugin,
        lambda manager, name: manager.grant_capability(name, "midi"),
        lambda manager, name: manager.revoke_capability(name, "midi"),
    ],
)
def test_unknown_name_is_an_error_that_lists_the_known(
    act: Callable[[PluginManager, str], object],
) -> None:
    """In every method that takes one."""
    with session() as midi:
        midi.activate(logging([]))
        with pytest.raises(PluginNotFound, match="no plugin is called 'blonk'; there are: blink"):
            act(midi.plugins, "blonk")


# states


def test_metadata_says_what_is_known() -> None:
    """Name, version, description, state, kind, capabilities, origin."""
    origin = Origin("cell", "In [3]", 3)
    cls = logging([], version="1.2", capabilities={"midi", "filesystem"})
    with session() as midi:
        midi.begin(Change(origin))
        midi.end(commit=True, classes=[cls])
        info = midi.plugins.get_metadata("blink")
    assert (info.name, info.version, info.description) == ("blink", "1.2", "Light up. And more.")
    assert (info.state, info.kind, info.origin) == (PluginState.ENABLED, Kind.CLASS, origin)
    assert info.capabilities == {Capability.MIDI, Capability.FILESYSTEM}
    assert info.missing == {Capability.FILESYSTEM}


@pytest.mark.parametrize(
    ("source", "kind"),
    [(logging([]), Kind.CLASS), (logging([])(), Kind.INSTANCE), (print, Kind.FUNCTION)],
)
def test_metadata_says_how_a_plugin_came_to_be(source: object, kind: Kind) -> None:
    """Class, instance or function."""
    with session() as midi:
        handle = midi.map(note(36), source)
        assert midi.plugins.get_metadata(handle.mapping.plugin).kind is kind


def test_disabled_plugin_does_not_run_until_enabled() -> None:
    """It stays loaded, and the event says why nothing happened."""
    log: list[str] = []
    with session() as midi:
        midi.map(note(36), logging(log))
        midi.plugins.disable_plugin("blink")
        midi.play(press(36))
        assert midi.plugins.get_metadata("blink").state is PluginState.LOADED
        assert (verdict(midi), midi.counters()) == ("disabled", {"disabled": 1})
        midi.plugins.enable_plugin("blink")
        midi.play(press(36))
    assert log == ["initialize", "execute", "shutdown"]


def test_disabled_plugin_stays_so_when_its_cell_runs_again() -> None:
    """The state belongs to the name, until it is unloaded."""
    with session() as midi:
        midi.activate(logging([]))
        midi.plugins.disable_plugin("blink")
        midi.activate(logging([]))
        assert midi.plugins.get_metadata("blink").state is PluginState.LOADED
        midi.plugins.unload_plugin("blink")
        midi.activate(logging([]))
        assert midi.plugins.get_metadata("blink").state is PluginState.ENABLED


# executing by hand


def test_execute_plugin_hands_over_params_and_context() -> None:
    """Empty ones by default."""
    seen = []

    class Shows(ActionPlugin):
        def execute(self, params, context):
            seen.append((params, context.event))

    with session() as midi:
        midi.activate(Shows)
        midi.plugins.execute_plugin("shows", {"color": "red"})
        midi.plugins.execute_plugin("shows")
    assert seen == [({"color": "red"}, ""), ({}, "")]


def test_execute_plugin_raises_what_kept_it_from_running() -> None:
    """The cause is chained."""
    cause = ValueError("too bright")

    def execute(_self, _params, _context):
        raise cause

    with session() as midi:
        midi.activate(logging([], execute=execute, capabilities={"filesystem"}))
        with pytest.raises(PermissionDenied, match="%midi grant blink filesystem"):
            midi.plugins.execute_plugin("blink")
        midi.plugins.grant_capability("blink", "filesystem")
        with pytest.raises(ExecutionError, match="blink: ValueError: too bright") as caught:
            midi.plugins.execute_plugin("blink")
        assert caught.value.__cause__ is cause
        midi.plugins.disable_plugin("blink")
        with pytest.raises(PluginDisabled, match="blink: is disabled; %midi enable it"):
            midi.plugins.execute_plugin("blink")


# capabilities


@pytest.mark.parametrize("capability", list(Capability))
def test_low_risks_are_granted_when_declared_and_others_are_not(capability: Capability) -> None:
    """Checked before the plugin runs."""
    log: list[str] = []
    with session() as midi:
        midi.map(note(36), logging(log, capabilities={capability}))
        midi.play(press(36))
    assert ("execute" in log) == (capability.risk.value == "low")


def test_refusal_holds_the_line_that_would_grant_it() -> None:
    """Run as it stands, it does."""
    log: list[str] = []
    with session() as midi:
        midi.map(note(36), logging(log, capabilities={"filesystem"}))
        midi.play(press(36))
        error = midi.traces(1)[0].steps[0].error
        assert error.startswith("wants filesystem (high risk), not granted; to allow it: %midi ")
        run(midi, error.partition("%midi ")[2])
        midi.play(press(36))
    assert "execute" in log


def test_refusal_names_everything_that_is_missing() -> None:
    """A line for each."""
    with session() as midi:
        midi.map(note(36), logging([], capabilities={"filesystem", "subprocess", "midi"}))
        midi.play(press(36))
        assert (
            midi.traces(1)[0]
            .steps[0]
            .error.endswith("%midi grant blink filesystem; %midi grant blink subprocess")
        )


def test_refusal_is_counted_apart_from_failures() -> None:
    """It is no execution."""
    with session() as midi:
        midi.map(note(36), logging([], capabilities={"filesystem"}))
        midi.play(press(36), press(36))
        stats = midi.plugins.get_stats("blink")
    assert (stats.denied, stats.executions, stats.failures) == (2, 0, 0)


def test_revoking_is_in_force_at_the_next_execution() -> None:
    """Also for what was granted by itself; granting brings it back."""
    log: list[str] = []
    with session() as midi:
        midi.map(note(36), logging(log, capabilities={"midi"}))
        for act in (midi.plugins.revoke_capability, midi.plugins.grant_capability):
            act("blink", "midi")
            midi.play(press(36))
            log.append(verdict(midi))
    assert log == ["initialize", "denied", "execute", "ok", "shutdown"]


def test_revoking_survives_the_cell_that_runs_again() -> None:
    """Declaring it anew does not bring a Low one back."""
    with session() as midi:
        midi.map(note(36), logging([], capabilities={"midi"}))
        midi.plugins.revoke_capability("blink", "midi")
        midi.activate(logging([], capabilities={"midi"}))
        midi.play(press(36))
        assert verdict(midi) == "denied"


def test_grant_survives_the_cell_that_runs_again() -> None:
    """It belongs to the plugin's name."""
    with session() as midi:
        midi.map(note(36), logging([], capabilities={"filesystem"}))
        midi.plugins.grant_capability("blink", "filesystem")
        midi.activate(logging([], capabilities={"filesystem"}))
        midi.play(press(36))
        assert verdict(midi) == "ok"


def test_wider_declaration_asks_again() -> None:
    """What was granted before does not cover what is new."""
    with session() as midi:
        midi.map(note(36), logging([], capabilities={"filesystem"}))
        midi.plugins.grant_capability("blink", "filesystem")
        midi.activate(logging([], capabilities={"filesystem", "subprocess"}))
        midi.play(press(36))
        assert verdict(midi) == "denied"


def test_granting_what_is_not_declared_is_an_error() -> None:
    """The text says what is."""
    with session() as midi:
        midi.activate(logging([], capabilities={"midi"}))
        with pytest.raises(InvalidValue, match="blink does not declare audio; it declares midi"):
            midi.plugins.grant_capability("blink", "audio")


def test_revoking_what_is_not_declared_holds_for_later() -> None:
    """A version that declares it is refused."""
    with session() as midi:
        midi.map(note(36), logging([]))
        midi.plugins.revoke_capability("blink", "network")
        midi.play(press(36))
        assert verdict(midi) == "ok"
        midi.activate(logging([], capabilities={"network"}))
        midi.play(press(36))
        assert verdict(midi) == "denied"


def test_nothing_is_granted_by_itself_when_that_is_switched_off() -> None:
    """Then Low ones are asked for, too."""
    with session() as midi:
        midi.plugins.grants.auto_grant_safe = False
        midi.map(note(36), logging([], capabilities={"midi"}))
        midi.play(press(36))
        assert verdict(midi) == "denied"


def test_declaration_is_read_when_the_plugin_is_built() -> None:
    """A plugin can not drop what it declares to get past the check."""

    class Sly(ActionPlugin):
        capabilities = frozenset({Capability.FILESYSTEM})

        def initialize(self):
            self.capabilities = frozenset()

        def execute(self, params, context):
            raise AssertionError

    with session() as midi:
        midi.map(note(36), Sly)
        midi.play(press(36))
        assert verdict(midi) == "denied"


# statistics


def test_stats_are_zero_before_the_first_execution() -> None:
    """And nothing has failed."""
    with session() as midi:
        midi.activate(logging([]))
        stats = midi.plugins.get_stats("blink")
    assert (stats.executions, stats.success_rate, stats.avg_us, stats.p99_us) == (0, 1.0, 0.0, 0.0)
    assert (stats.last_execution_ms, stats.last_error) == (None, "")


def test_stats_measure_the_time_in_execute() -> None:
    """1 to 100 ms: mean and nearest ranks, in microseconds; the last moment on the wall."""
    with session() as midi:

        def takes(context):
            midi.clock.move_to(midi.clock.now() + context.velocity / 1000)

        handle = midi.map(note(36), takes)
        midi.play(*(press(36, velocity=ms) for ms in range(1, 101)))
        stats = midi.plugins.get_stats(handle.mapping.plugin)
        last = midi.clock.epoch_ms(midi.traces(1)[0].event.time)
    assert stats.executions == 100
    ranks = (stats.avg_us, stats.p50_us, stats.p95_us, stats.p99_us)
    assert ranks == pytest.approx((50_500, 50_000, 95_000, 99_000))
    assert stats.last_execution_ms == last


def test_stats_count_failures_and_keep_the_last_error() -> None:
    """The success rate is the share that did not raise."""
    with session() as midi:

        def picky(context):
            if context.velocity > 75:
                raise ValueError(context.velocity)

        handle = midi.map(note(36), picky)
        midi.play(*(press(36, velocity=step) for step in (25, 50, 75, 100)))
        stats = midi.plugins.get_stats(handle.mapping.plugin)
    assert (stats.executions, stats.failures, stats.success_rate) == (4, 1, 0.75)
    assert stats.last_error.startswith("ValueError: 100 (test_manager.py, line ")


def test_stats_are_a_snapshot() -> None:
    """What happens later does not change it, nor can the reader."""
    with session() as midi:
        midi.map(note(36), logging([]))
        midi.play(press(36))
        before = midi.plugins.get_stats("blink")
        midi.play(press(36))
        assert before.executions == 1
    with pytest.raises(AttributeError):
        before.executions = 5


def test_stats_survive_a_new_version() -> None:
    """And an unloading."""
    with session() as midi:
        midi.map(note(36), logging([]))
        midi.play(press(36))
        midi.activate(logging([]))
        midi.play(press(36))
        midi.plugins.unload_plugin("blink")
        midi.activate(logging([]))
        assert midi.plugins.get_stats("blink").executions == 2


def test_stats_of_async_handlers_include_their_whole_time() -> None:
    """From the event to the end of the coroutine."""
    with session() as midi:

        async def slowly(_context):
            midi.clock.move_to(2.0)

        handle = midi.map(note(36), slowly)
        midi.play(press(36))
        assert midi.plugins.get_stats(handle.mapping.plugin).avg_us == 2_000_000


def test_params_belong_to_the_mapping_not_to_the_plugin() -> None:
    """Two mappings of one plugin keep their own."""
    seen = []

    class Shows(ActionPlugin):
        def execute(self, params, context):
            seen.append(params["color"])

    with session() as midi:
        midi.map(note(36), plugin(Shows, color="red"))
        midi.map(note(37), plugin(Shows, color="blue"))
        midi.play(press(37), press(36))
    assert seen == ["blue", "red"]


def test_function_is_described_by_its_docstring() -> None:
    """By the first line of it."""

    def hit(_context):
        """Hit it.

        Hard.
        """

    assert FunctionPlugin("hit()", hit).description == "Hit it."
