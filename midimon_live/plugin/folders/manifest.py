"""What a plugin says of itself before any of it runs: `plugin.toml`.

MIDIMon's keys, of which only name and version are needed here::

    [plugin]
    name = "http_request"
    version = "1.0.0"
    type = "action"                 # or "trigger"
    binary = "plugin.py"            # a Python file in this folder
    checksum = "sha256:9f2c..."     # of that file

    [plugin.capabilities]           # true, or what of it
    network = ["api.example.com:443"]

    [plugin.reasons]
    network = "to tell the light what to do"

    [plugin.limits]
    timeout_ms = 2000

    [[actions]]
    name = "get"
    parameters = [{ name = "url", type = "string", required = true }]

What is not known is a warning, what is wrong an error, and all of it is said at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from midimon_live.capabilities import Capability
from midimon_live.config.loading import Loaded
from midimon_live.config.nodes import node_of
from midimon_live.config.problems import Path, Problem, Report, clipped, did_you_mean, listed, shown
from midimon_live.config.text import decoded, parsed
from midimon_live.errors import InvalidValue, ManifestError
from midimon_live.plugin.folders import FILE
from midimon_live.scopes import Scope, scope, scopes_of

_WORDS: Mapping[str, Capability] = Capability.known
_APART = ("capabilities", "reasons")
_ELSEWHERE: Mapping[str, str] = {
    "signature_policy": "signatures are not checked here",
    "signature": "signatures are not checked here",
    "changelog": "it is for people",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plugin says is enough for it; None is the default of whoever runs it.

    Attributes:
        timeout_ms: for one execution, 1 to 600,000.
        rate_per_s: executions, above 0, up to 10,000.
        memory_mb: of its own process, 1 to 1,048,576.
    """

    timeout_ms: int | None = None
    rate_per_s: float | None = None
    memory_mb: int | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One of an action's parameters, as the manifest describes it; nothing holds it to that."""

    name: str
    type: str = "string"
    required: bool = False
    description: str = ""
    default: Any = None


