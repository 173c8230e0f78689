"""The panels' code and looks: files in `widgets/`, each sent to the browser as one module.

A widget's module is loaded from its text and can import no neighbour, so what a panel imports
from beside it is put inside it here. The files stay plain ES modules, for tools and people.
"""

import re
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]
_HOMES = (_HERE / "_widgets", _HERE.parent / "widgets")  # installed, and in a checkout
_IMPORT = re.compile(r'^import \{ ([^}]*) \} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const) (\w+))", re.MULTILINE)


def asset(name: str) -> Path:
    """Return where a file of the panels is.

    Raises:
        FileNotFoundError: there is none of that name.
    """
    for home in _HOMES:
        if (path := home / name).is_file():
            return path
    raise FileNotFoundError(f"no {name} in {' or '.join(map(str, _HOMES))}")


def module(name: str) -> str:
    """Return the text of a panel's module, with what it imports inside it."""
    source = asset(f"{name}.js").read_text(encoding="utf-8")
    inside: dict[str, str] = {}
    for neighbour in _neighbours(source):
        _take_in(neighbour, inside)
    return "".join(inside.values()) + _named(source)


def style(name: str) -> str:
    """Return the text of a panel's style sheet, with the one that all share before it.

    A panel that is shown later brings what all share once more, behind this one's own: its own
    rules weigh a class more, so that they hold whatever else is on the page.
    """
    shared, own = (asset(f"{one}.css").read_text(encoding="utf-8") for one in ("shared", name))
    return shared + "\n" + re.sub(rf"\.mm-{name}(?![-\w])", f".mm.mm-{name}", own)


def _take_in(name: str, inside: dict[str, str]) -> None:
    """Put a module and, before it, those that it imports into `inside`, each once."""
    if name in inside:
        return
    source = asset(f"{name}.js").read_text(encoding="utf-8")
    for neighbour in _neighbours(source):
        _take_in(neighbour, inside)
    offered = ", ".join(_EXPORT.findall(source))
    body = _EXPORT.sub("", _named(source))
    inside[name] = f"const ${name} = (() => {{\n{body}\nreturn {{ {offered} }};\n}})();\n"


def _neighbours(source: str) -> list[str]:
    return [found[1] for found in _IMPORT.findall(source)]


def _named(source: str) -> str:
    return _IMPORT.sub(r"const { \1 } = $\2;\n", source)
