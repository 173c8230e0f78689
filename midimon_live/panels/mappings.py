"""The mappings: what is mapped in which mode, what never fires, learning, and each as code.

A frame says only what is new since the one before: mappings never change, so each is sent once,
500 in a frame at most; after that only its remarks, and how often it has fired, while they change.
Frames are numbered: a page that has missed one asks for all of it again.
"""

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from midimon_live import mapped, report
from midimon_live.mappings import Mapping as Mapped
from midimon_live.mappings import MappingTable
from midimon_live.panels.base import Command, Frame, Panel, packed
from midimon_live.panels.learning import Lesson
from midimon_live.plugin.api import ActionPlugin
from midimon_live.plugin.version import Definition, Kind
from midimon_live.show import Table

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

AT_ONCE = 500
_LONGEST = 300  # characters of an action that the table shows

Note = tuple[int, tuple[tuple[str, str], ...]]
_NO_NOTE: Note = (0, ())


class View(Panel):
    """The mappings of a session."""

    name = "mappings"
    hertz = 10.0

    def __init__(self, desk: "Desk") -> None:
        self._lesson = Lesson(desk)
        self._lines: dict[int, int] = {}
        self._table: MappingTable | None = None
        self._refused: dict[str, str] = {}
        self._order: list[Mapped] = []
        self._remarks: dict[int, tuple[tuple[str, str], ...]] = {}
        self._seen: tuple[dict[int, Any], dict[int, Any]] = {}, {}
        self._whole = True
        self._step = 0
        self._forget()
        super().__init__(desk)

    def frame(self, *, whole: bool) -> Frame | None:
        """Return what is new, or None; where somebody looks who has seen nothing, all of it."""
        if whole:
            self._forget()
        try:
            news = self.state()
        except BaseException:  # what was not sent is sent with the next one
            self._forget()
            raise
        if not news:
            return None
        self._step += 1
        return Frame(packed({**news, "step": self._step}))

    def state(self) -> Mapping[str, Any]:
        """Return what is new since the last call."""
        self._look()
        news: dict[str, Any] = {"whole": True} if self._whole else {}
        for key, value in self._around():
            if key not in self._said or self._said[key] != value:
                self._said[key] = news[key] = value
        if "lesson" in news:
            news["lesson"] = {**news["lesson"], "left": self._lesson.left}
        self._tell_rows(news)
        self._tell_fired(news)
        self._whole = False
        return news

    def table(self) -> Table:
        """Return what `%midi mappings` shows."""
        return self.session.mapping()

    def learn(self) -> str:
        """Listen for what is played next."""
        self._lesson.begin()
        return "play it now"

    def cancel(self) -> str:
        """Listen no longer."""
        self._lesson.cancel()
        return "learning was cancelled"

    def draft(self, **wanted: Any) -> Mapping[str, str]:
        """Return what a mapping would be as Python and TOML; nothing is mapped."""
        return self._written(self._wanted(**wanted))

    def map_it(self, **wanted: Any) -> Mapping[str, Any]:
        """Map what was learned, as a call outside of cells does."""
        one = self._wanted(**wanted)
        name, port = one.name or None, one.port
        made = self.session.map(one.trigger, one.action, mode=one.mode, name=name, port=port)
        number = made.mapping.number if made.mapping is not None else 0
        said = f"mapped as {number}; no cell maps it, and %midi undo takes it back"
        return {"number": number, "said": said, "python": self._written(one)["python"]}

    def show(self, number: int) -> Mapping[str, Any]:
        """Return one mapping as code, and where it comes from."""
        one = mapped.find(self.parts.modes.table, number)
        line = self.session.lines().get(number) if one.of_file else None
        return {
            "title": str(one),
            "from": mapped.came_from(one, line),
            "back": mapped.comes_back(one, line),
            "goes_on": one.all,
            **self._written(one),
        }

    def unmap(self, number: int) -> str:
        """Take a mapping out."""
        gone = self.session.unmap(number)
        return f"{gone.title}. {' '.join(gone.remarks)}"

    def undo(self) -> str:
        """Take the last step back."""
        return self.session.undo().title

    def redo(self) -> str:
        """Take that back."""
        return self.session.redo().title

    _WANTED: ClassVar[Mapping[str, Any]] = {
        "lesson": int,
        "choice": int,
        "action": str,
        "fields": dict,
        "mode": (str, None),
        "name": str,
    }
    commands: ClassVar[Mapping[str, Command]] = {
        "learn": Command(learn),
        "cancel": Command(cancel),
        "draft": Command(draft, _WANTED),
        "map": Command(map_it, _WANTED),
        "show": Command(show, {"number": int}),
        "unmap": Command(unmap, {"number": int}),
        "undo": Command(undo),
        "redo": Command(redo),
    }

    def _wanted(
        self, *, lesson: int, choice: int, action: str, fields: Any, mode: str | None, name: str
    ) -> Mapped:
        return self._lesson.drafted(lesson, choice, action, fields, mode, name)

    def _written(self, one: Mapped) -> dict[str, str]:
        color = self.parts.modes.table.colors.get(one.mode or "")
        return mapped.written(one, color)._asdict()

    def _forget(self) -> None:
        """Say everything anew."""
        self._whole = True
        self._said: dict[str, Any] = {}
        self._sent: dict[int, Note] = {}
        self._fired: dict[int, tuple[Any, ...]] = {}
        self._behind = True

    def _around(self) -> list[tuple[str, Any]]:
        """Return what is said of the session, each under its name."""
        modes = self.parts.modes
        table = self._table or modes.table
        return [
            ("active", modes.name),
            ("modes", [(name, table.colors.get(name, "")) for name in table.modes]),
            ("total", len(table)),
            ("plugins", _actions(self.session.plugins.definitions())),
            ("waiting", [self._waiting(one) for one in self.session.waiting()]),
            ("lesson", self._lesson.picture()),
        ]

    def _waiting(self, change: Any) -> dict[str, Any]:
        rows = [self._row(one) for one in change.mappings]
        about, boundary = change.about, change.boundary
        return {"about": about, "boundary": boundary, "rows": rows, "removed": change.removed}

    def _look(self) -> None:
        """See whether mappings, or what keeps them from firing, are others than before."""
        table, plugins = self.parts.modes.table, self.session.plugins
        if table is self._table:
            refused = {name: plugins.refusal(name) for name in self._refused}
            if refused == self._refused:
                return
            self._refused = refused
        else:
            self._table = table
            self._order = mapped.in_order(table)
            names = {name for one in self._order for name in one.plugins}
            self._refused = {name: plugins.refusal(name) for name in names}
            if any(one.of_file and one.number not in self._lines for one in self._order):
                plugins.beside(self._find_lines)
        remarks: dict[int, tuple[tuple[str, str], ...]] = {}
        for kind, one, why in report.findings(table, table.modes, plugins):
            remarks[one.number] = (*remarks.get(one.number, ()), (kind, why))
        self._remarks = remarks
        self._behind = True

    def _find_lines(self) -> None:
        """Find the lines in the file, which takes a moment for a large one; on another thread."""
        lines = self.session.lines()
        if lines != self._lines:
            self._lines = lines
            self._behind = True

    def _tell_rows(self, news: dict[str, Any]) -> None:
        """Add mappings, and what is said about them, that were not sent yet."""
        if not self._behind:
            return
        self._behind = False
        sent, lines, remarks = self._sent, self._lines, self._remarks
        if gone := sorted(sent.keys() - {one.number for one in self._order}):
            news["gone"] = gone
            for number in gone:
                del sent[number]
                self._fired.pop(number, None)
        notes = (
            (one, (lines.get(one.number, 0), remarks.get(one.number, ()))) for one in self._order
        )
        new = [(one, note) for one, note in notes if sent.get(one.number) != note]
        rows, said = [], []
        for one, note in islice(new, AT_ONCE):
            if one.number not in sent:
                rows.append(self._row(one))
            if note != sent.get(one.number, _NO_NOTE):
                said.append((one.number, *note))
            sent[one.number] = note
        news |= {"rows": rows} if rows else {}
        news |= {"notes": said} if said else {}
        if len(new) > AT_ONCE:
            self._behind = True

    def _row(self, one: Mapped) -> tuple[Any, ...]:
        return (
            one.number,
            one.mode,
            one.of_file,
            mapped.listens_for(one.trigger),
            mapped.listens_to(one),
            f"{one.action!s:.{_LONGEST}}",
            one.name,
            mapped.came_from(one),
        )

    def _tell_fired(self, news: dict[str, Any]) -> None:
        """Add how often mappings have fired, when last and how often in vain, where it changed."""
        monitor = self.parts.monitor
        firings, troubles = dict(monitor.firings), dict(monitor.troubles)
        if (firings, troubles) == self._seen and "rows" not in news:
            return
        self._seen = firings, troubles
        sent, fired, epoch_ms = self._sent, self._fired, self.parts.clock.epoch_ms
        changed = [
            (number, *one, monitor.trouble(number))
            for number, one in firings.items()
            if number in sent and fired.get(number) != (*one, troubles.get(number))
        ]
        if changed:
            for number, times, last, _ in changed:
                fired[number] = times, last, troubles.get(number)
            news["fired"] = [
                (number, times, epoch_ms(last), trouble) for number, times, last, trouble in changed
            ]


def _actions(definitions: Mapping[str, Definition]) -> list[str]:
    """Return the names of what a view can map: plugins that can be executed, by name."""
    return sorted(
        name
        for name, one in definitions.items()
        if one.kind is not Kind.FUNCTION
        and (isinstance(one.source, ActionPlugin) or _is_action(one.source))
    )


def _is_action(source: object) -> bool:
    return isinstance(source, type) and issubclass(source, ActionPlugin)
