"""Plugins' modules, imported from memory: `midimon_live_plugins.NAME.plugin` for plugin.py.

A plugin's folder is a package, whether or not it has an `__init__.py`, and so are the folders in
it. Nothing is looked up on the disk, no `.pyc` is read or written. A plugin that is loaded again
becomes a package of new modules; those of the version before live on as
`midimon_live_plugins.NAME@1`, so that what they import later is of their own version.
"""

import linecache
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import decode_source
from itertools import count
from types import CodeType, ModuleType
from typing import Any

from midimon_live.plugin.folders.bundle import Bundle

ROOT = "midimon_live_plugins"
# held while a plugin is imported, replaced or unloaded; the same thread may take it again
LOCK = threading.RLock()
_INIT = "__init__.py"
_homes: dict[str, "Home"] = {}
_older = count(1)


class Home:
    """The modules of one load of a plugin. Whoever changes it holds `LOCK`.

    Args:
        bundle: the files.
        name: the plugin's; it has no dot in it.

    Attributes:
        package: what its package is called in `sys.modules`.
        files: file name in tracebacks → path in the bundle.
    """

    def __init__(self, bundle: Bundle, name: str) -> None:
        self.bundle = bundle
        self.package = f"{ROOT}.{name}"
        self.files = {self.filename(path): path for path in bundle.files}
        self._lines: dict[str, Any] = {}

    @staticmethod
    def all() -> list["Home"]:
        """Return those that are loaded."""
        return list(_homes.values())

    def filename(self, path: str) -> str:
        """Return the real path of a file of the bundle."""
        return os.path.join(str(self.bundle.folder), *path.split("/"))  # noqa: PTH118 - many of them

    def module_name(self, path: str) -> str:
        """Return what the module in a file is called."""
        parts = path.removesuffix(".py").split("/")
        return ".".join([self.package, *(parts[:-1] if parts[-1] == "__init__" else parts)])

    @contextmanager
    def taking_over(self) -> Iterator[None]:
        """Be the plugin of this name; when the block raises, be gone and let the former be back."""
        former = _homes.get(self.package)
        if former is not None:
            former.rename(f"{self.package}@{next(_older)}")
        self._enter()
        try:
            yield
        except BaseException:
            package = self.package
            self.leave()
            if former is not None:
                former.rename(package)
                former.fill_linecache()
            raise

    def leave(self) -> None:
        """Take its modules and sources out of `sys.modules` and `linecache`; again is harmless."""
        for name in self._names():
            sys.modules.pop(name, None)
        self._leave_root()
        if _homes.get(self.package) is self:
            del _homes[self.package]
        for filename, entry in self._lines.items():
            if linecache.cache.get(filename) is entry:
                del linecache.cache[filename]
        if not _homes:
            sys.modules.pop(ROOT, None)
            if _FINDER in sys.meta_path:
                sys.meta_path.remove(_FINDER)

    def rename(self, package: str) -> None:
        """Give its modules other names, so that they import one another under these."""
        before = self.package
        modules = {name: sys.modules[name] for name in self._names()}
        self._leave_root()
        _homes[package] = _homes.pop(before)
        self.package = package
        for name, module in modules.items():
            new = package + name[len(before) :]
            _call(module, new)
            sys.modules[new] = sys.modules.pop(name)
        if package in sys.modules:
            setattr(sys.modules[ROOT], package.rpartition(".")[2], sys.modules[package])

    def fill_linecache(self) -> None:
        """Let tracebacks show these sources."""
        linecache.cache.update(self._lines)

    def show_source(self, filename: str, text: str) -> None:
        """Let tracebacks show this source. Without a time `linecache` does not look at the disk."""
        self._lines[filename] = len(text), None, text.splitlines(keepends=True), filename
        linecache.cache[filename] = self._lines[filename]

    def spec(self, fullname: str) -> ModuleSpec | None:
        """Return how to import a module, or None if there is none of that name."""
        found = self.find(fullname)
        if found is None:
            return None
        path, is_package = found
        # without places to search, so that what is not in the bundle is not found on the disk
        return ModuleSpec(
            fullname, MemoryLoader(self), origin=self.filename(path), is_package=is_package
        )

    def find(self, fullname: str) -> tuple[str, bool] | None:
        """Return the path of a module, and whether it is a package; a package's may not exist."""
        inner = fullname[len(self.package) + 1 :].replace(".", "/")
        before = f"{inner}/" if inner else ""
        if before + _INIT in self.bundle.files or not inner:
            return before + _INIT, True
        if f"{inner}.py" in self.bundle.files:
            return f"{inner}.py", False
        if any(path.startswith(before) for path in self.bundle.files):
            return before + _INIT, True
        return None

    def _enter(self) -> None:
        if _FINDER not in sys.meta_path:
            sys.meta_path.insert(0, _FINDER)
        if ROOT not in sys.modules:
            root = ModuleType(ROOT, "Where plugins that are files live.")
            root.__path__ = []
            root.__spec__ = ModuleSpec(ROOT, None, is_package=True)
            sys.modules[ROOT] = root
        _homes[self.package] = self

    def _names(self) -> list[str]:
        if _homes.get(self.package) is not self:
            return []
        return [
            name
            for name in list(sys.modules)
            if name == self.package or name.startswith(f"{self.package}.")
        ]

    def _leave_root(self) -> None:
        root, name = sys.modules.get(ROOT), self.package.rpartition(".")[2]
        if root is not None and _homes.get(self.package) is self:
            vars(root).pop(name, None)


