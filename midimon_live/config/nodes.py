"""Tables on their way to the canonical form, which still know where in the file they stand."""

from collections.abc import Iterable
from typing import Any

from midimon_live.config.problems import Path


class Node(dict[str, Any]):
    """A table in canonical form.

    Attributes:
        at: where it stands in the file.
        origins: where a key's value stands, for those that were called otherwise there.
    """

    __slots__ = ("at", "origins")

    def __init__(self, at: Path) -> None:
        super().__init__()
        self.at = at
        self.origins: dict[str, Path] = {}

    def holding(self, **values: Any) -> "Node":
        """Set keys that stand where the table does."""
        for key, value in values.items():
            self.put(key, value, self.at)
        return self

    def put(self, key: str, value: Any, origin: Path) -> None:
        """Set a key, and say where its value stands in the file."""
        self[key] = value
        self.origins[key] = origin

    def rename(self, key: str, canonical: str) -> None:
        """Call a key by its canonical name; where both are given, it stays."""
        if canonical not in self:
            value, origin = self.pop(key), self.origins.pop(key, (*self.at, key))
            self.put(canonical, value, origin)

    def place(self, key: str | int) -> Path:
        """Return where a key stands in the file."""
        return self.origins.get(str(key), (*self.at, key))


def node_of(raw: dict[str, Any], at: Path) -> Node:
    """Return a table as a node, its keys as they are in the file; a node is returned as it is."""
    if isinstance(raw, Node):
        return raw
    node = Node(at)
    for key, value in raw.items():
        node.put(key, value, (*at, key))
    return node


def place_of(node: Any, loc: Iterable[str | int]) -> tuple[Path, Any]:
    """Return where in the file a place of the canonical form is, and what is there.

    Args:
        node: the table it is in.
        loc: keys and indices; words that are no key (the tags of alternatives) are passed over.
    """
    at: Path = node.at if isinstance(node, Node) else ()
    for one in loc:
        if isinstance(node, dict) and one in node:
            at = node.place(one) if isinstance(node, Node) else (*at, one)
            node = node[str(one)]
        elif isinstance(node, list) and isinstance(one, int) and one < len(node):
            at, node = (*at, one), node[one]
        else:
            continue
        if isinstance(node, Node):
            at = node.at
    return at, node
