"""The files of an exported plugin: manifest, code, README and test, as text."""

import ast
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import tomlkit

from midimon_live.actions import PluginAction
from midimon_live.capabilities import Capability
from midimon_live.config.tables import mapping_table
from midimon_live.errors import InvalidValue
from midimon_live.plugin.export.gather import Gathered
from midimon_live.plugin.export.played import Played, mapping_code, message_code
from midimon_live.plugin.export.trial import AFTER_S, HEARD, Trial, span_of
from midimon_live.plugin.folders import FILE
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.triggers import note

CODE, README = "plugin.py", "README.md"
_MARK = re.compile(rb"# exported by midimon_live: ([0-9a-f]{64})\n")
_LONGEST_MS, _FASTEST = 600_000, 10_000


@dataclass(frozen=True)
class About:
    """What a plugin says of itself.

    Attributes:
        name: as in its manifest.
        version: free text.
        description: one line.
        type: "action" or "trigger".
        capabilities: as a class declares them.
        reasons: why, by the capability's word.
        timeout: seconds, or None.
        rate: executions a second, or None.
        place: where it is from, as "In [3]".
    """

    name: str
    version: str
    description: str
    type: str
    capabilities: Any
    reasons: Mapping[str, str]
    timeout: float | None
    rate: float | None
    place: str

    @property
    def title(self) -> str:
        """Its name as the beginning of a sentence."""
        return self.name.replace("_", " ").replace("-", " ").capitalize()

    def declared(self) -> dict[str, Any]:
        """Return its capabilities as a manifest's table: true, or what of each."""
        if isinstance(self.capabilities, Mapping):
            return {Capability.of(key).value: one for key, one in self.capabilities.items() if one}
        table: dict[str, Any] = {}
        for one in self.capabilities:
            text = one.value if isinstance(one, Capability) else str(one)
            word, _, what = text.partition(":")
            key = Capability.of(word).value
            if not what.strip() or table.get(key) is True:
                table[key] = True
            else:
                table[key] = sorted([*table.get(key, []), what.strip()])
        return dict(sorted(table.items()))


def plugin_text(about: About, gathered: Gathered) -> tuple[str, str]:
    """Return the text of plugin.py, and the name of the class in it."""
    parts = [f'"""{about.title}, from a notebook."""\n']
    if gathered.future:
        parts.append("from __future__ import annotations\n")
    lines = {one.line for one in gathered.imports}
    entry = gathered.name
    if about.type == "function":
        lines.add("from midimon_live import ActionPlugin")
    parts += _import_blocks(lines)
    plain = "".join(one.text for one in gathered.pieces if one.plain and not one.at_once)
    parts += [plain] if plain else []
    parts += [one.text for one in gathered.pieces if not (one.plain and not one.at_once)]
    if about.type == "function":
        entry, text = _wrapper(about, gathered)
        parts.append(text)
    return _spaced(parts), entry


def _spaced(parts: list[str]) -> str:
    """Join the parts: two empty lines before classes and functions, one between the others."""
    text = ""
    for part in parts:
        body = part.strip("\n") + "\n"
        is_definition = re.match(r"@|class |def |async def ", body) is not None
        text += ("\n\n" if is_definition else "\n") + body if text else body
    return text


def _import_blocks(lines: set[str]) -> list[str]:
    """Return import lines as people order them: Python's own, packages, midimon_live."""
    together: dict[str, set[str]] = {}
    for line in lines:
        before, comma, name = line.partition(" import ")
        together.setdefault(before, set()).update([name] if comma else [])
    blocks: tuple[list[str], ...] = ([], [], [])
    for before, names in sorted(together.items()):
        top = re.split(r"[ .]", before)[1]
        number = 0 if top in sys.stdlib_module_names else 2 if top == "midimon_live" else 1
        blocks[number].append(f"{before} import {', '.join(sorted(names))}" if names else before)
    return ["\n".join(one) + "\n" for one in blocks if one]


