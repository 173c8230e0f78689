"""What may hold or not when an event fires.

A condition that asks the operating system is slow; whoever uses one asks beside the engine, which
is what `decide` does.
"""

from midimon_live.conditions.builders import (
    CONDITIONS,
    all_of,
    always,
    any_of,
    app_frontmost,
    app_running,
    check_condition,
    day_of_week,
    decide,
    mode_is,
    never,
    not_,
    time_range,
)
from midimon_live.conditions.kinds import (
    Always,
    And,
    AppFrontmost,
    AppRunning,
    Condition,
    DayOfWeek,
    Function,
    ModeIs,
    Never,
    Not,
    Or,
    TimeRange,
)

__all__ = [
    "CONDITIONS",
    "Always",
    "And",
    "AppFrontmost",
    "AppRunning",
    "Condition",
    "DayOfWeek",
    "Function",
    "ModeIs",
    "Never",
    "Not",
    "Or",
    "TimeRange",
    "all_of",
    "always",
    "any_of",
    "app_frontmost",
    "app_running",
    "check_condition",
    "day_of_week",
    "decide",
    "mode_is",
    "never",
    "not_",
    "time_range",
]
