"""What a plugin's author met, and must not meet again."""

import threading
from pathlib import Path
from typing import Any

import pytest

from midimon_live import ActionPlugin, TriggerPlugin, note, plugin, plugin_event
from midimon_live.errors import InvalidPlugin, InvalidValue, LoadError, PermissionDenied
from midimon_live.magics import run
from midimon_live.plugin.hooks import hookimpl
from midimon_live.plugin.version import PluginState
from midimon_live.scopes import scope
from midimon_live.sessions import Session
from midimon_live.testing import press, session

CODE = """
from midimon_live import ActionPlugin

class Mine(ActionPlugin):
    def execute(self, params, context):
        {execute}
    def initialize(self):
        {initialize}
    def shutdown(self):
        {shutdown}
    def later(self):
        self.host.midi.send("note_on", note=99)
"""
COUNTING = "self.host.state['n'] = self.host.state.get('n', 0) + 1"


def put(home: Path, name: str, capabilities: str = "", folder: str = "", **code: str) -> Path:
    """Write a plugin into the folder of plugins."""
    where = home / "plugins" / (folder or name)
    where.mkdir(parents=True, exist_ok=True)
    manifest = f'[plugin]\nname = "{name}"\nversion = "1"\n[plugin.capabilities]\n{capabilities}\n'
    (where / "plugin.toml").write_text(manifest, "utf-8")
    bodies = {"execute": "pass", "initialize": "pass", "shutdown": "pass"} | code
    (where / "plugin.py").write_text(CODE.format(**bodies), "utf-8")
    return where


def load(midi: Any, *names: str) -> None:
    """Discover and load plugins."""
    midi.plugins.discover_plugins()
    for name in names:
        midi.plugins.load_plugin(name)


def may(midi: Any, name: str, wanted: str) -> bool:
    """Tell whether a plugin may do that now."""
    return bool(midi.plugins.get_metadata(name).rights.allows(scope(wanted)))


# state


def test_state_is_there_in_the_next_session(tmp_path: Path) -> None:
    """Though a plugin that declares nothing may not read the file itself."""
    put(tmp_path, "a", execute=COUNTING)
    for runs in (1, 2, 3):
        with session(tmp_path) as midi:
            load(midi, "a")
            midi.map(note(1), plugin("a"))
            midi.play(press(1))
            assert midi.plugins.get_stats("a").last_error == ""
            assert dict(midi.plugins.get_state("a")) == {"n": runs}


@pytest.mark.parametrize("text", ["[" * 100_000, "[1]", "null", '{"a":', ""])
def test_state_that_can_not_be_read_is_set_aside(tmp_path: Path, text: str) -> None:
    """And the plugin begins with none."""
    put(tmp_path, "a", execute=COUNTING)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "a.json").write_text(text, "utf-8")
    with session(tmp_path) as midi:
        load(midi, "a")
        midi.plugins.execute_plugin("a")
        assert dict(midi.plugins.get_state("a")) == {"n": 1}
    assert (tmp_path / "state" / "a.json.corrupt-1").read_text("utf-8") == text


def test_state_of_a_cell_is_kept_once_the_plugin_is_a_folder(tmp_path: Path) -> None:
    """A plugin begins in a cell, and moves."""

    class Mine(ActionPlugin):
        """Count."""

        name = "a"

        def execute(self, params: Any, context: Any) -> None:
            """Set it."""
            self.host.state["n"] = 1

    put(tmp_path, "a", execute=COUNTING)
    with session(tmp_path) as midi:
        midi.map(note(1), Mine)
        midi.play(press(1))
        load(midi, "a")
        midi.play(press(1))
    with session(tmp_path) as midi:
        load(midi, "a")
        assert dict(midi.plugins.get_state("a")) == {"n": 2}


