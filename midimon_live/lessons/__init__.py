"""The lessons' exercises, checked by what was played and what came of it.

Each lesson is a module here, `lesson_00` and so on, whose `LESSON` says what is expected.
`of_class` puts the progress of many learners together.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from typing import Any

from midimon_live.errors import InvalidValue
from midimon_live.home import stand_in
from midimon_live.lessons.base import Lesson
from midimon_live.lessons.classroom import Classroom, of_class

__all__ = ["NAMES", "Classroom", "every", "find", "of_class"]

_MODULE = "lesson_"
_NUMBERS = sorted(
    int(module.name.removeprefix(_MODULE))
    for module in iter_modules(__path__)
    if module.name.startswith(_MODULE)
)
NAMES = tuple(f"lesson-{number}" for number in _NUMBERS)


def find(which: Any) -> Lesson:
    """Return a lesson.

    Args:
        which: "lesson-3", "3", "03" or 3.

    Raises:
        InvalidValue: there is no such lesson.
    """
    text = str(which).strip().lower()
    digits = text.removeprefix("lesson").lstrip("-_ ") if text.startswith("lesson") else text
    known = digits.isdecimal() and digits.isascii() and len(digits) < 4
    name = f"lesson-{int(digits)}" if known else ""
    if name not in NAMES or isinstance(which, bool):
        raise InvalidValue(f"there is no lesson {which!r:.40}; there are {', '.join(NAMES)}")
    return _lesson(name)


def every() -> list[Lesson]:
    """Return all lessons, in order."""
    return [_lesson(name) for name in NAMES]


def folder_of_its_own() -> Path:
    """Return a folder that is this kernel's home, in place of `~/.midimon`, and goes with it.

    For a notebook that writes plugins or grants only to show how: call it before
    `%load_ext midimon_live`. What was passed is noted where it always is. Called again, it returns
    the same folder.

    Raises:
        InvalidValue: the engine was loaded before, with another folder as its home.
    """
    folder = Path(_folders().name)
    stand_in(folder)
    return folder


@cache
def _folders() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="midimon-")  # removed when the kernel ends


@cache
def _lesson(name: str) -> Lesson:
    number = int(name.removeprefix("lesson-"))
    module = import_module(f"{__name__}.{_MODULE}{number:02}")
    return module.LESSON  # type: ignore[no-any-return]
