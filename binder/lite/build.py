"""Build the site on which midimon_live runs in a browser, without a server: `make lite`.

Everything comes from PyPI and npm while it is built, and nothing from anywhere when it is used:
Pyodide and each wheel are files of the site, and its kernel installs them when it starts.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterable
from email.parser import HeaderParser
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "build" / "lite"
TOOLS = WORK / "venv"
PYODIDE = "314.0.6"
PYTHON, ABI, PLATFORM = "3.14", "cp314", "pyemscripten_2026_0_wasm32"
NOTEBOOKS = ("00_*.ipynb", "01_*.ipynb", "02_*.ipynb")
RUNTIME = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
)
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)]+)\)")
KERNEL = "@jupyterlite/pyodide-kernel-extension"
KERNEL_WHEELS = (
    "ipykernel-*.whl",
    "piplite-*.whl",
    "pyodide_kernel-*.whl",
    "widgetsnbextension-4.*.whl",
)
LAB_WHEELS = ("anywidget-*.whl", "jupyterlab_widgets-*.whl")


def main() -> None:
    """Build the site into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "lite", help="the folder")
    output = parser.parse_args().output.resolve()
    say("1/4 tools")
    python = tools()
    say("2/4 wheels and Pyodide")
    wheels = [*downloaded(python), *of_kernel(), own(python)]
    runtime = pyodide()
    say("3/4 contents")
    content = WORK / "content"
    fill(content, wheels, runtime)
    say("4/4 site")
    build(python, content, wheels, output)
    size = sum(one.stat().st_size for one in output.rglob("*") if one.is_file()) / 1e6
    say(f"{output}: {size:.0f} MB. To look at it: python -m http.server -b 127.0.0.1 -d {output}")


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, flush=True)  # noqa: T201 - what a command answers


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a program and return what it prints; ends with that where it fails."""
    done = subprocess.run(  # noqa: S603 - of this file's own choice
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def tools() -> Path:
    """Return the Python that has what builds the site; in an environment of its own."""
    python, done = TOOLS / "bin" / "python", TOOLS / "installed.txt"
    wanted = (HERE / "tools.txt").read_text("utf-8")
    if not done.exists() or done.read_text("utf-8") != wanted:
        venv.create(TOOLS, clear=True, with_pip=True)
        pip(python, "install", "-r", HERE / "tools.txt")
        done.write_text(wanted, "utf-8")
    return python


def pip(python: Path, *words: str | Path) -> None:
    """Run pip."""
    run(python, "-m", "pip", "--quiet", "--disable-pip-version-check", *words)


def downloaded(python: Path) -> list[Path]:
    """Return the wheels of wheels.txt; they are fetched once for each state of that file."""
    text = (HERE / "wheels.txt").read_bytes()
    folder = WORK / f"wheels-{hashlib.sha256(text).hexdigest()[:12]}"
    if not folder.exists():
        fetched = fresh(WORK / "fetched")
        kind = ["--platform", PLATFORM, "--python-version", PYTHON, "--abi", ABI]
        only = ["--no-deps", "--only-binary=:all:", "--implementation", "cp"]
        pip(python, "download", *only, *kind, "-d", fetched, "-r", HERE / "wheels.txt")
        fetched.rename(folder)
    return sorted(folder.glob("*.whl"))


def of_kernel() -> list[Path]:
    """Return the wheels that the kernel's own package brings along."""
    folder = extension() / "static" / "pypi"
    return [the_one(folder, pattern) for pattern in KERNEL_WHEELS]


def extension() -> Path:
    """Return the folder of the kernel's extension to JupyterLab."""
    return TOOLS / "share" / "jupyter" / "labextensions" / KERNEL


