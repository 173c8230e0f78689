"""What every plugin may do: read the library and its own folder, and import modules."""

import importlib._bootstrap as bootstrap
import importlib._bootstrap_external as finders
import mimetypes
import os
import shutil
import site
import sys
import sysconfig
import zoneinfo
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from midimon_live.capabilities import Capability
from midimon_live.plugin.guard.accused import frames, is_watched
from midimon_live.plugin.guard.sealed import BUILTINS, OS, PATHS
from midimon_live.scopes import Scope

globals().update(__builtins__=BUILTINS)

_DEVICES = frozenset({"read:/dev/null", "write:/dev/null", "read:/dev/urandom", "read:/dev/random"})


@cache
def library() -> tuple[str, ...]:
    """Return the folders and files that anybody may read, each as it is named and as it is."""
    import ssl

    paths = sysconfig.get_paths()
    found = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [*site.getsitepackages(), str(site.getusersitepackages())]
    found.append(str(Path(__file__).parents[1]))
    # an interpreter in / or in the home folder must not open all of it
    home = str(PATHS.realpath(PATHS.expanduser("~")))
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix)
    found += [one for one in prefixes if not is_below(home, str(PATHS.realpath(one)))]
    checks = [str(one) for one in ssl.get_default_verify_paths() if one]
    found += [one for one in checks if OS.sep in one]
    found += [
        *map(str, zoneinfo.TZPATH),
        *map(str, mimetypes.knownfiles),
        "/etc/localtime",
        "/usr/share/locale",
    ]
    return tuple(dict.fromkeys(two for one in found for two in (one, str(PATHS.realpath(one)))))


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or in it; both are plain texts."""
    return path == folder or path.startswith(folder.rstrip(OS.sep) + OS.sep)


def is_library_path(path: str) -> bool:
    """Tell whether a file belongs to Python, to an installed package or to midimon_live."""
    return path.startswith("<frozen") or any(is_below(path, one) for one in library())


def is_routine(wanted: Scope, folder: os.PathLike[str] | None) -> bool:
    """Tell whether a deed is one that needs no right and is not worth noting."""
    if wanted.capability is not Capability.FILESYSTEM:
        return False
    kind, _, path = wanted.what.partition(":")
    if wanted.what in _DEVICES:
        return True
    if kind != "read":
        return False
    return is_library_path(path) or (
        folder is not None and is_below(path, str(PATHS.realpath(folder)))
    )


def _codes(module: Any, *names: str) -> frozenset[CodeType]:
    functions = [getattr(module, name, None) for name in names]
    return frozenset(one.__code__ for one in functions if one is not None)


_LISTING = finders.FileFinder._fill_cache.__code__  # type: ignore[attr-defined]  # noqa: SLF001
_IMPORTING = _codes(bootstrap, "_call_with_frames_removed")
_REMOVING = _codes(shutil, "_rmtree_safe_fd", "_rmtree_safe_fd_step")
_REMOVE = _codes(shutil, "rmtree")


def is_exempt(event: str, special: str, args: tuple[Any, ...], frame: FrameType | None) -> bool:
    """Tell whether a deed of a plugin's is one of the machinery that it uses.

    Args:
        event: the audit event.
        special: of its row.
        args: of the event.
        frame: of the code that caused it.
    """
    if frame is None:
        return False
    if event == "os.listdir":
        # a refusal would be remembered as "this folder is empty", and the user's imports would fail
        return frame.f_code is _LISTING
    if special == "direct":
        return not is_watched(frame)
    if special == "module":
        return bool(args[1]) and is_library_path(str(PATHS.realpath(args[1])))
    if special == "import":
        return _library_is_importing(frame)
    # below a folder that `rmtree` was allowed to remove, names are relative to descriptors
    return frame.f_globals is vars(shutil) and frame.f_code in _REMOVING and _removes(frame)


def _removes(frame: FrameType) -> bool:
    for one in frames(frame):
        if one.f_globals is not vars(shutil):
            return False
        if one.f_code in _REMOVE:
            return True
    return False


def _library_is_importing(frame: FrameType) -> bool:
    """Tell whether a library's module is just being run first, nearer than a plugin."""
    inner = None
    for one in frames(frame):
        if is_watched(one):
            return False
        if one.f_code in _IMPORTING and inner is not None and inner.f_code.co_name == "<module>":
            return is_library_path(inner.f_code.co_filename)
        inner = one
    return False
