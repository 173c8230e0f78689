"""What may stand in a `plugin.toml`, as models: what each key is, its range, what it means.

Capabilities and their reasons are not here: `plugin.manifest` reads them, item by item.
"""

import re
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from midimon_live.config.values import Model, Whole

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_PART = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){0,3}([-+.][A-Za-z0-9.+-]{1,64})?")
_SUM = re.compile(r"[0-9a-f]{64}")
_NATIVE = (".so", ".dylib", ".dll", ".pyd", ".wasm")


def name_of(text: str) -> str:
    """Return a plugin's name as it is.

    Raises:
        ValueError: it may not be one: it becomes a part of paths and modules.
    """
    if _NAME.fullmatch(text):
        return text
    raise ValueError(
        f"found {text!r:.100}; a name is a lower-case letter and then lower-case letters, digits, "
        "_ and -, 64 characters at most"
    )


def _binary(text: str) -> str:
    """Return the path of a Python file inside the folder, in its shortest form."""
    path = PurePosixPath(text)
    if path.suffix.lower() in _NATIVE:
        raise ValueError(
            f"found {text!r:.100}; native code and WebAssembly are not run here, because nothing "
            "could hold them to their capabilities; a Python file is, as plugin.py"
        )
    if path.is_absolute() or "\\" in text or ":" in text or ".." in path.parts:
        raise ValueError(
            f"found {text!r:.100}; it has to be inside the plugin's folder: write its path from "
            "there, with /, as plugin.py or src/plugin.py"
        )
    if path.suffix != ".py":
        raise ValueError(f"found {text!r:.100}; allowed is a Python file, as plugin.py")
    if not all(_PART.fullmatch(part) for part in path.with_suffix("").parts):
        raise ValueError(
            f"found {text!r:.100}; folders and file may have letters, digits, _ and - in their "
            "names, 64 at most, as they become names of modules"
        )
    return str(path)


def _checksum(text: str) -> str:
    """Return 64 lower-case hex digits, or "" where there is none."""
    digits = text.strip().lower().removeprefix("sha256:")
    if _SUM.fullmatch(digits) or not text.strip():
        return digits
    raise ValueError(
        f"found {text!r:.100}; allowed are the 64 hex digits of a SHA-256, with or without sha256:"
    )


def _version(text: str) -> str:
    if not text or _VERSION.fullmatch(text):
        return text
    raise ValueError(f"found {text!r:.100}; allowed is a version, as 2.3 or 2.3.0")


def _class(text: str) -> str:
    if not text or (text.isidentifier() and len(text) <= 100):
        return text
    raise ValueError(f"found {text!r:.100}; allowed is the name of a class in the file, as Blink")


def _kind(found: Any) -> Any:
    if found == "wasm":
        raise ValueError(
            "found 'wasm'; WebAssembly is not run here; allowed is 'action' or 'trigger', "
            "with a Python file as binary"
        )
    return found


Short = Annotated[str, Field(max_length=1_000)]
Long = Annotated[str, Field(max_length=10_000)]
Named = Annotated[str, Field(min_length=1, max_length=200)]
Several = Annotated[list[Short], Field(max_length=100)]


class LimitsModel(Model):
    """`[plugin.limits]`."""

    timeout_ms: Annotated[Whole, Field(ge=1, le=600_000)] | None = None
    rate_per_s: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = None
    memory_mb: Annotated[Whole, Field(ge=1, le=1_048_576)] | None = None


class ParameterModel(Model):
    """One of `[[actions.parameters]]`."""

    name: Named
    type: Named = "string"
    required: bool = False
    description: Long = ""
    default: Any = None


class ActionModel(Model):
    """One of `[[actions]]`."""

    name: Named
    description: Long = ""
    parameters: Annotated[list[ParameterModel], Field(max_length=200)] = Field(default=[])


class PluginModel(Model):
    """`[plugin]`."""

    name: Annotated[str, AfterValidator(name_of)]
    version: Annotated[str, Field(min_length=1, max_length=100)]
    description: Long = ""
    author: Short = ""
    license: Short = ""
    homepage: Short = ""
    repository: Short = ""
    type: Annotated[Literal["action", "trigger"], BeforeValidator(_kind)] = "action"
    binary: Annotated[str, AfterValidator(_binary)] = "plugin.py"
    checksum: Annotated[str, AfterValidator(_checksum)] = ""
    min_midimon_version: Annotated[str, AfterValidator(_version)] = ""
    entry_point: Annotated[str, AfterValidator(_class)] = ""
    keywords: Several = Field(default=[])
    categories: Several = Field(default=[])
    limits: LimitsModel = LimitsModel()


class ManifestModel(Model):
    """A whole `plugin.toml`."""

    plugin: PluginModel
    actions: Annotated[list[ActionModel], Field(max_length=200)] = Field(default=[])