def test_state_and_events_say_that_data_is_too_deep(tmp_path: Path) -> None:
    """In words, for whatever depth."""
    deep = "x = []\n        for _ in range(100_000): x = [x]\n        "
    put(tmp_path, "a", execute=f"{deep}self.host.state['x'] = x")
    put(tmp_path, "b", execute=f"{deep}self.host.emit('x', x=x)")
    with session(tmp_path) as midi:
        load(midi, "a", "b")
        midi.map(note(1), plugin("a"))
        midi.map(note(2), plugin("b"))
        midi.play(press(1), press(2))
        assert "nested too deep" in midi.plugins.get_stats("a").last_error
        assert "nested too deep" in midi.plugins.get_stats("b").last_error


def test_what_shutdown_keeps_and_does_counts_as_before_it(tmp_path: Path) -> None:
    """At unload and at the end of the session: its state is kept, and the guard looks on."""
    writes = f"open({str(tmp_path / 'x')!r}, 'w').close()"
    put(tmp_path, "a", shutdown=f"self.host.state['bye'] = 1; {writes}")
    for end in ("unload", "close"):
        midi = Session(backend="virtual", home=tmp_path)
        load(midi, "a")
        midi.plugins.get_state("a").clear()
        if end == "unload":
            midi.plugins.unload_plugin("a")
            midi.plugins.load_plugin("a")
            midi.settle()
            assert dict(midi.plugins.get_state("a")) == {"bye": 1}
        midi.close()
        assert '"bye": 1' in (tmp_path / "state" / "a.json").read_text("utf-8")
        assert not (tmp_path / "x").exists()


# versions that do not come into force


def test_nothing_is_left_of_a_version_whose_initialize_raised(tmp_path: Path) -> None:
    """Neither what it scheduled, nor the notes it began."""
    begin = "self.host.midi.send('note_on', note=5); self.host.schedule(0.1, self.later); 1/0"
    put(tmp_path, "a", "midi = true", initialize=begin)
    with session(tmp_path) as midi:
        with pytest.raises(LoadError):
            load(midi, "a")
        midi.advance(1)
        assert [(one.type, one.note) for one in midi.sent] == [("note_on", 5), ("note_off", 5)]


def test_a_reload_that_fails_changes_no_right(tmp_path: Path) -> None:
    """The version that plays on declares what it did, and was granted what it was."""
    put(tmp_path, "a", "filesystem = true\nmidi = true")
    with session(tmp_path) as midi:
        load(midi, "a")
        midi.plugins.grant_capability("a", "filesystem")
        put(tmp_path, "a", "network = true", initialize="1/0")
        with pytest.raises(LoadError):
            midi.plugins.reload_plugin("a")
        midi.plugins.set_auto_grant_safe(True)
        assert may(midi, "a", "filesystem:read:/x")
        assert may(midi, "a", "midi")
        assert not may(midi, "a", "network")


def test_a_load_that_fails_disables_nothing(tmp_path: Path) -> None:
    """Also where it was to be loaded without being enabled."""
    put(tmp_path, "a")
    with session(tmp_path) as midi:
        load(midi, "a")
        put(tmp_path, "a", initialize="1/0")
        with pytest.raises(LoadError):
            midi.plugins.load_plugin("a", enable=False)
        assert midi.plugins.get_metadata("a").state is PluginState.ENABLED


def test_a_folder_that_was_renamed_does_not_take_the_place_of_another(tmp_path: Path) -> None:
    """What is loaded is what was asked for."""
    put(tmp_path, "a")
    put(tmp_path, "b")
    with session(tmp_path) as midi:
        load(midi, "a", "b")
        put(tmp_path, "b", folder="a")
        with pytest.raises(InvalidPlugin, match="calls it b now"):
            midi.plugins.load_plugin("a")


def test_a_data_folder_that_can_not_be_made_is_a_load_error(tmp_path: Path) -> None:
    """And not whatever the system raises."""
    put(tmp_path, "a")
    (tmp_path / "data").write_text("", "utf-8")
    with session(tmp_path) as midi, pytest.raises(LoadError, match="data folder"):
        load(midi, "a")


