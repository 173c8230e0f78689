"""Who may do what: the capabilities each plugin was granted or refused, by name."""

from collections import defaultdict

from midimon_live.capabilities import Capability, Risk


class Grants:
    """Decisions about capabilities; the plugin manager asks and writes.

    They belong to the plugin's name, so running its cell again asks nothing twice. Low risks are
    granted when declared, unless they were revoked or `auto_grant_safe` is off.

    Attributes:
        auto_grant_safe: whether Low ones are granted when a plugin declares them.
    """

    def __init__(self) -> None:
        self.auto_grant_safe = True
        self._granted: defaultdict[str, set[Capability]] = defaultdict(set)
        self._revoked: defaultdict[str, set[Capability]] = defaultdict(set)

    def grant(self, plugin: str, capability: Capability) -> None:
        """Allow `plugin` that capability from now on."""
        self._revoked[plugin].discard(capability)
        self._granted[plugin].add(capability)

    def revoke(self, plugin: str, capability: Capability) -> None:
        """Take it back; declaring it anew does not bring it back."""
        self._granted[plugin].discard(capability)
        self._revoked[plugin].add(capability)

    def forget(self, plugin: str) -> None:
        """Drop all decisions about a plugin that is gone."""
        self._granted.pop(plugin, None)
        self._revoked.pop(plugin, None)

    def declare(self, plugin: str, declared: frozenset[Capability]) -> None:
        """Grant the Low ones among what a plugin declares, unless they were revoked."""
        if self.auto_grant_safe:
            low = {one for one in declared if one.risk is Risk.LOW}
            self._granted[plugin] |= low - self._revoked[plugin]

    def granted(self, plugin: str) -> frozenset[Capability]:
        """Return what `plugin` was granted."""
        return frozenset(self._granted[plugin])
