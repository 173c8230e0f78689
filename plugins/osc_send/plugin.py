"""Open Sound Control from pads and knobs: SuperCollider, Pure Data, Resolume, lights.

Specification: OSC 1.0, https://opensoundcontrol.stanford.edu/spec-1_0.html.
"""

import socket
from collections.abc import Mapping
from typing import Any

from pythonosc.osc_message_builder import OscMessageBuilder

from midimon_live import ActionPlugin, TriggerContext


class OscSend(ActionPlugin):
    """Send an OSC message: address, args, host, port."""

    name = "osc_send"
    capabilities = {"network"}

    def initialize(self) -> None:
        """One socket for all."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def execute(self, params: Mapping[str, Any], context: TriggerContext) -> None:
        """Send the message; "velocity", "value" and the like stand for the event's numbers."""
        address = params.get("address")
        if not isinstance(address, str) or not address.startswith("/"):
            raise ValueError(f"address is {address!r}; it begins with /, as in /filter/cutoff")
        message = OscMessageBuilder(address=address)
        for one in params.get("args", ["velocity" if context.value is None else "value"]):
            message.add_arg(argument(one, context))
        target = str(params.get("host", "127.0.0.1")), int(params.get("port", 57120))
        self._socket.sendto(message.build().dgram, target)

    def shutdown(self) -> None:
        """Close the socket."""
        self._socket.close()


def argument(one: Any, context: TriggerContext) -> Any:
    """Return an argument: "velocity" is the event's, "velocity/127" a share, "'text'" a text."""
    if not isinstance(one, str):
        return one
    name, _, whole = one.partition("/")
    value = getattr(context, name, None) if name.isidentifier() else None
    if value is None:
        return one.strip("'")
    return value / float(whole) if whole else value
