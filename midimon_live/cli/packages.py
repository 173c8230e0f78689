"""Which packages are installed, held against what this package asks for."""

import os
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from midimon_live.cli.findings import MISSING, OPTIONAL, Finding, good, pip_line

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_OWN = "midimon-live"
_SHOWN = ("ipykernel", "anywidget")  # what panels and output in the right cell depend on
_DRIVERS = ("python-rtmidi", "supriya-midi")
_EXTRAS = {
    "lab": "JupyterLab and Notebook, for `midimon-live lab`",
    "desktop": "keys, text, mouse and volume as actions",
}


def python() -> Finding:
    """Look at the Python that runs this."""
    version = ".".join(map(str, sys.version_info[:3]))
    return good("python", f"{version}, {sys.executable}")


def packages() -> list[Finding]:
    """Look at this package, at what it needs, and at its extras."""
    try:
        found = [good(_OWN, metadata.version(_OWN))]
        asked = metadata.requires(_OWN) or []
    except metadata.PackageNotFoundError:
        remedy = pip_line("-e", ".")
        return [Finding(_OWN, MISSING, "it is on the path, but not installed", remedy)]
    try:
        from packaging.requirements import Requirement
    except ImportError:
        return [*found, Finding("packages", MISSING, "packaging is not here", pip_line(_OWN))]
    wanted = [Requirement(text) for text in asked]
    needed = [one for one in wanted if _applies(one, "") and one.name not in _DRIVERS]
    found.append(_all_of("packages", needed, MISSING, f"all {len(needed)} that it needs"))
    found += [good(one, version) for one in _SHOWN if (version := _version(one))]
    return found + [_extra(name, wanted, use) for name, use in _EXTRAS.items()]


def driver() -> Finding:
    """Look at the library for hardware ports."""
    for name in _DRIVERS:
        if version := _version(name):
            return good("driver", f"{name} {version}")
    usual = _DRIVERS[sys.version_info >= (3, 13)]
    found = "no library for hardware ports; virtual ports and those of the browser work"
    return Finding("driver", OPTIONAL, found, pip_line(usual))


def _extra(extra: str, wanted: "list[Requirement]", use: str) -> Finding:
    mine = [one for one in wanted if _applies(one, extra) and not _applies(one, "")]
    found = _all_of(f"extra {extra}", mine, OPTIONAL, _versions(mine))
    if found.remedy:
        return Finding(found.name, OPTIONAL, f"{use}: {found.found}", pip_line(f"{_OWN}[{extra}]"))
    if extra == "desktop" and sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        no_screen = f"{found.found}; no screen, so keys and mouse go nowhere"
        return Finding(found.name, OPTIONAL, no_screen, "start Jupyter from a desktop session")
    return found


def _all_of(name: str, needed: "list[Requirement]", otherwise: str, praise: str) -> Finding:
    lacking = [one for one in needed if _fault(one)]
    if not lacking:
        return good(name, praise)
    found = "; ".join(_fault(one) for one in lacking)
    wanted = (f"{one.name}{one.specifier}" for one in lacking)
    return Finding(name, otherwise, found, pip_line(*wanted))


def _fault(one: "Requirement") -> str:
    version = _version(one.name)
    if not version:
        return f"no {one.name}"
    if one.specifier.contains(version, prereleases=True):
        return ""
    return f"{one.name} is {version}, needed is {one.specifier}"


def _applies(one: "Requirement", extra: str) -> bool:
    return one.marker is None or one.marker.evaluate({"extra": extra})


def _versions(needed: "list[Requirement]") -> str:
    return ", ".join(f"{one.name} {_version(one.name)}" for one in needed)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