# grants


def test_what_is_denied_stays_denied_for_other_files(tmp_path: Path) -> None:
    """In later sessions too, and when something else is granted meanwhile."""
    put(tmp_path, "a", "filesystem = true\nsubprocess = true")
    with session(tmp_path) as midi:
        load(midi, "a")
        midi.plugins.deny_capability("a", "subprocess")
        put(tmp_path, "a", "filesystem = true\nsubprocess = true", execute="None")
        midi.plugins.reload_plugin("a")
        midi.plugins.grant_capability("a", "filesystem")
    with session(tmp_path) as midi:
        load(midi, "a")
        assert scope("subprocess") in midi.plugins.get_metadata("a").rights.denied


def test_what_another_process_has_denied_is_not_written_over(tmp_path: Path) -> None:
    """Each writes what it changes."""
    put(tmp_path, "a", "filesystem = true\nsubprocess = true")
    with session(tmp_path) as one, session(tmp_path) as other:
        load(one, "a")
        load(other, "a")
        one.plugins.deny_capability("a", "subprocess")
        other.plugins.grant_capability("a", "filesystem")
    with session(tmp_path) as midi:
        load(midi, "a")
        assert scope("subprocess") in midi.plugins.get_metadata("a").rights.denied
        assert may(midi, "a", "filesystem:read:/x")


def test_granting_for_once_takes_nothing_back(tmp_path: Path) -> None:
    """What was granted for longer stays."""
    put(tmp_path, "a", "filesystem = true")
    with session(tmp_path) as midi:
        load(midi, "a")
        midi.plugins.grant_capability("a", "filesystem")
        midi.plugins.grant_capability("a", "filesystem", until="once")
        midi.plugins.execute_plugin("a")
        midi.plugins.execute_plugin("a")
    with session(tmp_path) as midi:
        load(midi, "a")
        assert midi.plugins.refusal("a") == ""


def test_granting_for_once_ends_with_an_async_execution(tmp_path: Path) -> None:
    """As it does with any other."""
    where = put(tmp_path, "a", "filesystem = true")
    code = (where / "plugin.py").read_text("utf-8").replace("def execute", "async def execute")
    (where / "plugin.py").write_text(code, "utf-8")
    midi = Session(backend="virtual", home=tmp_path)
    load(midi, "a")
    midi.plugins.grant_capability("a", "filesystem", until="once")
    midi.map(note(1), plugin("a"))
    midi.virtual.press(1)
    midi.settle()
    refusal = midi.plugins.refusal("a")
    midi.close()
    assert "not granted" in refusal


def test_nothing_is_granted_for_once_to_what_is_not_executed() -> None:
    """It would never be used up."""

    class Ticks(TriggerPlugin):
        """Make no events."""

        capabilities = frozenset({"filesystem"})

    with session() as midi:
        midi.activate(Ticks)
        with pytest.raises(InvalidValue, match="allowed are session, always"):
            midi.plugins.grant_capability("ticks", "filesystem", until="once")


def test_what_is_said_of_grants_is_so(tmp_path: Path) -> None:
    """Revoking a part of a whole, granting what is denied, and where relative paths lead."""
    put(tmp_path, "a", 'network = true\nfilesystem = { read = ["in"] }')
    data = tmp_path / "data" / "a" / "in"
    with session(tmp_path) as midi:
        midi.plugins.discover_plugins()
        assert str(data) in str(run(midi, "discover"))
        load(midi, "a")
        with pytest.raises(InvalidValue, match="to refuse that part: %midi deny a network"):
            midi.plugins.revoke_capability("a", "network:x.org")
        assert f"may use filesystem:read:{data}" in str(run(midi, "grant a filesystem:read:in"))
        with pytest.raises(InvalidValue, match="session, always"):
            midi.plugins.deny_capability("a", "network", until="once")
        midi.plugins.deny_capability("a", "network")
        assert "may not use it: denied" in str(run(midi, "grant a network:x.org"))


