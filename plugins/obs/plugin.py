"""OBS Studio from pads, through obs-websocket version 5 (built into OBS from 28).

Protocol: https://github.com/obsproject/obs-websocket, docs/generated/protocol.md.
"""

import asyncio
import base64
import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from midimon_live import ActionPlugin, TriggerContext

HELLO, IDENTIFY, IDENTIFIED, REQUEST, RESPONSE = 0, 1, 2, 6, 7
RPC_VERSION = 1

PLAIN = {
    "toggle_recording": "ToggleRecord",
    "start_recording": "StartRecord",
    "stop_recording": "StopRecord",
    "pause_recording": "ToggleRecordPause",
    "toggle_streaming": "ToggleStream",
    "start_streaming": "StartStream",
    "stop_streaming": "StopStream",
    "toggle_replay_buffer": "ToggleReplayBuffer",
    "save_replay_buffer": "SaveReplayBuffer",
}
"""Requests without anything to say."""


class Obs(ActionPlugin):
    """Control OBS Studio: type, and what that needs."""

    name = "obs"
    capabilities = {"network:localhost:4455"}

    def initialize(self) -> None:
        """OBS is asked for when the first pad is hit."""
        self._socket: ClientConnection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._count = 0

    async def execute(self, params: Mapping[str, Any], context: TriggerContext) -> None:
        """Send one request, and raise if OBS refuses it."""
        kind = params.get("type")
        if kind == "toggle_studio_mode":
            state = await self._ask("GetStudioModeEnabled", {}, params)
            wanted = {"studioModeEnabled": not state["studioModeEnabled"]}
            await self._ask("SetStudioModeEnabled", wanted, params)
        else:
            await self._ask(*request_of(params, context), params)

    async def _ask(self, request: str, data: Any, params: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return await self._asked(request, data, params)
        except ConnectionClosed:  # OBS was restarted: once more, with a new connection
            self._socket = None
            return await self._asked(request, data, params)

    async def _asked(self, request: str, data: Any, params: Mapping[str, Any]) -> dict[str, Any]:
        socket = await self._connected(params)
        self._count += 1
        mine = str(self._count)
        asked = {"requestType": request, "requestId": mine, "requestData": data}
        await socket.send(json.dumps({"op": REQUEST, "d": asked}))
        while True:
            message = json.loads(await socket.recv())
            if message["op"] == RESPONSE and message["d"]["requestId"] == mine:
                break
        status = message["d"]["requestStatus"]
        if not status["result"]:
            why = status.get("comment", f"code {status['code']}")
            raise RuntimeError(f"OBS refused {request}: {why}")
        return dict(message["d"].get("responseData") or {})

    async def _connected(self, params: Mapping[str, Any]) -> ClientConnection:
        loop = asyncio.get_running_loop()
        if self._socket is None or self._loop is not loop:
            host, port = params.get("host", "localhost"), params.get("port", 4455)
            socket = await connect(f"ws://{host}:{port}", proxy=None)
            password = str(params.get("password") or os.environ.get("OBS_PASSWORD", ""))
            hello = json.loads(await socket.recv())["d"]
            mine: dict[str, Any] = {"rpcVersion": RPC_VERSION, "eventSubscriptions": 0}
            if "authentication" in hello:
                mine["authentication"] = answer(password, **hello["authentication"])
            await socket.send(json.dumps({"op": IDENTIFY, "d": mine}))
            try:
                await socket.recv()
            except ConnectionClosed as closed:
                why = closed.rcvd.reason if closed.rcvd else "it closed the connection"
                raise RuntimeError(f"OBS did not let us in: {why}") from None
            self._socket, self._loop = socket, loop
        return self._socket

    async def _close(self) -> None:
        if self._socket is not None and self._loop is asyncio.get_running_loop():
            await self._socket.close()

    def shutdown(self) -> Any:
        """Say goodbye."""
        return self._close()


def answer(password: str, challenge: str, salt: str) -> str:
    """Return what OBS wants to hear in place of the password."""
    secret = base64.b64encode(hashlib.sha256((password + salt).encode()).digest())
    return base64.b64encode(hashlib.sha256(secret + challenge.encode()).digest()).decode()


def request_of(params: Mapping[str, Any], context: TriggerContext) -> tuple[str, dict[str, Any]]:
    """Return the request for some parameters."""
    kind = params.get("type")
    if kind in PLAIN:
        return PLAIN[kind], {}
    if kind == "switch_scene":
        return "SetCurrentProgramScene", {"sceneName": _needed(params, "scene_name")}
    if kind == "toggle_mute":
        return "ToggleInputMute", {"inputName": _needed(params, "source_name")}
    if kind == "set_volume":
        volume = params.get("volume")
        if volume is None:  # a fader's 0-127, or how hard the pad was hit
            moved = context.value if context.value is not None else context.velocity
            volume = (127 if moved is None else moved) / 127
        name = _needed(params, "source_name")
        return "SetInputVolume", {"inputName": name, "inputVolumeMul": float(volume)}
    allowed = ", ".join((*PLAIN, "switch_scene", "toggle_mute", "set_volume", "toggle_studio_mode"))
    raise ValueError(f"type is {kind!r}; allowed are {allowed}")


def _needed(params: Mapping[str, Any], name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f'{params["type"]} needs {name}; write {name} = "..."')
    return value
