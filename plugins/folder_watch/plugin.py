"""Files as events: drop one into a folder, and a mapping fires."""

import os
from collections.abc import Iterator
from pathlib import Path

from midimon_live import TriggerPlugin


class FolderWatch(TriggerPlugin):
    """Make an event when a file in the inbox is added, changed or removed."""

    name = "folder_watch"
    interval = 0.25
    capabilities = {"filesystem:read:inbox"}

    def initialize(self) -> None:
        """What is there already is no news."""
        self._known: dict[str, tuple[int, int]] | None = None

    def poll_events(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield what has happened since the last look."""
        found = looked(Path(self.host.folder) / "inbox")
        before, self._known = self._known, found
        if before is None:
            return
        for name in sorted(found.keys() | before.keys()):
            if name not in before:
                yield "added", {"name": name}
            elif name not in found:
                yield "removed", {"name": name}
            elif found[name] != before[name]:
                yield "changed", {"name": name}


def looked(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the files of a folder, each with what tells its states apart."""
    try:
        with os.scandir(folder) as entries:
            stats = [(one.name, one.stat()) for one in entries if one.is_file()]
    except FileNotFoundError:
        return {}
    return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in stats}
