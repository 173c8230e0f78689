"""One run of a program: what is kept, what is left."""

import os
from pathlib import Path

import pytest

from midimon_live.processes import KEPT, Process, output_of, program_missing

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


def test_no_more_than_the_limit_is_kept() -> None:
    """The beginning and the end, with a mark between them."""
    ended = Process("echo first; head -c 9000000 /dev/zero; echo; echo last").run()
    assert ended.output.startswith("first\n")
    assert ended.output.endswith("\nlast\n")
    assert "\n...\n" in ended.output
    assert len(ended.output) <= KEPT + len("\n...\n")


def test_what_fits_is_kept_whole() -> None:
    """To the byte, without a mark."""
    assert Process(f"head -c {KEPT} /dev/zero").run().output == "\0" * KEPT


def test_a_flood_in_the_background_does_not_hold_the_run() -> None:
    """Its writer loses its reader, and ends by that."""
    ended = Process("yes & sleep 0.05").run()
    assert (ended.status, ended.why) == (0, "")


def test_a_run_cancelled_before_it_began_starts_nothing(tmp_path: Path) -> None:
    """A job may be cancelled while it waits for a worker."""
    process = Process(["touch", str(tmp_path / "started")])
    process.cancel()
    assert process.run().why == "cancelled"
    assert list(tmp_path.iterdir()) == []


def test_output_of_is_empty_when_there_is_none() -> None:
    """Missing, failing and slow programs look the same to who asks in passing."""
    assert output_of("echo", "yes") == "yes\n"
    assert output_of("midimon-no-such-program") == ""
    assert output_of("sh", "-c", "echo no; exit 1") == ""
    assert output_of("sleep", "60", timeout=0.05) == ""


def test_programs_are_found_as_they_will_be(tmp_path: Path) -> None:
    """A relative path begins at the folder of the run; a home folder is not expanded."""
    (tmp_path / "run").touch()
    assert "chmod +x" in program_missing("./run", cwd=str(tmp_path))
    (tmp_path / "run").chmod(0o755)
    assert program_missing("./run", cwd=str(tmp_path)) == ""
    assert program_missing("run", path=str(tmp_path)) == ""
    assert "'~' is not expanded" in program_missing("~/run")
    assert program_missing("./no") == "there is no program './no'; correct the path"
