"""The audit log: one line for each decision, folded, rotated, and readable by one person."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from midimon_live import ActionPlugin, note
from midimon_live.magics import run
from midimon_live.plugin.rights import audit
from midimon_live.plugin.rights.audit import Audit
from midimon_live.testing import press, session


class Wants(ActionPlugin, abstract=True):
    """Want the file system, and look for a file."""

    name = "wants"
    capabilities = {"filesystem"}

    def execute(self, params: Any, context: Any) -> None:
        """Look."""
        Path("/etc/hostname").exists()
        with Path("/etc/hosts").open() as file:
            file.read(1)


def lines(folder: Path) -> list[dict[str, Any]]:
    """Return what is in the log."""
    text = (folder / "audit" / "audit.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_decisions_are_written_with_all_that_is_known(tmp_path: Path) -> None:
    """Refused executions, grants, and what the guard allowed."""
    with session(tmp_path) as midi:
        midi.map(note(36), Wants())
        midi.play(press(36))
        midi.plugins.grant_capability("wants", "filesystem")
        midi.play(press(36))
    found = [(one["scope"], one["op"], one["verdict"], one["tier"]) for one in lines(tmp_path)]
    assert found == [
        ("filesystem", "execute", "refused", "guarded"),
        ("filesystem", "grant", "granted", "guarded"),
        ("filesystem:read:/etc/hosts", "open", "allowed", "guarded"),
    ]
    mode = (tmp_path / "audit" / "audit.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_equal_decisions_are_folded() -> None:
    """100,000 refusals are one line that says how often."""
    now = [100.0]
    log = Audit(None, lambda: now[0], print, threads=False)
    for _ in range(100_000):
        log.add("p", "network", "connect", "refused")
    now[0] += 2
    log.add("p", "network", "connect", "refused")
    assert [one.n for one in log.entries()] == [100_000, 1]


def test_a_large_file_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two older ones are kept."""
    monkeypatch.setattr(audit, "LARGEST", 300)
    log = Audit(tmp_path, lambda: 1.0, print, threads=False)
    for number in range(50):
        log.add("p", f"network:{number}", "connect", "refused")
        log.write(all_of_them=True)
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "audit.jsonl",
        "audit.jsonl.1",
        "audit.jsonl.2",
    ]


def test_a_disk_that_is_full_is_said_and_stops_nothing(tmp_path: Path) -> None:
    """What is in memory is there still."""
    said: list[str] = []
    (tmp_path / "audit").write_text("in the way")
    log = Audit(tmp_path / "audit", lambda: 1.0, said.append, threads=False)
    log.add("p", "network", "connect", "refused")
    log.close()
    assert "was not written" in said[0]
    assert len(log.entries()) == 1


def test_the_magic_shows_decisions_and_proposes_a_smaller_grant() -> None:
    """Of one plugin, or of all."""
    with session() as midi:
        midi.map(note(36), Wants())
        midi.plugins.grant_capability("wants", "filesystem")
        assert "%midi revoke wants filesystem" in repr(run(midi, "audit --unused"))
        midi.play(press(36))
        assert "all that was granted has been used" in repr(run(midi, "audit --unused"))
        assert "filesystem:read:/etc/hosts" in repr(run(midi, "audit"))
        assert "filesystem:read:/etc/hosts" in repr(run(midi, "audit wants"))
        assert "%midi grant wants filesystem:read:/etc/hosts" in repr(
            run(midi, "audit wants --unused")
        )
        assert "nothing has been decided" in repr(run(midi, "audit nobody"))
