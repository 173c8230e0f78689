"""The truth tables of all triggers: what is mapped, what is played, what fires.

The tests play every row in virtual time; `python -m tests.triggers.page` writes
`docs/triggers.md` from the same rows. A row plays messages at moments in milliseconds, and lists
what must have fired, in order, at which moment.

Words of a play: "0 press 36 100" (note, velocity), "80 release 36", "0 turn 16 65" (control, value),
"0 bend 8192", "0 pressure 60", "0 pressure 60 of 36", "0 program 5", "0 mode Other", "0 lose" (the
device is unplugged); "channel 9: " before any of them. What fires is "moment name", with ": what the
context says" where that matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One play and what it fires.

    Attributes:
        play: what the player does, separated by commas.
        fires: what fires, separated by commas; "" is nothing.
        why: what the row shows.
    """

    play: str
    fires: str
    why: str


@dataclass(frozen=True)
class Table:
    """One rule.

    Attributes:
        title: the heading.
        builders: the names in `TRIGGERS` that it is the table of.
        rule: in words.
        mapped: name → trigger (an expression of builders), with options such as `, mode="A"`.
        rows: what has to be so.
    """

    title: str
    builders: Sequence[str]
    rule: str
    mapped: dict[str, str]
    rows: Sequence[Row] = field(default_factory=tuple)


