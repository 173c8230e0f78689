"""Other words for the same: types and keys that people's files have, and ours. One row each.

Gathered from MIDIMon's files, documents and plugins. `KEYS` also holds keys that mean nothing here,
with the reason that is given.
"""

from collections.abc import Mapping

TRIGGER_TYPES: Mapping[str, str] = {
    "MidiNote": "Note",
    "PadPressed": "Note",
    "NoteOn": "Note",
    "NoteOff": "Release",
    "NoteRelease": "Release",
    "PadReleased": "Release",
    "Velocity": "VelocityRange",
    "Hold": "LongPress",
    "DoublePress": "DoubleTap",
    "Chord": "NoteChord",
    "NoteSequence": "SequenceOf",
    "Encoder": "EncoderTurn",
    "MidiCC": "CC",
    "ControlChange": "CC",
    "ChannelPressure": "Aftertouch",
    "PolyPressure": "PolyAftertouch",
    "PolyphonicAftertouch": "PolyAftertouch",
    "PitchWheel": "PitchBend",
    "Program": "ProgramChange",
    "GamepadChord": "GamepadButtonChord",
    "GamepadStick": "GamepadAnalogStick",
}

ACTION_TYPES: Mapping[str, str] = {
    "SendMIDI": "SendMidi",
    "MidiOutput": "SendMidi",
    "MIDIOut": "SendMidi",
    "MidiCC": "SendMidi",
    "SendCC": "SendMidi",
    "MidiNote": "SendMidi",
    "SendNote": "SendMidi",
    "Key": "Keystroke",
    "Keyboard": "Keystroke",
    "Type": "Text",
    "TypeText": "Text",
    "LaunchApp": "Launch",
    "OpenApp": "Launch",
    "Command": "Shell",
    "Wait": "Delay",
    "Mouse": "MouseClick",
    "Click": "MouseClick",
    "Volume": "VolumeControl",
    "SwitchMode": "ModeChange",
    "ChangeMode": "ModeChange",
    "Loop": "Repeat",
    "If": "Conditional",
    "WasmPlugin": "Plugin",
}

CONDITION_TYPES: Mapping[str, str] = {
    "Time": "TimeRange",
    "Days": "DayOfWeek",
    "ActiveApp": "AppFrontmost",
    "AppActive": "AppFrontmost",
    "FrontmostApp": "AppFrontmost",
    "ModeActive": "ModeIs",
    "All": "And",
    "Any": "Or",
}

NO_TRIGGERS: Mapping[str, str] = {
    "GamepadAxis": "gamepads have no backend here",
    "GamepadAxisTurn": "gamepads have no backend here",
    "GamepadDPad": "gamepads have no backend here",
    "GamepadButtonCombo": "gamepads have no backend here",
    "GamepadButtonHold": "gamepads have no backend here",
    "GamepadButtonDoubleTap": "gamepads have no backend here",
    "GamepadTriggerHold": "gamepads have no backend here",
    "GamepadMotion": "gamepads have no backend here",
    "SysEx": "system exclusive messages are counted, and can not be mapped",
}

NO_ACTIONS: Mapping[str, str] = {
    "ProfileSwitch": "there are no profiles here; use modes, or %midi config",
    "SwitchProfile": "there are no profiles here; use modes, or %midi config",
    "VelocityRange": "use a VelocityRange trigger for each range of velocities",
    "SystemAction": "there are no system actions here; use Shell or Keystroke",
    "Notification": "there are no notifications here; use Shell",
    "OpenRaycast": "there is no Raycast here; use Shell",
    "Rumble": "gamepads have no backend here",
    "LedControl": "lights are set with SendMidi",
    "SetLed": "lights are set with SendMidi",
}

NO_CONDITIONS: Mapping[str, str] = {
    "AppNotRunning": "write Not around AppRunning",
    "ModifierPressed": "keys of the computer are not watched here",
    "VelocityLevel": "use a VelocityRange trigger",
    "DeviceConnected": "devices are not watched by conditions here",
}

SECTIONS: Mapping[str, str] = {
    "mode": "modes",
    "mappings": "global_mappings",
    "mapping": "global_mappings",
    "bindings": "global_mappings",
    "global": "global_mappings",
    "advanced": "advanced_settings",
    "settings": "advanced_settings",
    "log": "logging",
}

MODE: Mapping[str, str] = {
    "colour": "color",
    "led_color": "color",
    "mapping": "mappings",
    "bindings": "mappings",
}

MAPPING: Mapping[str, str] = {"actions": "action", "name": "description", "label": "description"}

SENDS: Mapping[str, str] = {
    "MidiCC": "CC",
    "SendCC": "CC",
    "MidiNote": "NoteOn",
    "SendNote": "NoteOn",
}
"""Actions that say the type of their message in their name."""