def own(python: Path) -> Path:
    """Return the project's own wheel, built now."""
    folder = fresh(WORK / "own")
    run(python, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    return the_one(folder, "*.whl")


def pyodide() -> Path:
    """Return the folder with Pyodide as npm has it."""
    folder = WORK / f"pyodide-{PYODIDE}"
    if not folder.exists():
        fetched = fresh(WORK / "fetched")
        npm = shutil.which("npm") or sys.exit("npm is missing (Debian: apt-get install npm)")
        run(npm, "pack", "--silent", f"pyodide@{PYODIDE}", cwd=fetched)
        with tarfile.open(the_one(fetched, "*.tgz")) as archive:
            archive.extractall(fetched, filter="data")
        (fetched / "package").rename(folder)
    return folder


def fill(content: Path, wheels: Iterable[Path], runtime: Path) -> None:
    """Lay out what the site is made of: Pyodide with the wheels, notebooks, settings."""
    place = fresh(content) / "static" / "pyodide"
    place.mkdir(parents=True)
    for name in RUNTIME:
        shutil.copy(runtime / name, place)
    for one in wheels:
        shutil.copy(one, place)
    lock = json.loads((runtime / "pyodide-lock.json").read_text("utf-8"))
    lock["packages"] = {entry["name"]: entry for entry in map(entry_of, wheels)}
    (place / "pyodide-lock.json").write_text(json.dumps(lock), "utf-8")
    settings = json.loads((HERE / "jupyter-lite.json").read_text("utf-8"))
    kernel = settings["jupyter-config-data"]["litePluginSettings"][f"{KERNEL}:kernel"]
    kernel["loadPyodideOptions"]["packages"] = sorted(lock["packages"])
    (content / "jupyter-lite.json").write_text(json.dumps(settings), "utf-8")
    shutil.copy(HERE / "overrides.json", content)
    (content / "files").mkdir()
    for one in lessons():
        (content / "files" / one.name).write_text(with_its_links(one), "utf-8")


def lessons() -> list[Path]:
    """Return the notebooks of the site, in order."""
    return [one for name in NOTEBOOKS for one in sorted((ROOT / "notebooks").glob(name))]


def with_its_links(notebook: Path) -> str:
    """Return a notebook in which what leads to files that are not in the site is plain text."""
    there = {one.name for one in lessons()}

    def kept(link: re.Match[str]) -> str:
        return link[0] if link[2] in there else link[1]

    book = json.loads(notebook.read_text("utf-8"))
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = LINK.sub(kept, "".join(cell["source"]))
    return json.dumps(book, indent=1)


def welcome() -> str:
    """Return the first page: the lessons, each with its title and what it begins with."""
    items = []
    for one in lessons():
        first = "".join(json.loads(one.read_text("utf-8"))["cells"][0]["source"])
        title, _, rest = first.partition("\n")
        about = rest.strip().partition("\n")[0].replace("*", "").replace("`", "")
        words = f"{escape(title.lstrip('# '))}<small>{escape(about)}</small>"
        items.append(f'<li><a href="lab/index.html?path={one.name}">{words}</a></li>')
    return (HERE / "index.html").read_text("utf-8").replace("<!-- lessons -->", "\n".join(items))


def entry_of(wheel: Path) -> dict[str, object]:
    """Return what Pyodide's lock says of a wheel. All are loaded together: none needs another."""
    with zipfile.ZipFile(wheel) as archive:
        (about,) = [one for one in archive.namelist() if one.endswith(".dist-info/METADATA")]
        told = HeaderParser().parsestr(archive.read(about).decode())
        modules = sorted({one.split("/")[0].removesuffix(".py") for one in archive.namelist()})
    return {
        "name": told["Name"].lower().replace("_", "-"),
        "version": told["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": [one for one in modules if one.isidentifier()],
        "depends": [],
        "unvendored_tests": False,
    }


def build(python: Path, content: Path, wheels: Iterable[Path], output: Path) -> None:
    """Have JupyterLite build the site from its contents."""
    lab = [one for one in wheels if any(one.match(pattern) for pattern in LAB_WHEELS)]
    config = {
        "LiteBuildConfig": {
            "contents": [str(content / "files")],
            "federated_extensions": [str(extension()), *map(str, lab)],
            "ignore_sys_prefix": ["federated_extensions"],
            "no_unused_shared_packages": True,
        }
    }
    (content / "jupyter_lite_config.json").write_text(json.dumps(config), "utf-8")
    shutil.rmtree(output, ignore_errors=True)
    made = ["build", "--lite-dir", content, "--output-dir", output, "--no-sourcemaps"]
    run(python, "-m", "jupyterlite_core", *made, cwd=content)
    (output / "index.html").write_text(welcome(), "utf-8")


def the_one(folder: Path, pattern: str) -> Path:
    """Return the only file of that name; ends where there is another number of them."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        sys.exit(f"{len(found)} files {pattern} in {folder}; expected is one")
    return found[0]


def fresh(folder: Path) -> Path:
    """Return a folder that is there, and empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    main()