TABLES = (
    Table(
        "Note",
        ["note"],
        "A note-on whose velocity is in the range. A note-on with velocity 0 is a note-off.",
        {"hit": "note(36, velocity_min=20, velocity_max=100)"},
        (
            Row("0 press 36 20", "0 hit: velocity 20", "the softest that counts"),
            Row("0 press 36 100", "0 hit", "the hardest that counts"),
            Row("0 press 36 19", "", "too soft"),
            Row("0 press 36 101", "", "too hard"),
            Row("0 press 36 0", "", "velocity 0 is a release"),
            Row("0 press 37 60", "", "another note"),
            Row("channel 9: 0 press 36 60", "0 hit: channel 9", "any channel"),
        ),
    ),
    Table(
        "Note on one channel, and any note",
        ["note"],
        "A `channel` narrows any trigger; without a number it is any note.",
        {"drum": "note(36, channel=9)", "any": "note(channel=3)"},
        (
            Row("channel 9: 0 press 36 60", "0 drum", "that channel"),
            Row("channel 8: 0 press 36 60", "", "another channel"),
            Row(
                "channel 3: 0 press 1 60, channel 3: 5 press 2 60",
                "0 any: note 1, 5 any: note 2",
                "any note",
            ),
        ),
    ),
    Table(
        "Velocity range",
        ["velocity_range"],
        "Soft up to `soft_max` (40), medium up to `medium_max` (80), hard above; or `min` and `max`.",
        {
            "soft": 'velocity_range(40, level="soft")',
            "medium": 'velocity_range(40, level="medium")',
            "hard": 'velocity_range(40, level="hard")',
            "middle": "velocity_range(41, min=50, max=60)",
            "gentle": 'velocity_range(42, level="soft", soft_max=20)',
        },
        (
            Row("0 press 40 1", "0 soft", "the softest"),
            Row("0 press 40 40", "0 soft", "the edge belongs to soft"),
            Row("0 press 40 41", "0 medium", "one above"),
            Row("0 press 40 80", "0 medium", "the edge belongs to medium"),
            Row("0 press 40 81", "0 hard", "one above"),
            Row("0 press 40 127", "0 hard", "the hardest"),
            Row(
                "0 press 41 49, 1 press 41 50, 2 press 41 60, 3 press 41 61",
                "1 middle, 2 middle",
                "both ends count",
            ),
            Row("0 press 42 20, 1 press 42 21", "0 gentle", "an edge of one's own"),
        ),
    ),
    Table(
        "Release",
        ["release"],
        "A note-off of a note that was pressed, or a note-on with velocity 0; `held` is in seconds. "
        "It belongs to the press: it is looked up in the mode in which that was taken.",
        {"up": "release(36)", "other": 'release(36), mode="Other"'},
        (
            Row("0 press 36 90, 250 release 36", "250 up: held 0.25", "with the time it was held"),
            Row("0 press 36 90, 40 press 36 0", "40 up: held 0.04", "velocity 0 releases"),
            Row(
                "0 press 36 90, 10 mode Other, 20 release 36", "20 up", "the mode changed meanwhile"
            ),
            Row(
                "0 mode Other, 5 press 36 90, 10 mode Default, 20 release 36",
                "20 other",
                "pressed in the other mode",
            ),
            Row("0 press 36 90, 70 lose", "70 up: held 0.07", "an unplugged device lets go"),
        ),
    ),
    Table(
        "Long press",
        ["long_press"],
        "Once, while the note is held, when it has been down for `duration_ms` (2000).",
        {"long": "long_press(36, duration_ms=400)", "default": "long_press(37)"},
        (
            Row("0 press 36 90, 500 release 36", "400 long: held 0.4", "while it is held"),
            Row("0 press 36 90, 399 release 36", "", "let go just before"),
            Row("0 press 36 90, 400 release 36", "400 long", "held just long enough"),
            Row("0 press 36 90, 5000 release 36", "400 long", "once only"),
            Row("0 press 37 90, 2500 release 37", "2000 default", "two seconds by default"),
            Row("0 press 36 90, 100 lose", "", "an unplugged device lets go"),
        ),
    ),
    Table(
        "Double tap",
        ["double_tap"],
        "The second press within less than `timeout_ms` (300) of the first. The third begins anew.",
        {"double": "double_tap(36)"},
        (
            Row(
                "0 press 36 90, 50 release 36, 200 press 36 80, 250 release 36",
                "200 double: velocity 80",
                "at the second press",
            ),
            Row("0 press 36 90, 50 release 36, 299 press 36 90", "299 double", "just in time"),
            Row("0 press 36 90, 50 release 36, 300 press 36 90", "", "just too late"),
            Row("0 press 36 90, 100 press 36 90", "100 double", "no release is needed between"),
            Row(
                "0 press 36 90, 100 press 36 90, 200 press 36 90", "100 double", "the third is new"
            ),
            Row(
                "0 press 36 90, 100 press 36 90, 200 press 36 90, 300 press 36 90",
                "100 double, 300 double",
                "two and two",
            ),
            Row(
                "0 press 36 90, 300 press 36 90, 400 press 36 90",
                "400 double",
                "the late one is the first of the next",
            ),
            Row("0 press 36 90, channel 1: 100 press 36 90", "", "each channel for itself"),
        ),
    ),
    Table(
        "Single and double",
        ["note", "double_tap"],
        "Exactly one of them. The single waits until no second press can come.",
        {"single": "note(36)", "double": "double_tap(36, timeout_ms=250)"},
        (
            Row("0 press 36 90, 50 release 36", "250 single: velocity 90", "it waits, no longer"),
            Row("0 press 36 90, 900 release 36", "250 single", "also while it is held"),
            Row(
                "0 press 36 90, 50 release 36, 100 press 36 90, 150 release 36",
                "100 double",
                "no single then",
            ),
            Row("0 press 36 90, 250 press 36 90", "250 single, 500 single", "two singles"),
        ),
    ),
    Table(
        "Single and long",
        ["note", "long_press"],
        "Exactly one of them. The single waits for the release.",
        {"single": "note(36)", "long": "long_press(36, duration_ms=500)"},
        (
            Row("0 press 36 90, 80 release 36", "80 single", "at the release"),
            Row("0 press 36 90, 900 release 36", "500 long", "no single then"),
            Row("0 press 36 90, 500 release 36", "500 long", "held just long enough"),
        ),
    ),
    Table(
        "Single, double and long",
        ["note", "double_tap", "long_press"],
        "Exactly one of the three for each gesture; a release fires after what it belongs to.",
        {
            "single": "note(36)",
            "double": "double_tap(36, timeout_ms=300)",
            "long": "long_press(36, duration_ms=500)",
            "up": "release(36)",
        },
        (
            Row(
                "0 press 36 90, 100 release 36",
                "300 single, 300 up: held 0.1",
                "until no second press can come",
            ),
            Row("0 press 36 90, 400 release 36", "400 single, 400 up", "let go after that"),
            Row("0 press 36 90, 700 release 36", "500 long, 700 up", "held"),
            Row(
                "0 press 36 90, 60 release 36, 120 press 36 90, 180 release 36",
                "120 up, 120 double, 180 up",
                "tapped twice",
            ),
            Row(
                "0 press 36 90, 60 release 36, 120 press 36 90, 900 release 36",
                "120 up, 120 double, 900 up",
                "holding the second is no long press",
            ),
            Row(
                "0 press 36 90, 10 mode Other, 100 release 36",
                "300 single, 300 up",
                "a gesture ends where it began",
            ),
        ),
    ),
    Table(
        "Eager single",
        ["note"],
        "`eager=True` fires at once, and what is longer fires too.",
        {"single": "note(36, eager=True)", "double": "double_tap(36)", "long": "long_press(36)"},
        (
            Row("0 press 36 90, 50 release 36", "0 single", "it does not wait"),
            Row(
                "0 press 36 90, 50 release 36, 100 press 36 90",
                "0 single, 100 double",
                "the double fires too",
            ),
            Row("0 press 36 90, 2500 release 36", "0 single, 2000 long", "the long fires too"),
        ),
    ),
    Table(
        "Chord",
        ["chord"],
        "All notes down within less than `timeout_ms` (50), and no other one pressed meanwhile: once, "
        "when it is complete. Its notes' own mappings wait for it, and do not fire then.",
        {"chord": "chord(60, 64, 67)", "root": "note(60)", "up": "release(60)"},
        (
            Row("0 press 60 90, 10 press 64 90, 20 press 67 90", "20 chord", "when it is complete"),
            Row("0 press 67 90, 49 press 60 90, 49 press 64 90", "49 chord", "in any order"),
            Row("0 press 60 90, 10 press 64 90, 50 press 67 90", "50 root", "one is too late"),
            Row("0 press 60 90", "50 root", "the root waits for the chord"),
            Row("0 press 60 90, 20 release 60", "20 root, 20 up", "and no longer than it must"),
            Row(
                "0 press 60 90, 5 press 61 90, 10 press 64 90, 20 press 67 90",
                "50 root",
                "another note was pressed",
            ),
            Row(
                "0 press 61 90, 200 press 60 90, 210 press 64 90, 220 press 67 90",
                "220 chord",
                "one that was held before does not matter",
            ),
            Row(
                "0 press 60 90, 10 press 64 90, 20 press 67 90, 90 release 67, 100 press 67 90",
                "20 chord",
                "once: pressing one again is no chord",
            ),
            Row(
                "0 press 60 90, channel 1: 10 press 64 90, 20 press 67 90",
                "50 root",
                "on one channel",
            ),
        ),
    ),
    Table(
        "Chord, superset",
        ["chord"],
        '`match="superset"`: other notes may be pressed meanwhile.',
        {"chord": 'chord(60, 64, match="superset")'},
        (
            Row("0 press 60 90, 5 press 61 90, 10 press 64 90", "10 chord", "with another between"),
            Row("0 press 60 90, 10 press 64 90, 20 press 67 90", "10 chord", "and after"),
            Row("0 press 60 90, 50 press 64 90", "", "too late all the same"),
        ),
    ),
    Table(
        "Chord, ordered",
        ["chord"],
        '`match="ordered"`: in the order that is written.',
        {"chord": 'chord(60, 64, 67, match="ordered")'},
        (
            Row("0 press 60 90, 10 press 64 90, 20 press 67 90", "20 chord", "in order"),
            Row("0 press 64 90, 10 press 60 90, 20 press 67 90", "", "out of order"),
        ),
    ),
    Table(
        "Chord, pass through",
        ["chord"],
        "`pass_through=True`: its notes fire as well, and do not wait.",
        {"chord": "chord(60, 64, pass_through=True)", "root": "note(60)", "third": "note(64)"},
        (
            Row("0 press 60 90, 10 press 64 90", "0 root, 10 chord, 10 third", "all three"),
            Row("0 press 60 90, 60 press 64 90", "0 root, 60 third", "no chord"),
        ),
    ),
    Table(
        "Chord within a chord",
        ["chord"],
        "A chord that is part of a bigger mapped one waits for it, and does not fire if it comes.",
        {"third": "chord(60, 64)", "triad": "chord(60, 64, 67, timeout_ms=80)", "root": "note(60)"},
        (
            Row(
                "0 press 60 90, 10 press 64 90", "80 third", "when the bigger can not come any more"
            ),
            Row("0 press 60 90, 10 press 64 90, 30 press 67 90", "30 triad", "the bigger came"),
            Row(
                "0 press 60 90, 10 press 64 90, 40 release 64",
                "40 third",
                "let go: nothing to wait for",
            ),
            Row("0 press 60 90, 10 press 64 90, 80 press 67 90", "80 third", "just too late"),
        ),
    ),
    Table(
        "Chord member with a double tap and a long press",
        ["chord", "double_tap", "long_press"],
        "A press is one of them: the chord first, then as without it, counted from the press.",
        {
            "chord": "chord(60, 64)",
            "double": "double_tap(60)",
            "long": "long_press(60, duration_ms=500)",
            "single": "note(60)",
        },
        (
            Row("0 press 60 90, 10 press 64 90, 900 release 60", "10 chord", "no long press"),
            Row("0 press 60 90, 900 release 60", "500 long", "counted from the press"),
            Row(
                "0 press 60 90, 60 release 60, 150 press 60 90, 160 press 64 90",
                "150 double",
                "the second tap is no chord",
            ),
            Row("0 press 60 90, 60 release 60", "300 single", "neither"),
        ),
    ),
    Table(
        "Sequence",
        ["sequence_of"],
        "Notes one after another, each within less than `gap_ms` (500) of the last; another note "
        "breaks it. The last press belongs to it, those before fire what is mapped to them.",
        {"code": "sequence_of(60, 60, 62)", "d": "note(62)", "c": "note(60)"},
        (
            Row(
                "0 press 60 90, 100 press 60 90, 200 press 62 90", "0 c, 100 c, 200 code", "played"
            ),
            Row(
                "0 press 60 90, 100 press 60 90, 200 press 60 90, 300 press 62 90",
                "0 c, 100 c, 200 c, 300 code",
                "the last three count",
            ),
            Row(
                "0 press 60 90, 499 press 60 90, 998 press 62 90",
                "0 c, 499 c, 998 code",
                "just in time",
            ),
            Row("0 press 60 90, 100 press 60 90, 600 press 62 90", "0 c, 100 c, 600 d", "too late"),
            Row(
                "0 press 60 90, 100 press 60 90, 150 press 65 90, 200 press 62 90",
                "0 c, 100 c, 200 d",
                "another note between",
            ),
            Row("0 press 62 90", "0 d", "the last note alone"),
        ),
    ),
    Table(
        "Encoder, absolute",
        ["encoder"],
        'mode="absolute" (the default): the difference of two positions; the first tells where it is.',
        {"knob": "encoder(16)"},
        (
            Row("0 turn 16 60", "", "the first position"),
            Row(
                "0 turn 16 60, 10 turn 16 61, 20 turn 16 58",
                "10 knob: delta 1, 20 knob: delta -3",
                "up and down",
            ),
            Row("0 turn 16 60, 10 turn 16 60", "", "not moved"),
            Row("0 turn 16 126, 10 turn 16 2", "10 knob: delta 4", "an endless one comes round"),
            Row("0 turn 16 2, 10 turn 16 126", "10 knob: delta -4", "and back"),
        ),
    ),
    Table(
        "Encoder, two's complement",
        ["encoder"],
        'mode="relative_twos": 1 to 63 clockwise, 127 down to 64 counterclockwise.',
        {"knob": 'encoder(16, mode="relative_twos")'},
        (
            Row("0 turn 16 1, 10 turn 16 1", "0 knob: delta 1, 10 knob: delta 1", "the same again"),
            Row("0 turn 16 127", "0 knob: delta -1", "one back"),
            Row("0 turn 16 5, 10 turn 16 123", "0 knob: delta 5, 10 knob: delta -5", "five"),
            Row("0 turn 16 0", "", "no step"),
        ),
    ),
    Table(
        "Encoder, offset",
        ["encoder"],
        'mode="relative_offset64": 64 and the steps.',
        {"knob": 'encoder(16, mode="relative_offset64")'},
        (
            Row("0 turn 16 65, 10 turn 16 63", "0 knob: delta 1, 10 knob: delta -1", "one"),
            Row("0 turn 16 70, 10 turn 16 60", "0 knob: delta 6, 10 knob: delta -4", "more"),
            Row("0 turn 16 64", "", "no step"),
        ),
    ),
    Table(
        "Encoder, sign bit",
        ["encoder"],
        'mode="relative_signbit": bit 6 says counterclockwise, the rest how far.',
        {"knob": 'encoder(16, mode="relative_signbit")'},
        (
            Row("0 turn 16 1, 10 turn 16 65", "0 knob: delta 1, 10 knob: delta -1", "one"),
            Row("0 turn 16 3, 10 turn 16 67", "0 knob: delta 3, 10 knob: delta -3", "three"),
            Row("0 turn 16 0, 10 turn 16 64", "", "no step"),
        ),
    ),
    Table(
        "Encoder, 1 and 127",
        ["encoder"],
        'mode="relative_01_7f": 1 is clockwise, 127 counterclockwise, nothing else counts.',
        {"knob": 'encoder(16, mode="relative_01_7f")'},
        (
            Row("0 turn 16 1, 10 turn 16 127", "0 knob: delta 1, 10 knob: delta -1", "one"),
            Row("0 turn 16 2", "", "anything else"),
        ),
    ),
    Table(
        "Encoder, by itself",
        ["encoder"],
        'mode="auto" watches a few turns, then says what it found. A stated mode is never overridden.',
        {"knob": 'encoder(16, mode="auto")'},
        (
            Row(
                "0 turn 16 1, 10 turn 16 127, 20 turn 16 1",
                "10 knob: delta -1, 20 knob: delta 1",
                "two's complement, as soon as both ways are seen",
            ),
            Row("0 turn 16 65, 10 turn 16 63", "10 knob: delta -1", "offset"),
            Row("0 turn 16 1, 10 turn 16 65", "10 knob: delta -1", "sign bit"),
            Row(
                "0 turn 16 40, 10 turn 16 41, 20 turn 16 42, 30 turn 16 43",
                "30 knob: delta 1",
                "positions",
            ),
            Row("0 turn 16 1, 10 turn 16 1", "", "one way alone is not clear yet"),
        ),
    ),
    Table(
        "Encoder, one direction and acceleration",
        ["encoder"],
        "`direction` picks one; `acceleration` counts fast steps several times: in full for messages "
        "up to 10 ms apart, not at all from 80 ms on.",
        {
            "up": 'encoder(16, mode="relative_twos", direction="Clockwise")',
            "fast": 'encoder(17, mode="relative_twos", acceleration=4)',
        },
        (
            Row("0 turn 16 1, 10 turn 16 127", "0 up: delta 1", "clockwise only"),
            Row("0 turn 17 1, 200 turn 17 1", "0 fast: delta 1, 200 fast: delta 1", "slowly"),
            Row(
                "0 turn 17 1, 10 turn 17 1, 20 turn 17 127",
                "0 fast: delta 1, 10 fast: delta 4, 20 fast: delta -4",
                "fast",
            ),
        ),
    ),
    Table(
        "Control change",
        ["cc"],
        'Every message in the range; with edge="rising" only the one that enters it.',
        {
            "every": "cc(7, value_min=64)",
            "rising": 'cc(8, value_min=64, value_max=100, edge="rising")',
        },
        (
            Row(
                "0 turn 7 63, 1 turn 7 64, 2 turn 7 127",
                "1 every: value 64, 2 every: value 127",
                "each one",
            ),
            Row(
                "0 turn 8 10, 1 turn 8 70, 2 turn 8 90, 3 turn 8 100",
                "1 rising: value 70",
                "a sweep fires once",
            ),
            Row("0 turn 8 70", "0 rising", "the first message, when it is in the range"),
            Row(
                "0 turn 8 70, 1 turn 8 20, 2 turn 8 80",
                "0 rising, 2 rising",
                "left and entered again",
            ),
            Row("0 turn 8 120, 1 turn 8 80", "1 rising", "entered from above"),
        ),
    ),
    Table(
        "Soft takeover",
        ["cc"],
        'A value is remembered for each mode. takeover="pickup" waits for the fader to reach or pass '
        'it, "scale" moves it in proportion to the way that is left, "jump" (the default) follows.',
        {
            "pickup": 'cc(1, takeover="pickup")',
            "scale": 'cc(2, takeover="scale")',
            "jump": 'cc(3, takeover="jump")',
        },
        (
            Row(
                "0 turn 1 100, 1 mode Other, 2 turn 1 20, 3 mode Default, 4 turn 1 40, 5 turn 1 99, "
                "6 turn 1 101, 7 turn 1 90",
                "0 pickup: value 100, 2 pickup: value 20, 6 pickup: value 101, 7 pickup: value 90",
                "nothing until it is passed, then as ever",
            ),
            Row(
                "0 turn 1 100, 1 mode Other, 2 turn 1 20, 3 mode Default, 4 turn 1 127",
                "0 pickup, 2 pickup, 4 pickup: value 127",
                "a fast move passes it too",
            ),
            Row(
                "0 turn 2 100, 1 mode Other, 2 turn 2 27, 3 mode Default, 4 turn 2 77, 5 turn 2 127",
                "0 scale, 2 scale, 4 scale: value 114, 5 scale: value 127",
                "half the way is half the way",
            ),
            Row(
                "0 turn 3 100, 1 mode Other, 2 turn 3 20, 3 mode Default, 4 turn 3 40",
                "0 jump: value 100, 2 jump: value 20, 4 jump: value 40",
                "as it comes",
            ),
        ),
    ),
    Table(
        "Channel pressure",
        ["aftertouch"],
        "Pressure in the range, every message or only when it is entered.",
        {"squeeze": 'aftertouch(pressure_min=60, edge="rising")', "every": "aftertouch(channel=5)"},
        (
            Row("0 pressure 20, 1 pressure 60, 2 pressure 90", "1 squeeze: value 60", "entered"),
            Row(
                "channel 5: 0 pressure 3, channel 5: 1 pressure 4",
                "0 every: value 3, 1 every: value 4",
                "each",
            ),
        ),
    ),
    Table(
        "Pressure on a key",
        ["poly_aftertouch"],
        "The same for one key, or any.",
        {"key": "poly_aftertouch(36, pressure_min=10)"},
        (
            Row("0 pressure 10 of 36", "0 key: value 10", "that key"),
            Row("0 pressure 10 of 37, 1 pressure 9 of 36", "", "another key, too little"),
        ),
    ),
    Table(
        "Pitch bend",
        ["pitch_bend"],
        "0 to 16383 with the centre at 8192; or -8192 to 8191 if either end is negative.",
        {
            "up": "pitch_bend(value_min=12000)",
            "down": "pitch_bend(value_min=-8192, value_max=-1000)",
        },
        (
            Row("0 bend 12000", "0 up: value 12000", "from there on"),
            Row("0 bend 11999, 1 bend 8192", "", "below, and at rest"),
            Row("0 bend 7192, 1 bend 7193", "0 down: value 7192", "-1000 is 7192"),
            Row("0 bend 0", "0 down: value 0", "all the way down"),
        ),
    ),
    Table(
        "Program change",
        ["program"],
        "One program, or any.",
        {"five": "program(5)", "any": "program()"},
        (
            Row("0 program 5", "0 five: value 5", "that one"),
            Row("0 program 6", "0 any: value 6", "any other"),
        ),
    ),
    Table(
        "Gamepad",
        ["gamepad_button", "gamepad_chord", "gamepad_stick", "gamepad_trigger"],
        "MIDIMon's numbers, 128 to 255: kept and listed, dormant until there is a gamepad backend.",
        {
            "button": "gamepad_button(128)",
            "buttons": "gamepad_chord(128, 129)",
            "stick": 'gamepad_stick(128, direction="Clockwise")',
            "trigger": "gamepad_trigger(132, threshold=64)",
        },
        (Row("0 press 0 90, 1 turn 0 90", "", "no ghost presses of note 0"),),
    ),
    Table(
        "Event of a plugin",
        ["plugin_event"],
        "One event of a plugin by its name, or any. Its plugin need not be loaded yet.",
        {"beat": 'plugin_event("clock", "beat")', "any": 'plugin_event("clock")'},
        (
            Row("0 emit clock beat", "0 beat", "that one"),
            Row("0 emit clock bar", "0 any", "any other of that plugin"),
            Row(
                "0 emit clock beat 7",
                "0 beat: value 7",
                "numbers in the words of MIDI are passed on",
            ),
            Row("0 emit watch beat", "", "the same of another plugin"),
            Row("0 press 36 90", "", "MIDI is no event of a plugin"),
        ),
    ),
    Table(
        "All notes off",
        ["note", "release", "long_press"],
        "Control changes 120 and 123 let go of everything on their channel, without firing.",
        {"long": "long_press(36, duration_ms=400)", "single": "note(36)", "up": "release(40)"},
        (
            Row("0 press 36 90, 100 turn 123 0", "", "what is open comes to nothing"),
            Row(
                "0 press 36 90, 100 turn 120 0, 500 press 36 90, 550 release 36",
                "550 single",
                "and the next press is new",
            ),
            Row(
                "0 press 40 90, 100 turn 123 0, 200 release 40",
                "200 up: held None",
                "a release that comes all the same still fires",
            ),
        ),
    ),
    Table(
        "Modes, first match, and all",
        ["note"],
        "The active mode is searched first, then the mappings of every mode; the first that accepts "
        "wins, and with `all=True` the search goes on.",
        {
            "other": 'note(36), mode="Other"',
            "everywhere": "note(36)",
            "also": "note(40), all=True",
            "first": "note(40)",
            "never": "note(40)",
        },
        (
            Row("0 press 36 90", "0 everywhere", "no mapping of that mode"),
            Row("0 mode Other, 1 press 36 90", "1 other", "the mode's own wins"),
            Row("0 press 40 90", "0 also, 0 first", "up to the first that does not go on"),
        ),
    ),
)
