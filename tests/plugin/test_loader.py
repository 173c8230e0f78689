"""A plugin's class comes from the bytes that were checked, and an import can not do harm."""

import builtins
import importlib.resources
import linecache
import os
import pkgutil
import signal
import subprocess
import sys
import textwrap
import threading
import traceback
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from midimon_live.errors import ChecksumMismatch, InvalidPlugin, LoadError
from midimon_live.plugin.folders import loader
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.plugin.folders.imports import ROOT
from midimon_live.plugin.folders.loader import LoadedPlugin, load, load_entry_point
from midimon_live.plugin.folders.manifest import Manifest

HEAD = "from midimon_live import ActionPlugin\n"
BLINK = (
    HEAD
    + """
class Blink(ActionPlugin):
    def execute(self, params, context):
        return ANSWER
"""
)


@pytest.fixture(autouse=True)
def nothing_stays():
    """Whatever a test loaded goes; what was there before is there still."""
    _leave_all()
    before, path = dict(vars(builtins)), list(sys.meta_path)
    yield
    _leave_all()
    assert not [name for name in sys.modules if name.startswith(ROOT)]
    assert sys.meta_path == path
    assert {name: vars(builtins)[name] for name in before} == before
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def _leave_all() -> None:
    for home in list(loader.Home.all()):
        home.leave()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for a plugin."""
    made = tmp_path / "blink"
    made.mkdir()
    return made


def bundle(folder: Path, **files: str) -> Bundle:
    """Return these files, by their paths, as if they were read."""
    return Bundle(folder, {path: textwrap.dedent(text).encode() for path, text in files.items()})


def loaded(folder: Path, source: str = BLINK, **files: str) -> LoadedPlugin:
    """Load a plugin of this source."""
    files["plugin.py"] = source
    return load(bundle(folder, **files), Manifest("blink", "1"), deadline_s=5)


def refused(folder: Path, source: str, *, deadline_s: float = 5, **files: str) -> str:
    """Return why a plugin is not loaded, and see to it that nothing of it stays."""
    before = dict(sys.modules)
    files["plugin.py"] = HEAD + source
    with pytest.raises(LoadError) as raised:
        load(bundle(folder, **files), Manifest("blink", "1"), deadline_s=deadline_s)
    assert not [name for name in set(sys.modules) - set(before) if name.startswith(ROOT)]
    assert not [name for name in linecache.cache if name.startswith(str(folder))]
    return str(raised.value)


def answer(plugin: LoadedPlugin) -> object:
    """Build a plugin and execute it."""
    return plugin.plugin().execute({}, None)


# what is loaded


def test_class_comes_from_the_bundle(folder: Path) -> None:
    """No file needs to be there, and it lives in a package of its own."""
    plugin = loaded(folder, f"ANSWER = 42\n{BLINK}")
    assert answer(plugin) == 42
    assert plugin.module.__name__ == "midimon_live_plugins.blink.plugin"
    assert sys.modules["midimon_live_plugins.blink.plugin"] is plugin.module
    assert plugin.verified is False


def test_file_that_is_swapped_after_the_check_does_not_run(folder: Path) -> None:
    """What was hashed is what is compiled: the disk is not asked again."""
    (folder / "plugin.py").write_text(f"ANSWER = 'checked'\n{BLINK}")
    (folder / "helper.py").write_text("x = 1")
    read = Bundle.read(folder)
    checksum = read.checksum("plugin.py")
    (folder / "plugin.py").write_text(f"ANSWER = 'swapped'\n{BLINK}")
    plugin = load(read, Manifest("blink", "1", checksum=checksum))
    assert (answer(plugin), plugin.verified) == ("checked", True)


def test_nothing_runs_when_the_checksum_is_wrong(folder: Path) -> None:
    """The sum is compared before the first line is compiled."""
    files = bundle(folder, **{"plugin.py": "raise SystemExit"})
    with pytest.raises(ChecksumMismatch):
        load(files, Manifest("blink", "1", checksum="0" * 64))


def test_edits_within_a_tick_of_the_clock_are_seen(folder: Path, monkeypatch) -> None:
    """Same size, same time: importlib would take the .pyc of the first; there is none."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    manifest = Manifest("blink", "1")
    for number in range(5):
        (folder / "plugin.py").write_text(f"from .helper import ANSWER\n{BLINK}")
        (folder / "helper.py").write_text(f"ANSWER = {number}\n")
        for name in ("plugin.py", "helper.py"):
            os.utime(folder / name, (1_000_000_000, 1_000_000_000))
        assert answer(load(Bundle.read(folder), manifest)) == number
    assert not list(folder.rglob("*.pyc"))


