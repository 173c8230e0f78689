"""From nothing to the first printed press: clone, `make lab`, the first lesson's cells."""

import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from websockets.sync.client import ClientConnection, connect

from benchmarks.results import Detail, Row, Section, number
from tests.support.child import ROOT

MOST_S, MOST_CELLS = 180.0, 3
_PATIENCE_S = 900.0
_PRESS = ".press("


@dataclass
class Steps:
    """What has been done, and when, in seconds since the beginning."""

    began: float = field(default_factory=time.perf_counter)
    done: list[tuple[str, float]] = field(default_factory=list)

    def add(self, what: str) -> float:
        """Note that something is done; return the moment."""
        self.done.append((what, time.perf_counter() - self.began))
        return self.done[-1][1]


def run() -> Section:
    """Do what somebody does who has just heard of it, and return how long that took."""
    with tempfile.TemporaryDirectory(prefix="first-minute-") as folder:
        copy = Path(folder) / "midimon_live"
        steps = Steps()
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, copy], check=True)
        steps.add("cloned")
        with _lab(copy, Path(folder)) as (url, token):
            steps.add("installed, and JupyterLab answers")
            cells, printed = _play(copy, url, token, steps)
    took = steps.done[-1][1]
    rows = [
        Row("clone to the first printed press, installation included", took, "s", MOST_S),
        Row("cells of the first lesson up to it", cells, "", detail=printed),
    ]
    moments = [(what, number(at)) for what, at in steps.done]
    return Section(
        "The first minutes", _HOW, rows, [Detail("Seconds since the beginning", ("", ""), moments)]
    )


_HOW = (
    "A fresh clone, `make lab ARGS=--no-browser` with pip's cache switched off, and the code cells "
    "of the first lesson, run one by one through the server's interface for kernels, as JupyterLab "
    "runs them. The end is the moment at which a printed press has come back. Packages come from "
    "wherever pip is set to fetch them, so a slow line adds what it adds."
)


@contextmanager
def _lab(copy: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Run `make lab` in the clone; yield the server's address and token once it answers."""
    port, token = _free_port(), secrets.token_hex(16)
    words = ["--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    words.append(f"--IdentityProvider.token={token}")
    homes = {
        name: str(folder / name) for name in ("MIDIMON_HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR")
    }
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    log = (folder / "make.log").open("w")
    with (
        log,
        subprocess.Popen(
            ["make", "lab", f"ARGS={' '.join(words)}"],
            cwd=copy,
            env={**kept, **homes, "PIP_NO_CACHE_DIR": "1", "MIDIMON_BACKEND": "virtual"},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            url = f"127.0.0.1:{port}"
            _wait_for(f"http://{url}/api/status", token, process, folder / "make.log")
            yield url, token
        finally:
            os.killpg(process.pid, signal.SIGTERM)


_NOT_OURS = ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL")  # the clone has its own


def _wait_for(address: str, token: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.perf_counter() + _PATIENCE_S
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"make lab ended: {log.read_text()[-3000:]}")
        try:
            if httpx.get(address, headers=_key(token), trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"make lab did not answer in {_PATIENCE_S:g} s: {log.read_text()[-3000:]}")


def _play(copy: Path, url: str, token: str, steps: Steps) -> tuple[int, str]:
    """Run cells until a press is printed; return how many it took, and what was printed."""
    lesson = min((copy / "notebooks").glob("*.ipynb"))
    asked = {
        "path": f"notebooks/{lesson.name}",
        "name": lesson.name,
        "type": "notebook",
        "kernel": {"name": "python3"},
    }
    address = f"http://{url}/api/sessions"
    made = httpx.post(address, json=asked, headers=_key(token), trust_env=False, timeout=60)
    kernel = made.raise_for_status().json()["kernel"]["id"]
    channels = f"ws://{url}/api/kernels/{kernel}/channels"
    with connect(channels, additional_headers=_key(token), proxy=None, max_size=None) as socket_:
        steps.add("kernel asked for")
        pressed = False
        cells = [
            one
            for one in json.loads(lesson.read_text("utf-8"))["cells"]
            if one["cell_type"] == "code"
        ]
        for count, cell in enumerate(cells, 1):
            code = "".join(cell["source"])
            pressed = pressed or _PRESS in code
            printed = _execute(socket_, code)
            steps.add(f"cell {count}")
            if pressed and printed:
                return count, printed
    raise RuntimeError(f"{lesson.name} prints no press")


def _execute(socket_: ClientConnection, code: str) -> str:
    """Run a cell to its end; return what was printed meanwhile, by whichever cell."""
    header = {"msg_id": uuid4().hex, "msg_type": "execute_request", "version": "5.3"}
    header |= {"session": "first-minute", "username": "", "date": ""}
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    rest: dict[str, Any] = {"parent_header": {}, "metadata": {}, "channel": "shell"}
    socket_.send(
        json.dumps({"header": header, "content": content | {"user_expressions": {}}, **rest})
    )
    printed = ""
    while True:
        message = json.loads(socket_.recv(timeout=120))
        content, kind = message["content"], message["header"]["msg_type"]
        if kind == "stream" and content["name"] == "stdout":
            printed += content["text"]
        if kind == "error":
            raise RuntimeError("\n".join(content["traceback"]))
        mine = message["parent_header"].get("msg_id") == header["msg_id"]
        if mine and kind == "status" and content["execution_state"] == "idle":
            return printed.strip()


def _key(token: str) -> dict[str, str]:
    return {"Authorization": f"token {token}"}


def _free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
