"""Run the benchmarks: all of them, or those that the command line names."""

import argparse
import os
import sys
import tempfile

from benchmarks import report

# In this order: what needs a quiet process first.
NAMES = (
    "engine_cost",
    "gestures",
    "takes",
    "guard",
    "configuration",
    "startup",
    "latency",
    "slowdown",
    "swap",
    "plugins",
    "live_coding",
    "following",
    "panels_quiet",
    "panels",
    "panels_pads",
    "web_midi",
    "plugin_table",
    "first_minute",
)


def main() -> int:
    """Run, print, and write README.md if nothing was left out; the status counts no misses."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names = parser.parse_args().names or NAMES
    unknown = ", ".join(sorted({*names} - {*NAMES}))
    if unknown:
        parser.error(f"no benchmark is called {unknown}; there are: {', '.join(NAMES)}")
    facts = report.machine()
    home = tempfile.TemporaryDirectory()  # not the user's own plugins, grants and logs
    os.environ["MIDIMON_HOME"] = home.name
    sections = []
    for name in names:
        print(f"running {name} ...", file=sys.stderr, flush=True)
        module = __import__(f"benchmarks.{name}", fromlist=["run"])
        sections.append(module.run())
        report.show(sections[-1])
    if {*names} == {*NAMES}:
        report.write(sections, facts, ", ".join(NAMES))
        print(f"\nwritten to {report.README.relative_to(report.README.parents[1])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