def test_pyc_that_lies_there_is_not_run(folder: Path) -> None:
    """A cache nobody checked would be executed instead of the source."""
    (folder / "plugin.py").write_text(f"ANSWER = 'evil'\n{BLINK}")
    code = "import py_compile, sys; py_compile.compile(sys.argv[1], invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)"  # noqa: E501
    subprocess.run([sys.executable, "-c", code, str(folder / "plugin.py")], check=True)
    assert list(folder.rglob("*.pyc"))
    (folder / "plugin.py").write_text(f"ANSWER = 'good'\n{BLINK}")
    assert answer(load(Bundle.read(folder), Manifest("blink", "1"))) == "good"


def test_file_may_be_in_a_folder_and_have_a_coding(folder: Path) -> None:
    """Bytes are compiled, so the first line counts; `from .` is the file's own folder."""
    source = f"# coding: latin-1\nfrom .helper import e\nANSWER = 'é' + e\n{BLINK}"
    files = {"src/plugin.py": source.encode("latin-1"), "src/helper.py": b"e = '!'"}
    assert answer(load(Bundle(folder, files), Manifest("blink", "1", binary="src/plugin.py"))) == (
        "é!"
    )


# relative imports and resources


def test_relative_imports_find_the_plugins_own_files(folder: Path) -> None:
    """Modules, names in them, folders with and without __init__.py, and the file itself."""
    source = """
        from . import helper, inner
        from .helper import x
        from .inner.deep.code import y
        from .other import plugin_name
    """
    plugin = loaded(
        folder,
        textwrap.dedent(source) + f"ANSWER = x, y, helper.x, inner.z, plugin_name()\n{BLINK}",
        **{
            "helper.py": "x = 1",
            "inner/__init__.py": "z = 3",
            "inner/deep/code.py": "from ...helper import x\ny = x + 1",
            "other.py": "def plugin_name():\n    from . import plugin\n    return plugin.__name__",
        },
    )
    assert answer(plugin) == (1, 2, 1, 3, "midimon_live_plugins.blink.plugin")


def test_resources_come_from_memory(folder: Path) -> None:
    """Both ways that the standard library has; nothing is on the disk."""
    plugin = loaded(folder, **{"sounds/kick.txt": "boom", "plugin.toml": ""})
    files = importlib.resources.files(plugin.module.__package__)
    assert (files / "sounds" / "kick.txt").read_text() == "boom"
    assert files.joinpath("sounds/kick.txt").read_bytes() == b"boom"
    assert sorted(one.name for one in files.iterdir()) == ["plugin.py", "plugin.toml", "sounds"]
    assert (files / "sounds").is_dir()
    assert not (files / "gone").is_file()
    assert pkgutil.get_data(plugin.module.__package__, "sounds/kick.txt") == b"boom"
    with importlib.resources.as_file(files / "sounds/kick.txt") as path:
        assert path.read_text() == "boom"
    for name in ("gone", "../blink/plugin.py"):
        with pytest.raises(FileNotFoundError):
            (files / name).open()
        with pytest.raises(FileNotFoundError):
            pkgutil.get_data(plugin.module.__package__, f"sounds/{name}/x")


def test_absolute_import_of_an_own_file_says_what_to_write(folder: Path) -> None:
    """It would have to be found by everybody's imports."""
    text = refused(folder, "import helper_of_blink", **{"helper_of_blink.py": ""})
    assert "No module named 'helper_of_blink' (plugin.py, line 2)" in text
    assert text.endswith("write `from . import helper_of_blink`")


def test_what_was_put_there_later_can_not_be_imported(folder: Path) -> None:
    """Only the bundle is searched, so a file on the disk that nobody checked is not found."""
    (folder / "late.py").write_text("")
    assert "No module named 'midimon_live_plugins.blink.late'" in refused(
        folder, "from .late import x"
    )


def test_traceback_shows_the_source_under_the_real_path(folder: Path) -> None:
    """As it was when it was loaded, whatever the file says now."""
    plugin = loaded(folder, BLINK.replace("return ANSWER", "return 1 / 0  # here"))
    (folder / "plugin.py").write_text("something else\n" * 9)
    with pytest.raises(ZeroDivisionError) as raised:
        answer(plugin)
    shown = "".join(traceback.format_exception(raised.value))
    assert f'File "{folder}/plugin.py", line 5, in execute\n    return 1 / 0  # here' in shown


# versions


LATE = f"def late():\n    from .helper import x\n    return x\n{HEAD}" + BLINK.replace(
    "ANSWER", "late()"
)


def test_old_and_new_version_live_side_by_side(folder: Path) -> None:
    """Also what the old one imports only now is its own."""
    old = loaded(folder, LATE, **{"helper.py": "x = 'old'"})
    new = loaded(folder, LATE, **{"helper.py": "x = 'new'"})
    assert (answer(new), answer(old)) == ("new", "old")
    assert old.package.startswith("midimon_live_plugins.blink@")
    assert sys.modules["midimon_live_plugins.blink.plugin"] is new.module


