"""Bringing what people have into the canonical form; a remark wherever something is given up.

Shapes: `type = "Note"` inside a table (A) or on one line (A2); the type as the key of its fields
(B), with `velocity_range` (B+); the fields right in the mapping (C); WebAssembly plugins (D);
tables over several lines (F, which the parser knows); conditions either way (G1, G2), or as a list
with an operator (G3); velocity mappings (H); devices with ids (I); sections without a meaning here
(J); profiles (K); modes by number (L). The words are in `midimon_live.config.aliases`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from midimon_live.config import aliases, rewrites
from midimon_live.config.models import models
from midimon_live.config.nodes import Node, node_of
from midimon_live.config.problems import Path, Report, clipped, did_you_mean, listed, shown
from midimon_live.config.sends import shape_velocities

FLAT = ("note", "notes", "cc", "controller", "encoder", "velocity", "channel", "button", "pad")
_MAPPING = ("trigger", "action", "description", "all")
_TABLES: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "trigger": (aliases.TRIGGER_TYPES, aliases.NO_TRIGGERS),
    "action": (aliases.ACTION_TYPES, aliases.NO_ACTIONS),
    "condition": (aliases.CONDITION_TYPES, aliases.NO_CONDITIONS),
}
_Normalize = Callable[[Any, Path], Node | None]


class Normalizer:
    """Brings triggers, actions and conditions into the canonical form.

    Args:
        report: takes what there is to say.
        others: builders that packages have added: kind → type → builder.
    """

    def __init__(
        self,
        report: Report,
        others: Mapping[str, Mapping[str, Callable[..., Any]]],
    ) -> None:
        self._report = report
        self._others = others
        self._fields: dict[str, dict[str, tuple[str, ...]]] = {}
        self._known: dict[str, dict[str, str]] = {}
        for kind, (types, dormant) in _TABLES.items():
            fields = {word: tuple(model.model_fields) for word, model in models(kind).items()}
            self._fields[kind] = fields
            known = {rewrites.plain(word): word for word in (*fields, *dormant)}
            self._known[kind] = known | {rewrites.plain(old): new for old, new in types.items()}

    def mapping(self, raw: Any, at: Path) -> Node | None:
        """Return a mapping in canonical form; its trigger or action is None after an error."""
        if not isinstance(raw, dict):
            self._report.error(at, f"a mapping is a table, not {shown(raw)}")
            return None
        node = node_of(raw, at)
        self._unflatten(node)
        for key, better in aliases.MAPPING.items():
            if key in node:
                node.rename(key, better)
        for key, normalize in (("trigger", self.trigger), ("action", self.action)):
            if key not in node:
                hint = did_you_mean(key, node)
                self._report.error(
                    node.at, f"the mapping has no {key}; add {key} = {{ type = ... }}{hint}"
                )
                node[key] = None
            else:
                node[key] = normalize(node[key], node.place(key))
        if "velocity_mapping" in node and node["action"] is not None:
            shape_velocities(node, self._report)
        self._leave_out(node, "mapping", _MAPPING)
        return node

    def trigger(self, raw: Any, at: Path) -> Node | None:
        """Return a trigger in canonical form; None after an error."""
        return self._finished("trigger", self._typed("trigger", raw, at), rewrites.trigger)

    def action(self, raw: Any, at: Path) -> Node | None:
        """Return an action in canonical form; None after an error."""
        if isinstance(raw, list):
            raw = Node(at).holding(type="Sequence", actions=raw)
        node = self._finished("action", self._typed("action", raw, at), rewrites.action)
        if node is not None:
            self._inner(node)
        return node

    def condition(self, raw: Any, at: Path) -> Node | None:
        """Return a condition in canonical form; None after an error."""
        if isinstance(raw, (bool, str, list)):
            raw = rewrites.bare_condition(raw, at)
        node = self._finished("condition", self._typed("condition", raw, at), rewrites.condition)
        if node is not None:
            if "conditions" in node:
                node["conditions"] = self._all(self.condition, node, "conditions")
            if "condition" in node:
                node["condition"] = self._one(self.condition, node, "condition")
        return node

    def _finished(
        self, kind: str, node: Node | None, rewrite: Callable[[Node, Report], None]
    ) -> Node | None:
        """Apply what is more than another word, and take out what is then still unknown."""
        if node is None or node["type"] in ("Dormant", "Custom"):
            return node
        rewrite(node, self._report)
        if node["type"] != "Dormant":
            self._leave_out(node, node["type"], self._fields[kind][node["type"]])
        return node

    def _inner(self, node: Node) -> None:
        """Bring what an action is made of into the canonical form."""
        if node["type"] == "Sequence" and "actions" in node:
            node["actions"] = self._all(self.action, node, "actions")
        elif node["type"] in ("Repeat", "Conditional"):
            for key in ("action", "then_action", "else_action", "condition"):
                if key in node:
                    normalize = self.condition if key == "condition" else self.action
                    node[key] = self._one(normalize, node, key)

    def _one(self, normalize: _Normalize, node: Node, key: str) -> Node:
        return _or_blank(normalize(node[key], node.place(key)), node.place(key))

    def _all(self, normalize: _Normalize, node: Node, key: str) -> list[Node]:
        at, raw = node.place(key), node[key]
        if not isinstance(raw, list):
            return [self._one(normalize, node, key)]
        found = ((one, (*at, index)) for index, one in enumerate(raw))
        return [_or_blank(normalize(one, place), place) for one, place in found]

    def _typed(self, kind: str, raw: Any, at: Path) -> Node | None:
        """Return a table that says its type in `type`, whichever way it did."""
        node = self._with_type(kind, raw, at)
        if node is None:
            return None
        word, dormant = node["type"], _TABLES[kind][1]
        if isinstance(word, str) and word in self._others.get(kind, ()):
            return _custom(node, word, self._others[kind][word])
        canonical = self._known[kind].get(rewrites.plain(word)) if isinstance(word, str) else None
        if canonical is None:
            allowed = listed(list(self._fields[kind]))
            hint = did_you_mean(word, [*self._fields[kind], *_TABLES[kind][0]])
            self._report.error(
                node.place("type"), f"there is no {kind} {shown(word)}; there are {allowed}{hint}"
            )
            return None
        if canonical in dormant:
            reason = dormant[canonical]
            return rewrites.make_dormant(node, canonical, reason, self._report)
        if kind == "action":
            rewrites.message_of_type(node, word)
        node["type"] = canonical
        for key, better in aliases.KEYS.get(canonical, {}).items():
            if key in node and key not in self._fields[kind][canonical]:
                node.rename(key, better)
        return node

    def _with_type(self, kind: str, raw: Any, at: Path) -> Node | None:
        if isinstance(raw, str):
            return Node(at).holding(type=raw)
        if not isinstance(raw, dict):
            what = "an action" if kind == "action" else f"a {kind}"
            self._report.error(at, f"{what} is a table with a type, not {shown(raw)}")
            return None
        if "type" in raw:
            return node_of(raw, at)
        word = self._tag(kind, raw)
        if word is not None:
            return self._unwrapped(kind, word, node_of(raw, at))
        guessed = rewrites.guess(kind, raw)
        if guessed is not None:
            node = node_of(raw, at)
            node.put("type", guessed, at)
            return node
        if len(raw) == 1 and isinstance(next(iter(raw.values())), dict):
            word = next(iter(raw))
            hint = did_you_mean(word, self._known[kind].values())
            self._report.error(
                (*at, word),
                f"there is no {kind} {shown(word)}; there are "
                f"{listed(list(self._fields[kind]))}{hint}",
            )
        else:
            self._report.error(at, f'the {kind} has no type; write type = "..." in it')
        return None

    def _tag(self, kind: str, raw: Mapping[str, Any]) -> str | None:
        """Return the key that is a type and holds its fields (B)."""
        known = self._known[kind]
        if len(raw) == 1:
            word = next(iter(raw))
            return word if rewrites.plain(word) in known else None
        spelled = {*self._fields[kind], *_TABLES[kind][0], *_TABLES[kind][1]}
        tags = [word for word, inner in raw.items() if word in spelled and isinstance(inner, dict)]
        return tags[0] if len(tags) == 1 else None

    def _unwrapped(self, kind: str, word: str, around: Node) -> Node:
        """Return the fields of a type as a table that says its type (B); more may stand beside."""
        inner, at = around.pop(word), around.place(word)
        canonical = self._known[kind][rewrites.plain(word)]
        if isinstance(inner, dict) and (canonical != "Not" or "condition" in inner):
            node = node_of(inner, at)
        else:  # its one field, or what is not to hold
            node = Node(at)
            main = rewrites.MAIN_FIELD.get(canonical)
            if main is not None and inner is not True:
                node.put(main, inner, at)
            elif inner is not True:
                self._report.warn(at, f"{word} is {shown(inner)}, which means nothing there")
        for key, value in around.items():
            if key not in node:
                node.put(key, value, around.place(key))
            else:
                self._report.warn(around.place(key), f"{key} is in {word} too; that one counts")
        if "type" in node and canonical == "SendMidi":
            node.rename("type", "message_type")
        elif "type" in node and rewrites.plain(node["type"]) != rewrites.plain(word):
            self._report.warn(node.place("type"), f"type has no effect: it stands in {word}")
        node.put("type", word, at)
        return node

    def _unflatten(self, node: Node) -> None:
        """Put fields of a trigger that stand in the mapping itself (C) into a trigger."""
        flat = [key for key in FLAT if key in node]
        if "trigger" in node or not flat:
            return
        trigger = Node(node.at)
        for key in flat:
            place = node.place(key)
            trigger.put(key, node.pop(key), place)
        node.put("trigger", trigger, node.at)

    def _leave_out(self, node: Node, what: str, known: tuple[str, ...]) -> None:
        """Take out keys that have no meaning, and say so."""
        for key in [key for key in node if key not in known]:
            leave_out(node, key, what, known, self._report)


def _custom(node: Node, word: str, build: Callable[..., Any]) -> Node:
    """Turn a table into one that a builder of another package is given as it is."""
    fields = {key: value for key, value in node.items() if key != "type"}
    node.clear()
    node.update(type="Custom", word=word, build=build, fields=fields)
    return node


def _or_blank(node: Node | None, at: Path) -> Node:
    """Put something in place of a part that was refused, so that the others are looked at too."""
    if node is not None:
        return node
    return Node(at).holding(type="Dormant", what="refused", reason="refused")


def leave_out(node: Node, key: str, what: str, known: Iterable[str], report: Report) -> None:
    """Take a key out of a table, and say why."""
    at = node.place(key)
    del node[key]
    reason = aliases.MEANINGLESS.get(what, {}).get(key) or aliases.MEANINGLESS[""].get(key)
    same = {**aliases.SECTIONS, **aliases.MAPPING, **aliases.KEYS.get(what, {})}.get(key)
    name = clipped(key)
    if reason is not None:
        report.warn(at, f"{name} has no effect here: {reason}")
    elif same in node:
        report.warn(at, f"{name} means {same}, and {same} is given too; remove one")
    else:
        words = list(known)
        hint = did_you_mean(key, words)
        report.warn(at, f"{what or 'the file'} knows no {name}; it has {listed(words)}{hint}")
