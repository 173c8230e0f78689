"""Common controllers: the templates that come with the package, found by name or port."""

from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple

from midimon_live.errors import InvalidValue


class Controller(NamedTuple):
    """A controller that there is a template for.

    Attributes:
        name: what people call it.
        file: its template, in the package's `templates`.
        ports: parts of the names that its ports have, in lower case.
        what: what it has to play on.
    """

    name: str
    file: str
    ports: tuple[str, ...]
    what: str


CONTROLLERS = (
    Controller("Launchpad Mini", "launchpad_mini", ("launchpad mini",), "8 by 8 pads, 16 buttons"),
    Controller("APC mini", "apc_mini", ("apc mini",), "8 by 8 pads, 16 buttons, 9 faders"),
    Controller("nanoKONTROL2", "nanokontrol2", ("nanokontrol2",), "8 faders, 8 knobs, 35 buttons"),
    Controller("BeatStep", "beatstep", ("beatstep",), "16 pads, 17 encoders"),
    Controller(
        "Maschine Mikro MK3",
        "maschine_mikro_mk3",
        ("maschine mikro mk3", "mikro mk3"),
        "16 pads, one encoder",
    ),
    Controller(
        "25-key keyboard",
        "keyboard_25",
        ("keystation mini", "mpk mini", "launchkey mini", "oxygen 25", "keylab mini", "minilab"),
        "25 keys, wheels, pedal",
    ),
    Controller("MPD218", "mpd218", ("mpd218",), "16 pads, 6 knobs"),
    Controller(
        "MIDI Fighter Twister",
        "midi_fighter_twister",
        ("midi fighter twister",),
        "16 encoders that can be pressed",
    ),
)


def names() -> list[str]:
    """Return the names of the controllers that there are templates for."""
    return [one.name for one in CONTROLLERS]


def find(name: str) -> Controller:
    """Return the controller of that name, or of a part of it, any case.

    Raises:
        InvalidValue: there is none, or more than one.
    """
    wanted = _plain(name) if isinstance(name, str) else ""
    found = [one for one in CONTROLLERS if _plain(one.name) == wanted] or [
        one for one in CONTROLLERS if wanted and wanted in _plain(one.name)
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(one.name for one in found or CONTROLLERS)
    what = "more than one template is" if found else "no template is"
    raise InvalidValue(f"{what} called {name!r:.60}; there are: {known}")


def for_port(port: str) -> Controller | None:
    """Return the controller that a port most likely belongs to."""
    wanted = port.lower()
    return next((one for one in CONTROLLERS if any(part in wanted for part in one.ports)), None)


def there(ports: Sequence[str]) -> dict[str, str]:
    """Return the controllers' names that some of these ports belong to, each with its port."""
    found = ((for_port(port), port) for port in ports)
    return {one.name: port for one, port in found if one is not None}


def text(controller: Controller) -> str:
    """Return the TOML of a controller's template."""
    folder = resources.files("midimon_live") / "templates"
    return (folder / f"{controller.file}.toml").read_text(encoding="utf-8")


def _plain(name: str) -> str:
    return "".join(one for one in name.lower() if one.isalnum())
