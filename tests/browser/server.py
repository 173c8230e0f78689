"""A private Jupyter server that serves JupyterLab and Notebook 7 alike."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

_START_SECONDS = 60
_ABANDONED_SECONDS = 900

_CALM = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
"""User settings without what covers the page or changes files by itself."""

_WITHOUT = {
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension": True,
    }
}
"""Page configuration without what asks other machines."""


class ServerError(RuntimeError):
    """The Jupyter server did not come up; the message holds what it wrote."""


class JupyterServer:
    """A Jupyter server on 127.0.0.1, without a token, as a context manager.

    All that Jupyter, IPython and midimon_live keep for a user is in a temporary folder.

    Attributes:
        notebooks: The folder that it serves.
        url: Its address, with a slash at the end.
    """

    def __init__(self) -> None:
        self._files = tempfile.TemporaryDirectory(prefix="jupyter-", ignore_cleanup_errors=True)
        self._home = Path(self._files.name)
        self._process: subprocess.Popen[bytes] | None = None
        self.notebooks = self._home / "notebooks"
        self.url = ""

    def __enter__(self) -> Self:
        try:
            self._furnish()
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def request(self, method: str, path: str) -> httpx.Response:
        """Ask the server's HTTP interface."""
        # trust_env: a proxy for the outside world cannot reach this machine's own address.
        return httpx.request(method, self.url + path, trust_env=False, timeout=20)

    def end_kernels(self) -> None:
        """Close every notebook session and end its kernel."""
        for session in self.request("GET", "api/sessions").json():
            self.request("DELETE", f"api/sessions/{session['id']}")

    def _furnish(self) -> None:
        self.notebooks.mkdir()
        for path, content in (
            ("app-settings/overrides.json", _CALM),
            ("config/labconfig/page_config.json", _WITHOUT),
        ):
            file = self._home / path
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps(content), encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        folders = {
            "midimon": "MIDIMON_HOME",
            "config": "JUPYTER_CONFIG_DIR",
            "data": "JUPYTER_DATA_DIR",
            "runtime": "JUPYTER_RUNTIME_DIR",
            "settings": "JUPYTERLAB_SETTINGS_DIR",
            "workspaces": "JUPYTERLAB_WORKSPACES_DIR",
            "ipython": "IPYTHONDIR",
        }
        private = {name: str(self._home / folder) for folder, name in folders.items()}
        quiet = {"MIDIMON_SOUND": os.environ.get("MIDIMON_SOUND", "off")}
        # The kernel must be this Python, also where the user has another one called python3.
        here = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter")),
        }
        return {**os.environ, **private, **quiet, **here}

    def _command(self, port: int) -> list[str]:
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.notebooks,
            "ServerApp.open_browser": False,
            "ServerApp.allow_root": True,
            "ServerApp.disable_check_xsrf": True,
            "ServerApp.terminals_enabled": False,
            "IdentityProvider.token": "",
            "LabApp.app_settings_dir": self._home / "app-settings",
            "LabApp.expose_app_in_browser": True,
            "LabApp.extension_manager": "readonly",
            "JupyterNotebookApp.expose_app_in_browser": True,
            # A test run that was killed leaves nothing behind for ever.
            "ServerApp.shutdown_no_activity_timeout": _ABANDONED_SECONDS,
            "MappingKernelManager.cull_idle_timeout": _ABANDONED_SECONDS,
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        return [sys.executable, "-m", "jupyterlab", *flags]

    def _start(self) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}/"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(port),
                cwd=self.notebooks,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_up(self._process)

    def _wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        give_up = time.monotonic() + _START_SECONDS
        while time.monotonic() < give_up and process.poll() is None:
            try:
                self.request("GET", "api")
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return
        said = self._log.read_text(errors="replace")
        raise ServerError(f"the Jupyter server is not up; it wrote:\n{said}")

    @property
    def _log(self) -> Path:
        return self._home / "server.log"

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self._files.cleanup()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
