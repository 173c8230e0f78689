"""A real IPython kernel in its own process, driven the way a notebook drives it."""

import ast
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

Message = dict[str, Any]
"""One message of the Jupyter protocol: `msg_type`, `content`, `parent_header` and so on."""

_ROOT = Path(__file__).resolve().parents[2]
_SPEC = "midimon-test"
_OUTPUTS = ("stream", "display_data", "update_display_data", "execute_result", "error")
_READY = 60.0  # seconds that a kernel may take to start on a busy machine


class CellFailed(AssertionError):
    """A cell ended with an error; the message holds its traceback."""


class KernelDied(RuntimeError):
    """The kernel's process has ended; the message holds what it wrote outside of cells."""


@dataclass(frozen=True)
class Reply:
    """What a cell did until the kernel was idle again.

    Attributes:
        msg_id: The id of the request, by which later output can be found.
        status: ``"ok"``, ``"error"`` or ``"aborted"``.
        ename: The exception's class, or an empty string.
        evalue: The exception's message, or an empty string.
        traceback: The lines of the traceback, with terminal colours.
        stdout: All text written to the standard output.
        stderr: All text written to the error output.
        outputs: Every output in order: the message's content and its ``output_type``.
        execution_count: The number in the cell's prompt, or None if it was silent.
    """

    msg_id: str
    status: str
    ename: str
    evalue: str
    traceback: list[str]
    stdout: str
    stderr: str
    outputs: list[dict[str, Any]]
    execution_count: int | None


class Cell:
    """A cell that was sent to the kernel and may still be busy.

    Attributes:
        msg_id: The id of the request.
    """

    def __init__(self, kernel: "Kernel", msg_id: str, *, silent: bool) -> None:
        self._kernel = kernel
        self._silent = silent
        self.msg_id = msg_id

    @property
    def done(self) -> bool:
        """Whether the kernel has reported to be idle after the cell."""
        return self._kernel.is_idle_after(self.msg_id)

    def wait(self, timeout: float = 60.0, *, check: bool = True) -> Reply:
        """Wait until the cell has ended.

        Args:
            timeout: Seconds.
            check: Whether a failed cell is an error here too.

        Raises:
            CellFailed: The cell raised an exception or was aborted, and `check` is set.
            KernelDied: The kernel's process has ended.
            TimeoutError: The cell is still running.
        """
        answer = self._kernel.result_of(self.msg_id, timeout)
        reply = self._reply(answer, self._kernel.messages(self.msg_id, late=False))
        if check and reply.status != "ok":
            trace = "\n".join(reply.traceback)
            raise CellFailed(f"{reply.status}: {reply.ename}: {reply.evalue}\n{trace}")
        return reply

    def _reply(self, answer: dict[str, Any], messages: Iterable[Message]) -> Reply:
        outputs = [
            {"output_type": message["msg_type"], **message["content"]}
            for message in messages
            if message["msg_type"] in _OUTPUTS
        ]
        return Reply(
            msg_id=self.msg_id,
            status=answer["status"],
            ename=answer.get("ename", ""),
            evalue=answer.get("evalue", ""),
            traceback=answer.get("traceback", []),
            stdout=_stream(outputs, "stdout"),
            stderr=_stream(outputs, "stderr"),
            outputs=outputs,
            execution_count=None if self._silent else answer.get("execution_count"),
        )


