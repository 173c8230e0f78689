"""Web MIDI: controllers that are plugged in where the browser is, as ports of this kernel.

A page says which ports it has once a person has pressed Connect. Its inputs are connected then, and
what arrives there is in the inbox of the engine like anything else; what is sent to its outputs
leaves at once, and in few messages where it is much. See `webpage` for what travels.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from midimon_live.errors import InvalidValue, MidimonError, PortError
from midimon_live.panels.base import Command, Panel
from midimon_live.panels.messages import Message
from midimon_live.panels.webpage import Pace, Page, ends_something, pack, read_offers, unpack
from midimon_live.show import Table
from midimon_live.skew import Skew

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

_MOST_PAGES = 32
_QUIET_S = 2.0  # after so long a page that holds notes is asked whether it is there
_LOOK_S = 0.5
_LOOK_AFTER_S = 3.0


class View(Panel):
    """The ports at browsers.

    Attributes:
        clock: whether MIDI clock is passed on; True lets a controller drive the tempo.
    """

    name = "web"
    hertz = 4.0

    def __init__(self, desk: "Desk") -> None:
        self._pages: dict[str, Page] = {}
        self._clock = False
        super().__init__(desk)
        self.parts.web.sending = desk.wake
        self.parts.web.moved = self.parts.ports.lost

    @property
    def clock(self) -> bool:
        """Whether MIDI clock is passed on."""
        return self._clock

    @clock.setter
    def clock(self, on: bool) -> None:
        if not isinstance(on, bool):
            raise InvalidValue(f"clock is {on!r:.40}; allowed are True and False")
        self._clock = on

    def state(self) -> Mapping[str, Any]:
        """Return the ports of each page, and how it goes."""
        connected = set(self.parts.ports.connected())
        output = self.parts.ports.outputs.default
        return {
            "clock": self._clock,
            "output": output,
            "pages": {
                view: {
                    "asleep": page.asleep,
                    "lost": page.lost,
                    "refused": page.refused,
                    "failed": page.failed,
                    "late": page.lateness(),
                    "ahead": page.ahead_ms,
                    "ports": self._ports(view, connected),
                }
                for view, page in list(self._pages.items())
            },
        }

    def table(self) -> Table:
        """Return the ports of all pages, and how it goes."""
        connected = set(self.parts.ports.connected())
        rows, remarks = [], []
        for number, page in enumerate(list(self._pages.values()), 1):
            for _, direction, _, name, on in self._ports(page.view, connected):
                state = "connected" if on else ""
                rows.append((name, direction, state, f"page {number}"))
            remarks.append(f"page {number}: {_summary(page)}")
        nothing = ["no browser has connected its MIDI ports; press Connect in this panel"]
        return Table("Web MIDI", ("port", "", "", ""), rows, remarks or nothing)

    def offer(self, view: str, browser: str, ports: Sequence[Any], *, sysex: bool) -> Any:
        """Take note of the ports that a page has, connect its inputs; returns them, numbered."""
        offers = read_offers(ports)
        page = self._page(view)
        page.browser, page.offers, page.sysex, page.asleep = browser, offers, sysex, False
        self._bring_in(page)
        return self._ports(view, set(self.parts.ports.connected()))

    def connect_input(self, port: str) -> str:
        """Receive from a port."""
        return f"receiving from {self.session.connect(port)}"

    def disconnect_input(self, port: str) -> str:
        """Receive from it no more."""
        return f"not receiving from {', '.join(self.session.disconnect(port))}"

    def use_output(self, port: str) -> str:
        """Send to a port what names no other."""
        self.session.output = port
        return f"sending to {self.session.output}"

    def pass_clock(self, *, on: bool) -> str:
        """Pass MIDI clock on, or not."""
        self.clock = on
        return f"MIDI clock is {'passed on' if on else 'left out'}"

    commands: ClassVar[Mapping[str, Command]] = {
        "offer": Command(offer, {"view": str, "browser": str, "ports": list, "sysex": bool}),
        "connect": Command(connect_input, {"port": str}),
        "disconnect": Command(disconnect_input, {"port": str}),
        "output": Command(use_output, {"port": str}),
        "clock": Command(pass_clock, {"on": bool}),
    }

    def arrived(self, message: Message, admitted: bool) -> None:  # noqa: FBT001 - see Panel.direct
        """Let what has arrived at a page arrive here."""
        page = self._pages.get(message.view)
        if page is None:
            self.send({"again": True, "view": message.view})
        elif page.asleep or page.detours:
            page.detours += 1
            self.desk.beside(partial(self._woken, page, message, admitted=admitted))
        else:
            self._take(page, message, admitted=admitted)

    def away(self, message: Message, _admitted: bool) -> None:  # noqa: FBT001 - see Panel.direct
        """A page has gone, or its person has let go of the ports."""
        self.left(message.view)

    direct: ClassVar[Mapping[str, Any]] = {"midi": arrived, "ping": arrived, "away": away}

    def left(self, view: str) -> None:
        """A page has gone: so have its ports."""
        page = self._pages.pop(view, None)
        if page is not None:
            self.desk.beside(partial(self._take_back, view))

    def feed(self, now: float) -> None:
        """Send what is to leave, see who has fallen silent, and draw."""
        held = {port for port, _ in list(self.parts.surface.pressed)}
        for page in list(self._pages.values()):
            if not page.asleep:
                self._send_out(page, now)
                self._look_after(page, now, held)
        super().feed(now)

    def rest(self) -> float | None:
        """Return for how many seconds nothing needs to be sent or looked after."""
        now = self.parts.clock.now()
        spans = [self._rest_of(page, now) for page in list(self._pages.values())]
        return min((one for one in (super().rest(), *spans) if one is not None), default=None)

    def close(self) -> None:
        """Take it off all screens, and the ports of all pages back; again is harmless."""
        for view in list(self._pages):
            self.left(view)
        super().close()

    def _page(self, view: str) -> Page:
        page = self._pages.get(view)
        if page is None:
            if len(self._pages) >= _MOST_PAGES:
                self._forget_one()
            now = self.parts.clock.now()
            skew = self.clocks.setdefault(view, Skew())
            page = self._pages[view] = Page(view, skew, Pace(now), heard_at=now)
        return page

    def _forget_one(self) -> None:
        asleep = [view for view, page in self._pages.items() if page.asleep]
        if not asleep:
            raise MidimonError(f"{_MOST_PAGES} pages have MIDI ports here already; close some")
        del self._pages[asleep[0]]

    def _bring_in(self, page: Page) -> None:
        """Have the ports that a page offers, and its inputs connected."""
        web, ports = self.parts.web, self.parts.ports
        devices = web.offer(page.view, page.browser, page.offers)
        ports.look()
        connected = ports.connected()
        for one in devices:
            if one.direction == "in" and one.name not in web.unwanted.union(connected):
                try:
                    self.session.connect(one.name)
                except PortError as error:  # unplugged meanwhile
                    self.parts.monitor.notice(str(error))

    def _take_back(self, view: str) -> None:
        self.parts.web.withdraw(view)
        self.parts.ports.look()

    def _woken(self, page: Page, message: Message, *, admitted: bool) -> None:
        """A page that was given up has said something: it has its ports again."""
        try:
            if page.asleep and self._pages.get(page.view) is page:
                page.asleep = False
                self._bring_in(page)
            self._take(page, message, admitted=admitted)
        finally:
            page.detours -= 1

    def _take(self, page: Page, message: Message, *, admitted: bool) -> None:
        now, args = self.parts.clock.now(), message.args
        try:
            at, events = _number(args, "at"), unpack(message.buffers)
            page.heard(at, now)
            self._hear_numbers(page, args, at, now)
            if message.do == "midi":
                page.merged = int(_number(args, "merged"))
                lost, events = page.follow(int(_number(args, "before")), events)
                self._let_arrive(page, events, lost, now, admitted=admitted)
        except InvalidValue as error:
            self.desk.refuse(str(error))

    def _let_arrive(
        self, page: Page, events: list[Any], lost: int, now: float, *, admitted: bool
    ) -> None:
        web = self.parts.web
        if lost:  # note-offs may be among them
            for device in web.of(page.view):
                if device.direction == "in":
                    self.parts.ports.lost(device.name)
        if not admitted:
            ending = [one for one in events if ends_something(one[2])]
            page.refused += len(events) - len(ending)
            events = ending
        timed = [(number, page.moment(ms, now), data) for number, ms, data in events]
        page.strays += web.feed(page.view, timed)

    def _hear_numbers(self, page: Page, args: Mapping[str, Any], at: float, now: float) -> None:
        if args.get("ping"):
            page.pongs.append(at)
        if args.get("trip") is not None:
            page.round_trip_ms = _number(args, "trip")
            ahead = self.parts.clock.epoch_ms(now) - at - page.round_trip_ms / 2
            page.ahead_ms = round(ahead)
        failed = args.get("failed")
        if isinstance(failed, int) and failed > page.failed:
            said = f"{failed - page.failed} messages did not leave at a browser"
            page.failed = failed
            self.parts.monitor.notice(f"{said}: {args.get('why')!s:.200}", about="web output")

    def _send_out(self, page: Page, now: float) -> None:
        """Send what waits for a page, if it is time."""
        web, pongs = self.parts.web, page.pongs
        if not (pongs or web.waits(page.view)) or page.pace.wait(now) > 0:
            return
        messages = web.collect(page.view)
        content: dict[str, Any] = {"view": page.view}
        if pongs:
            content |= {"pong": pongs[-1]}
            pongs.clear()
        if messages:
            page.batch += 1
            page.sent += len(messages)
            page.owes_answer(now)
            content |= {"out": page.batch}
        page.pace.sent(now)
        self.send(content, [pack(messages)] if messages else None)

    def _look_after(self, page: Page, now: float, held: set[str]) -> None:
        """Ask a page that holds notes whether it is there; give one up that does not answer."""
        if page.silent(now):
            page.asleep = True
            self.desk.beside(partial(self._take_back, page.view))
        elif not page.owes and now - page.heard_at > _QUIET_S and self._holds(page, held):
            page.owes_answer(now)
            self.send({"there": True, "view": page.view})

    def _holds(self, page: Page, held: set[str]) -> bool:
        return any(one.name in held for one in self.parts.web.of(page.view) if one.input)

    def _rest_of(self, page: Page, now: float) -> float | None:
        if page.asleep:
            return None
        if page.pongs or self.parts.web.waits(page.view):
            return page.pace.wait(now)
        held = {port for port, _ in list(self.parts.surface.pressed)}
        watched = page.owes or now - page.heard_at < _LOOK_AFTER_S or self._holds(page, held)
        return _LOOK_S if watched else None

    def _ports(self, view: str, connected: set[str]) -> list[list[Any]]:
        default = self.parts.ports.outputs.default
        return [
            [
                one.key.id,
                one.direction,
                one.number,
                one.name,
                one.name in connected if one.direction == "in" else one.name == default,
            ]
            for one in self.parts.web.of(view)
        ]


def _number(args: Mapping[str, Any], name: str) -> float:
    value = args.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e15:
        raise InvalidValue(f"MIDI from a browser has {name} {value!r:.40}; expected is a number")
    return value


def _summary(page: Page) -> str:
    if page.asleep:
        return "has fallen silent; its ports are back as soon as it says something"
    trip, late = page.round_trip_ms, page.lateness()
    parts = [f"round trip {trip:.0f} ms"] if trip is not None else []
    parts += [f"jitter p50 {late[0]:.1f} ms, p99 {late[1]:.1f} ms"] if late else []
    parts += [f"clock {page.ahead_ms:+d} ms from ours"] if page.ahead_ms is not None else []
    parts += [f"{page.merged} values merged"] if page.merged else []
    return ", ".join([*parts, f"{page.lost} events lost"])