def test_grants_are_not_moved_away_where_the_system_can_not_read_them(tmp_path: Path) -> None:
    """The file may be whole, and is neither set aside nor written over."""
    put(tmp_path, "a", "filesystem = true")
    (tmp_path / "grants.toml").mkdir()
    with session(tmp_path) as midi:
        load(midi, "a")
        with pytest.raises(InvalidValue, match="can not be kept"):
            midi.plugins.grant_capability("a", "filesystem")
    assert (tmp_path / "grants.toml").is_dir()


# life


def test_discover_says_what_was_not_taken(tmp_path: Path) -> None:
    """Below the table of those that were."""
    put(tmp_path, "a")
    put(tmp_path, "a", folder="b")
    put(tmp_path, "../x", folder="c")
    with session(tmp_path) as midi:
        said = str(run(midi, "discover"))
        assert "both have this name" in said
        assert "'../x'" in said


def test_all_are_shut_down_though_one_hangs(tmp_path: Path) -> None:
    """Those behind it wait until it is stopped."""
    put(tmp_path, "a", shutdown="while True: pass")
    put(tmp_path, "b", shutdown="self.host.state['bye'] = 1")
    midi = Session(backend="virtual", home=tmp_path)
    midi.deadline = 1.5
    load(midi, "b", "a")
    midi.plugins.unload_plugin("a")
    midi.close()
    assert '"bye": 1' in (tmp_path / "state" / "b.json").read_text("utf-8")


def test_a_name_that_a_package_offers_leads_nowhere_else(tmp_path: Path) -> None:
    """It becomes a part of paths, so it is held to the same rule as a manifest's."""

    class Mine(ActionPlugin):
        """Do nothing."""

        def execute(self, params: Any, context: Any) -> None:
            """Do it."""

    class Package:
        @hookimpl
        def midimon_plugins(self) -> Any:
            return {"../../x": Mine, "fine": Mine, "none": 5}

    with session(tmp_path / "home") as midi:
        midi.hooks.register(Package())
        midi.plugins.discover_plugins()
        assert "fine" in midi.plugins.list_available()
        assert "../../x" not in midi.plugins.list_available()
        said = "\n".join(midi.plugins.problems)
        assert "'../../x': found" in said
        assert "is no plugin class" in said


def test_closing_ends_though_a_shutdown_hangs(tmp_path: Path) -> None:
    """It is stopped at the deadline."""
    put(tmp_path, "a", shutdown="while True: pass")
    midi = Session(backend="virtual", home=tmp_path)
    midi.deadline = 0.5
    load(midi, "a")
    closing = threading.Thread(target=midi.close, daemon=True)
    closing.start()
    closing.join(10)
    assert not closing.is_alive()


@pytest.mark.parametrize("interval", ["text", None, -1, 0, float("nan")])
def test_an_interval_that_is_none_is_told_and_polling_goes_on(interval: Any) -> None:
    """Ten times a second, as without one."""

    class Ticks(TriggerPlugin):
        """Tick."""

        def poll_events(self) -> list[str]:
            """Spoil it."""
            self.interval = interval
            return ["x"]

    heard: list[str] = []
    with session() as midi:
        midi.activate(Ticks)
        midi.on(plugin_event("ticks"))(lambda context: heard.append(context.data["event"]))
        midi.advance(1.05)
        assert 9 <= len(heard) <= 12
        assert "allowed are 0.001 to 3600" in midi.plugins.get_stats("ticks").last_error