def _wrapper(about: About, gathered: Gathered) -> tuple[str, str]:
    """Return the name and text of a class that calls a function."""
    taken = {one.name for one in gathered.pieces} | {"ActionPlugin"}
    cls = "".join(part.capitalize() for part in re.split("[_-]", about.name)) or "Plugin"
    while cls in taken:
        cls += "Plugin"
    word, wait = ("async def", "await ") if gathered.is_async else ("def", "")
    return cls, (
        f"class {cls}(ActionPlugin):\n"
        f'    """{_plain(about.description or about.title)}"""\n\n'
        f"    name = {json.dumps(about.name)}\n"
        f'    capabilities = {{"midi"}}\n\n'
        f"    {word} execute(self, params, context):\n"
        f"        return {wait}{gathered.name}(context)\n"
    )


def _plain(text: str) -> str:
    """Return a text as a docstring can have it."""
    return text.replace("\\", "/").replace('"', "'").strip()


def manifest_text(about: About, entry: str, code: bytes) -> str:
    """Return the text of plugin.toml."""
    document = tomlkit.document()
    plugin: dict[str, Any] = {
        "name": about.name,
        "version": about.version,
        "description": about.description,
        "author": "",
        "type": "trigger" if about.type == "trigger" else "action",
        "binary": CODE,
        "entry_point": entry,
        "checksum": f"sha256:{sha256(code).hexdigest()}",
    }
    declared = about.declared()
    if declared:
        plugin["capabilities"] = declared
        usual = about.description or f"{about.title} uses it"
        plugin["reasons"] = {key: str(about.reasons.get(key) or usual) for key in declared}
    limits: dict[str, Any] = {}
    if about.timeout is not None and 0.001 <= about.timeout <= _LONGEST_MS / 1000:
        limits["timeout_ms"] = round(about.timeout * 1000)
    if about.rate is not None and about.rate <= _FASTEST:
        limits["rate_per_s"] = about.rate
    if limits:
        plugin["limits"] = limits
    document["plugin"] = plugin
    return tomlkit.dumps(document)


def name_of_test(name: str) -> str:
    """Return what the file of a plugin's test is called."""
    return f"test_{name.replace('-', '_')}.py"


def text_of_test(about: About, played: Played, trial: Trial | None, cls: Any) -> str:
    """Return the text of a test that passes as it is.

    Args:
        about: the plugin.
        played: what it maps and plays.
        trial: what came of that; None where the test only loads the plugin.
        cls: the plugin's class.
    """
    head = f'"""{about.title}, in virtual time: pytest {about.name}."""\n\n'
    if trial is None:
        return head + _LOADS.format(name=json.dumps(about.name))
    if about.type == "trigger":
        return head + _HEARS.format(
            name=json.dumps(about.name),
            seconds=span_of(cls),
            heard=json.dumps(trial.heard, ensure_ascii=False),
            most=HEARD,
        )
    codes = [mapping_code(trigger, about.name, params) for trigger, params in played.mappings]
    maps = [f"        midi.map({code})\n" for code in codes if code]
    plays, words = _lines(played.messages)
    sends, more = _lines(trial.sent)
    words |= more
    builders = sorted({code.partition("(")[0] for code in codes if code} | {"plugin"})
    tests = sorted({"plugin_session", *words} - {"mido"})
    mido = "import mido\n\n" if "mido" in words else ""
    return head + _PLAYS.format(
        mido=mido,
        builders=", ".join(builders),
        tests=", ".join(tests),
        maps="".join(maps),
        plays=plays,
        after=f"{AFTER_S:g}",
        name=json.dumps(about.name),
        executions=trial.executions,
        sends=sends,
    )


def _lines(messages: list[Any]) -> tuple[str, set[str]]:
    found = [message_code(one) for one in messages]
    return "".join(f"            {code},\n" for code, _ in found), {word for _, word in found}


_LOADS = """from pathlib import Path

from midimon_live.testing import load_module

HERE = Path(__file__).parent


def test_it_can_be_loaded():
    \"\"\"It is not executed here: give it what it needs, and say what it should do.\"\"\"
    assert load_module(HERE)
"""

_HEARS = """from pathlib import Path

from midimon_live import plugin_event
from midimon_live.testing import plugin_session

HERE = Path(__file__).parent


def test_it_makes_the_events_that_it_made_when_it_was_exported():
    \"\"\"The first of them.\"\"\"
    heard = []
    with plugin_session(HERE) as midi:
        midi.on(plugin_event({name}))(lambda context: heard.append(context.data["event"]))
        midi.advance({seconds})
    assert heard[:{most}] == {heard}
"""

