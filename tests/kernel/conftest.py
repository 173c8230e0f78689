"""A real kernel with the extension loaded, on the virtual port only."""

from collections.abc import Iterator

import pytest

from tests.support.kernel import Kernel


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    """A kernel that has run `%load_ext midimon_live`."""
    with Kernel({"MIDIMON_BACKEND": "virtual"}) as started:
        started.run("%load_ext midimon_live\nfrom midimon_live import *", cell_id="load")
        yield started
