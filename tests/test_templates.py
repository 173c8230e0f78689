"""Templates of controllers: each loads without a remark, and is offered where its port is."""

from pathlib import Path
from typing import Any

import pytest

import midimon_live
from midimon_live import controllers
from midimon_live.config import Loader
from midimon_live.controllers import CONTROLLERS, Controller
from midimon_live.errors import InvalidValue
from midimon_live.magics import run
from midimon_live.testing import press, released, session, turn

FOLDER = Path(midimon_live.__file__).parent / "templates"
PORTS = {
    "Launchpad Mini:Launchpad Mini MIDI 1 24:0": "Launchpad Mini",
    "APC MINI": "APC mini",
    "nanoKONTROL2 SLIDER/KNOB": "nanoKONTROL2",
    "Arturia BeatStep": "BeatStep",
    "Maschine Mikro MK3 MIDI": "Maschine Mikro MK3",
    "MPK mini 3": "25-key keyboard",
    "MPD218 Port A": "MPD218",
    "Midi Fighter Twister": "MIDI Fighter Twister",
}


def test_every_file_has_its_controller() -> None:
    """And the other way round."""
    assert {one.stem for one in FOLDER.glob("*.toml")} == {one.file for one in CONTROLLERS}


@pytest.mark.parametrize("controller", CONTROLLERS, ids=lambda one: one.name)
def test_a_template_is_in_canonical_form(controller: Controller) -> None:
    """It loads without a remark, and says where its facts come from: the layout is in comments."""
    text = controllers.text(controller)
    loaded = Loader().loads(text)
    assert loaded.problems == []
    assert len(loaded.config.modes) >= 2
    assert text.startswith("# ")
    assert "midi.learn()" in text or "midi.template" in text


@pytest.mark.parametrize("controller", CONTROLLERS, ids=lambda one: one.name)
def test_nothing_of_a_template_is_shadowed_or_stuck(controller: Controller) -> None:
    """Every mapping can fire, every mode can be left, and no note is left sounding."""
    with session() as midi:
        table = midi.template(controller.name)
        assert table.rows == []
        names = [row[1] for row in midi.modes().rows]
        for name in names:
            midi.mode = name
            for number in range(128):
                midi.play(press(number), released(number, time=0.1))
                midi.play(turn(number, 127, channel=1), turn(number, 0, channel=1))
            midi.advance(5)
        assert midi.actions().rows == []
        began = [one for one in midi.sent if one.type == "note_on"]
        ended = [one for one in midi.sent if one.type == "note_off"]
        assert len(began) == len(ended) > 0


@pytest.mark.parametrize(("port", "name"), PORTS.items())
def test_a_port_is_known_by_its_name(port: str, name: str) -> None:
    """As the systems call it."""
    found = controllers.for_port(port)
    assert found is not None
    assert found.name == name


def test_other_ports_are_nobodys() -> None:
    """And get no offer."""
    assert controllers.for_port("Midi Through Port-0") is None
    assert controllers.there(["Virtual", "Synth"]) == {}


@pytest.mark.parametrize("name", ["Launchpad Mini", "launchpad", "LAUNCHPADMINI"])
def test_a_part_of_the_name_is_enough(name: str) -> None:
    """In any case."""
    assert controllers.find(name).name == "Launchpad Mini"


@pytest.mark.parametrize(
    ("name", "why"), [("mini", "more than one"), ("x", "no template"), ("", "no")]
)
def test_an_unclear_name_is_refused(name: Any, why: str) -> None:
    """With the names that there are."""
    with pytest.raises(InvalidValue, match=why):
        controllers.find(name)


def test_templates_are_listed() -> None:
    """By `midi.template()` and `%midi template`."""
    with session() as midi:
        assert [row[0] for row in midi.template().rows] == controllers.names()
        assert repr(run(midi, "template")) == repr(midi.template())


def test_a_template_becomes_a_file_of_ones_own(tmp_path: Path) -> None:
    """Saved whole, comments too, and loaded like any other."""
    path = tmp_path / "mine.toml"
    with session() as midi:
        run(midi, "template MPD218")
        midi.save(path)
        midi.config(path)
        assert path.read_text() == controllers.text(controllers.find("MPD218"))
        assert len(midi.mappings()) == 7
