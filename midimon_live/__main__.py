"""`python -m midimon_live` is `midimon-live`."""

import sys

from midimon_live.cli import main

if __name__ == "__main__":
    sys.exit(main())
