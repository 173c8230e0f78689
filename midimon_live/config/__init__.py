"""Configuration files: MIDIMon's, in every shape that people have them, and our own."""

from midimon_live.config.loading import Config, DeviceSpec, Loaded, Loader, MappingSpec
from midimon_live.config.problems import ERROR, WARNING, Problem

__all__ = [
    "ERROR",
    "WARNING",
    "Config",
    "DeviceSpec",
    "Loaded",
    "Loader",
    "MappingSpec",
    "Problem",
]
