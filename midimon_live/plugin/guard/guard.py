"""The guard: what plugins in this process do is held against what they may do, and noted.

It is no sandbox. It stops mistakes and undeclared use by well-meant code; `docs/security.md` says
what it stops and what passes.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from shlex import quote
from threading import Lock, get_ident
from threading import enumerate as threads
from types import FrameType
from typing import Any, NamedTuple
from weakref import WeakSet

from midimon_live.errors import PermissionDenied
from midimon_live.plugin.failures import NamePlace, plain_place
from midimon_live.plugin.guard import accused as who
from midimon_live.plugin.guard.addresses import Addresses, busy
from midimon_live.plugin.guard.audited import AUDITED, Row
from midimon_live.plugin.guard.deeds import GUARDS_OWN, NATIVE, Unfit
from midimon_live.plugin.guard.exempt import is_exempt, is_library_path, is_routine, library
from midimon_live.plugin.guard.sealed import BUILTINS
from midimon_live.plugin.guard.subject import Subject, acting
from midimon_live.scopes import Scope

globals().update(__builtins__=BUILTINS)

_getframe = sys._getframe  # noqa: SLF001 - kept, so that nobody can replace it

ALLOWED, REFUSED = "allowed", "refused"


class Decision(NamedTuple):
    """What was decided about one deed.

    Attributes:
        subject: who did it.
        scope: what it reached for; None for what no scope allows.
        operation: how, such as "open" or "socket.connect".
        verdict: "allowed" or "refused".
        why: "granted", "not declared", "not granted", "denied", or a sentence.
        place: such as "plugin.py, line 41, in execute"; "" if it was none of the plugin's lines.
    """

    subject: Subject
    scope: Scope | None
    operation: str
    verdict: str
    why: str
    place: str


class Guard:
    """Watches the plugins of one session. Any thread may call.

    Args:
        decided: called with each decision, on the thread of the deed. What it does itself is not
            looked at, and what it raises is dropped.
        name_place: turns file and line into words.
    """

    def __init__(
        self,
        decided: Callable[[Decision], None] = lambda _decision: None,
        name_place: NamePlace = plain_place,
    ) -> None:
        self.decided = decided
        self._name_place = name_place
        self._subjects: WeakSet[Subject] = WeakSet()
        self._addresses = Addresses()

    def start(self) -> None:
        """Begin. Starting twice does nothing."""
        library()  # before anybody is held to it
        with _LOCK:
            if self in _guards:
                return
            if not _guards:
                who.install(ask)
            _guards.append(self)
            if not _hooked:
                _hooked.append(True)
                sys.addaudithook(_hook)

    def stop(self) -> None:
        """End; the hook stays, since nothing removes one, and does nothing."""
        with _LOCK:
            if self in _guards:
                _guards.remove(self)
            if not _guards:
                who.uninstall()

    def watch(self, subject: Subject, *spaces: Mapping[str, Any]) -> None:
        """Look after a plugin, and accuse it of all that code with these globals does.

        Args:
            subject: the plugin.
            spaces: the `__dict__`s of its modules. Not that of a notebook, where other code lives.
        """
        self._subjects.add(subject)
        who.watch(subject, spaces)

    def forget(self, subject: Subject) -> None:
        """Undo `watch`. Threads and contexts that it left behind are still held to its rights."""
        who.forget(subject)
        self._subjects.discard(subject)
        self._addresses.forget(subject)

    def threads_of(self, subject: Subject) -> list[str]:
        """Return the names of the threads that a plugin has started and not ended."""
        idents = who.threads_of(subject)
        return [one.name for one in threads() if one.ident in idents]

    @contextmanager
    def inside(self, subject: Subject) -> Iterator[None]:
        """Accuse `subject` of what is done meanwhile: for importing its module, for its `repr`."""
        token = acting.set(subject)
        try:
            yield
        finally:
            acting.reset(token)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Accuse nobody of what this thread does meanwhile, though a plugin led to it.

        For the host's own deeds, such as opening a port at the first `send`. Nothing that a plugin
        chose, no path and no function, may be used inside.
        """
        ident = get_ident()
        outermost = ident not in busy
        busy.add(ident)
        try:
            yield
        finally:
            if outermost:
                busy.discard(ident)

    def knows(self, subject: Subject) -> bool:
        """Tell whether it was asked to watch `subject`."""
        return subject in self._subjects

    def judge(
        self, subject: Subject, row: Row, deeds: list[Scope], unfit: str, frame: FrameType | None
    ) -> PermissionDenied | None:
        """Return the refusal of a deed, or None, and note either."""
        if unfit:
            return self._refused(subject, row, None, unfit, frame)
        asked = [one for one in deeds if not is_routine(one, subject.folder)]
        for wanted in asked:
            why = self._refusal(subject, row, wanted)
            if why:
                return self._refused(subject, row, wanted, why, frame)
        for wanted in asked:
            self._note(Decision(subject, wanted, row.operation, ALLOWED, "granted", ""), frame)
        return None

    def _refusal(self, subject: Subject, row: Row, wanted: Scope) -> str:
        # read once, at the moment of the deed: what was revoked before is refused
        rights = subject.rights
        why = self._addresses.refusal(subject, rights, wanted, is_name=row.special == "name")
        if not why or row.group != "native code":
            return why
        return NATIVE

    def _refused(
        self, subject: Subject, row: Row, wanted: Scope | None, why: str, frame: FrameType | None
    ) -> PermissionDenied:
        if wanted is not None and is_bytecode(wanted):
            return PermissionDenied(subject.name, "writes no bytecode")
        decision = Decision(subject, wanted, row.operation, REFUSED, why, "")
        place = self._note(decision, frame)
        return PermissionDenied(subject.name, refusal_text(decision._replace(place=place)))

    def _note(self, decision: Decision, frame: FrameType | None) -> str:
        where = who.own_frame(decision.subject, frame, is_library_path)
        place = ""
        ident = get_ident()
        busy.add(ident)
        try:
            if where is not None:
                code = where.f_code
                place = f"{self._name_place(code.co_filename, where.f_lineno)}, in {code.co_name}"
            self.decided(decision._replace(place=place))
        except Exception:  # noqa: S110 - a broken log must neither stop a plugin nor let it through
            pass
        finally:
            busy.discard(ident)
        return place


