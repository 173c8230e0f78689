"""From a cell to a folder: whatever a class is made of, the folder plays what the cell played."""

import errno
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from midimon_live import cc, double_tap, note, plugin, plugin_event
from midimon_live.errors import ExportError, InvalidValue, PluginNotFound
from midimon_live.magics import run as magic
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.testing import TestSession, plugin_session, press, released, session, turn
from tests.support.cells import run

SHAPES = {
    "plain": """
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                self.host.midi.send("note_on", note=context.note + 7, velocity=context.velocity)
    """,
    "imports of the notebook": """
        import math, json as js
        import xml.etree.ElementTree
        from collections import deque, OrderedDict as Ordered
        from midimon_live import Capability as Cap
        class Plug(ActionPlugin):
            capabilities = {Cap.MIDI}
            def execute(self, params, context):
                tree = xml.etree.ElementTree.fromstring("<a><b/></a>")
                notes = deque([math.floor(60.5), int(js.dumps(61)), 62 + len(tree)])
                for one in Ordered.fromkeys(notes):
                    self.host.midi.send("note_on", note=one)
    """,
    "imports inside": """
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                from fractions import Fraction
                self.host.midi.send("note_on", note=int(Fraction(120, 2)))
    """,
    "values": """
        from enum import Enum
        from http import HTTPStatus
        from pathlib import Path
        import re
        STEPS = {"up": [0, 4, 7], ("a", None): 1.5, "none": (), "inf": float("-inf")}
        CODE, WORD, HERE = HTTPStatus.OK, re.compile("a+", re.IGNORECASE), Path("x/y")
        TAKEN = frozenset({60, 62})
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                assert STEPS["inf"] < 0 and WORD.match("AA") and HERE.name == "y"
                for step in STEPS["up"]:
                    if context.note + step not in TAKEN:
                        self.host.midi.send("note_on", note=context.note + step + CODE // 100)
    """,
    "functions of the notebook": """
        def first(number): return second(number) + 1
        def second(number): return number if number > 60 else first(number + 1)
        third = lambda number: first(number) + 1
        alias = third
        HANDLERS = {"a": third, "b": max}
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                note = HANDLERS["b"](alias(context.note), HANDLERS["a"](context.note))
                self.host.midi.send("note_on", note=note)
    """,
    "a base of the notebook": """
        class Base(ActionPlugin):
            capabilities = {"midi"}
            step = 1
            def execute(self, params, context):
                self.host.midi.send("note_on", note=context.note + self.more())
            def more(self): return self.step
        class Mixed:
            def more(self): return 10 + super().more()
        class Plug(Mixed, Base):
            step = 5
    """,
    "a class made by a function": """
        def make(step, name):
            class Plug(ActionPlugin):
                capabilities = {"midi"}
                def execute(self, params, context):
                    self.host.midi.send("note_on", note=context.note + step)
            return Plug
        Plug = make(9, "x")
    """,
    "a dataclass": """
        from dataclasses import dataclass, field
        @dataclass
        class Plug(ActionPlugin):
            step: int = 3
            notes: list[int] = field(default_factory=list)
            capabilities = {"midi"}
            def execute(self, params, context):
                self.notes.append(context.note + self.step)
                self.host.midi.send("note_on", note=self.notes[-1])
    """,
    "async": """
        import asyncio
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            async def execute(self, params, context):
                await asyncio.sleep(0)
                notes = [one async for one in self.all(context.note)]
                self.host.midi.send("note_on", note=notes[-1])
            async def all(self, note):
                yield note
                yield note + 2
    """,
    "letters": """
        größe = 3
        def übertrag(höhe): return höhe + größe
        class Plug(ActionPlugin):
            \"\"\"Spielt „höher“ ♪.\"\"\"
            capabilities = {"midi"}
            Lautstärke = 90
            def execute(self, params, context):
                note, name = übertrag(context.note), "naïve ♯"
                self.host.midi.send("note_on", note=note, velocity=self.Lautstärke + len(name))
    """,
    "decorators": """
        import functools
        calls = []
        def twice(function):
            @functools.wraps(function)
            def inner(*args):
                function(*args)
                return function(*args)
            return inner
        def plainly(function):
            def wrapper(number):
                return function(number) + 100 - 100
            return wrapper
        def named(step):
            def decorate(cls):
                cls.step = step
                return cls
            return decorate
        @plainly
        def up(number): return number + 1
        @functools.lru_cache(maxsize=None)
        def cached(number): return number + 1
        @named(4)
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            @twice
            def execute(self, params, context):
                self.host.midi.send("note_on", note=up(cached(context.note)) + self.step)
    """,
    "nested classes": """
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            class Step:
                size = 2
                class Deeper:
                    size = 5
            sizes = [Step.size, Step.Deeper.size]
            def execute(self, params, context):
                class Local:
                    size = 1
                total = sum(self.sizes) + Local.size + Plug.Step.size
                self.host.midi.send("note_on", note=context.note + total)
    """,
    "f-strings": """
        unit, width = "notes", 3
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                text = f"{context.note:>{width}} {unit!r} {'}'} {{unit}}"
                self.host.midi.send("note_on", note=len(text) + int(f"{context.note}"))
    """,
    "comprehensions and walrus": """
        LIMIT = 3
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            base = LIMIT
            table = [one * LIMIT for one in range(3)]
            def execute(self, params, context):
                if (total := sum(LIMIT * one for one in self.table)) > self.base:
                    [last := one for one in {x: y for x, y in enumerate(self.table)}]
                    self.host.midi.send("note_on", note=context.note + total % 7 + last)
    """,
    "global statements": """
        count, missing = 5, None
        def bump():
            global count, fresh
            count += 1
            fresh = count
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                bump()
                self.host.midi.send("note_on", note=context.note + count + fresh)
    """,
    "type hints": """
        from collections.abc import Mapping
        from typing import Any, TYPE_CHECKING
        if TYPE_CHECKING:
            from nowhere import Never
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            kept: "Never"
            def execute(self, params: Mapping[str, Any], context: TriggerContext) -> None:
                local: Unknown = context.note
                self.host.midi.send("note_on", note=local)
    """,
    "hints that are texts": """
        from __future__ import annotations
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params: Nobody, context: Knows) -> These:
                self.host.midi.send("note_on", note=context.note + 1)
    """,
    "private names, match, star": """
        def __hidden(): return 1
        _Plug__step = 4
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                match (context.note, context.velocity):
                    case (int(first), *rest) if first:
                        first, *_ = sorted([first + __step, *rest])
                        self.host.midi.send("note_on", note=first)
    """,
    "properties and class methods": """
        STEP = 6
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            step = property(lambda self: STEP)
            @classmethod
            def of(cls): return cls().step
            @staticmethod
            def add(one, other=STEP): return one + other
            def execute(self, params, context):
                self.host.midi.send("note_on", note=self.add(context.note) + self.of())
    """,
    "an enumeration and a base value": """
        from enum import Enum
        class Step(Enum):
            UP = 2
            DOWN = -2
        WAY = Step.DOWN
        BY_NAME = {one.name: one for one in Step}
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                self.host.midi.send("note_on", note=context.note + WAY.value + BY_NAME["UP"].value)
    """,
    "made by calls": """
        from collections import namedtuple
        from functools import partial as part
        from typing import Generic, NamedTuple, TypeVar
        Pair = namedtuple("Pair", "low high", defaults=(9,))
        T = TypeVar("T")
        def add(one, other, more=0): return one + other + more
        up = part(add, 2, more=1)
        class Span(NamedTuple):
            low: int = 3
        class Gives(Generic[T]):
            def give(self, thing: T) -> T: return thing
        class Plug(ActionPlugin, Gives[int]):
            capabilities = {"midi"}
            def execute(self, params, context):
                note = self.give(up(context.note)) + Pair(1).high + Span().low
                self.host.midi.send("note_on", note=note)
    """,
    "a shadowed builtin": """
        def len(thing): return 44
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                self.host.midi.send("note_on", note=len([]))
    """,
    "two names for one list": """
        ONE = [60]
        TWO = ONE
        BY_NAME = {"a": ONE, "b": [TWO, (ONE,)], "c": {60: [1]}}
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                BY_NAME["b"][1][0].append(BY_NAME["a"][-1] + BY_NAME["c"][60][0])
                TWO.append(TWO[-1] + 1)
                self.host.midi.send("note_on", note=ONE[-1])
    """,
    "one list in two others": """
        INNER = {"step": 1, "deeper": [0]}
        FIRST, SECOND = [INNER], {"x": (INNER,)}
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                FIRST[0]["step"] += 1
                self.host.midi.send("note_on", note=context.note + SECOND["x"][0]["step"])
    """,
}


