"""How scopes stand and what waits for an answer: what the grants panel is worked out from."""

from pathlib import Path
from typing import Any

from midimon_live import ActionPlugin, note
from midimon_live.plugin.rights.audit import Audit
from midimon_live.scopes import scope
from midimon_live.testing import TestSession, press, session


class Reader(ActionPlugin):
    """Reads what it declares, and then what it does not."""

    capabilities = {"filesystem:read:/etc", "network:api.example.com:443"}

    def execute(self, params: Any, context: Any) -> None:
        """Read what the velocity asks for."""
        Path("/etc/hostname" if context.velocity > 50 else "/proc/version").read_bytes()


def stands(midi: TestSession, what: str) -> tuple[str, str, bool]:
    """Return how one scope of the plugin stands."""
    wanted = scope(what)
    [found] = [one for one in midi.plugins.standings("reader") if one.scope == wanted]
    return found.verdict, found.span, found.used


def test_each_scope_tells_how_it_stands() -> None:
    """Declared, granted for a span, in part, used, taken back, denied."""
    with session() as midi:
        midi.map(note(36), Reader)
        assert stands(midi, "filesystem:read:/etc") == ("not granted", "", False)
        assert stands(midi, "network:api.example.com:443") == ("granted", "declared", False)

        midi.plugins.grant_capability("reader", "filesystem:read:/etc/hostname")
        assert stands(midi, "filesystem:read:/etc") == ("partly granted", "", False)
        midi.play(press(36, velocity=100))
        assert stands(midi, "filesystem:read:/etc/hostname") == ("granted", "session", True)

        midi.plugins.grant_capability("reader", "filesystem:read:/etc", until="once")
        assert stands(midi, "filesystem:read:/etc") == ("granted", "once", True)
        midi.plugins.revoke_capability("reader", "filesystem:read:/etc")
        assert stands(midi, "filesystem:read:/etc") == ("revoked", "", True)
        midi.plugins.deny_capability("reader", "filesystem")
        assert stands(midi, "filesystem:read:/etc") == ("denied", "session", True)


def test_what_may_not_run_waits_with_what_it_declares_and_then_counts_its_attempts() -> None:
    """The scope to be granted is the one that was declared, not all of the capability."""
    with session() as midi:
        midi.map(note(36), Reader)
        [before] = midi.plugins.waiting()
        assert (str(before.scope), before.times, before.why) == (
            "filesystem:read:/etc",
            0,
            "not granted",
        )

        midi.play(press(36), press(36))

        [after] = midi.plugins.waiting()
        assert (after.scope, after.times, after.op) == (before.scope, 2, "execute")


def test_a_refused_attempt_waits_until_it_is_answered() -> None:
    """With its line; granting it or denying it is an answer, and neither is asked for again."""
    with session() as midi:
        midi.map(note(36), Reader)
        midi.plugins.grant_capability("reader", "filesystem:read:/etc/hosts")
        midi.play(press(36, velocity=100), press(36, velocity=10))

        declared, undeclared = sorted(midi.plugins.waiting(), key=lambda one: one.why)[::-1]

        assert (str(declared.scope), declared.why) == (
            "filesystem:read:/etc/hostname",
            "not granted",
        )
        assert "in execute" in declared.at
        assert undeclared.why == "not declared"
        midi.plugins.grant_capability("reader", declared.scope)
        midi.plugins.deny_capability("reader", undeclared.scope)
        assert midi.plugins.waiting() == []


def test_one_plugin_s_refusals_do_not_push_out_another_s() -> None:
    """A plugin that tries everything fills its own hundred."""
    audit = Audit(None, lambda: 1.0, print, threads=False)
    audit.add("quiet", "network:a:1", "socket.connect", "refused", at="plugin.py, line 4")
    for number in range(1_000):
        audit.add("loud", f"network:b:{number}", "socket.connect", "refused")
        audit.add("loud", f"filesystem:read:/{number}", "open", "allowed")

    first, *others = audit.refusals()

    assert (first.plugin, first.times, first.at) == ("quiet", 1, "plugin.py, line 4")
    assert len(others) == 100
    assert audit.used("loud")[-1] == "filesystem:read:/999"
    assert (audit.count, audit.refused, audit.first_uses) == (2_001, 1_001, 1_000)


def test_looking_changes_nothing() -> None:
    """What is worked out for a panel four times a second is no decision."""
    with session() as midi:
        midi.map(note(36), Reader)
        midi.play(press(36))
        before = midi.plugins.grants.changes, midi.plugins.audit.count

        midi.plugins.waiting()
        midi.plugins.standings("reader")

        assert before == (midi.plugins.grants.changes, midi.plugins.audit.count)
