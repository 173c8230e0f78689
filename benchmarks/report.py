"""Prints sections, and writes them to README.md beside this file."""

import datetime as dt
import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.results import Detail, Row, Section

README = Path(__file__).with_name("README.md")

_INTRODUCTION = """# Benchmarks

Written by `make bench`; do not edit. `.venv/bin/python -m benchmarks NAME ...` runs only some of
them ({names}) and prints without writing.

## How to read this

Each row is one number and the bar it is held to; "met" and "MISSED" follow from the two. Absolute
times depend on the machine and on what else it does: look at the ratios, and at the bare echo,
which is measured in the same minutes without anything of midimon_live. A bare echo with a high p99
means that the machine was busy. The JACK server runs without a sound card and, where the system
refuses it, without real-time priority: what is lost on the way to a port is lost by it, for the
bare echo as well; what counts for midimon_live is what left the driver's queue.
"""


def machine() -> list[tuple[str, str]]:
    """Return what the numbers depend on, without any name or path."""
    packages = ("midimon-live", "ipykernel", "ipython", "python-rtmidi", "numpy")
    return [
        ("date", dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("load when it began", f"{os.getloadavg()[0]:.1f}"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        *((name, importlib.metadata.version(name)) for name in packages),
        ("jackd", _jackd()),
    ]


def show(section: Section) -> None:
    """Print a section."""
    print(f"\n== {section.title}")
    for row in section.rows:
        mark = row.mark.replace("*", "")
        detail = f"  ({row.detail})" if row.detail else ""
        print(f"{mark:7}{row.what:62}{row.shown:>12}  {row.bar:<14}{detail}")
    for detail in section.details:
        print(f"-- {detail.title}: {', '.join(detail.head)}")
        for line in detail.lines:
            print("   " + " | ".join(str(cell) for cell in line))


def write(sections: Sequence[Section], facts: Sequence[tuple[str, str]], names: str) -> None:
    """Write README.md anew."""
    rows = [row for section in sections for row in section.rows]
    missed = [row for row in rows if row.met is False]
    parts = [
        _INTRODUCTION.format(names=names),
        _table(("", ""), facts),
        f"## Results\n\n{_verdict(rows, missed)}",
        *(_section(section) for section in sections),
    ]
    README.write_text("\n\n".join(part.strip() for part in parts) + "\n")


def _verdict(rows: Sequence[Row], missed: Sequence[Row]) -> str:
    held = sum(row.met is not None for row in rows)
    if not missed:
        return f"All {held} bars are met."
    listed = "\n".join(f"- {row.what}: {row.shown}, bar {row.bar}" for row in missed)
    return f"{held - len(missed)} of {held} bars are met. Missed:\n\n{listed}"


def _section(section: Section) -> str:
    lines = [(row.what, row.shown, row.bar, row.mark, row.detail) for row in section.rows]
    table = _table(("what", "measured", "bar", "", "from"), lines)
    details = "\n\n".join(_detail(detail) for detail in section.details)
    return f"### {section.title}\n\n{section.how}\n\n{table}\n\n{details}"


def _detail(detail: Detail) -> str:
    return f"{detail.title}:\n\n{_table(detail.head, detail.lines)}"


def _table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text() if cpuinfo.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def _jackd() -> str:
    said = subprocess.run(["jackd", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"version (\S+)", said.stdout)
    return found[1] if found else "unknown version"