def is_bytecode(wanted: Scope) -> bool:
    """Tell whether Python only wants to keep what it has compiled; it does without."""
    return wanted.what.startswith("write:") and "__pycache__" in wanted.what.split("/")[-2:]


def refusal_text(decision: Decision) -> str:
    """Return what was wanted, where, why that is refused, and the line that would allow it."""
    name, wanted = decision.subject.name, decision.scope
    where = f" ({decision.place})" if decision.place else ""
    if wanted is None:
        return f"{decision.operation} is refused{where}: {decision.why}"
    text = f"wanted {_shown(str(wanted))}, by {decision.operation}{where}: {decision.why}"
    if not str(wanted).isprintable() or not name.isprintable():
        return text  # no line could be typed for it
    declare = "declare it, and " if decision.why == "not declared" else ""
    return f"{text}; to allow it, {declare}run:  %midi grant {quote(name)} {quote(str(wanted))}"


def _shown(text: str) -> str:
    safe = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
    return safe if len(safe) <= 300 else f"{safe[:300]}..."


_LOCK = Lock()
_guards: list[Guard] = []
_hooked: list[bool] = []
GUARDS_OWN += [globals(), vars(who)]


def ask(event: str, args: tuple[Any, ...]) -> None:
    """Judge a deed that has no audit event of its own.

    Raises:
        PermissionDenied: it is not allowed.
    """
    _hook(event, args)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    """Look at one audit event. Its frame is in the traceback of a refusal, so it knows little."""
    if event not in AUDITED or not _guards:
        return
    refusal = _judged(event, args)
    if refusal is not None:
        try:
            raise refusal
        finally:
            del refusal, args


def _judged(event: str, args: tuple[Any, ...]) -> PermissionDenied | None:
    if event == "object.__getattr__" and not args[1].endswith("_frame"):
        return None
    frame = _getframe(1).f_back  # None where C code began a thread
    subjects = who.accused(frame)
    if not subjects or get_ident() in busy:
        return None
    row = AUDITED[event]
    if is_exempt(event, row.special, args, frame):
        return None
    unfit = ""
    deeds: list[Scope] = []
    try:
        deeds = list(row.deeds(args))
    except Unfit as found:
        unfit = str(found)
    except Exception as error:
        unfit = f"it can not be told what it reaches for ({type(error).__name__})"
    for subject in subjects:
        guard = next((one for one in _guards if one.knows(subject)), None) or _guards[0]
        refusal = guard.judge(subject, row, deeds, unfit, frame)
        if refusal is not None:
            return refusal
    return None
