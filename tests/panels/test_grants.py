"""The grants panel: what it shows, and that an answer given there is the session's own."""

import struct
from pathlib import Path
from typing import Any

from midimon_live import ActionPlugin, note
from midimon_live.testing import press, session
from tests.support.panels import Onlooker

ETC = "filesystem:read:/etc"


class Reader(ActionPlugin):
    """Reads a file."""

    capabilities = {ETC, "network"}

    def execute(self, params: Any, context: Any) -> None:
        """Read it."""
        Path("/etc/hostname").read_bytes()


def plain(context: Any) -> None:
    """Be a function, which asks for nothing."""


def scope_of(state: Any, capability: str) -> Any:
    """Return how the only scope of a capability of the only plugin stands."""
    [row] = state["rows"]
    [found] = row["scopes"][capability]
    return found


def test_the_matrix_has_what_is_declared_with_its_risk_and_how_it_stands() -> None:
    """Functions are the user's own and have no row."""
    with session() as midi:
        midi.map(note(36), Reader)
        midi.map(note(37), plain)
        state = Onlooker(midi, "grants").look()

        assert [(one["name"], one["risk"]) for one in state["capabilities"]] == [
            ("network", "low"),
            ("filesystem", "high"),
        ]
        assert scope_of(state, "network")["span"] == "declared"
        assert scope_of(state, "filesystem")["verdict"] == "not granted"
        assert state["rows"][0]["refused"]


def test_a_refused_attempt_is_on_top_and_an_answer_takes_it_away() -> None:
    """What was granted there is in force at the next event."""
    with session() as midi:
        midi.map(note(36), Reader)
        view = Onlooker(midi, "grants")
        midi.play(press(36), press(36), press(36))
        [wish] = view.look()["waiting"]
        assert (wish["plugin"], wish["scope"], wish["times"], wish["risk"]) == (
            "reader",
            ETC,
            3,
            "high",
        )

        answer = view.ask("grant", name="reader", scope=ETC, until="session")

        assert answer == f"reader may use {ETC} for this session"
        state = view.look()
        assert (state["waiting"], scope_of(state, "filesystem")["span"]) == ([], "session")
        midi.play(press(36))
        assert midi.traces(1)[0].steps[-1].verdict == "ok"
        assert scope_of(view.look(), "filesystem")["used"]


def test_revoking_and_denying_are_answered_in_words() -> None:
    """Also where less than was hoped for comes of it."""
    with session() as midi:
        midi.map(note(36), Reader)
        view = Onlooker(midi, "grants")
        view.ask("grant", name="reader", scope=ETC, until="")
        longer = view.ask("grant", name="reader", scope=ETC, until="once")
        assert longer.endswith("for this session, as before; to shorten that, revoke it first")

        assert "not use" in view.ask("revoke", name="reader", scope=ETC)
        assert "whatever else" in view.ask("deny", name="reader", scope=ETC, until="")
        assert midi.plugins.denial("reader", ETC) == "denied"
        assert view.look()["waiting"] == []


def test_what_can_not_be_granted_says_why_and_what_to_do() -> None:
    """For good without files, undeclared, unknown, of the wrong shape."""
    with session() as midi:
        midi.map(note(36), Reader)
        view = Onlooker(midi, "grants")

        def why(scope: str, until: str) -> str:
            return view.refused("grant", name="reader", scope=scope, until=until)

        assert "make it a folder to keep it" in why(ETC, "always")
        assert "does not declare midi; it declares" in why("midi", "session")
        assert "no capability is called 'telepathy'" in why("telepathy", "session")
        assert "allowed are once, session, always" in why(ETC, "forever")
        assert "scope is 7" in view.refused("grant", name="reader", scope=7, until="once")


def test_low_risks_are_granted_when_declared_or_asked_for() -> None:
    """The switch is `midi.plugins.set_auto_grant_safe`."""
    with session() as midi:
        midi.map(note(36), Reader)
        view = Onlooker(midi, "grants")
        assert view.look()["auto"]

        view.ask("grant low", on=False)

        state = view.look()
        assert not state["auto"]
        assert {one["scope"] for one in state["waiting"]} == {ETC, "network"}


def test_grants_for_other_files_are_shown_as_suspended(tmp_path: Any) -> None:
    """A plugin that has changed is told apart from one that never asked."""
    with session(home=tmp_path) as midi:
        folder = midi.plugins.new_plugin("lamp")
        text = (folder / "plugin.toml").read_text()
        wants = text.replace("[plugin.capabilities]", "[plugin.capabilities]\nsubprocess = true")
        (folder / "plugin.toml").write_text(wants)
        midi.plugins.discover_plugins()
        midi.plugins.load_plugin("lamp")
        view = Onlooker(midi, "grants")
        view.ask("grant", name="lamp", scope="subprocess", until="always")
        assert scope_of(view.look(), "subprocess")["span"] == "always"

        (folder / "plugin.py").write_text((folder / "plugin.py").read_text() + "\n# more\n")
        midi.plugins.reload_plugin("lamp")

        assert scope_of(view.look(), "subprocess")["verdict"] == "suspended"
        view.ask("grant", name="lamp", scope="subprocess", until="session")
        assert scope_of(view.look(), "subprocess")["verdict"] == "granted"


def test_deeds_that_are_allowed_send_one_number_and_the_tail_is_asked_for() -> None:
    """A plugin that does what it may sends no matrix; nothing happening sends nothing."""
    with session() as midi:
        midi.map(note(36), Reader)
        midi.plugins.grant_capability("reader", ETC)
        view = Onlooker(midi, "grants")
        midi.play(press(36))
        view.look()
        frames = len(view.frames)
        midi.play(press(36))

        assert view.look() is None
        assert len(view.frames) == frames + 1
        assert struct.unpack("<d", view.frames[-1][2][0])[0] == midi.plugins.audit.count
        newest = view.ask("audit", name="reader")[0]
        assert newest[1:5] == ["reader", "filesystem:read:/etc/hostname", "open", "allowed"]
        assert view.ask("audit", name="nobody") == []
        view.look(60.0)
        assert len(view.frames) == frames + 1
