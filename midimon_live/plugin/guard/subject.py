"""A plugin as the guard sees it, and how it is known who is acting."""

from contextvars import ContextVar
from pathlib import Path
from typing import Any

from midimon_live.scopes import Rights


class Subject:
    """Who acts. One for each live version of a plugin.

    Attributes:
        name: the plugin's.
        rights: what it may do now; replaced as a whole when that changes. Any thread may.
        folder: where its own files are, which it may read; None for one from a cell.
        digest: of its files, or "" for one from a cell.
        refused: what the guard refused it last, in words, until somebody has told of it.
        drafts: what it maps while it is initialised; None when that is over.
    """

    __slots__ = ("__weakref__", "digest", "drafts", "folder", "name", "refused", "rights")

    def __init__(
        self, name: str, rights: Rights, folder: Path | None = None, digest: str = ""
    ) -> None:
        self.name = name
        self.rights = rights
        self.folder = folder
        self.digest = digest
        self.refused = ""
        self.drafts: list[Any] | None = None

    def __repr__(self) -> str:
        return f"<plugin {self.name}>"


# set once in the context that a version's calls are run in; its tasks and timers inherit it
acting: ContextVar[Subject | None] = ContextVar("midimon_live_plugin", default=None)