@pytest.fixture
def midi(tmp_path: Path) -> Iterator[TestSession]:
    """A session that keeps plugins."""
    with session(tmp_path / "home") as started:
        yield started


def source(text: str) -> str:
    """Return a text of the table above as it is meant."""
    return text.replace('\\"', '"')


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_the_folder_plays_what_the_cell_played(
    midi: TestSession, tmp_path: Path, text: str
) -> None:
    """Exported, loaded in a session of its own, and played to; and its own test passes."""
    midi.map(note(36), run(source(text))["Plug"])
    exported = midi.export("plug", tmp_path)
    assert exported.folder == tmp_path / "plug"
    assert "1 execution, " in repr(exported)
    own_test(exported.folder)
    with plugin_session(exported.folder) as fresh:
        fresh.map(note(36), plugin("plug"))
        for one in (fresh, midi):
            one.play(press(36, velocity=70), press(36, velocity=71))
        assert fresh.sent == midi.sent
        assert fresh.sent
        assert fresh.plugins.get_metadata("plug").verified
    midi.export("plug", tmp_path)
    assert "velocity=71" in (exported.folder / "test_plug.py").read_text("utf-8")
    own_test(exported.folder)


def own_test(folder: Path) -> None:
    """Run the test that was written into a folder, as pytest does."""
    (file,) = folder.glob("test_*.py")
    names = runpy.run_path(str(file))
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert tests
    for test in tests:
        test()