def test_old_version_is_as_it_was_when_the_new_one_fails(folder: Path) -> None:
    """Its modules have their names again, and its source is shown."""
    old = loaded(folder, LATE, **{"helper.py": "x = 'old'"})
    with pytest.raises(LoadError):
        loaded(folder, "from . import helper\n1 / 0", **{"helper.py": "x = 'new'"})
    assert sys.modules["midimon_live_plugins.blink.plugin"] is old.module
    assert old.module.__name__ == "midimon_live_plugins.blink.plugin"
    assert answer(old) == "old"
    assert linecache.getline(f"{folder}/plugin.py", 1) == "def late():\n"


def test_every_load_makes_modules_anew(folder: Path) -> None:
    """The same bytes twice are two modules, with nothing of the first in the second."""
    old, new = loaded(folder), loaded(folder)
    assert old.module is not new.module
    assert old.plugin is not new.plugin


def test_unloading_leaves_nothing(folder: Path) -> None:
    """No module, no source, no finder; of two versions only the one that is unloaded goes."""
    old, new = (loaded(folder, LATE, **{"helper.py": "x = 1"}) for _ in range(2))
    old.unload()
    assert answer(new) == 1
    assert linecache.getline(f"{folder}/plugin.py", 1) == "def late():\n"
    new.unload()
    new.unload()
    assert not [name for name in sys.modules if name.startswith(ROOT)]
    assert not [name for name in linecache.cache if name.startswith(str(folder))]


def test_two_plugins_do_not_see_each_other(folder: Path) -> None:
    """Both have a helper.py, and each imports its own."""
    source = f"from .helper import x as ANSWER\n{BLINK}"
    one = load(bundle(folder, **{"plugin.py": source, "helper.py": "x = 1"}), Manifest("one", "1"))
    two = load(
        bundle(folder, **{"plugin.py": source, "helper.py": "x = 2"}), Manifest("two-b", "1")
    )
    assert (answer(one), answer(two)) == (1, 2)
    one.unload()
    assert answer(two) == 2


# imports that go wrong


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero (plugin.py, line 2)"),
        ("x = (", "SyntaxError: '(' was never closed (plugin.py, line 2)"),
        ("x = '\0'", "source code string cannot contain null bytes"),
        ("import no_such_module_at_all", "No module named 'no_such_module_at_all' (plugin.py"),
        ("from . import helper", "ValueError: from helper (helper.py, line 3)"),
        ("import sys\nsys.exit(3)", "its import ends the program (plugin.py, line 3)"),
        ("raise KeyboardInterrupt", "its import was interrupted (plugin.py, line 2)"),
        ("raise BaseException('x')", "BaseException: x (plugin.py, line 2)"),
        ("raise ValueError('\\x1b[2J')", "ValueError: \N{REPLACEMENT CHARACTER}[2J (plugin.py"),
        ("class E(Exception):\n def __str__(self): 1/0\nraise E", "(plugin.py, line 4)"),
        ("print = 1\nimport builtins\nbuiltins.print = len", "every program uses (print)"),
        ("import builtins\ndel builtins.open\nraise ValueError", "line 4); it also replaces open"),
        ("import builtins\nbuiltins.isinstance = builtins.list = None", "list"),
    ],
)
def test_import_that_goes_wrong_is_refused(folder: Path, source: str, said: str) -> None:
    """One error with file and line, and no module stays, not even those that were done."""
    helper = "x = 1\n\nraise ValueError('from helper')"
    assert said in refused(folder, source, **{"helper.py": helper})


@pytest.mark.parametrize("wait", ["while True: pass", "import time; time.sleep(60)"])
def test_import_that_hangs_is_ended(folder: Path, wait: str) -> None:
    """On the main thread also where it sleeps in the operating system."""
    text = refused(folder, f"from . import helper\n{wait}", deadline_s=0.1, **{"helper.py": ""})
    assert "its import had not ended after 0.1 s (plugin.py, line 3)" in text


def test_import_that_hangs_and_catches_is_ended(folder: Path) -> None:
    """`except Exception` does not hold it up, and a bare `except` once only."""
    source = """
        try:
            while True:
                try:
                    while True: pass
                except Exception:
                    pass
        except:
            while True: pass
    """
    assert "had not ended" in refused(folder, textwrap.dedent(source), deadline_s=0.1)


def test_import_that_hangs_on_another_thread_is_ended(folder: Path) -> None:
    """There an exception is raised in it as soon as it is back in Python."""
    said: list[str] = []
    thread = threading.Thread(
        target=lambda: said.append(refused(folder, "while True: pass", deadline_s=0.1))
    )
    thread.start()
    thread.join(10)
    assert "(plugin.py, line 2)" in said[0]


