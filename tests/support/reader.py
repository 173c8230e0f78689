"""A window of its own that has the focus and tells which keys and buttons arrive.

Run as a program. It says {"ready": true} once, then, for each line of its standard input, all that
has come since the last one.
"""

import json
import sys

from Xlib import XK, X
from Xlib.display import Display


def _named(display: Display, event: object) -> str:
    # the second column of a key is the one that shift selects
    level = 1 if event.state & X.ShiftMask else 0
    code = display.keycode_to_keysym(event.detail, level) or display.keycode_to_keysym(
        event.detail, 0
    )
    return XK.keysym_to_string(code) or next(
        (name[3:] for name, value in vars(XK).items() if name.startswith("XK_") and value == code),
        hex(code),
    )


def _told(display: Display, event: object) -> list[object]:
    kinds = {X.KeyPress: "down", X.KeyRelease: "up"}
    if event.type in kinds:
        kind = kinds[event.type]
        # synthetic events are ignored by some programs and by all global shortcuts
        return [f"synthetic {kind}" if event.send_event else kind, _named(display, event)]
    return ["click", event.detail, event.root_x, event.root_y]


def main() -> None:
    """Open the window and answer."""
    display = Display()
    screen = display.screen()
    wanted = X.KeyPressMask | X.KeyReleaseMask | X.ButtonPressMask | X.ExposureMask
    window = screen.root.create_window(
        0, 0, 400, 300, 0, screen.root_depth, event_mask=wanted, override_redirect=True
    )
    window.map()
    while display.next_event().type != X.Expose:
        pass
    window.set_input_focus(X.RevertToParent, X.CurrentTime)
    display.sync()
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        display.sync()
        events = [display.next_event() for _ in range(display.pending_events())]
        for one in events:
            if one.type == X.MappingNotify:
                display.refresh_keyboard_mapping(one)
        kept = (X.KeyPress, X.KeyRelease, X.ButtonPress)
        print(json.dumps([_told(display, one) for one in events if one.type in kept]), flush=True)


if __name__ == "__main__":
    main()