@dataclass(frozen=True, slots=True)
class ActionDescription:
    """Something that the plugin can do, in words for people."""

    name: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A `plugin.toml` that was read and is in order. Texts are as written: escape what you show.

    Attributes:
        name: a lower-case letter, then lower-case letters, digits, `_`, `-`; 64 at most.
        version: free text.
        type: "action" or "trigger".
        binary: path of a Python file inside the folder, with `/`.
        checksum: SHA-256 of that file, 64 lower-case hex digits; "" where none is given.
        min_midimon_version: MIDIMon's own version, as text; nothing is compared with it.
        entry_point: the name of the class in the file; "" is the only plugin class in it.
        capabilities: scopes as texts, as written: "midi", "network:api.example.com:443".
        reasons: why it wants a capability.
        limits: what is enough for it.
        actions: what it can do.
    """

    name: str
    version: str
    description: str = ""
    author: str = ""
    license: str = ""
    homepage: str = ""
    repository: str = ""
    type: str = "action"
    binary: str = "plugin.py"
    checksum: str = ""
    min_midimon_version: str = ""
    entry_point: str = ""
    keywords: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    reasons: Mapping[Capability, str] = field(default_factory=dict, hash=False)
    limits: Limits = Limits()
    actions: tuple[ActionDescription, ...] = field(default=(), hash=False)

    @property
    def verified_by(self) -> str:
        """In words what vouches for its file: "checksum" or "unverified"."""
        return "checksum" if self.checksum else "unverified"

    def scopes(self, folder: FilePath | None = None) -> frozenset[Scope]:
        """Return what it declares; relative paths are in `folder`, or the working directory."""
        return scopes_of(self.capabilities, folder)


def read_manifest(source: str | bytes, file: str = FILE) -> tuple[Manifest | None, list[Problem]]:
    """Return what a `plugin.toml` says, and all there is to say about it. Raises nothing.

    Args:
        source: its text, or its bytes.
        file: its name, for the problems.

    Returns:
        The manifest, or None where a problem is an error; the problems in the order of the file.
    """
    report = Report()
    # a lone surrogate is no text, and is said to be none
    data = source.encode(errors="surrogatepass") if isinstance(source, str) else source
    text = decoded(data, report)
    table = None if text is None else parsed(text, report)
    manifest = None if table is None else _manifest(table, report)
    if not report.findings:
        return manifest, []
    problems = Loaded(None, report.findings, text, file).problems
    return None if report.failed else manifest, problems


def manifest_of(source: str | bytes, plugin: str, file: str = FILE) -> Manifest:
    """Return what a `plugin.toml` says.

    Args:
        source: its text, or its bytes.
        plugin: what to call the plugin in errors.
        file: its name, for the problems.

    Raises:
        ManifestError: it has errors, with all of them.
    """
    manifest, problems = read_manifest(source, file)
    if manifest is None:
        raise ManifestError(plugin, problems)
    return manifest


@cache
def _models() -> Any:
    from pydantic import TypeAdapter

    from midimon_live.plugin.folders import manifest_models

    return manifest_models, TypeAdapter(manifest_models.ManifestModel)


def _manifest(table: dict[str, Any], report: Report) -> Manifest | None:
    from midimon_live.config.validate import validated

    _, adapter = _models()
    plugin = table.get("plugin")
    if not isinstance(plugin, dict):
        found = "plugin is missing" if plugin is None else f"plugin is {shown(plugin)}"
        report.error(("plugin",), f"{found}; write a [plugin] table with name and version")
        return None
    _say_what_is_unknown(table, report)
    capabilities = tuple(_capabilities(plugin.get("capabilities", {}), report))
    reasons = MappingProxyType(dict(_reasons(plugin.get("reasons", {}), report)))
    node = node_of(table, ())
    checked = validated(adapter, node, report)
    return None if checked is None else _built(checked, capabilities, reasons)


def _built(
    checked: Any, capabilities: tuple[str, ...], reasons: Mapping[Capability, str]
) -> Manifest:
    plugin = dict(checked.plugin)
    limits = Limits(**dict(plugin.pop("limits")))
    several: dict[str, Any] = {key: tuple(plugin.pop(key)) for key in ("keywords", "categories")}
    actions = tuple(
        ActionDescription(
            one.name, one.description, tuple(Parameter(**dict(inner)) for inner in one.parameters)
        )
        for one in checked.actions
    )
    return Manifest(
        **plugin,
        **several,
        capabilities=capabilities,
        reasons=reasons,
        limits=limits,
        actions=actions,
    )


def _capabilities(declared: Any, report: Report) -> Iterator[str]:
    """Yield the scopes that are declared, as texts; what is none goes into `report`."""
    at: Path = ("plugin", "capabilities")
    if isinstance(declared, dict):
        pairs = [pair for key, value in declared.items() for pair in _row(key, value, at, report)]
    elif isinstance(declared, list):
        pairs = _items("", declared, at, report)
    else:
        report.error(at, f"found {shown(declared)}; write a [plugin.capabilities] table or a list")
        return
    for path, text in pairs:
        if complaint := _complaint(text):
            report.error(path, complaint)
        else:
            yield text


@lru_cache(maxsize=4096)
def _complaint(text: str) -> str:
    """Return why a text is no scope, or ""."""
    try:
        scope(text)
    except InvalidValue as error:
        word = text.partition(":")[0]
        return f"{error}{'' if word in _WORDS else did_you_mean(word, _WORDS)}"
    except (RuntimeError, ValueError, OSError) as error:  # as ~nobody, who has no home folder
        return f"{clipped(text)!r} is no path here ({error}); write another"
    return ""


def _row(key: str, value: Any, at: Path, report: Report) -> list[tuple[Path, str]]:
    path = (*at, key)
    try:
        capability = _WORDS.get(key) or Capability.of(key)
    except InvalidValue as error:
        report.error(path, f"{error}{did_you_mean(key, _WORDS)}")
        return []
    word = capability.value
    if isinstance(value, bool):
        return [(path, word)] if value else []
    if isinstance(value, dict):
        return [
            pair
            for kind, inner in value.items()
            for pair in _items(f"{word}:{kind}:", inner, (*path, kind), report)
        ]
    return _items(f"{word}:", value, path, report)


def _items(before: str, value: Any, at: Path, report: Report) -> list[tuple[Path, str]]:
    """Return the texts of a list, or the one text in its place, each with where it stands."""
    if isinstance(value, str) and value.strip():
        return [(at, f"{before}{value}")]
    if not isinstance(value, list):
        report.error(at, f"found {shown(value)}; allowed are true, false, and a list of texts")
        return []
    found = []
    for index, one in enumerate(value):
        if isinstance(one, str) and one.strip():
            found.append(((*at, index), f"{before}{one}"))
        else:
            report.error((*at, index), f"found {shown(one)}; allowed is text that is not empty")
    return found


def _reasons(given: Any, report: Report) -> Iterator[tuple[Capability, str]]:
    at: Path = ("plugin", "reasons")
    if not isinstance(given, dict):
        report.error(at, f"found {shown(given)}; write a [plugin.reasons] table of texts")
        return
    for key, text in given.items():
        if not isinstance(text, str):
            report.error((*at, key), f"found {shown(text)}; allowed is text in quotes")
            continue
        try:
            yield _WORDS.get(key) or Capability.of(key), text
        except InvalidValue as error:
            report.warn((*at, key), f"{error}{did_you_mean(key, _WORDS)}")


def _say_what_is_unknown(table: dict[str, Any], report: Report) -> None:
    """Warn of keys that have no meaning here, in every table that has a form."""
    models, _ = _models()
    plugin = table["plugin"]
    _only(table, (), "the manifest", models.ManifestModel, report)
    _only(plugin, ("plugin",), "plugin", models.PluginModel, report, _APART)
    _only(plugin.get("limits"), ("plugin", "limits"), "limits", models.LimitsModel, report)
    for path, action in _tables(table.get("actions"), ("actions",)):
        _only(action, path, "an action", models.ActionModel, report)
        for inner, parameter in _tables(action.get("parameters"), (*path, "parameters")):
            _only(parameter, inner, "a parameter", models.ParameterModel, report)


def _tables(value: Any, at: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for index, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, dict):
            yield (*at, index), one


def _only(
    table: Any, at: Path, what: str, model: Any, report: Report, more: tuple[str, ...] = ()
) -> None:
    if not isinstance(table, dict):
        return
    fields = model.model_fields
    for key in table:
        if key in fields or key in more:
            continue
        name = clipped(key)
        if key in _ELSEWHERE:
            report.warn((*at, key), f"{name} has no effect here: {_ELSEWHERE[key]}")
            continue
        known = (*fields, *more)
        hint = did_you_mean(key, known)
        if not at and key in _plugin_keys():
            hint = f"; write it as plugin.{name}"
        report.warn((*at, key), f"{what} knows no {name}; it has {listed(known)}{hint}")


def _plugin_keys() -> tuple[str, ...]:
    return (*_models()[0].PluginModel.model_fields, *_APART)
