"""What notebooks need around them: a kernel of this Python, a browser, a folder to write into."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from midimon_live.cli.findings import MISSING, OPTIONAL, Finding, good, system_line, typed
from midimon_live.home import home
from midimon_live.show import counted, printable

_CHROMIUMS = (
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "chrome",
    "microsoft-edge",
    "msedge",
    "opera",
    "brave-browser",
)
_APPLICATIONS = {
    "Google Chrome": Path("/Applications/Google Chrome.app"),
    "Microsoft Edge": Path("/Applications/Microsoft Edge.app"),
    "Firefox": Path("/Applications/Firefox.app"),
}
_EDGE = Path("Microsoft/Edge/Application/msedge.exe")


def kernel() -> Finding:
    """Look which Python the notebooks' kernel "python3" would be."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return Finding("kernel", MISSING, "no jupyter_client", _register())
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except (NoSuchKernel, OSError, json.JSONDecodeError) as error:
        return Finding("kernel", MISSING, printable(str(error)), _register())
    program = spec.argv[0] if spec.argv else ""
    named = "python" in Path(program).name and not Path(program).is_absolute()
    if named or _same(program):
        return good("kernel", f"python3 is this Python ({spec.resource_dir})")
    found = f"python3 is another Python: {program} ({spec.resource_dir})"
    return Finding("kernel", OPTIONAL, printable(found), _register())


def browser() -> Finding:
    """Look for a browser here that has Web MIDI; it counts where the notebook is opened."""
    found = [name for name in _CHROMIUMS if shutil.which(name)]
    found += [name for name, place in _APPLICATIONS.items() if place.exists()]
    programs = os.environ.get("PROGRAMFILES(X86)")
    if programs and (Path(programs) / _EDGE).exists():
        found.append("Microsoft Edge")
    if shutil.which("firefox"):
        found.append("Firefox")
    where = "what counts is the one that opens the notebook"
    if found:
        return good("web midi", f"{found[0]} has Web MIDI; {where}")
    remedy = system_line("chromium", "--cask google-chrome", "Google.Chrome", "install Chrome")
    return Finding("web midi", OPTIONAL, f"no browser with Web MIDI here; {where}", remedy)


def folder() -> Finding:
    """Try whether plugins, grants and logs can be written; makes no folder that stays."""
    wanted = home().absolute()
    place = next(one for one in (wanted, *wanted.parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            return good("home", f"{wanted} can be written")
    except OSError as error:
        found = f"{wanted} can not be written: {error.strerror} ({place})"
        return Finding("home", MISSING, printable(found), _another_home())


def plugins() -> Finding:
    """Look at the folder of plugins, as a session would; runs none of them."""
    from midimon_live.plugin.folders.discovery import discover

    place = home().absolute() / "plugins"
    seen = discover([place] if place.is_dir() else [])
    found = f"{counted(len(seen.found), 'plugin')} in {place} and in packages"
    if not seen.errors:
        return good("plugins", printable(found))
    refused = "; ".join(f"{one.plugin}: {one}" for one in seen.errors)
    return Finding("plugins", OPTIONAL, printable(f"{found}; refused: {refused}"), "%midi discover")


def _same(program: str) -> bool:
    path = shutil.which(program) or program
    return os.path.realpath(Path(path).parent) == os.path.realpath(Path(sys.executable).parent)


def _register() -> str:
    return typed(sys.executable, "-m", "ipykernel", "install", "--sys-prefix")


def _another_home() -> str:
    if sys.platform == "win32":
        return r"set MIDIMON_HOME=%USERPROFILE%\midimon"
    return "export MIDIMON_HOME=~/midimon"
