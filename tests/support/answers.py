"""Answers to the lessons' exercises, as learners would type them, held against the checks."""

from collections.abc import Sequence
from textwrap import dedent

import midimon_live
from midimon_live import testing
from midimon_live.lessons.base import Verdict

_PLAYED_S = 10.0


def verdict(lesson: str, *cells: str, home: str | None = None) -> Verdict:
    """Run an answer's cells in a session of their own, let ten seconds pass, and check it.

    Args:
        lesson: "lesson-1".
        cells: Python; all public names of `midimon_live` and `midimon_live.testing` are there.
        home: the session's folder.
    """
    names = {name: getattr(midimon_live, name) for name in midimon_live.__all__}
    names |= {name: getattr(testing, name) for name in testing.__all__ if name != "session"}
    with testing.session(home=home) as midi:
        names["midi"] = midi
        for cell in cells:
            exec(compile(dedent(cell), "<answer>", "exec"), names)  # noqa: S102 - ours
        midi.advance(_PLAYED_S)
        return midi.check(lesson)


def told(lesson: str, cells: Sequence[str], heard: str, hint: str) -> None:
    """Fail unless a wrong answer does not pass, what was heard is named, and the hint leads on.

    Args:
        lesson: "lesson-1".
        cells: of the answer.
        heard: a part of what stands beside the step that is not done.
        hint: a part of the hint.
    """
    found = verdict(lesson, *cells)
    assert not found.passed, found
    assert heard in found.rows[found.done][2], found
    assert hint in found.hint, found