KEYS: Mapping[str, Mapping[str, str]] = {
    "Note": {
        "key": "note",
        "pad": "note",
        "min_velocity": "velocity_min",
        "max_velocity": "velocity_max",
    },
    "VelocityRange": {
        "key": "note",
        "pad": "note",
        "min_velocity": "min",
        "max_velocity": "max",
        "velocity_min": "min",
        "velocity_max": "max",
    },
    "Release": {"key": "note", "pad": "note"},
    "LongPress": {
        "key": "note",
        "pad": "note",
        "hold_duration_ms": "duration_ms",
        "min_duration_ms": "duration_ms",
        "hold_threshold_ms": "duration_ms",
        "threshold_ms": "duration_ms",
    },
    "DoubleTap": {
        "key": "note",
        "pad": "note",
        "max_interval_ms": "timeout_ms",
        "double_tap_timeout_ms": "timeout_ms",
        "interval_ms": "timeout_ms",
    },
    "NoteChord": {
        "max_interval_ms": "timeout_ms",
        "chord_timeout_ms": "timeout_ms",
        "window_ms": "timeout_ms",
    },
    "SequenceOf": {"max_interval_ms": "gap_ms", "timeout_ms": "gap_ms"},
    "EncoderTurn": {"encoder": "cc", "controller": "cc", "control": "cc"},
    "CC": {
        "controller": "cc",
        "control": "cc",
        "number": "cc",
        "min_value": "value_min",
        "max_value": "value_max",
    },
    "Aftertouch": {"min_pressure": "pressure_min", "max_pressure": "pressure_max"},
    "PolyAftertouch": {"min_pressure": "pressure_min", "max_pressure": "pressure_max"},
    "PitchBend": {"min_value": "value_min", "max_value": "value_max"},
    "GamepadButton": {"id": "button", "min_velocity": "velocity_min"},
    "GamepadButtonChord": {"max_interval_ms": "timeout_ms", "chord_timeout_ms": "timeout_ms"},
    "Keystroke": {"key": "keys"},
    "Launch": {
        "application": "app",
        "app_path": "app",
        "path": "app",
        "app_name": "app",
        "bundle_id": "app",
    },
    "Shell": {"cmd": "command"},
    "Text": {"content": "text", "string": "text"},
    "Delay": {"duration_ms": "ms", "delay_ms": "ms"},
    "VolumeControl": {
        "action": "operation",
        "direction": "operation",
        "amount": "value",
        "volume": "value",
    },
    "ModeChange": {"target": "mode", "mode_name": "mode", "name": "mode"},
    "Repeat": {
        "delay_between_ms": "delay_ms",
        "times": "count",
        "actions": "action",
    },
    "Conditional": {
        "then": "then_action",
        "then_actions": "then_action",
        "else": "else_action",
        "else_actions": "else_action",
        "otherwise": "else_action",
    },
    "SendMidi": {
        "output_port": "port",
        "device": "port",
        "midi_type": "message_type",
        "cc": "controller",
        "control": "controller",
        "velocity_curve": "velocity_mapping",
    },
    "Plugin": {"plugin_name": "plugin", "id": "plugin", "data": "params", "parameters": "params"},
    "AppRunning": {"app": "app_name", "bundle_id": "app_name", "name": "app_name"},
    "AppFrontmost": {"app": "app_name", "bundle_id": "app_name", "name": "app_name"},
    "ModeIs": {"name": "mode"},
    "DayOfWeek": {"day": "days"},
}

MEANINGLESS: Mapping[str, Mapping[str, str]] = {
    "": {
        "led": "lights are set with SendMidi",
        "led_settings": "lights are set with SendMidi",
        "led_feedback": "lights are set with SendMidi",
        "profiles": "there are no profiles here",
        "profile": "there are no profiles here",
        "event_console": "events are shown by %midi monitor",
        "midi_output": "outputs are opened when they are first used",
        "plugins": "plugins are found in their folder",
        "name": "nothing shows it",
        "description": "nothing shows it",
        "version": "nothing asks for it",
        "author": "nothing shows it",
        "created": "nothing shows it",
        "schema_version": "every version is read alike",
        "app_associations": "there are no profiles here",
        "switching_rules": "there are no profiles here",
        "profile_chain": "there are no profiles here",
        "device_group": "name the device itself",
        "enabled": "what is not wanted is left out, or made a comment",
        "element": "the number of the note or controller says it",
        "rumble": "gamepads have no backend here",
        "gamepad": "gamepads have no backend here",
        "bundle_ids": "there are no profiles here",
        "device_groups": "name the devices themselves",
    },
    "devices": {
        "auto_connect": "it is connected when it is there",
        "auto_reconnect": "it is connected again when it comes back",
        "port": "it is found by its name",
    },
    "Aftertouch": {"note": "pressure on one key is PolyAftertouch"},
    "PitchBend": {
        "center_deadzone": "a range around the centre says the same",
        "throttle_ms": "every message is handled",
    },
    "ModeChange": {"transition_effect": "there are no lights to fade"},
    "Launch": {"activate": "the application decides", "wait": "nothing here waits for it"},
    "Conditional": {"operator": "it goes with several conditions"},
    "MouseClick": {"click_type": "use clicks", "move_first": "it moves if x and y are given"},
    "Plugin": {
        "signature_policy": "plugins here are Python",
        "max_fuel": "plugins here are Python",
        "max_memory_mb": "plugins here are Python",
        "allowed_dirs": "capabilities are granted, not configured",
    },
}
