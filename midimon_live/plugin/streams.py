"""`sys.stdout` and `sys.stderr`, so that what a plugin writes goes where it belongs.

A stream of ours stands before the one that was there and asks, for each write, whose code writes.
That is told by the context, which a plugin's calls, tasks and threads have of it; nothing is done
for a call that writes nothing. What is not a plugin's goes through untouched.

A cell may put a stream of its own in place of ours (`%%capture`, `redirect_stdout`) while pads
play. `cover` then stands before that one, and what plugins write goes past it, to the kernel.
"""

import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from contextvars import Context, copy_context
from threading import Lock
from typing import Any, TextIO

from midimon_live.plugin import offspring
from midimon_live.plugin.offspring import speaking


class Stream:
    """Stands before a text stream, and is it in all but `write`.

    Args:
        name: "stdout" or "stderr".
        below: the stream that was there.
    """

    __slots__ = ("_below", "_write")
    _write: "_Write"

    def __init__(self, name: str, below: TextIO) -> None:
        object.__setattr__(self, "_below", below)
        object.__setattr__(self, "_write", _Write(name, below, None))

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What `isinstance` is told; `type` tells the truth."""
        return type(self._below)

    @property
    def write(self) -> "_Write":
        """Write as the stream below does; what a plugin writes goes where its voice says."""
        return self._write

    def writelines(self, lines: Any) -> None:
        """Write one after another."""
        for line in lines:
            self._write(line)

    def flush(self) -> None:
        """Flush the stream below; not for each line of a flood, since a kernel waits there."""
        voice = speaking.get()
        if voice is None or voice.may_flush():
            self._below.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._below, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "write":
            setattr(self._below, name, value)
            return
        # IPython sets one for each cell, to note what it prints, and puts ours back
        own = value if type(value) is _Write else _Write(self._write.name, self._below, value)
        object.__setattr__(self, "_write", own)

    def __delattr__(self, name: str) -> None:
        if name == "write":
            object.__setattr__(self, "_write", _Write(self._write.name, self._below, None))
        else:
            delattr(self._below, name)

    def __iter__(self) -> Any:
        return iter(self._below)

    def __enter__(self) -> Any:
        self._below.__enter__()
        return self

    def __exit__(self, *error: object) -> Any:
        return self._below.__exit__(*error)

    def __dir__(self) -> Any:
        return dir(self._below)

    def __repr__(self) -> str:
        return repr(self._below)


class _Write:
    """The `write` of a stream of ours.

    Args:
        name: "stdout" or "stderr".
        below: the stream below ours.
        instead: what somebody has set in place of the one before, which it may call; or None.
    """

    __slots__ = ("_below", "_instead", "name")

    def __init__(self, name: str, below: TextIO, instead: Callable[[str], Any] | None) -> None:
        self.name = name
        self._below = below
        self._instead = instead

    def __call__(self, text: str) -> Any:
        voice = speaking.get()
        if voice is not None and isinstance(text, str):
            voice.say(self.name, text)
            return len(text)
        return (self._instead or self._below.write)(text)


_lock = Lock()
_users = 0
_kernels: dict[str, TextIO] = {}
_covering: dict[type[Any], tuple[Any, Any]] = {}


def install() -> None:
    """Stand before both streams until `uninstall`, which has to be called as often."""
    global _users  # noqa: PLW0603 - the streams are the process's own
    with _lock:
        _users += 1
        if _users == 1:
            offspring.install()
            for one in (redirect_stdout, redirect_stderr):
                covering(one)
            for name in ("stdout", "stderr"):  # one of ours may be left from a time before
                _note_kernel(name, getattr(getattr(sys, name), "_below", None))
    cover()


def uninstall() -> None:
    """Put back what was there, unless somebody else has replaced ours since."""
    global _users  # noqa: PLW0603 - as above
    with _lock:
        _users -= 1
        if _users:
            return
        offspring.uninstall()
        for one in list(_covering):
            uncover(one)
        _kernels.clear()
        if type(sys.stdout) is Stream:
            sys.stdout = sys.stdout._below  # noqa: SLF001 - our own
        if type(sys.stderr) is Stream:
            sys.stderr = sys.stderr._below  # noqa: SLF001 - our own


def cover() -> None:
    """Stand before what somebody has put in our place; called before each call of a plugin."""
    if type(sys.stdout) is not Stream or type(sys.stderr) is not Stream:
        _cover()


def covering(manager: type[Any]) -> None:
    """Call `cover` when a context manager that replaces a stream is entered; again is harmless."""
    if manager in _covering:
        return
    real = manager.__enter__

    def enter(self: Any) -> Any:
        entered = real(self)
        cover()
        return entered

    _covering[manager] = vars(manager).get("__enter__"), enter
    manager.__enter__ = enter


def uncover(manager: type[Any]) -> None:
    """Undo `covering`, unless somebody else has replaced it since."""
    own, ours = _covering.pop(manager, (None, None))
    if ours is None or vars(manager).get("__enter__") is not ours:
        return
    if own is None:
        del manager.__enter__
    else:
        manager.__enter__ = own


def _cover() -> None:
    if not _users:
        return
    # between `is` and the assignment is no call and no loop, so no other thread comes between
    out = sys.stdout
    ours = _before("stdout", out)
    if ours is not None and sys.stdout is out:
        sys.stdout = ours
    err = sys.stderr
    ours = _before("stderr", err)
    if ours is not None and sys.stderr is err:
        sys.stderr = ours


def _before(name: str, below: Any) -> Any:
    """Return a stream of ours for one that is there; None where there is none, or ours."""
    if below is None or type(below) is Stream:
        return None
    _note_kernel(name, below)
    return Stream(name, below)


def _note_kernel(name: str, stream: Any) -> None:
    if hasattr(stream, "set_parent"):
        _kernels[name] = stream


class _Apart:
    """The voice of a function that is no plugin: shown as it is, where it was made."""

    def __init__(self, place: Context) -> None:
        self._place = place

    def cause(self) -> None:
        """Return nothing: its threads need no event."""

    def may_flush(self) -> bool:
        """Tell that the stream may write what it has."""
        return True

    def say(self, stream: str, text: str) -> None:
        """Show what is written."""
        self._place.copy().run(put, stream, text)


def apart() -> Context:
    """Return a context for a user's function that others call: what it prints appears here."""
    here = copy_context()
    context = here.copy()
    here.run(speaking.set, None)
    context.run(speaking.set, _Apart(here))
    return context


def detach(shell: Any) -> None:
    """Make the context it is called in lead to no cell, where a kernel would take the running one.

    Args:
        shell: the IPython shell, or None.
    """
    for one in (shell, *_kernels.values()):
        if (set_parent := getattr(one, "set_thread_parent", None)) is not None:
            set_parent({})


def put(name: str, text: str) -> None:
    """Write for a plugin: to the kernel's stream, where there is one, else to what is there now.

    Call it where nobody speaks: what is there may write to one of ours in its turn.
    """
    stream = _kernels.get(name)
    if stream is None:
        stream = getattr(sys, name)
        if type(stream) is Stream:
            stream = stream._below  # noqa: SLF001 - our own
    if stream is not None:
        stream.write(text)