def test_alarm_of_somebody_else_is_left_alone(folder: Path) -> None:
    """Then the other way is taken on the main thread as well."""
    rung: list[int] = []
    signal.signal(signal.SIGALRM, lambda number, _frame: rung.append(number))
    try:
        assert "had not ended" in refused(folder, "while True: pass", deadline_s=0.1)
        signal.raise_signal(signal.SIGALRM)
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert rung == [signal.SIGALRM]


# which class

METACLASS = """class M(type(ActionPlugin)):
    def __getattribute__(self, name): 1 / 0
class A(ActionPlugin, metaclass=M):
    def execute(self, p, c): 1
"""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "plugin.py defines none"),
        ("x = ActionPlugin", "plugin.py defines none"),
        ("class A(ActionPlugin, abstract=True): pass", "plugin.py defines none"),
        ("class A(ActionPlugin): pass", "A in plugin.py has no execute"),
        (
            "class A(ActionPlugin):\n def execute(self, p, c): 1\nclass B(A): pass",
            "plugin.py defines A, B; name one of them as entry_point",
        ),
        ("import sys\nsys.modules[__name__] = 3", "puts something else in its place"),
        (METACLASS, "ZeroDivisionError: division by zero (plugin.py, line 3)"),
    ],
)
def test_file_without_the_one_class_is_refused(folder: Path, source: str, said: str) -> None:
    """The error says what is there, and what to do."""
    assert said in refused(folder, source)


def test_folder_can_not_stand_in_for_the_file(folder: Path) -> None:
    """Python would import plugin/__init__.py, which is not what the checksum is of."""
    files = bundle(folder, **{"plugin.py": BLINK, "plugin/__init__.py": BLINK})
    with pytest.raises(InvalidPlugin, match="one module; rename one"):
        load(files, Manifest("blink", "1"))


def test_file_may_be_the_package_itself(folder: Path) -> None:
    """Then its name is the package's."""
    files = bundle(
        folder, **{"__init__.py": f"from .a import ANSWER\n{BLINK}", "a.py": "ANSWER = 8"}
    )
    assert answer(load(files, Manifest("blink", "1", binary="__init__.py"))) == 8


def test_base_classes_do_not_count(folder: Path) -> None:
    """What is imported, abstract or unfinished is no second plugin."""
    base = f"{HEAD}class Base(ActionPlugin, abstract=True): pass\nclass Half(ActionPlugin): pass\n"
    source = f"from .base import Base\n{BLINK}\nclass Half(Base): pass\nAlias = Blink\nANSWER = 1"
    assert answer(loaded(folder, source, **{"base.py": base})) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Gone", "its manifest names Gone, which plugin.py has not"),
        ("ANSWER", "ANSWER in plugin.py is no ActionPlugin"),
        ("Half", "Half in plugin.py has no execute"),
    ],
)
def test_entry_point_that_is_no_plugin_is_refused(folder: Path, name: str, said: str) -> None:
    """Whatever stands there is looked at before it is built."""
    source = f"ANSWER = 1\n{BLINK}\nclass Half(ActionPlugin): pass"
    with pytest.raises(InvalidPlugin) as raised:
        load(bundle(folder, **{"plugin.py": source}), Manifest("blink", "1", entry_point=name))
    assert said in str(raised.value)


def test_entry_point_names_one_of_several(folder: Path) -> None:
    """It may come from another of its files."""
    files = bundle(folder, **{"plugin.py": "from .a import Blink", "a.py": f"ANSWER = 7\n{BLINK}"})
    assert answer(load(files, Manifest("blink", "1", entry_point="Blink"))) == 7


def test_the_type_in_the_manifest_is_that_of_the_class(folder: Path) -> None:
    """A trigger needs a TriggerPlugin."""
    with pytest.raises(InvalidPlugin, match="one TriggerPlugin is needed"):
        load(bundle(folder, **{"plugin.py": BLINK}), Manifest("blink", "1", type="trigger"))


def test_class_of_a_package_is_imported_as_usual(tmp_path: Path, monkeypatch) -> None:
    """With the same care: no plugin class and an import that fails are said to be."""
    (tmp_path / "midimon_test_package.py").write_text(f"ANSWER = 5\n{BLINK}")
    (tmp_path / "midimon_test_broken.py").write_text("raise SystemExit")
    monkeypatch.syspath_prepend(tmp_path)

    def at(value: str) -> EntryPoint:
        return EntryPoint("blink", value, "midimon_live")

    assert load_entry_point("blink", at("midimon_test_package:Blink"))().execute({}, None) == 5
    with pytest.raises(InvalidPlugin, match="midimon_test_package:ANSWER is no Plugin"):
        load_entry_point("blink", at("midimon_test_package:ANSWER"))
    with pytest.raises(LoadError, match="ends the program"):
        load_entry_point("blink", at("midimon_test_broken:Blink"))
