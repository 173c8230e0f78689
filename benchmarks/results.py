"""What a benchmark hands back: rows that are held to a bar, tables that explain them, remarks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

MS, US = 1e3, 1e6


@dataclass(frozen=True)
class Row:
    """One number and what it is held to.

    Attributes:
        what: what was measured.
        value: the result.
        unit: of value and bar, or "".
        at_most: the bar, or None.
        at_least: the bar, or None.
        detail: the numbers that the value was worked out from.
    """

    what: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    detail: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None for a row that has none."""
        if self.at_most is None and self.at_least is None:
            return None
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= self.value <= high

    @property
    def bar(self) -> str:
        """The bar in words."""
        limits = [
            f"{sign} {limit:,g}"
            for sign, limit in (("\N{LESS-THAN OR EQUAL TO}", self.at_most), ("≥", self.at_least))
            if limit is not None
        ]
        if self.at_most == 0:
            limits = ["0"]
        return f"{' and '.join(limits)} {self.unit}".strip() if limits else ""

    @property
    def shown(self) -> str:
        """The value with its unit."""
        return f"{number(self.value)} {self.unit}".strip()

    @property
    def mark(self) -> str:
        """One word: "met", "MISSED", or a dash without a bar."""
        return {True: "met", False: "**MISSED**", None: "-"}[self.met]


@dataclass(frozen=True)
class Detail:
    """A table behind the rows.

    Attributes:
        title: one line.
        head: the columns' names.
        lines: the cells.
    """

    title: str
    head: Sequence[str]
    lines: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Section:
    """All that one benchmark found.

    Attributes:
        title: its heading.
        how: how it was measured, in a few sentences.
        rows: what is held to a bar.
        details: the tables behind them.
    """

    title: str
    how: str
    rows: Sequence[Row]
    details: Sequence[Detail] = field(default=())


def number(value: float) -> str:
    """Write a number with three significant digits, and whole ones without decimals."""
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.3f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of the values do not exceed; NaN if there are none."""
    if not values:
        return math.nan
    rank = math.ceil(percent / 100 * len(values))
    return sorted(values)[max(rank, 1) - 1]


def spread(values: Sequence[float]) -> list[str]:
    """Return p50, p90, p99 and the largest value, written out."""
    return [number(percentile(values, percent)) for percent in (50, 90, 99, 100)]
