"""Who is acting: by context, by thread, and by the frames on the stack. Any of them accuses."""

import _thread
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import thread as pools
from contextlib import contextmanager
from threading import get_ident
from types import FrameType, ModuleType
from typing import Any

from midimon_live.plugin.guard.sealed import BUILTINS
from midimon_live.plugin.guard.subject import Subject, acting

globals().update(__builtins__=BUILTINS)

Subjects = tuple[Subject, ...]

# by identity: a file name can be forged, and the dict is kept so that its id stays its own
_watched: dict[int, tuple[Subject, Mapping[str, Any]]] = {}
_threads: dict[int, Subjects] = {}

_frame = sys._getframe  # noqa: SLF001 - the stack is what this module is about
_acting, _ident = acting.get, get_ident
_identity = object.__hash__  # what `id` tells, but that is an audit event for each frame looked at


def watch(subject: Subject, spaces: tuple[Mapping[str, Any], ...]) -> None:
    """Accuse `subject` of what code with these globals does, whoever calls it."""
    for space in spaces:
        _watched[_identity(space)] = (subject, space)


def threads_of(subject: Subject) -> list[int]:
    """Return the threads that a plugin has started and that still run, by their idents."""
    return [ident for ident, subjects in list(_threads.items()) if subject in subjects]


def forget(subject: Subject) -> None:
    """Undo `watch`; threads that it started stay its own."""
    for key, (one, _space) in list(_watched.items()):
        if one is subject:
            _watched.pop(key, None)


def accused(frame: FrameType | None) -> Subjects:
    """Return everybody who has a part in what happens at `frame`, each once."""
    subject = _acting()
    found = _threads.get(_ident(), ())
    if subject is not None and subject not in found:
        found = (subject, *found)
    if _watched:
        watched, identity = _watched, _identity
        while frame is not None:
            if (key := identity(frame.f_globals)) in watched:
                one = watched.get(key)  # another thread may have forgotten it
                if one is not None and one[0] not in found:
                    found = (*found, one[0])
            frame = frame.f_back
    return found


def is_watched(frame: FrameType | None) -> bool:
    """Tell whether a frame is a plugin's own."""
    return frame is not None and _identity(frame.f_globals) in _watched


def frames(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield a frame and those that led to it."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def own_frame(
    subject: Subject, frame: FrameType | None, is_library: Callable[[str], bool]
) -> FrameType | None:
    """Return where in its own code a plugin is; if that is not known, the nearest of nobody's."""
    nearest = None
    for one in frames(frame):
        owner = _watched.get(_identity(one.f_globals))
        if owner is not None and owner[0] is subject:
            return one
        if nearest is None and not is_library(one.f_code.co_filename):
            nearest = one
    return nearest


@contextmanager
def marked(subjects: Subjects) -> Iterator[None]:
    """Accuse `subjects` of all that this thread does meanwhile."""
    ident = _ident()
    before = _threads.get(ident)
    _threads[ident] = subjects
    try:
        yield
    finally:
        if before is None:
            _threads.pop(ident, None)
        else:
            _threads[ident] = before


def _on_behalf(subjects: Subjects, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        with marked(subjects):
            return function(*args, **kwargs)

    return run


def _shared(function: Any) -> bool:
    """Tell whether a thread serves everybody: jobs that a plugin gives it are marked one by one."""
    target = getattr(getattr(function, "__self__", None), "_target", None)
    module = str(getattr(target, "__module__", ""))
    return target is _POOL_WORKER or module.startswith("midimon_live.")


_POOL_WORKER = pools._worker  # noqa: SLF001


def _starting(real: Callable[..., Any]) -> Callable[..., Any]:
    """Return a way to start a thread that notes on whose behalf it runs."""

    def start(function: Any, *args: Any, **kwargs: Any) -> Any:
        subjects = accused(_frame().f_back)
        if subjects and callable(function) and not _shared(function):
            function = _on_behalf(subjects, function)
        return real(function, *args, **kwargs)

    return start


def _submitting(real: Callable[..., Any]) -> Callable[..., Any]:
    """Return a pool's `submit` that does the same for one job."""

    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        subjects = accused(_frame().f_back)
        if subjects and callable(fn):
            fn = _on_behalf(subjects, fn)
        return real(self, fn, *args, **kwargs)

    return submit


def _checking(event: str, ask: Callable[..., None]) -> Callable[..., Any]:
    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def checked(*args: Any) -> Any:
            ask(event, args)
            return real(*args)

        return checked

    return wrap


_replaced: list[tuple[Any, str, Any, Any]] = []


def install(ask: Callable[[str, tuple[Any, ...]], None]) -> None:
    """Replace what has no audit event of its own, until `uninstall`."""
    threading = sys.modules["threading"]
    for module in (_thread, threading):
        for name in ("start_new_thread", "start_new", "start_joinable_thread"):
            _replace(module, name if module is _thread else f"_{name}", _starting)
    _replace(pools.ThreadPoolExecutor, "submit", _submitting)
    # after `subprocess` has taken the real one: what it does is announced anyway
    importlib.import_module("subprocess")
    processes = sys.modules.get("_posixsubprocess")
    if processes is not None:
        _replace(processes, "fork_exec", _checking("_posixsubprocess.fork_exec", ask))


def _replace(
    where: ModuleType | type, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> None:
    real = vars(where).get(name)
    if real is not None:
        ours = wrap(real)
        setattr(where, name, ours)
        _replaced.append((where, name, real, ours))


def uninstall() -> None:
    """Put back what `install` replaced, unless somebody else has replaced it since."""
    while _replaced:
        where, name, real, ours = _replaced.pop()
        if vars(where).get(name) is ours:
            setattr(where, name, real)
