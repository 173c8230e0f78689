"""Against a server that speaks obs-websocket 5, on this machine."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from midimon_live import cc, note, plugin
from midimon_live.testing import load_module, plugin_session, press, turn

HERE = Path(__file__).parent
SCENES = ("Camera", "Slides")
CHALLENGE, SALT, PASSWORD = "Q2hhbGxlbmdl", "U2FsdA==", "secret"


class FakeObs:
    """Lets in who knows the password, and keeps what OBS would."""

    def __init__(self) -> None:
        self.scene = ""
        self.studio = False
        self.heard: list[tuple[str, Any]] = []
        self.connections = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))
        self._stop = asyncio.Event()
        self._thread.start()
        self._ready.wait(5)

    def close(self) -> None:
        """End the server."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
        self._loop.close()

    async def _run(self) -> None:
        async with serve(self._talk, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._stop.wait()

    async def _talk(self, socket: ServerConnection) -> None:
        self.connections += 1
        hello = {"rpcVersion": 1, "authentication": {"challenge": CHALLENGE, "salt": SALT}}
        await socket.send(json.dumps({"op": 0, "d": hello}))
        identify = json.loads(await socket.recv())
        expected = load_module(HERE).answer(PASSWORD, CHALLENGE, SALT)
        if identify["d"].get("authentication") != expected:
            await socket.close(4009, "Authentication failed.")
            return
        await socket.send(json.dumps({"op": 2, "d": {"negotiatedRpcVersion": 1}}))
        async for text in socket:
            asked = json.loads(text)["d"]
            await socket.send(json.dumps({"op": 5, "d": {"eventType": "Noise"}}))
            await socket.send(json.dumps({"op": 7, "d": self._answer(asked)}))

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        kind, data = asked["requestType"], asked["requestData"]
        self.heard.append((kind, data))
        status: dict[str, Any] = {"result": True, "code": 100}
        found: dict[str, Any] = {}
        if kind == "SetCurrentProgramScene" and data["sceneName"] not in SCENES:
            status = {"result": False, "code": 600, "comment": "No source was found."}
        elif kind == "SetCurrentProgramScene":
            self.scene = data["sceneName"]
        elif kind == "GetStudioModeEnabled":
            found = {"studioModeEnabled": self.studio}
        elif kind == "SetStudioModeEnabled":
            self.studio = data["studioModeEnabled"]
        mine = {"requestType": kind, "requestId": asked["requestId"]}
        return {**mine, "requestStatus": status, "responseData": found}


@pytest.fixture
def obs() -> Iterator[FakeObs]:
    """A fake OBS."""
    server = FakeObs()
    yield server
    server.close()


def played(obs: FakeObs, *events: Any, **params: Any) -> str:
    """Map parameters, play events, and return the plugin's last error."""
    usual = {"host": "localhost", "port": obs.port, "password": PASSWORD}
    with plugin_session(HERE, capabilities=[f"network:localhost:{obs.port}"], live=True) as midi:
        midi.map(note(36), plugin("obs", **usual | params))
        midi.map(cc(7), plugin("obs", **usual | params))
        for event in events:
            midi.virtual.play(event)
            midi.settle()
        return str(midi.plugins.get_stats("obs").last_error)


def test_a_scene_is_switched(obs: FakeObs) -> None:
    """After the password was proven."""
    assert played(obs, press(36), type="switch_scene", scene_name="Slides") == ""
    assert obs.scene == "Slides"


def test_what_obs_refuses_is_an_error(obs: FakeObs) -> None:
    """In its own words."""
    error = played(obs, press(36), type="switch_scene", scene_name="Nowhere")
    assert "No source was found" in error


def test_a_wrong_password_is_said(obs: FakeObs) -> None:
    """Before anything is asked."""
    error = played(obs, press(36), type="save_replay_buffer", password="wrong")  # noqa: S106
    assert "Authentication failed" in error
    assert obs.heard == []


def test_a_fader_sets_a_volume(obs: FakeObs) -> None:
    """From 0 to 1."""
    assert played(obs, turn(7, 127), turn(7, 0), type="set_volume", source_name="Mic") == ""
    assert [one[1]["inputVolumeMul"] for one in obs.heard] == [1, 0]


def test_studio_mode_is_toggled(obs: FakeObs) -> None:
    """By asking first."""
    assert played(obs, press(36), type="toggle_studio_mode") == ""
    assert obs.studio


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"type": "dance"}, "allowed are"),
        ({"type": "switch_scene"}, "needs scene_name"),
        ({"type": "toggle_mute"}, "needs source_name"),
    ],
)
def test_unclear_parameters_are_refused(obs: FakeObs, params: dict[str, str], error: str) -> None:
    """With what is allowed."""
    assert error in played(obs, press(36), **params)