_PLAYS = """from pathlib import Path

{mido}from midimon_live import {builders}
from midimon_live.testing import {tests}

HERE = Path(__file__).parent


def test_it_does_what_it_did_when_it_was_exported():
    \"\"\"What was played to it last, and what it sends then.\"\"\"
    with plugin_session(HERE) as midi:
{maps}        midi.play(
{plays}        )
        midi.advance({after})
        stats = midi.plugins.get_stats({name})
        assert (stats.executions, stats.failures) == ({executions}, 0), stats.last_error
        assert midi.sent == [
{sends}        ]
"""


def readme_text(
    about: About, gathered: Gathered, code: str, played: Played, needed: tuple[list[str], list[str]]
) -> str:
    """Return the text of README.md.

    Args:
        about: the plugin.
        gathered: what was gathered.
        code: the text of plugin.py.
        played: whose first mapping is shown.
        needed: packages, and files of the user's own.
    """
    packages, own = needed
    parts = [f"# {about.name}\n\n{about.description or about.title}\n"]
    if about.type != "trigger":
        parts.append(f"```toml\n{_mapping(about.name, played)}```\n")
    if rows := _parameters(code):
        parts.append("| Parameter | without it |\n|---|---|\n" + "".join(rows))
    if declared := about.declared():
        parts.append("Needs the capabilities " + ", ".join(f"`{one}`" for one in declared) + ".\n")
    if packages:
        parts.append("Needs the packages " + ", ".join(f"`{one}`" for one in packages) + ".\n")
    if own:
        lines = "".join(f"- `{one}`\n" for one in own)
        parts.append(
            "Imports files that are not part of it. Copy them into this folder and import them "
            f"with `from . import ...`:\n\n{lines}"
        )
    values = [one.name for one in gathered.pieces if one.plain]
    if values:
        names = ", ".join(f"`{one}`" for one in values)
        parts.append(f"Variables of the notebook, as they were when it was exported: {names}.\n")
    return "\n".join(parts)


def _mapping(name: str, played: Played) -> str:
    """Return the lines that map it in a configuration."""
    trigger, params = played.mappings[0] if played.mappings else (note(36), {})
    for given in (params, {}):
        try:
            table = mapping_table(trigger, PluginAction(name, dict(given)))
            return tomlkit.dumps({"global_mappings": [table]})
        except (InvalidValue, TypeError, ValueError):  # what TOML has no words for
            continue
    table = mapping_table(note(36), PluginAction(name))
    return tomlkit.dumps({"global_mappings": [table]})


def _parameters(code: str) -> list[str]:
    """Return a row for each parameter that the code asks for by name."""
    rows: dict[str, str] = {}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Subscript) and _is_params(node.value):
            key, default = node.slice, "has to be given"
        elif isinstance(node, ast.Call) and _is_params(getattr(node.func, "value", None)):
            if getattr(node.func, "attr", "") != "get" or not node.args:
                continue
            key = node.args[0]
            default = f"`{ast.unparse(node.args[1])}`" if len(node.args) > 1 else "`None`"
        else:
            continue
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            rows.setdefault(key.value, default)
    return [f"| `{key}` | {default} |\n" for key, default in rows.items()]


def _is_params(node: Any) -> bool:
    return isinstance(node, ast.Name) and node.id == "params"


def as_bytes(text: str) -> bytes:
    """Return a text as UTF-8, with a question mark for what is no character."""
    return text.encode(errors="replace")


def sealed(files: Mapping[str, str]) -> dict[str, bytes]:
    """Return files as bytes, with a line in the manifest that tells whether they were changed."""
    data = {path: as_bytes(text) for path, text in files.items()}
    digest = Bundle(Path(), data).digest
    return data | {FILE: f"# exported by midimon_live: {digest}\n".encode() + data[FILE]}


def is_untouched(bundle: Bundle, name: str) -> bool:
    """Tell whether a folder is what exporting a plugin of that name has written, and nothing else.

    Raises:
        DiscoveryError: its manifest can not be read.
    """
    text = bundle.files.get(FILE, b"")
    found = _MARK.match(text)
    if found is None or bundle.manifest().name != name:
        return False
    files = {**bundle.files, FILE: text[found.end() :]}
    return Bundle(Path(), files).digest == found[1].decode()