def test_two_names_for_one_list_stay_two_names_for_one(midi: TestSession, tmp_path: Path) -> None:
    """Written once; the other name is another name for it, and numbers are just numbers."""
    code = """
        A = [60]
        B = A
        C = D = 60
        class Plug(ActionPlugin):
            def execute(self, params, context): A.append(B[0] + C + D)
    """
    midi.map(note(36), run(code)["Plug"])
    said = repr(midi.export("plug", tmp_path))
    text = (tmp_path / "plug" / "plugin.py").read_text("utf-8")
    assert "A = [60]\n" in text
    assert "B = A\n" in text
    assert "C = 60\n" in text
    assert "D = 60\n" in text
    assert "B = A: the notebook's variable, as it is now" in said


def test_a_list_without_a_name_that_is_there_twice_is_said(
    midi: TestSession, tmp_path: Path
) -> None:
    """Written down it would be two, and nothing is written that plays otherwise."""
    code = """
        GRID = [[0]] * 2
        RIGHT = 3
        class Plug(ActionPlugin):
            def execute(self, params, context): GRID[0].append(RIGHT)
    """
    midi.map(note(36), run(code)["Plug"])
    with pytest.raises(ExportError, match=r"GRID has one list in two places.*give it a name"):
        midi.export("plug", tmp_path)
    assert not (tmp_path / "plug").exists()


