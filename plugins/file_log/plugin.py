"""A line for each event, in a file of its own: what a scope of the file system looks like."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from midimon_live import ActionPlugin, TriggerContext


class FileLog(ActionPlugin):
    """Write a line of JSON for each event: file, text."""

    name = "file_log"
    capabilities = {"filesystem:write:."}

    def execute(self, params: Mapping[str, Any], context: TriggerContext) -> None:
        """Append the line."""
        name = str(params.get("file", "events.jsonl"))
        line = {
            "timestamp": context.timestamp,
            "event": context.event,
            "note": context.note,
            "control": context.control,
            "value": context.velocity if context.value is None else context.value,
            "text": params.get("text", ""),
        }
        path = Path(self.host.folder) / name
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
