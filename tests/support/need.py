"""Ask for a program that a test cannot do without."""

import os
import shutil

import pytest


def need_program(names: str | tuple[str, ...], hint: str, promise: str = "") -> str:
    """Return the path of a program, or end the calling test if there is none.

    Where programs are promised (``CI=true`` or ``MIDIMON_REQUIRE=1`` in the environment) a
    missing one fails the test, so that a suite cannot turn green by skipping. Anywhere else
    the test is skipped.

    Args:
        names: The program's name, or several names of which any one will do.
        hint: How to get it, for example ``"Debian: apt-get install jackd2"``.
        promise: Another variable that promises this program with ``1``.

    Returns:
        The absolute path of the first one found on the ``PATH``.
    """
    wanted = (names,) if isinstance(names, str) else names
    for name in wanted:
        if path := shutil.which(name):
            return path
    reason = f"{' or '.join(wanted)} not found on the PATH ({hint})"
    promised = any(os.environ.get(name) == "1" for name in ("MIDIMON_REQUIRE", promise))
    if os.environ.get("CI") == "true" or promised:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
