"""Against a real server on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from midimon_live import note, plugin
from midimon_live.testing import plugin_session

HERE = Path(__file__).parent


class Server(ThreadingHTTPServer):
    """Remembers what it was asked; a path that is a number is the status it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[tuple[str, str, dict[str, str], Any]] = []
        self.connections: set[Any] = set()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers every method."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Note the request and answer."""
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.heard.append((self.command, self.path, dict(self.headers), body))
        self.server.connections.add(self.client_address)
        path = self.path.strip("/")
        self.send_response(int(path) if path.isdecimal() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the server's names

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve while a test runs."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_every_method_is_sent(server: Server, method: str) -> None:
    """With headers, and with a body where the method has one."""
    with plugin_session(HERE, live=True) as midi:
        params = {
            "url": f"{server.url}/pad/{{note}}",
            "method": method.lower(),
            "headers": {"X-Velocity": "{velocity}!"},
            "body": {"velocity": "{velocity}", "said": ["{note}-{velocity}", "{none}", 1.5]},
        }
        midi.map(note(60), plugin("http_request", **params))
        midi.virtual.press(60, velocity=90)
        midi.settle()
        assert midi.plugins.get_stats("http_request").last_error == ""
    ((heard, path, headers, body),) = server.heard
    assert (heard, path, headers["X-Velocity"]) == (method, "/pad/60", "90!")
    sends = method in ("POST", "PUT")
    assert body == ({"velocity": 90, "said": ["60-90", "{none}", 1.5]} if sends else None)


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "url is missing"),
        ({"url": "http://127.0.0.1:1/", "method": "PATCH"}, "allowed are GET"),
        ({"url": "{server}/404"}, "404"),
        ({"url": "{server}/500"}, "500"),
        ({"url": "http://127.0.0.1:1/"}, "ConnectError"),
    ],
)
def test_what_does_not_work_is_an_error(server: Server, params: dict[str, str], error: str) -> None:
    """Of the plugin, in its statistics; the pads play on."""
    params = {key: value.replace("{server}", server.url) for key, value in params.items()}
    with plugin_session(HERE, live=True) as midi:
        midi.map(note(60), plugin("http_request", **params))
        midi.virtual.press(60)
        midi.settle()
        stats = midi.plugins.get_stats("http_request")
        assert stats.failures == 1
        assert error in stats.last_error


def test_another_host_than_the_granted_one_is_refused(server: Server) -> None:
    """Though the plugin declares the whole network."""
    with plugin_session(HERE, live=True) as midi:
        midi.plugins.revoke_capability("http_request", "network")
        midi.plugins.grant_capability("http_request", "network:example.org", until="session")
        midi.map(note(60), plugin("http_request", url=server.url))
        midi.virtual.press(60)
        midi.settle()
        assert "network:127.0.0.1" in midi.plugins.get_stats("http_request").last_error
    assert server.heard == []