def _call(module: Any, name: str) -> None:
    """Give a module another name; a plugin may have put anything in its place."""
    with suppress(Exception):
        spec = module.__spec__
        spec.name = name
        module.__name__ = name
        module.__package__ = spec.parent


class MemoryLoader(InspectLoader):
    """Makes modules from the bytes that were checked.

    Args:
        home: whose modules.
    """

    def __init__(self, home: Home) -> None:
        self._home = home

    def exec_module(self, module: ModuleType) -> None:
        """Compile and run a module."""
        name = module.__name__
        module.__file__ = self.get_filename(name)
        if self._source(name):
            self._home.show_source(module.__file__, self.get_source(name))
        exec(self.get_code(name), vars(module))  # noqa: S102 - this is what importing is

    def get_code(self, fullname: str) -> CodeType:
        """Return a module's code, compiled anew."""
        code: CodeType = compile(
            self._source(fullname), self.get_filename(fullname), "exec", dont_inherit=True
        )
        return code

    def get_source(self, fullname: str) -> str:
        """Return a module's text."""
        return decode_source(self._source(fullname))

    def get_filename(self, fullname: str) -> str:
        """Return the real path of a module's file."""
        return self._home.filename(self._find(fullname)[0])

    def is_package(self, fullname: str) -> bool:
        """Tell whether it is a folder."""
        return self._find(fullname)[1]

    def get_data(self, path: str) -> bytes:
        """Return the content of a file, by its real path: what `pkgutil.get_data` asks.

        Raises:
            FileNotFoundError: the bundle has none.
        """
        inner = self._home.files.get(os.path.normpath(path))
        if inner is None:
            raise FileNotFoundError(f"the plugin has no file {path!r}")
        return self._home.bundle.files[inner]

    def get_resource_reader(self, fullname: str) -> Any:
        """Return what `importlib.resources` asks."""
        from midimon_live.plugin.folders.resources import MemoryResources

        path, is_package = self._find(fullname)
        folder = path.rpartition("/")[0]
        return MemoryResources(self._home.bundle.files, folder) if is_package else None

    def _find(self, fullname: str) -> tuple[str, bool]:
        found = self._home.find(fullname)
        if found is None:
            raise ImportError(f"the plugin has no module {fullname}", name=fullname)
        return found

    def _source(self, fullname: str) -> bytes:
        return self._home.bundle.files.get(self._find(fullname)[0], b"")


class _Finder(MetaPathFinder):
    """Answers for the modules of plugins, and for no others."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - as importlib calls it
        target: ModuleType | None = None,  # noqa: ARG002 - same
    ) -> ModuleSpec | None:
        """Return how to import a plugin's module; None for all others."""
        if not fullname.startswith(f"{ROOT}."):
            return None
        home = _homes.get(".".join(fullname.split(".")[:2]))
        return None if home is None else home.spec(fullname)


_FINDER = _Finder()
