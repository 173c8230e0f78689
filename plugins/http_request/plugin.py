"""HTTP requests from pads: home automation, chat bots, anything with a URL."""

import asyncio
import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import httpx

from midimon_live import ActionPlugin, TriggerContext

METHODS = ("GET", "POST", "PUT", "DELETE")
TIMEOUT_S = 5.0
_FIELD = re.compile(r"\{(\w+)\}")


class HttpRequest(ActionPlugin):
    """Send an HTTP request: url, method, headers, body."""

    name = "http_request"
    capabilities = {"network"}

    def initialize(self) -> None:
        """Connections are opened when they are needed, and kept."""
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def execute(self, params: Mapping[str, Any], context: TriggerContext) -> None:
        """Send the request, and raise for any answer that is an error."""
        method, url = str(params.get("method", "GET")).upper(), params.get("url")
        if not isinstance(url, str) or not url:
            raise ValueError('url is missing; write params = { url = "https://..." }')
        if method not in METHODS:
            raise ValueError(f"method is {method!r}; allowed are {', '.join(METHODS)}")
        fields = fields_of(context)
        body = filled(params.get("body"), fields) if method in ("POST", "PUT") else None
        response = await self._connected().request(
            method,
            str(filled(url, fields)),
            headers=filled(params.get("headers") or {}, fields),
            json=body,
        )
        response.raise_for_status()
        self.host.log(f"{method} {response.url}: {response.status_code}")

    def _connected(self) -> httpx.AsyncClient:
        """Return the client; a client belongs to one event loop."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = httpx.AsyncClient(timeout=TIMEOUT_S), loop
        return self._client

    async def _close(self) -> None:
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._client.aclose()

    def shutdown(self) -> Any:
        """Close the connections."""
        return self._close()


def fields_of(context: TriggerContext) -> dict[str, Any]:
    """Return what a text may hold in braces: the event's fields, and what a plugin's event has."""
    fields = {one.name: getattr(context, one.name) for one in dataclasses.fields(context)}
    return fields | dict(context.data or {})


def filled(value: Any, fields: Mapping[str, Any]) -> Any:
    """Return `value` with {velocity} and the like replaced, in text at any depth.

    A text that is one placeholder and nothing else becomes the field itself: a number stays one.
    Braces around anything that is no field stay as they are.
    """
    if isinstance(value, Mapping):
        return {str(filled(key, fields)): filled(one, fields) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled(one, fields) for one in value]
    if not isinstance(value, str):
        return value
    whole = _FIELD.fullmatch(value)
    if whole and whole[1] in fields:
        return fields[whole[1]]
    return _FIELD.sub(lambda found: str(fields.get(found[1], found[0])), value)
