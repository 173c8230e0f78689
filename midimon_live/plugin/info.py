"""What is known of one plugin, for people and panels."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from midimon_live.capabilities import Capability
from midimon_live.errors import InvalidValue
from midimon_live.mappings import Origin
from midimon_live.plugin.rights.grants import ALWAYS, ONCE, SESSION, SPANS
from midimon_live.plugin.version import Kind, PluginState
from midimon_live.scopes import Rights, Scope


@dataclass(frozen=True, slots=True)
class Party:
    """A plugin as somebody who is granted something.

    Attributes:
        name: the plugin's.
        scopes: what it declares.
        digest: of its files, or "".
        data: its data folder, in which relative paths are.
        executed: whether it can be executed, so that a grant for one execution is used up.
    """

    name: str
    scopes: frozenset[Scope]
    digest: str
    data: Path | None
    executed: bool = True

    def span(self, until: str | None, spans: tuple[str, ...] = SPANS) -> str:
        """Return for how long to grant: what is asked for, or always for what came from files.

        Raises:
            InvalidValue: `until` is none of `spans`, or it is never executed.
        """
        if until is None:
            return ALWAYS if self.digest else SESSION
        if not self.executed:
            spans = tuple(one for one in spans if one != ONCE)
        if until not in spans:
            raise InvalidValue(f"until is {until!r:.40}; allowed are {', '.join(spans)}")
        return until


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """What is known of one plugin.

    Attributes:
        name: how mappings call it.
        version: as its author states it.
        description: one line.
        state: available (found, not in memory), loaded (will not run) or enabled.
        kind: folder, package, class, instance or function.
        capabilities: what it declares.
        missing: what it declares and was granted nothing of; with any, it is refused.
        origin: the cell that defined it, if any.
        scopes: what it declares, in full.
        rights: what it may do now.
        author: from its manifest.
        license: from its manifest.
        homepage: from its manifest.
        folder: where its files are, or None.
        digest: of them, or "".
        verified: whether its manifest's checksum was there and right.
        reasons: why it wants what it declares, by capability.
    """

    name: str
    version: str
    description: str
    state: PluginState
    kind: Kind
    capabilities: frozenset[Capability]
    missing: frozenset[Capability]
    origin: Origin | None = None
    scopes: frozenset[Scope] = frozenset()
    rights: Rights | None = None
    author: str = ""
    license: str = ""
    homepage: str = ""
    folder: Path | None = None
    digest: str = ""
    verified: bool = False
    reasons: Mapping[str, str] | None = None