def test_an_execution_that_catches_its_cancellation_has_timed_out(tmp_path: Path) -> None:
    """And the text says after how long."""
    where = put(tmp_path, "a")
    (where / "plugin.py").write_text(
        "import asyncio\nfrom midimon_live import ActionPlugin\n\nclass Mine(ActionPlugin):\n"
        "    timeout = 0.05\n    async def execute(self, params, context):\n"
        "        try:\n            await asyncio.sleep(5)\n"
        "        except asyncio.CancelledError:\n            pass\n",
        "utf-8",
    )
    midi = Session(backend="virtual", home=tmp_path)
    load(midi, "a")
    midi.map(note(1), plugin("a"))
    midi.virtual.press(1)
    midi.settle()
    stats = midi.plugins.get_stats("a")
    midi.close()
    assert (stats.timeouts, stats.failures) == (1, 1)
    assert stats.last_error.startswith("HandlerTimeout: it took longer than 0.05 s")


def test_nothing_else_runs_on_a_grant_that_an_execution_is_using(tmp_path: Path) -> None:
    """The second press is refused while the first one is still under way, and after it."""
    where = put(tmp_path, "a", "filesystem = true")
    (where / "plugin.py").write_text(
        "import asyncio\nfrom midimon_live import ActionPlugin\n\nclass Mine(ActionPlugin):\n"
        "    async def execute(self, params, context):\n        await asyncio.sleep(0.2)\n",
        "utf-8",
    )
    midi = Session(backend="virtual", home=tmp_path)
    load(midi, "a")
    midi.plugins.grant_capability("a", "filesystem", until="once")
    midi.map(note(1), plugin("a"))
    midi.virtual.press(1)
    midi.virtual.press(1)
    midi.settle()
    stats = midi.plugins.get_stats("a")
    midi.close()
    assert (stats.executions, stats.denied) == (1, 0)


def test_an_initialize_that_hangs_is_stopped(tmp_path: Path) -> None:
    """The cell ends at the deadline, and the version before plays on."""
    put(tmp_path, "a")
    midi = Session(backend="virtual", home=tmp_path)
    load(midi, "a")
    midi.deadline = 0.3
    put(tmp_path, "a", initialize="while True: pass")
    with pytest.raises(LoadError, match="initialize took longer"):
        midi.plugins.reload_plugin("a")
    midi.plugins.execute_plugin("a")
    executed = midi.plugins.get_stats("a").executions
    midi.close()
    assert executed == 1


def test_nothing_of_an_unloaded_plugin_sends(tmp_path: Path) -> None:
    """Not its threads either: what it still holds of its host has gone quiet."""
    put(tmp_path, "a", "midi = true")
    with session(tmp_path) as midi:
        load(midi, "a")
        left = midi.plugins._live["a"].plugin
        midi.plugins.unload_plugin("a")
        with pytest.raises(PermissionDenied, match="it was unloaded"):
            left.later()


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ("async def events(self):\n        return []", "it has to be `async def` with `yield`"),
        ("async def events(self):\n        yield 'one'", "events() has ended"),
    ],
)
def test_events_that_do_not_go_on_are_said(tmp_path: Path, events: str, said: str) -> None:
    """A source that fell silent is no mystery."""
    where = put(tmp_path, "a")
    manifest = (where / "plugin.toml").read_text("utf-8")
    (where / "plugin.toml").write_text(
        manifest.replace('version = "1"', 'version = "1"\ntype = "trigger"'), "utf-8"
    )
    (where / "plugin.py").write_text(
        f"from midimon_live import TriggerPlugin\n\nclass Mine(TriggerPlugin):\n    {events}\n",
        "utf-8",
    )
    midi = Session(backend="virtual", home=tmp_path)
    load(midi, "a")
    for _ in range(200):
        error = midi.plugins.get_stats("a").last_error
        if error:
            break
        midi.settle()
    midi.close()
    assert said in error


def test_a_plugin_that_looks_for_plugins_loses_none(tmp_path: Path) -> None:
    """It may not read their folder itself; the host may."""
    put(tmp_path, "a", execute="self.found = params['discover']()")
    with session(tmp_path) as midi:
        load(midi, "a")
        midi.plugins.execute_plugin("a", {"discover": midi.plugins.discover_plugins})
        assert midi.plugins.list_available() == ["a"]
