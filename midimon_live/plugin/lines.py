"""The lines that a version of a plugin was compiled from, kept for its tracebacks.

`linecache` knows one text for each file name. A plugin's folder has the same names in each version,
a module that is being edited too, and `linecache.clearcache` forgets even cells. So a version keeps
the lines of its own files, as they are when it is built; the lists are shared with `linecache`.
"""

import linecache
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from midimon_live.plugin.sourcecode import function_of, methods_of

_OURS = str(Path(__file__).parent.parent)
_PLUGIN_MODULES = "midimon_live_plugins."
_SEVERAL_LINES = sys.version_info >= (3, 13)  # a frame of a traceback takes all lines of its call


class Lines:
    """The lines of the files of one version.

    Args:
        source: its class, instance or function.
        namespaces: the globals of its modules, if it came from files.
    """

    __slots__ = ("_codes", "_files")

    def __init__(self, source: object, namespaces: Iterable[Mapping[str, Any]] = ()) -> None:
        self._files: dict[str, list[str]] = {}
        self._codes: set[CodeType] = set()
        with suppress(Exception):  # a class may have anything in it
            for code in _codes_of(source):
                self._keep(code.co_filename)
                self._codes.update(_with_inner(code))
        for one in namespaces:
            name = one.get("__file__")
            if isinstance(name, str):
                self._keep(name)

    def of(self, frame: FrameType) -> list[str] | None:
        """Return the lines of the file of a frame; None where `linecache` is to be asked."""
        code = frame.f_code
        kept = self._files.get(code.co_filename)
        # a file on the disk may have been read again since, as `%autoreload` does
        if kept is not None and (code in self._codes or _in_memory(frame)):
            return kept
        return _from_memory(frame)

    def _keep(self, name: str) -> None:
        if name not in self._files and not name.startswith(_OURS):
            linecache.checkcache(name)
            if lines := linecache.getlines(name):
                self._files[name] = lines


def with_lines(report: traceback.StackSummary, frames: list[FrameType], lines: Lines) -> None:
    """Put the lines that really ran into a stack, in place of what `linecache` says.

    Args:
        report: the stack.
        frames: the frames that it is of.
        lines: of the version whose stack it is.
    """
    for index, (one, frame) in enumerate(zip(list(report), frames, strict=True)):
        kept = lines.of(frame)
        if kept is None or one.lineno is None:
            continue
        last = (one.end_lineno or one.lineno) if _SEVERAL_LINES else one.lineno
        report[index] = traceback.FrameSummary(
            one.filename,
            one.lineno,
            one.name,
            lookup_line=False,
            line="".join(kept[one.lineno - 1 : last]) or "\n",
            end_lineno=one.end_lineno,
            colno=one.colno,
            end_colno=one.end_colno,
        )


def _in_memory(frame: FrameType) -> bool:
    """Tell whether a file name stands for one text in its version: a cell, or a plugin's file."""
    return frame.f_globals.get("__name__") == "__main__" or _is_plugins(frame)


def _is_plugins(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(_PLUGIN_MODULES)


def _from_memory(frame: FrameType) -> list[str] | None:
    """Return the lines of a plugin's module that it imported late, by asking its own loader."""
    if not _is_plugins(frame):
        return None
    try:
        space = frame.f_globals
        text = space["__loader__"].get_source(space["__name__"])
        return text.splitlines(keepends=True)  # type: ignore[no-any-return]
    except Exception:  # a plugin may have put anything in its place
        return None


def _codes_of(source: object) -> Iterator[CodeType]:
    """Yield the code of the functions that a plugin consists of."""
    if not isinstance(source, type) and (function := function_of(source)) is not None:
        yield function.__code__
        return
    cls = source if isinstance(source, type) else type(source)
    for base in cls.__mro__:
        if base is not object and not base.__module__.startswith("midimon_live."):
            yield from (function.__code__ for function in methods_of(base))


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    """Yield a function's code, and that of the functions in it."""
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _with_inner(value)
