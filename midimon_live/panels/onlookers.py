"""Who looks at a panel: its views in the browser, and which of them are on the screen."""

from dataclasses import dataclass

_MOST = 64
_FALLEN_BEHIND = 120  # frames; a view says every 30 what it has seen


@dataclass(slots=True)
class _View:
    on: bool
    seen: int


class Onlookers:
    """The views of one panel. A view that sees no more frames, and did not say so, is left alone.

    So a page that was closed, or sleeps, costs nothing after a few seconds; it is served again as
    soon as it says anything.
    """

    def __init__(self) -> None:
        self._views: dict[str, _View] = {}
        self._fresh = False

    def hello(self, view: str, frame: int, *, on: bool) -> None:
        """A view has come, or says whether it is on the screen; `frame` was sent last."""
        if view not in self._views and len(self._views) >= _MOST:
            del self._views[next(iter(self._views))]  # long forgotten by its page
        self._views[view] = _View(on, frame)
        self._fresh = self._fresh or on

    def seen(self, view: str, frame: int, latest: int) -> None:
        """A view has drawn that frame; `latest` was sent last."""
        known = self._views.get(view)
        if known is None:
            self.hello(view, latest, on=True)
            return
        if not known.on or latest - known.seen > _FALLEN_BEHIND:
            self._fresh = True
        known.on, known.seen = True, min(frame, latest)

    def bye(self, view: str) -> None:
        """A view has gone."""
        self._views.pop(view, None)

    def watch(self, latest: int) -> bool:
        """Tell whether anybody looks; `latest` is the number of the frame that was sent last."""
        return any(
            one.on and latest - one.seen <= _FALLEN_BEHIND for one in list(self._views.values())
        )

    def fresh(self) -> bool:
        """Tell, once, whether somebody looks who has seen nothing yet."""
        fresh, self._fresh = self._fresh, False
        return fresh

    def __len__(self) -> int:
        return len(self._views)
