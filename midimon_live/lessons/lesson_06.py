"""Lesson 6: what a plugin may do, and for how long."""

from midimon_live.capabilities import Capability
from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence
from midimon_live.lessons.looks import (
    NOTHING,
    OK,
    error_of,
    has_plugin,
    name_on,
    outcome,
    plugin_on,
)
from midimon_live.plugin.rights.audit import Entry
from midimon_live.plugin.rights.grants import ONCE

_PAD = 44
_WRITE = "filesystem:write:"
_ALL = 10_000  # decisions that are remembered
_GRANT = 'midi.plugins.grant_capability({!r}, f"filesystem:write:{{folder}}", until="once")'


def _declares(evidence: Evidence) -> Finding:
    mapped = has_plugin(evidence, _PAD)
    plugin = plugin_on(evidence, _PAD)
    if plugin is None or Capability.FILESYSTEM in plugin.capabilities:
        return mapped
    said = ", ".join(sorted(one.value for one in plugin.capabilities)) or "nothing"
    return missing(
        f"{plugin.name} declares {said}",
        'It writes into a file, so its class has to say so: capabilities = {"filesystem"}.',
    )


def _granted(evidence: Evidence) -> Finding:
    name = _name(evidence)
    grants = [one for one in _decisions(evidence, name) if one.op == "grant"]
    line = _GRANT.format(name)
    if not grants:
        return missing(f"{name} was granted nothing", f"Allow it: {line}.")
    last = grants[-1]
    if not last.scope.startswith(_WRITE):
        return missing(
            f"{name} was granted {last.scope}",
            f"That is more than it needs. {_back(name)} Then allow one folder: {line}.",
        )
    if last.why != ONCE:
        return missing(
            f"{name} was granted it for: {last.why}",
            f'{_back(name)} Then say until="once": {line}.',
        )
    return found(f"{last.scope}, once")


def _wrote(evidence: Evidence) -> Finding:
    name = _name(evidence)
    presses = evidence.presses(_PAD)
    if not presses:
        return missing("no press of note 44", "Press it: midi.virtual.press(44).")
    if not any(outcome(one) == OK for one in presses):
        last = outcome(presses[-1])
        hints = {
            NOTHING: "It was pressed before it was mapped: press it again.",
            "denied": "It was pressed before it was allowed, or what was allowed is used up: "
            f"grant once more, then press. {_GRANT.format(name)}",
            "failed": "Is the file in the very folder that was granted? %midi why says what it "
            "wanted. Grant that folder once more, and press.",
        }
        hint = hints.get(last, "%midi why says why; mend it and press again.")
        return missing(error_of(presses[-1]) or "a press that fired nothing", hint)
    done = [one for one in _decisions(evidence, name) if one.scope.startswith(_WRITE)]
    written = [one for one in done if one.verdict == "allowed"]
    if not written:
        return missing(
            "it ran, and wrote into no file",
            'Let `execute` write something: with open(path, "a") as file: print(..., file=file). '
            "Then grant once more, and press.",
        )
    return found(f"it wrote: {written[-1].scope.removeprefix(_WRITE)}")


def _once(evidence: Evidence) -> Finding:
    name = _name(evidence)
    outcomes = [outcome(one) for one in evidence.presses(_PAD)]
    last_ok = len(outcomes) - 1 - outcomes[::-1].index(OK)
    if "denied" in outcomes[last_ok:]:
        return found("the press after it was denied")
    longer = [
        one
        for one in evidence.session.plugins.standings(name)
        if one.scope.capability is Capability.FILESYSTEM and one.span not in ("", ONCE)
    ]
    if longer:
        return missing(
            f"{longer[0].scope} is granted for the {longer[0].span} still",
            f"{_back(name)} Then grant it once, and press twice.",
        )
    return missing("no press after that", "Press it once more: this time it has to be refused.")


def _back(name: str) -> str:
    return f'Take it back: midi.plugins.revoke_capability({name!r}, "filesystem").'


def _name(evidence: Evidence) -> str:
    return name_on(evidence, _PAD)


def _decisions(evidence: Evidence, name: str) -> list[Entry]:
    return evidence.session.plugins.audit_log(name, _ALL)


LESSON = Lesson(
    number=6,
    title="capabilities",
    notebook="06_capabilities.ipynb",
    task="a plugin on note 44 may write into one folder, once, and is refused after that.",
    steps=(
        Step("note 44 executes a plugin that declares the filesystem", _declares),
        Step("it is granted one folder to write into, for one execution", _granted),
        Step("a press of note 44 writes into a file there", _wrote),
        Step("the next press is refused", _once),
    ),
)