def test_what_was_set_on_a_class_after_its_cell_is_said(midi: TestSession, tmp_path: Path) -> None:
    """Also on a base and on a function; the folder would fail for want of it."""
    code = """
        def step(): return step.size
        class Base(ActionPlugin): pass
        class Plug(Base):
            def execute(self, params, context): return self.base + self.more + step()
        Plug.base = 64
        Base.more = 1
        step.size = 2
    """
    midi.map(note(36), run(code)["Plug"])
    with pytest.raises(ExportError) as error:
        midi.export("plug", tmp_path)
    for what in ("Plug.base", "Base.more", "step.size"):
        assert f"{what} was set after the definition; write it into" in str(error.value)
    assert not (tmp_path / "plug").exists()


def test_a_value_of_the_class_that_is_another_now_is_said(
    midi: TestSession, tmp_path: Path
) -> None:
    """It may be a counter; the folder begins with what the text says."""
    code = """
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            base = 60
            def execute(self, params, context): self.host.midi.send("note_on", note=self.base)
        Plug.base = 64
    """
    midi.map(note(36), run(code)["Plug"])
    said = repr(midi.export("plug", tmp_path))
    assert "Plug.base is 64 here; the folder begins with 60, as its text says" in said


BLINK = """
class Blink(ActionPlugin):
    \"\"\"Answer, a while later.\"\"\"
    version = "2.1"
    capabilities = {"midi"}
    timeout, rate = 1.5, 20
    def execute(self, params, context):
        self.host.schedule(params.get("after", 1), self.answer, context.note + params["up"])
    def answer(self, note):
        self.host.midi.send("note_on", note=note)
"""


def blink(midi: TestSession) -> dict[str, Any]:
    """Let a cell define `blink`, and map it to a double tap."""
    names = run(source(BLINK))
    midi.map(double_tap(40), plugin(names["Blink"], up=5, after=0.25))
    return names


def test_the_files_say_what_the_class_said(midi: TestSession) -> None:
    """Manifest, README with its parameters and mapping, and a test of the gesture played last."""
    blink(midi)
    midi.play(press(40, velocity=9), released(40, time=0.1), press(40, velocity=8, time=0.1))
    midi.advance(1)
    folder = midi.export("blink").folder
    assert folder == midi.home / "plugins" / "blink"
    manifest = Bundle.read(folder).manifest()
    assert (manifest.name, manifest.version, manifest.entry_point) == ("blink", "2.1", "Blink")
    assert manifest.capabilities == ("midi",)
    assert (manifest.limits.timeout_ms, manifest.limits.rate_per_s) == (1500, 20)
    readme = (folder / "README.md").read_text("utf-8")
    assert "| `after` | `1` |" in readme
    assert 'type = "DoubleTap"' in readme
    test = (folder / "test_blink.py").read_text("utf-8")
    assert 'midi.map(double_tap(40, timeout_ms=300), plugin("blink", up=5, after=0.25))' in test
    assert "press(45, velocity=64)" in test
    own_test(folder)


def test_the_folder_takes_the_place_of_the_cell_and_is_found_by_name(midi: TestSession) -> None:
    """After `%midi load` the mapping plays what is in the folder."""
    run_and_map(midi, "plain")
    assert "%midi load plug" in repr(magic(midi, "export plug"))
    assert magic(midi, "load plug") == "plug is loaded"
    assert midi.plugins.get_metadata("plug").kind.value == "folder"
    midi.play(press(36))
    assert midi.sent == [press(43)]
    with pytest.raises(ExportError, match="is files already"):
        midi.export("plug")


def run_and_map(midi: TestSession, shape: str, **names: Any) -> dict[str, Any]:
    """Let a cell define one of the shapes, and map it to note 36."""
    names = run(source(SHAPES[shape]))
    midi.map(note(36), names["Plug"])
    return names


