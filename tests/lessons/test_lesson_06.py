"""Lesson 6: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

PLUGIN = """
import tempfile

folder = tempfile.mkdtemp()

class Guestbook(ActionPlugin):
    capabilities = {"filesystem"}

    def execute(self, params, context):
        with open(params["path"], "a") as file:
            print("somebody was here", file=file)

midi.map(note(44), plugin(Guestbook, path=f"{folder}/guests.txt"))
"""
WRITES = 'print("somebody was here", file=file)'
GRANT = 'midi.plugins.grant_capability("guestbook", f"filesystem:write:{folder}", until="once")'
WHOLE = 'midi.plugins.grant_capability("guestbook", "filesystem", until="once")'
SESSION = GRANT.replace("once", "session")
BACK = 'midi.plugins.revoke_capability("guestbook", "filesystem")'
PRESS = "midi.virtual.press(44)"


def test_the_model_answer_passes() -> None:
    """Granted once, written once, refused then."""
    assert verdict("lesson-6", PLUGIN, GRANT, PRESS, PRESS).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([], "nothing is mapped", "midi.map(note(44), ...)"),
        (["midi.map(note(44), send('note_on', note=50))"], "note_on", "ActionPlugin"),
        ([PLUGIN.replace('{"filesystem"}', "set()")], "declares nothing", '{"filesystem"}'),
        ([PLUGIN], "granted nothing", 'until="once"'),
        ([PLUGIN, WHOLE, PRESS, PRESS], "was granted filesystem", "more than it needs"),
        ([PLUGIN, SESSION, PRESS, PRESS], "for: session", 'until="once"'),
        ([PLUGIN, GRANT], "no press", PRESS),
        ([PLUGIN, PRESS, GRANT], "not granted", "grant once more"),
        ([PRESS, PLUGIN, GRANT], "fired nothing", "before it was mapped"),
        ([PLUGIN, GRANT.replace("{folder}", "{folder}/other"), PRESS], "failed", "very folder"),
        ([PLUGIN.replace(WRITES, "pass"), GRANT, PRESS], "no press after", "once more"),
        ([PLUGIN.replace(WRITES, "1 / 0"), GRANT, PRESS], "failed", "%midi why"),
        ([PLUGIN, GRANT, PRESS], "no press after that", "has to be refused"),
        ([PLUGIN, SESSION, GRANT, PRESS, PRESS], "for the session still", "Take it back"),
    ],
    ids=[
        "nothing",
        "no plugin",
        "undeclared",
        "not granted",
        "all of it",
        "for the session",
        "not pressed",
        "pressed before the grant",
        "pressed before the mapping",
        "another folder",
        "pressed once, empty file",
        "raises",
        "pressed once",
        "granted twice",
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-6", cells, heard, hint)


def test_a_mended_answer_passes() -> None:
    """What was wrong before is history."""
    assert verdict("lesson-6", PLUGIN, SESSION, PRESS, PRESS, BACK, GRANT, PRESS, PRESS).passed
