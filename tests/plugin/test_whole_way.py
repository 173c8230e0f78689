"""From a folder to a request on a real server, by a program and by a MIDI note."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from midimon_live.events import TriggerContext
from midimon_live.sessions import Session

PLUGIN = Path(__file__).parents[2] / "plugins" / "http_request"


class Handler(BaseHTTPRequestHandler):
    """Notes what it is sent."""

    server: Any

    def do_POST(self) -> None:
        """Note the body and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, json.loads(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Any]:
    """A server on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.heard = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def midi(tmp_path: Path) -> Iterator[Session]:
    """A session whose home has the plugin in it, as a user copied it there."""
    shutil.copytree(PLUGIN, tmp_path / "plugins" / "http_request")
    session = Session(backend="virtual", home=tmp_path)
    yield session
    session.close()


def test_discover_load_execute_and_statistics(midi: Session, server: Any) -> None:
    """MIDIMon's own example of a program, line for line."""
    manager = midi.plugins
    count = manager.discover_plugins()
    assert count == 1
    assert manager.list_available() == ["http_request"]
    manager.load_plugin("http_request")
    params = {
        "url": f"http://127.0.0.1:{server.server_port}/hook",
        "method": "POST",
        "body": {"velocity": "{velocity}"},
    }
    context = TriggerContext(velocity=100)
    manager.execute_plugin("http_request", params, context)
    midi.settle()
    stats = manager.get_stats("http_request")
    assert (stats.executions, stats.failures, stats.success_rate) == (1, 0, 1.0)
    assert stats.avg_us > 0
    assert server.heard == [("/hook", {"velocity": 100})]
    manager.unload_plugin("http_request")


CONFIG = """
[[modes]]
name = "Default"

[[modes.mappings]]
trigger = {{ Note = {{ note = 60, velocity_range = [0, 127] }} }}
action = {{
    Plugin = {{
        plugin = "http_request",
        params = {{
            url = "http://127.0.0.1:{port}/note",
            method = "POST",
            body = {{ note = "{{note}}", velocity = "{{velocity}}", text = "hit {{velocity}}" }},
        }},
    }},
}}
"""


def test_a_note_sends_the_request_that_a_file_describes(
    midi: Session, server: Any, tmp_path: Path
) -> None:
    """The plugin is found, loaded, mapped by a file, and fired by MIDI."""
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(port=server.server_port))
    midi.plugins.discover_plugins()
    midi.plugins.load_plugin("http_request")
    assert midi.config(path).rows == []
    midi.virtual.press(60, velocity=77)
    midi.settle()
    assert server.heard == [("/note", {"note": 60, "velocity": 77, "text": "hit 77"})]
    assert [one.scope for one in midi.plugins.audit_log("http_request")] == [
        f"network:127.0.0.1:{server.server_port}"
    ] * len(midi.plugins.audit_log("http_request"))
