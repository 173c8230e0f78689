"""A folder to begin a plugin with: manifest, code, test and README of one that does a little."""

import re
from collections.abc import Mapping
from pathlib import Path

from midimon_live.atomic import write_folder
from midimon_live.errors import InvalidValue
from midimon_live.plugin.api import snake_case

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")

_MANIFEST = """[plugin]
name = "{name}"
version = "0.1.0"
description = "Plays the note a fifth above"
author = ""
license = "MIT"
type = "action"

[plugin.capabilities]
midi = true

[plugin.reasons]
midi = "it plays notes"
"""

_PLUGIN = '''"""{title}."""

from midimon_live import ActionPlugin


class {cls}(ActionPlugin):
    """Play the note a fifth above."""

    name = "{name}"
    capabilities = {{"midi"}}

    def execute(self, params, context):
        """Play it for half a second."""
        note = min(127, context.note + params.get("interval", 7))
        self.host.midi.send("note_on", note=note, velocity=context.velocity)
        self.host.schedule(0.5, self.end, note)

    def end(self, note):
        """End it."""
        self.host.midi.send("note_off", note=note)
'''

_TEST = '''"""{title}, in virtual time: pytest {folder}."""

from pathlib import Path

from midimon_live import note, plugin
from midimon_live.testing import plugin_session, press

HERE = Path(__file__).parent


def test_it_plays_a_fifth_above():
    """And ends the note."""
    with plugin_session(HERE) as midi:
        midi.map(note(60), plugin("{name}"))
        midi.play(press(60, velocity=80))
        midi.advance(0.5)
        assert [(one.type, one.note) for one in midi.sent] == [("note_on", 67), ("note_off", 67)]
'''

_README = """# {name}

Plays the note a fifth above.

```toml
[[global_mappings]]
trigger = {{ type = "Note", note = 60 }}
action = {{ type = "Plugin", plugin = "{name}", params = {{ interval = 7 }} }}
```
"""


def new_plugin(name: str, parent: Path) -> Path:
    """Write a folder for a new plugin; what is there already is never changed.

    Args:
        name: of the plugin and its folder.
        parent: the folder that it is made in.

    Returns:
        The new folder.

    Raises:
        InvalidValue: the name can not be one, there is such a folder, or it can not be written.
    """
    check_name(name)
    folder = parent / name
    words = {
        "name": name,
        "folder": folder.name,
        "cls": "".join(part.capitalize() for part in re.split("[_-]", name)),
        "title": snake_case(name).replace("_", " ").replace("-", " ").capitalize(),
    }
    files = {
        "plugin.toml": _MANIFEST,
        "plugin.py": _PLUGIN,
        f"test_{name.replace('-', '_')}.py": _TEST,
        "README.md": _README,
    }
    texts = {file: text.format(**words).encode() for file, text in files.items()}
    put_folder(folder, texts, instead="choose another name")
    return folder


def check_name(name: str) -> str:
    """Return a plugin's name if a folder may have it; raises InvalidValue."""
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise InvalidValue(
        f"{name!r:.80} is no plugin's name; allowed are a small letter, then small letters, "
        "digits, _ and -, up to 64"
    )


def put_folder(
    folder: Path, files: Mapping[str, bytes], *, instead: str = "", replace: bool = False
) -> None:
    """Write a plugin's folder, whole or not at all.

    Args:
        folder: the new one.
        files: name → content.
        instead: what to do where it is there already, in words.
        replace: let it take the place of that.

    Raises:
        InvalidValue: it is there already, or can not be written; nothing of it is left then.
    """
    try:
        write_folder(folder, files, replace=replace)
    except FileExistsError:
        raise InvalidValue(f"{folder} is there already; {instead}") from None
    except OSError as error:
        why = error.strerror or error
        raise InvalidValue(f"{folder} can not be written: {why}; nothing was changed") from None