def test_another_process_loads_it_and_its_test_passes_there(
    midi: TestSession, tmp_path: Path
) -> None:
    """With nothing but the virtual backend and the folder."""
    run_and_map(midi, "functions of the notebook")
    midi.play(press(36))
    folder = midi.export("plug", tmp_path).folder
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    environment = {**os.environ, "MIDIMON_BACKEND": "virtual"}
    done = subprocess.run(
        words,
        check=False,
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_what_can_not_come_along_is_said_all_at_once_and_nothing_is_written(
    midi: TestSession, tmp_path: Path
) -> None:
    """With the line that uses it, and what to do."""
    text = """
        import socket
        class Frame: pass
        frame, text = Frame(), "x" * 20_000
        socket_ = socket.socket()
        class Plug(ActionPlugin):
            def execute(self, params, context):
                midi.send("note_on", note=60)
                frame.append(text)
                socket_.send(b"")
                gone()
    """
    names = run(text, {"__name__": "__main__", **run(""), "midi": midi})
    names["socket_"].close()
    midi.map(note(36), names["Plug"])
    with pytest.raises(ExportError) as caught:
        midi.export("plug", tmp_path)
    said = "\n".join(caught.value.problems)
    assert [line.split(": ")[1].split()[0] for line in caught.value.problems] == [
        "midi",
        "frame",
        "text",
        "socket_",
        "gone",
    ]
    assert "line 8: midi is the notebook's session" in said
    assert "self.host.midi.send" in said
    assert "frame is a Frame" in said
    assert "longer than 10,000" in said
    assert "gone is not there" in said
    assert list(tmp_path.glob("plug*")) == []


REASSIGNED = """
def decorate(function):
    def wrapper(*args): return function(*args) + 1
    return wrapper
def up(number): return number
up = decorate(up)
class Plug(ActionPlugin):
    def execute(self, params, context): up(context.note)
"""
NONLOCAL = """
def make():
    count = 0
    class Plug(ActionPlugin):
        def execute(self, params, context):
            nonlocal count
            count += 1
    return Plug
Plug = make()
"""
OF_A_FUNCTION = """
def make(step):
    class Plug(ActionPlugin):
        size = step
        def execute(self, params, context): pass
    return Plug
Plug = make(3)
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (REASSIGNED, "up is two different things here"),
        (NONLOCAL, "can not stand by itself"),
        (OF_A_FUNCTION, "line 4: step is not there"),
    ],
    ids=["a name given twice", "nonlocal", "a variable of a function"],
)
def test_what_can_not_be_copied_is_refused(
    midi: TestSession, tmp_path: Path, text: str, said: str
) -> None:
    """Rather than exported as something else."""
    midi.map(note(36), run(text)["Plug"])
    with pytest.raises(ExportError, match=said):
        midi.export("plug", tmp_path)
    assert not list(tmp_path.iterdir())


def test_functions_become_classes_and_lambdas_are_refused(
    midi: TestSession, tmp_path: Path
) -> None:
    """What decorates them stays behind, since it maps them."""
    names = run("", {"__name__": "__main__", "midi": midi, "cc": cc, "heard": []})
    run(
        """
        @midi.on(
            cc(7))
        async def loudness(context):
            \"\"\"How loud.\"\"\"
            heard.append(context.value)
        """.replace('\\"', '"'),
        names,
    )
    midi.map(note(36), lambda _context: None)
    midi.play(turn(7, 9))
    exported = midi.export("loudness", tmp_path)
    code = (exported.folder / "plugin.py").read_text("utf-8")
    assert "midi.on" not in code
    assert "await loudness(context)" in code
    assert "stays in the notebook" in repr(exported)
    own_test(exported.folder)
    with pytest.raises(ExportError, match="is a lambda, which has no name"):
        midi.export("lambda", tmp_path)


def test_a_mapped_instance_is_exported_as_its_class(midi: TestSession, tmp_path: Path) -> None:
    """What it was made with is said; without defaults for that it can not be."""
    text = """
        class Plug(ActionPlugin):
            def __init__(self, color{default}):
                self.color = color
            def execute(self, params, context):
                print(self.color)
    """
    midi.map(note(36), run(text.format(default="='blue'"))["Plug"](color="red"))
    exported = midi.export("plug", tmp_path)
    assert "made with color='red'" in repr(exported)
    midi.map(note(37), run(text.format(default=""))["Plug"]("red"))
    with pytest.raises(ExportError, match="its __init__ takes color"):
        midi.export("plug-2", tmp_path)


def test_makers_of_events_are_exported_and_listened_to(midi: TestSession, tmp_path: Path) -> None:
    """Their test hears what they make first."""
    text = """
        NAMES = ["one", "two"]
        class Plug(TriggerPlugin):
            interval = 0.5
            def initialize(self):
                self.count = 0
            def poll_events(self):
                self.count += 1
                return [NAMES[self.count % 2]]
    """
    midi.activate(run(text)["Plug"])
    midi.on(plugin_event("plug"))(lambda context: None)
    folder = midi.export("plug", tmp_path).folder
    assert '"one", "two"' in (folder / "test_plug.py").read_text("utf-8")
    own_test(folder)
    assert Bundle.read(folder).manifest().type == "trigger"


def test_what_may_reach_more_than_midi_is_not_tried(midi: TestSession, tmp_path: Path) -> None:
    """Its test loads it; its scopes and reasons are in the manifest."""
    text = """
        class Plug(ActionPlugin):
            capabilities = {"network:example.org:443", "midi", "filesystem:write:out"}
            reasons = {"network": "asks the oracle"}
            def execute(self, params, context):
                raise SystemExit
    """
    midi.map(note(36), run(text)["Plug"])
    exported = midi.export("plug", tmp_path)
    manifest = Bundle.read(exported.folder).manifest()
    assert set(manifest.capabilities) == {
        "network:example.org:443",
        "midi",
        "filesystem:write:out",
    }
    assert "asks the oracle" in manifest.reasons.values()
    assert "plays nothing" in repr(exported)
    own_test(exported.folder)


def test_a_folder_is_replaced_only_if_nobody_has_changed_it(
    midi: TestSession, tmp_path: Path
) -> None:
    """Or when that is asked for; then files that are not of the export stay."""
    run_and_map(midi, "plain")
    folder = midi.export("plug", tmp_path).folder
    assert midi.export("plug", tmp_path).folder == folder
    for file, text in (("plugin.py", "changed = 1"), ("notes.txt", "mine")):
        (folder / file).write_text(text, "utf-8")
        with pytest.raises(InvalidValue, match="was changed since it was exported"):
            midi.export("plug", tmp_path)
        assert (folder / file).read_text("utf-8") == text
    magic(midi, f"export plug {tmp_path} --overwrite")
    assert "class Plug" in (folder / "plugin.py").read_text("utf-8")
    assert (folder / "notes.txt").read_text("utf-8") == "mine"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["plug"]


@pytest.mark.parametrize("there", [False, True], ids=["new", "again"])
@pytest.mark.parametrize("written", range(4))
def test_a_full_disk_leaves_nothing_half_written(
    midi: TestSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, written: int
) -> None:
    """Whichever file it is that does not fit, the folder is as it was before."""
    run_and_map(midi, "plain")
    parent = tmp_path / "some" / "where"
    if there:
        midi.export("plug", parent)
    before = sorted(tmp_path.rglob("*"))
    left = [written]
    sync = os.fsync

    def full(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InvalidValue, match="No space left on device; nothing was changed"):
        midi.export("plug", parent)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_disk_that_is_full_while_files_are_kept_changes_nothing(
    midi: TestSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that are not of the export are copied first, and are all there still."""
    run_and_map(midi, "plain")
    folder = midi.export("plug", tmp_path).folder
    (folder / "more").mkdir()
    (folder / "more" / "mine.txt").write_text("mine", "utf-8")

    def full(*_words: Any, **_more: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(InvalidValue, match=r"written: \[Errno 28\] No space left"):
        midi.export("plug", tmp_path, overwrite=True)
    assert sorted(tmp_path.rglob("*")) == before
    monkeypatch.undo()
    midi.export("plug", tmp_path, overwrite=True)
    assert sorted(tmp_path.rglob("*")) == before
    assert (folder / "more" / "mine.txt").read_text("utf-8") == "mine"


def test_output_of_others_is_shown_while_a_plugin_is_tried(
    midi: TestSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the trial prints is not; its failures are told in one line."""
    text = """
        class Plug(ActionPlugin):
            capabilities = {"midi"}
            def execute(self, params, context):
                print("played")
                raise RuntimeError("broken")
    """
    midi.map(note(36), run(text)["Plug"])
    exported = midi.export("plug", tmp_path)
    assert capsys.readouterr() == ("", "")
    assert "only loads it: played to without the notebook it ends with RuntimeError" in repr(
        exported
    )
    own_test(exported.folder)


def test_names_that_no_folder_may_have(midi: TestSession, tmp_path: Path) -> None:
    """Unknown ones, and those of classes that a manifest can not have."""
    with pytest.raises(PluginNotFound):
        midi.export("nothing")
    midi.map(note(36), run(source(SHAPES["plain"].replace("Plug(", "Größe(")))["Größe"])
    with pytest.raises(ExportError, match="in the class, and run its cell again"):
        midi.export("größe", tmp_path)
    assert not list(tmp_path.iterdir())


def test_from_a_cell_with_the_commands(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """In a shell: what IPython has put in the place of builtins is not taken along."""
    shell.run_cell("%load_ext midimon_live")
    cell = """
class Plug(midimon_live.ActionPlugin):
    capabilities = {"filesystem"}
    def execute(self, params, context):
        with open("x") as file:
            display(file.read())
"""
    shell.run_cell("import midimon_live" + cell)
    capsys.readouterr()
    shell.run_cell(cell + "print(get_ipython().run_line_magic('midi', 'export plug'))")
    assert "this cell defines it anew" in capsys.readouterr().out
    answer = shell.run_cell("exported = midi.export('plug')\nexported").result
    code = (answer.folder / "plugin.py").read_text("utf-8")
    assert "import midimon_live\n" in code
    assert "import display\n" in code
    assert "open" not in code.partition("class")[0]
    shell.run_cell("%midi load plug")
    assert "plug is loaded" in capsys.readouterr().out
    shell.run_cell(cell.replace("display", "get_ipython"))
    shell.run_cell("%midi export plug")
    assert "line 5: get_ipython is the notebook's" in capsys.readouterr().out


def test_a_class_of_a_module_takes_along_what_is_of_that_module(
    midi: TestSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And imports the rest; files of the user's own are named."""
    (tmp_path / "export_helper.py").write_text("def up(note): return note + 2\n", "utf-8")
    (tmp_path / "export_mine.py").write_text(
        "from export_helper import up\n"
        "from midimon_live import ActionPlugin\n"
        "def twice(note): return up(up(note))\n"
        "class Plug(ActionPlugin):\n"
        "    capabilities = {'midi'}\n"
        "    def execute(self, params, context):\n"
        "        self.host.midi.send('note_on', note=twice(context.note))\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    import export_mine  # type: ignore[import-not-found]

    midi.map(note(36), export_mine.Plug)
    exported = midi.export("plug", tmp_path / "out")
    code = (exported.folder / "plugin.py").read_text("utf-8")
    assert "from export_helper import up\n" in code
    assert "def twice" in code
    assert "export_helper.py), which is not part of the folder" in repr(exported)
    assert "`export_helper (" in (exported.folder / "README.md").read_text("utf-8")
    own_test(exported.folder)
