"""JACK clients of another program, by whichever binding of RtMidi is installed."""

from typing import Any

from midimon_live.backends.driver import load_driver

QUEUE = 16_384  # RtMidi drops what does not fit, and its default is 1,024


def jack_in(name: str) -> Any:
    """Return a client that receives everything; it has no port yet."""
    driver = load_driver()
    client = driver.MidiIn(_jack(driver), name, queue_size_limit=QUEUE)
    client.ignore_types(False, False, False)
    return client


def jack_out(name: str) -> Any:
    """Return a client that sends; it has no port yet."""
    driver = load_driver()
    return driver.MidiOut(_jack(driver), name)


def _jack(driver: Any) -> Any:
    return next(api for api in driver.get_compiled_api() if driver.get_api_name(api) == "jack")
