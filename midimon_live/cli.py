"""`midimon-live` on the command line: what needs no kernel and no MIDI."""

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from midimon_live.config import Loaded, Loader
from midimon_live.errors import MidimonError
from midimon_live.report import shadowed
from midimon_live.show import counted, printable

OK, FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `midimon-live`; those of the process without.

    Returns:
        The exit status: 0, or 1 when something is wrong with what was asked about. (A command that
        is not understood ends the process with 2.)
    """
    parser = argparse.ArgumentParser(
        prog="midimon-live",
        description="Live-code MIDI controllers: what works without a notebook.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="say what there is to say about configurations")
    check.add_argument("files", nargs="+", metavar="FILE", help="a TOML file; - is standard input")
    check.add_argument("--json", action="store_true", help="as JSON, for programs")
    check.set_defaults(run=_check)
    schema = commands.add_parser("schema", help="print the JSON Schema of configurations")
    schema.add_argument("--output", metavar="FILE", help="write it there instead")
    schema.set_defaults(run=_schema)
    replay = commands.add_parser("replay", help="play a take again in no time; say what came of it")
    replay.add_argument("file", metavar="FILE", help="a take: .jsonl, or .mid of any program")
    replay.add_argument("--config", metavar="CONFIG", help="the configuration it is played to")
    replay.add_argument(
        "--plugin", metavar="FOLDER", action="append", default=[], help="load a plugin before that"
    )
    replay.add_argument("--json", action="store_true", help="as a take, with its inputs")
    replay.set_defaults(run=_replay)
    chosen = parser.parse_args(arguments)
    if getattr(chosen, "files", None) and "-" in chosen.files and sys.stdin is None:
        check.error("there is no standard input")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # whatever the terminal can show
    try:
        return int(chosen.run(chosen))
    except OSError as error:  # a full disk, or who read it has read enough
        _let_go_of_output()
        if not isinstance(error, BrokenPipeError):
            print(f"nothing more can be written: {error.strerror}", file=sys.stderr)  # noqa: T201
        return FAILED


def _check(chosen: Any) -> int:
    loader = Loader()
    loaded = [
        loader.loads(sys.stdin.buffer.read(), "-") if file == "-" else loader.load(Path(file))
        for file in chosen.files
    ]
    for one in loaded:
        if one.config is not None:
            one.add(shadowed(one.config.mappings))
    if chosen.json:
        _print(json.dumps([_as_dict(one) for one in loaded], indent=2))
    else:
        for one in loaded:
            for problem in one.problems:
                _print(printable(str(problem)))
            _print(printable(_verdict(one)))
    return FAILED if any(one.failed for one in loaded) else OK


def _verdict(loaded: Loaded) -> str:
    errors = sum(one.severity == "error" for one in loaded.problems)
    warnings = counted(len(loaded.problems) - errors, "warning")
    if loaded.config is None:
        return f"{loaded.file}: refused, {counted(errors, 'error')}, {warnings}"
    mappings = counted(len(loaded.config.mappings), "mapping")
    modes = counted(len(loaded.config.modes), "mode")
    return f"{loaded.file}: loads, {mappings} in {modes}, {warnings}"


def _as_dict(loaded: Loaded) -> dict[str, Any]:
    config = loaded.config
    return {
        "file": loaded.file,
        "loads": config is not None,
        "mappings": 0 if config is None else len(config.mappings),
        "modes": [] if config is None else [name for name, _ in config.modes],
        "problems": [one.as_dict() for one in loaded.problems],
    }


def _replay(chosen: Any) -> int:
    from midimon_live.testing import replayed

    setup = [*chosen.plugin, *([] if chosen.config is None else [chosen.config])]
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what plugins print is not the answer
            heard = replayed(chosen.file, setup)
    except (MidimonError, OSError) as error:
        said = "\n".join(map(printable, str(error).split("\n")))
        print(said, file=sys.stderr)  # noqa: T201
        return FAILED
    if chosen.json:
        _print(heard.dumps().rstrip("\n"))
        return OK
    for line in heard.results:
        _print(printable(f"{line.t:>12.6f}  {line}"))
    _print(f"{printable(chosen.file)}: {heard!r}")
    return OK


def _schema(chosen: Any) -> int:
    from midimon_live.config.schema import json_schema

    text = json.dumps(json_schema(), indent=2) + "\n"
    if chosen.output is None:
        _print(text.rstrip())
        return OK
    try:
        Path(chosen.output).write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"{chosen.output} can not be written: {error.strerror}", file=sys.stderr)  # noqa: T201
        return FAILED
    return OK


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the answer


def _let_go_of_output() -> None:
    """Let what is left in the buffer go nowhere when the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
