"""From how hard a pad was hit to how loud the note is: velocity mappings with published formulas.

Each maps velocity v, 0-127, through x = v/127 to round(127 y), and is monotone. i is the intensity,
0-1; with 0 each curve is the straight line.

===============  =============================================  ===============================
curve            y                                              soft hits
===============  =============================================  ===============================
linear           (low + x (high - low)) / 127                   from `low`, hard ones to `high`
exponential      (b**x - 1) / (b - 1), b = 10**(2 i)            get softer
logarithmic      log(1 + (b - 1) x) / log b, b = 10**(2 i)      get louder; undoes exponential
s_curve          (1 - i) x + i (3 x**2 - 2 x**3)                get softer, and hard ones louder
===============  =============================================  ===============================

MIDIMon gives the same names to other formulas; `upstream=True` takes those:

===============  =============================================  ===============================
exponential      x**(1 / (1 + i))                               get louder
logarithmic      x**(1 + 10 i)                                  get much softer
s_curve          (s(x) - s(0)) / (s(1) - s(0)),                 get softer, and hard ones louder
                 s(x) = 1 / (1 + exp(-10 i (x - 0.5)))
===============  =============================================  ===============================
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from midimon_live.errors import InvalidValue
from midimon_live.events import check_range

_STRAIGHT = 0.01  # where the formulas would divide by almost nothing
_MAX = 127
Formula = Callable[[float, float], float]


def _exponential(x: float, i: float) -> float:
    base = 10 ** (2 * i)
    return float((base**x - 1) / (base - 1))


def _logarithmic(x: float, i: float) -> float:
    base = 10 ** (2 * i)
    return math.log(1 + (base - 1) * x) / math.log(base)


def _s_curve(x: float, i: float) -> float:
    return (1 - i) * x + i * (3 * x**2 - 2 * x**3)


def _upstream_exponential(x: float, i: float) -> float:
    return float(x ** (1 / (1 + i)))


def _upstream_logarithmic(x: float, i: float) -> float:
    return float(x ** (1 + 10 * i))


def _upstream_s_curve(x: float, i: float) -> float:
    def s(at: float) -> float:
        return 1 / (1 + math.exp(-10 * i * (at - 0.5)))

    return (s(x) - s(0)) / (s(1) - s(0))


CURVES: dict[str, tuple[Formula, Formula]] = {
    "exponential": (_exponential, _upstream_exponential),
    "logarithmic": (_logarithmic, _upstream_logarithmic),
    "s_curve": (_s_curve, _upstream_s_curve),
}
"""Each curve's formula, and MIDIMon's under that name."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same velocity always, 0-127."""

    velocity: int

    def __call__(self, velocity: int) -> int:
        """Return the velocity to send."""
        del velocity
        return self.velocity

    def __str__(self) -> str:
        return str(self.velocity)


@dataclass(frozen=True, slots=True)
class PassThrough:
    """As hard as it was hit."""

    def __call__(self, velocity: int) -> int:
        """Return the velocity to send."""
        return velocity

    def __str__(self) -> str:
        return "pass"


@dataclass(frozen=True, slots=True)
class Linear:
    """From `low` at velocity 0 to `high` at 127; `low` above `high` turns it round."""

    low: int
    high: int

    def __call__(self, velocity: int) -> int:
        """Return the velocity to send."""
        return _rounded(self.low + velocity / _MAX * (self.high - self.low))

    def __str__(self) -> str:
        return f"linear {self.low}-{self.high}"


@dataclass(frozen=True, slots=True)
class Curve:
    """One of `CURVES`, with an intensity of 0-1, MIDIMon's formula if `upstream`."""

    name: str
    intensity: float
    upstream: bool = False

    def __call__(self, velocity: int) -> int:
        """Return the velocity to send."""
        strength = self.intensity * (10 if self.upstream and self.name != "exponential" else 1)
        if strength < _STRAIGHT:
            return velocity
        formula = CURVES[self.name][self.upstream]
        return _rounded(_MAX * formula(velocity / _MAX, self.intensity))

    def __str__(self) -> str:
        return f"{self.name} {self.intensity:g}{' (upstream)' if self.upstream else ''}"


VelocityMapping = Fixed | PassThrough | Linear | Curve


def _rounded(value: float) -> int:
    """Round half away from zero, and keep to 0-127."""
    return min(max(math.floor(value + 0.5), 0), _MAX)


def linear(low: int, high: int) -> Linear:
    """Map velocities to the range from `low` to `high`, each 0-127. Raises InvalidValue."""
    return Linear(check_range("low", low, 0, _MAX), check_range("high", high, 0, _MAX))


def curve(name: str, intensity: float = 0.5, *, upstream: bool = False) -> Curve:
    """Bend velocities: "exponential", "logarithmic" or "s_curve".

    Args:
        name: which; any case, "s-curve" too.
        intensity: 0 (a straight line) to 1.
        upstream: MIDIMon's formula of that name instead of ours.

    Raises:
        InvalidValue: there is no such curve, or the intensity is out of range.
    """
    word = str(name).strip().lower().replace("-", "_").replace(" ", "_")
    word = {"scurve": "s_curve", "log": "logarithmic", "exp": "exponential"}.get(word, word)
    if word not in CURVES:
        raise InvalidValue(f"curve is {name!r}; allowed are {', '.join(CURVES)}")
    number = isinstance(intensity, (int, float)) and not isinstance(intensity, bool)
    if not number or not 0 <= intensity <= 1:
        raise InvalidValue(f"intensity is {intensity!r}; allowed are 0 to 1")
    return Curve(word, float(intensity), bool(upstream))


def check_velocity(velocity: Any) -> VelocityMapping:
    """Return the mapping that 0-127, "pass", "exponential" or a curve stand for.

    Raises:
        InvalidValue: it stands for none.
    """
    if isinstance(velocity, (Fixed, PassThrough, Linear, Curve)):
        return velocity
    if isinstance(velocity, str):
        word = velocity.strip().lower().replace("-", "_")
        if word in ("pass", "pass_through", "passthrough"):
            return PassThrough()
        try:
            return curve(word)
        except InvalidValue:
            allowed = ", ".join(("pass", *CURVES))
            raise InvalidValue(
                f"velocity is {velocity!r}; allowed are 0 to 127, {allowed}, linear(...) and "
                "curve(...)"
            ) from None
    return Fixed(check_range("velocity", velocity, 0, _MAX))
