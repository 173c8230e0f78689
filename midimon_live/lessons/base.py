"""What an exercise is: steps that are looked for in what was played, each with a hint."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from midimon_live.lessons.evidence import Evidence
from midimon_live.show import Table, counted

_DONE, _WRONG, _LATER = "✓ done", "✗ not yet", "· later"


class Finding(NamedTuple):
    """What one step has found.

    Attributes:
        done: whether it is as expected.
        heard: what was found instead, or what fulfils it: "note 38, once, velocity 10".
        hint: what to do next, where it is not done.
    """

    done: bool
    heard: str
    hint: str = ""


def found(heard: str) -> Finding:
    """Return that a step is done, and by what."""
    return Finding(done=True, heard=heard)


def missing(heard: str, hint: str) -> Finding:
    """Return that a step is not done: what was found, and what to do."""
    return Finding(done=False, heard=heard, hint=hint)


@dataclass(frozen=True)
class Step:
    """One thing that is expected.

    Attributes:
        expected: in words: "pad 38 is pressed three times".
        look: looks for it.
    """

    expected: str
    look: Callable[[Evidence], Finding]


@dataclass(frozen=True)
class Lesson:
    """An exercise.

    Attributes:
        number: of its notebook, from 0.
        title: as its notebook has it.
        notebook: the notebook's file name.
        task: the exercise in one or two sentences.
        steps: what is expected, in the order in which it is looked for.
    """

    number: int
    title: str
    notebook: str
    task: str
    steps: Sequence[Step]

    @property
    def name(self) -> str:
        """What `midi.check` takes: "lesson-3"."""
        return f"lesson-{self.number}"

    def check(self, evidence: Evidence) -> "Verdict":
        """Look for each step until one is missing; a look that raises counts as missing."""
        findings: list[Finding] = []
        for step in self.steps:
            finding = _look(step, evidence)
            if not finding.done:
                findings.append(_refused_first(finding, evidence))
                break
            findings.append(finding)
        return Verdict(self, findings)


class Verdict(Table):
    """How far an exercise is: shown, it says what was expected, what was heard, and a hint.

    Attributes:
        lesson: the exercise.
        done: how many of its steps are done.
        passed: whether all are.
        hint: what to do next; "" when it is passed.
    """

    _remark_style = "font-weight:600;padding-top:4px"  # the hint is what one looks for

    def __init__(self, lesson: Lesson, findings: Sequence[Finding]) -> None:
        self.lesson = lesson
        self.done = sum(one.done for one in findings)
        self.passed = self.done == len(lesson.steps)
        self.hint = "" if self.passed else findings[-1].hint
        later = [None] * (len(lesson.steps) - len(findings))
        rows = [
            _row(step, finding)
            for step, finding in zip(lesson.steps, [*findings, *later], strict=True)
        ]
        super().__init__(self._headline(), ("", "expected", "heard"), rows, self._remarks())

    def _headline(self) -> str:
        name = f"Lesson {self.lesson.number}, {self.lesson.title}"
        steps = counted(len(self.lesson.steps), "step")
        return f"{name}: passed" if self.passed else f"{name}: {self.done} of {steps}"

    def _remarks(self) -> list[str]:
        return [f"Well done: {self.lesson.task}"] if self.passed else [f"Hint: {self.hint}"]


def _look(step: Step, evidence: Evidence) -> Finding:
    try:
        return step.look(evidence)
    except Exception as error:
        return missing(
            f"{type(error).__name__}: {error}",
            "This could not be looked at; run the cells of the lesson from the top once more.",
        )


def _refused_first(finding: Finding, evidence: Evidence) -> Finding:
    """Let a hint begin with a plugin that is not live; what else it says is of the one before."""
    refused = evidence.refused()
    return finding._replace(hint=f"{refused} Then: {finding.hint}") if refused else finding


def _row(step: Step, finding: Finding | None) -> tuple[str, str, str]:
    if finding is None:
        return _LATER, step.expected, ""
    return _DONE if finding.done else _WRONG, step.expected, finding.heard
