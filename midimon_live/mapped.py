"""What is mapped, for people: in the order it is tried, where it came from, how it is written."""

from collections.abc import Callable
from typing import NamedTuple

from midimon_live.errors import InvalidValue
from midimon_live.mappings import Mapping, MappingTable
from midimon_live.report import Finding
from midimon_live.show import Table
from midimon_live.spelling import Speller
from midimon_live.triggers import Trigger

GLOBAL = "all modes"
_MOST_ROWS = 200


class Written(NamedTuple):
    """A mapping as text.

    Attributes:
        python: the line that makes it; `...` stands for what has no text.
        imports: the import lines that it needs.
        toml: a configuration that holds it and nothing else; "" where it can not be written.
        why_not: why it can not be.
    """

    python: str
    imports: str
    toml: str
    why_not: str


def in_order(table: MappingTable) -> list[Mapping]:
    """Return the mappings, those of each mode together, in the order in which they are tried."""
    modes = {name: index for index, name in enumerate(table.modes)}
    return sorted(table, key=lambda one: (modes.get(one.mode or "", len(modes)), one.place))


def find(table: MappingTable, number: int) -> Mapping:
    """Return the mapping of that number; raises InvalidValue where there is none."""
    for one in table:
        if one.number == number and not isinstance(number, bool):
            return one
    raise InvalidValue(f"there is no mapping {number!r:.40}; %midi mappings lists them")


def listens_for(trigger: Trigger) -> str:
    """Return a trigger in words, without its channel."""
    return str(trigger).removesuffix(trigger.on_channel())


def listens_to(mapping: Mapping) -> str:
    """Return the channel and port it listens to, "" for all of them."""
    channel = mapping.trigger.channel
    words = [] if channel is None else [f"channel {channel}"]
    return ", ".join([*words, *([mapping.port] if mapping.port else [])])


def came_from(mapping: Mapping, line: int | None = None) -> str:
    """Return where it was made: "In [3]", "pads.toml:12", "plugin blink", or "a call"."""
    if mapping.owner is not None:
        return str(getattr(mapping.owner, "name", "a plugin"))
    if mapping.origin is None:
        return "a call"
    return mapping.origin.label if line is None else f"{mapping.origin.label}:{line}"


def comes_back(mapping: Mapping, line: int | None = None) -> str:
    """Return what makes it again once it has been taken out, in one sentence."""
    origin = mapping.origin
    if mapping.owner is not None:
        return f"Plugin {came_from(mapping)} mapped it, and does so again when it is loaded anew."
    if origin is None:
        return "A call outside of cells mapped it; no cell brings it back."
    if mapping.of_file:
        where = "" if line is None else f", line {line}"
        return f"It is in {origin.label}{where}, and comes back when that file is loaded again."
    if origin.label.startswith("In ["):
        return f"{origin.label} mapped it; that cell, run again, maps it again."
    return f"{origin.label} mapped it, and does so again when it is run again."


def as_line(mapping: Mapping, speller: Speller) -> str:
    """Return the line of Python that makes it; see `Speller.mapping`."""
    return speller.mapping(
        mapping.trigger,
        mapping.action,
        mode=mapping.mode,
        name=mapping.name,
        all=mapping.all,
        port=mapping.port,
    )


def written(mapping: Mapping, color: str | None = None) -> Written:
    """Write a mapping as Python and as TOML.

    Args:
        mapping: which.
        color: of its mode, which is in the TOML then.
    """
    from midimon_live.saving import as_toml

    speller = Speller()
    python = as_line(mapping, speller)
    toml = why_not = ""
    try:
        toml = as_toml(mapping, color)
    except InvalidValue as error:
        why_not = str(error)
    return Written(python, speller.imports, toml, why_not)


def about(
    mapping: Mapping, color: str | None, line: int | None, findings: list[Finding], fired: str
) -> Table:
    """Return all there is to say about one mapping.

    Args:
        mapping: which.
        color: of its mode, or None.
        line: where it stands in its file, or None.
        findings: of the report; those about other mappings are left out.
        fired: how often it has fired, and how often in vain.
    """
    text = written(mapping, color)
    rows = [("mode", mapping.mode or GLOBAL), ("from", came_from(mapping, line))]
    rows += [("fired", fired)]
    rows += [(kind, why) for kind, one, why in findings if one.number == mapping.number]
    rows += [("Python", text.python)]
    for index, toml in enumerate(filter(None, (text.toml or text.why_not).splitlines())):
        rows.append(("" if index else "TOML", toml))
    return Table(f"{mapping.number}. {mapping}", ("", ""), rows, [comes_back(mapping, line)])


def overview(
    table: MappingTable,
    findings: list[Finding],
    fired: Callable[[int], str],
    most: int = _MOST_ROWS,
) -> Table:
    """Return a table of the mappings, as far as it is to be read.

    Args:
        table: the mappings in force.
        findings: of the report.
        fired: tells how often the mapping of a number has fired, and how often in vain.
        most: how many rows.
    """
    marks: dict[int, str] = {}
    for kind, one, _ in findings:
        marks.setdefault(one.number, kind)
    rows = [
        (
            one.number,
            one.mode or GLOBAL,
            listens_for(one.trigger),
            listens_to(one),
            one.action,
            one.name,
            came_from(one),
            fired(one.number),
            marks.get(one.number, ""),
        )
        for one in in_order(table)[:most]
    ]
    if not rows:
        hint = "nothing is mapped yet: midi.map(note(36), send(...)), or %midi learn"
        return Table(hint, (), ())
    left = len(table) - len(rows)
    remarks = [f"and {left} more: midi.mappings()"] if left else []
    headings = ("#", "mode", "trigger", "listens to", "action", "name", "from", "fired", "")
    return Table("mappings, in the order they are tried", headings, rows, remarks)
