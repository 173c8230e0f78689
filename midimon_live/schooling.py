"""What a session has to do with lessons: their checks, and how far a learner is."""

from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from midimon_live.errors import InvalidValue
from midimon_live.home import progress_file, set_aside
from midimon_live.screens import Screens

if TYPE_CHECKING:  # lessons are loaded when the first is asked for
    from midimon_live.lessons.base import Verdict
    from midimon_live.lessons.progress import Progress
    from midimon_live.sessions import Session


class Schooling(Screens):
    """What learners and teachers ask of a session. Any thread may call anything."""

    _said = 0  # remarks on progress that a check has shown

    def check(self, lesson: Any) -> "Verdict":
        """Return how far the exercise of a lesson is, by what was played and what came of it.

        Args:
            lesson: "lesson-3", or its number.

        Returns:
            A table of what was expected and what was heard, with `passed` and `hint`.

        Raises:
            InvalidValue: there is no such lesson.
        """
        from midimon_live import lessons
        from midimon_live.lessons.evidence import Evidence

        self._check_open()
        found = lessons.find(lesson)
        self._settle_for_take()
        verdict = found.check(Evidence(cast("Session", self), self._tape.items()))
        self.progress.note(verdict)
        trouble = self._keep_progress()
        said, self._said = self._said, len(self.progress.remarks)
        verdict.remarks += [*self.progress.remarks[said:], *trouble]
        return verdict

    @cached_property
    def progress(self) -> "Progress":
        """How far the learner is in all lessons: a table, with `name`, `save(path)`, `merge`."""
        from midimon_live.lessons.progress import Progress

        progress = Progress()
        self._take_in_kept(progress)
        return progress

    def progress_data(self) -> dict[str, Any]:
        """Return the progress as plain data, for a snapshot."""
        return self.progress.as_dict()

    def restore_progress(self, data: Mapping[str, Any] | str | PathLike[str]) -> None:
        """Take in what `progress_data` gave, or a file; the better of two results stays.

        Args:
            data: or the path of what `midi.progress.save` wrote.

        Raises:
            InvalidValue: it is not that; nothing was taken in.
        """
        self.progress.merge(data)
        self._keep_progress()

    def _take_in_kept(self, progress: "Progress") -> None:
        """Add what is in the file, where another notebook's session may have written, too."""
        from midimon_live.lessons.progress import read

        file = self._progress_file
        if file is not None and file.exists():
            try:
                progress.merge(read(file))
            except InvalidValue as error:
                aside = self._set_progress_aside(file)
                progress.remarks.append(f"progress begins anew: {error}; {aside}")
                self._monitor.notice(progress.remarks[-1])

    def _set_progress_aside(self, file: Path) -> str:
        try:
            return f"it is kept as {set_aside(file).name}"
        except OSError as error:
            return f"and it can not be set aside: {error.strerror}"

    def _keep_progress(self) -> list[str]:
        """Write it to the file; returns what is wrong with that."""
        from midimon_live.lessons.progress import write

        file = self._progress_file
        if file is None:
            return []
        self._take_in_kept(self.progress)
        try:
            write(file, self.progress)
        except OSError as error:
            trouble = f"progress is not kept in {file}: {error.strerror or error}"
            self._monitor.notice(trouble, about="progress")
            return [trouble]
        return []

    @property
    def _progress_file(self) -> Path | None:
        return None if self._home is None else progress_file(self._home)