class Kernel:
    """A running kernel of this very Python interpreter, as a context manager.

    It has folders of its own for IPython, Jupyter and its work, so that nothing of the user's
    configuration takes part and nothing is left behind. The repository's root is on its
    `PYTHONPATH`.

    The methods are for one thread at a time. A thread of its own reads all the time what the kernel
    publishes: a client that does not read loses messages.

    Args:
        env: Variables to add to this process's environment.
        cwd: The kernel's working folder; an empty temporary one if not given.
    """

    def __init__(self, env: Mapping[str, str] | None = None, cwd: str | Path | None = None) -> None:
        self._env = dict(env or {})
        self._cwd = cwd
        self._stack = contextlib.ExitStack()
        self._home = Path()
        self._answers: dict[str, dict[str, Any]] = {}
        self._reader: _Reader | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            folder = tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
            self._home = Path(stack.enter_context(folder))
            self._context = zmq.Context()
            # also what the manager itself has left open
            stack.callback(self._context.destroy, linger=0)
            self._manager = _manager(self._home, self._context)
            # Not a clone: that would give the manager's own message ids out a second time.
            key = self._manager.session.key
            self._session = Session(key=key, session=secrets.token_hex(16))
            self._log = stack.enter_context((self._home / "kernel.log").open("wb"))
            self._published = _Published(self._alive)
            stack.callback(self._disconnect)
            stack.callback(self._end)
            self._launch()
            self._connect()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def pid(self) -> int:
        """The kernel's process id; another one after `restart`."""
        return self._running().pid

    @property
    def log(self) -> str:
        """What the kernel has written outside of cells, for example while it started."""
        return (self._home / "kernel.log").read_text(errors="replace")

    def run(
        self,
        code: str,
        timeout: float = 60.0,
        cell_id: str | None = None,
        *,
        silent: bool = False,
        check: bool = True,
    ) -> Reply:
        """Execute a cell and wait until the kernel is idle again.

        Args:
            code: The cell's source.
            timeout: Seconds.
            cell_id: The cell's id in the notebook, sent as JupyterLab sends it.
            silent: Whether it is no visible cell: no history, no number, no cell hooks.
            check: Whether a failed cell is an error here too.

        Raises:
            CellFailed: The cell failed and `check` is set.
        """
        return self.start(code, cell_id, silent=silent).wait(timeout, check=check)

    def start(self, code: str, cell_id: str | None = None, *, silent: bool = False) -> Cell:
        """Send a cell and return at once; see `run`. Call `wait` on what is returned."""
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        metadata = {} if cell_id is None else {"cellId": cell_id}
        return Cell(self, self.send("execute_request", content, metadata), silent=silent)

    def json(self, expression: str, timeout: float = 60.0) -> Any:
        """Evaluate an expression in the kernel and return its value by way of JSON.

        No visible cell is executed: no history, no number, no cell hooks, no output. While a
        cell is busy it has to wait for its end.

        Args:
            expression: Python source, evaluated among the notebook's variables.
            timeout: Seconds.

        Raises:
            CellFailed: It raised an exception, or JSON cannot represent its value.
        """
        content = {
            "code": "",
            "silent": True,
            "store_history": False,
            "user_expressions": {"it": f"__import__('json').dumps((\n{expression}\n))"},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        answer = self.result_of(self.send("execute_request", content), timeout)
        value = answer.get("user_expressions", {}).get("it", answer)
        if value["status"] != "ok":
            trace = "\n".join(value.get("traceback", []))
            raise CellFailed(f"{expression}: {value.get('ename')}: {value.get('evalue')}\n{trace}")
        return json.loads(ast.literal_eval(value["data"]["text/plain"]))

    def send(
        self, kind: str, content: dict[str, Any], metadata: dict[str, Any] | None = None
    ) -> str:
        """Send any request on the shell channel, such as `comm_msg`, and return its id."""
        message = self._session.msg(kind, content, metadata=metadata)
        self._session.send(self._shell, message)
        return str(message["header"]["msg_id"])

    def result_of(self, msg_id: str, timeout: float = 60.0) -> dict[str, Any]:
        """Wait until a request was answered and the kernel idle after it; return the answer."""
        deadline = time.monotonic() + timeout
        self._published.wait(lambda: self.is_idle_after(msg_id), timeout, f"the end of {msg_id}")
        while msg_id not in self._answers:
            left = deadline - time.monotonic()
            if left <= 0 or not self._shell.poll(round(left * 1000)):
                raise TimeoutError(f"no answer to {msg_id} within {timeout:g} s")
            _, answer = self._session.recv(self._shell)
            if answer is not None:
                self._answers[answer["parent_header"]["msg_id"]] = answer["content"]
        return self._answers[msg_id]

    def is_idle_after(self, msg_id: str) -> bool:
        """Whether the kernel has reported to be idle after a request."""
        with self._published.changed:
            return msg_id in self._published.idle_at

    def messages(self, msg_id: str, *, late: bool | None = None) -> list[Message]:
        """Return all that was published under a request; the empty id stands for no request.

        Args:
            msg_id: The id of the request.
            late: Only what came after the kernel was idle (True) or until then (False).
        """
        with self._published.changed:
            found = list(self._published.by_request.get(msg_id, ()))
            idle_at = self._published.idle_at.get(msg_id, len(found))
        if late is None:
            return found
        return found[idle_at:] if late else found[:idle_at]

    def everything(self) -> dict[str, list[Message]]:
        """Return all that was published so far, by the id of its request."""
        with self._published.changed:
            return {msg_id: list(all_) for msg_id, all_ in self._published.by_request.items()}

    def late_output(self, cell: str | Reply | Cell) -> str:
        """Return the text that was published under a cell after the kernel was idle again.

        That is output from threads, timers and tasks which belongs to the cell: both streams,
        the plain text of what was displayed, and tracebacks.
        """
        msg_id = cell if isinstance(cell, str) else cell.msg_id
        return "".join(_text(message) for message in self.messages(msg_id, late=True))

    def wait_late(self, cell: str | Reply | Cell, text: str, timeout: float = 10.0) -> str:
        """Wait until `late_output` contains a text, and return the late output.

        Raises:
            TimeoutError: It did not come within `timeout` seconds.
        """

        def there() -> bool:
            return text in self.late_output(cell)

        self._published.wait(there, timeout, f"late output {text!r}")
        return self.late_output(cell)

    def interrupt(self) -> None:
        """Send the kernel a SIGINT, as the stop button does."""
        self._manager.interrupt_kernel()

    def restart(self) -> None:
        """Shut the kernel down, start a new process and wait until that is ready."""
        self._disconnect()
        self._manager.restart_kernel(now=False)
        self._process = _process(self._manager)
        self._connect()

    def shutdown(self) -> int | None:
        """Ask the kernel to end, and wait for it; after five seconds it is made to.

        Returns:
            The exit code of its process, negative for a signal.
        """
        process = self._running()
        self._manager.shutdown_kernel(now=False)
        return process.wait(10)

    def _launch(self) -> None:
        work = self._home / "work"
        work.mkdir()
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        own = {
            "IPYTHONDIR": str(self._home / "ipython"),
            "JUPYTER_CONFIG_DIR": str(self._home / "config"),
            "JUPYTER_DATA_DIR": str(self._home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self._home / "runtime"),
            "PYTHONPATH": os.pathsep.join(paths),
        }
        self._manager.start_kernel(
            env={**os.environ, **own, **self._env},
            cwd=str(self._cwd or work),
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._process = _process(self._manager)

    def _connect(self) -> None:
        """Open the channels and wait until both of them work."""
        self._shell = self._manager.connect_shell()
        self._reader = _Reader(
            self._manager.connect_iopub(), self._manager.session.clone(), self._published
        )
        self._reader.start()
        deadline = time.monotonic() + _READY
        # What is published before the subscription has arrived is lost: ask until one request
        # has got through on both channels.
        while True:
            try:
                self.result_of(self.send("kernel_info_request", {}), timeout=1.0)
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the kernel is not ready; it wrote:\n{self.log}") from None
            else:
                return

    def _disconnect(self) -> None:
        if self._reader is not None:
            self._reader.stop()
            self._reader = None
            self._shell.close(linger=0)

    def _end(self) -> None:
        """End the kernel in any case, without asking."""
        if self._process is None:
            return
        if self._manager.has_kernel:
            self._manager.shutdown_kernel(now=True)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise RuntimeError("the kernel is not running: use it in a `with` statement")
        return self._process

    def _alive(self) -> None:
        code = self._running().poll()
        if code is not None:
            raise KernelDied(f"the kernel has ended with exit code {code}; it wrote:\n{self.log}")


class _Published:
    """What the kernel has published, shared by the reading thread and the test's thread."""

    def __init__(self, check_alive: Callable[[], None]) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.by_request: dict[str, list[Message]] = {}
        self.idle_at: dict[str, int] = {}
        self._check_alive = check_alive

    def add(self, message: Message) -> None:
        msg_id = message["parent_header"].get("msg_id", "")
        with self.changed:
            arrived = self.by_request.setdefault(msg_id, [])
            arrived.append(message)
            if message["content"].get("execution_state") == "idle":
                self.idle_at.setdefault(msg_id, len(arrived))
            self.changed.notify_all()

    def wait(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        deadline = time.monotonic() + timeout
        with self.changed:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{what} did not come within {timeout:g} s")
                self._check_alive()
                self.changed.wait(min(left, 0.2))


class _Reader(threading.Thread):
    """Reads the channel on which the kernel publishes output and its state."""

    def __init__(
        self, socket: "zmq.Socket[bytes]", session: Session, published: _Published
    ) -> None:
        super().__init__(name="kernel iopub reader", daemon=True)
        self._socket = socket
        self._session = session
        self._published = published
        self._stopping = False

    def run(self) -> None:
        while not self._stopping:
            if self._socket.poll(50):
                _, message = self._session.recv(self._socket)
                if message is not None:
                    self._published.add(message)

    def stop(self) -> None:
        self._stopping = True
        self.join()
        self._socket.close(linger=0)


def _manager(home: Path, context: "zmq.Context[zmq.Socket[bytes]]") -> KernelManager:
    spec = home / "kernels" / _SPEC
    spec.mkdir(parents=True)
    (home / "runtime").mkdir()
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    described = {"argv": argv, "display_name": "test", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(described))
    return KernelManager(
        kernel_name=_SPEC,
        kernel_spec_manager=KernelSpecManager(
            kernel_dirs=[str(spec.parent)], ensure_native_kernel=False
        ),
        connection_file=str(home / "runtime" / "kernel.json"),
        context=context,
    )


def _process(manager: KernelManager) -> "subprocess.Popen[bytes]":
    process: subprocess.Popen[bytes] = manager.provisioner.process  # type: ignore[union-attr]
    return process


def _stream(outputs: Iterable[Mapping[str, Any]], name: str) -> str:
    return "".join(output["text"] for output in outputs if output.get("name") == name)


def _text(message: Message) -> str:
    content = message["content"]
    match message["msg_type"]:
        case "stream":
            return str(content["text"])
        case "display_data" | "update_display_data" | "execute_result":
            return str(content["data"].get("text/plain", "")) + "\n"
        case "error":
            return "\n".join(content["traceback"]) + "\n"
        case _:
            return ""
