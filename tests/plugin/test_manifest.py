"""What a plugin.toml may say, and that all that is wrong with it is said at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live.capabilities import Capability
from midimon_live.errors import ManifestError
from midimon_live.plugin.folders.manifest import Limits, Manifest, manifest_of, read_manifest
from midimon_live.scopes import scope
from midimon_live.show import Table

SUM = "9f" * 32
LEAST = '[plugin]\nname = "blink"\nversion = "1"\n'
WHOLE = f"""
[plugin]
name = "http_request"
version = "1.0.0"
description = "Send a request"
author = "Ada"
license = "MIT"
homepage = "https://example.com"
repository = "https://example.com/git"
type = "action"
binary = "src/plugin.py"
checksum = "SHA256:{SUM.upper()}"
min_midimon_version = "2.3.0"
entry_point = "Http"
keywords = ["http"]
categories = ["web"]

[plugin.capabilities]
network = ["api.example.com:443"]
midi = true
audio = false
filesystem = {{ read = ["samples/"], write = "out/" }}

[plugin.reasons]
network = "to tell the light"

[plugin.limits]
timeout_ms = 2000
rate_per_s = 50
memory_mb = 64

[[actions]]
name = "get"
description = "Get it"
parameters = [{{ name = "url", type = "string", required = true, default = "x" }}]
"""


def errors(text: str | bytes) -> dict[str, str]:
    """Return path → text of the errors in a manifest."""
    manifest, problems = read_manifest(text)
    found = {one.path: one.text for one in problems if one.severity == "error"}
    assert (manifest is None) == bool(found)
    return found


def error(line: str) -> str:
    """Return the one error that a line in [plugin] makes."""
    key = line.partition(" ")[0]
    rest = "".join(one for one in LEAST.splitlines(keepends=True) if not one.startswith(key))
    (text,) = errors(f"{rest}{line}\n").values()
    return text


def test_manifest_has_all_it_says() -> None:
    """Every key that MIDIMon or we know arrives in its place."""
    manifest, problems = read_manifest(WHOLE)
    assert not problems
    assert manifest is not None
    assert (manifest.binary, manifest.checksum, manifest.entry_point) == (
        "src/plugin.py",
        SUM,
        "Http",
    )
    assert manifest.limits == Limits(2000, 50, 64)
    assert manifest.reasons == {Capability.NETWORK: "to tell the light"}
    assert manifest.actions[0].parameters[0].name == "url"
    assert manifest.capabilities == (
        "network:api.example.com:443",
        "midi",
        "filesystem:read:samples/",
        "filesystem:write:out/",
    )


def test_scopes_are_relative_to_the_folder_given(tmp_path) -> None:
    """Relative paths belong to whoever asks, so the manifest keeps them as they are written."""
    manifest = manifest_of(WHOLE, "http")
    assert scope(f"filesystem:read:{tmp_path}/samples") in manifest.scopes(tmp_path)


def test_name_and_version_are_enough() -> None:
    """A plugin of one file needs no more."""
    assert read_manifest(LEAST) == (Manifest("blink", "1"), [])


def test_capabilities_may_be_a_list() -> None:
    """As MIDIMon's template for WebAssembly has them."""
    manifest = manifest_of(f'{LEAST}capabilities = ["network", "midi:out:Synth"]', "blink")
    assert manifest.capabilities == ("network", "midi:out:Synth")


def test_everything_wrong_is_said_at_once() -> None:
    """One reading names every field, with its line and column."""
    text = """[plugin]
name = "../x"
version = ""
description = 1
author = 1
license = 1
homepage = 1
repository = 1
type = "actoin"
binary = "../x.py"
checksum = "abc"
min_midimon_version = "new"
entry_point = "a.b"
keywords = "midi"
categories = [1]
[plugin.capabilities]
netwrok = true
midi = 4
filesystem = { reed = ["a"], read = [3] }
[plugin.reasons]
midi = 3
[plugin.limits]
timeout_ms = 0
rate_per_s = nan
memory_mb = "x"
[[actions]]
description = 1
parameters = [{ name = "", required = 3 }, 4]
"""
    _, problems = read_manifest(text, "plugin.toml")
    lines = sorted({one.line for one in problems})
    assert lines == [*range(2, 16), 17, 18, 19, 21, 23, 24, 25, 26, 27, 28]
    assert all(one.severity == "error" and one.column for one in problems)
    assert len(problems) == 27
    assert str(problems[0]).startswith("plugin.toml:2:1: error: plugin.name: found '../x'; a name")


@pytest.mark.parametrize(
    "name", ["../x", "", "Blink", "1x", "a.b", "a/b", "a\\\\b", "a b", "\\u0000", "é", "a" * 65]
)
def test_name_that_could_be_a_path_is_refused(name: str) -> None:
    """A name becomes a part of paths and modules."""
    assert "a name is a lower-case letter" in error(f'name = "{name}"')


@pytest.mark.parametrize(
    ("binary", "why"),
    [
        ("../x.py", "inside the plugin's folder"),
        ("a/../../x.py", "inside the plugin's folder"),
        ("/tmp/x.py", "inside the plugin's folder"),  # noqa: S108 - a path to be refused
        ("C:/x.py", "inside the plugin's folder"),
        ("a\\\\x.py", "inside the plugin's folder"),
        ("lib.so", "native code and WebAssembly are not run here"),
        ("lib.DYLIB", "native code"),
        ("lib.dll", "native code"),
        ("lib.wasm", "native code"),
        ("plugin.txt", "allowed is a Python file"),
        ("", "allowed is a Python file"),
        ("a.b.py", "names of modules"),
        ("a\\u0000.py", "names of modules"),
    ],
)
def test_binary_that_is_no_python_file_inside_is_refused(binary: str, why: str) -> None:
    """Each refusal says what would be right."""
    assert why in error(f'binary = "{binary}"')


@pytest.mark.parametrize("given", [SUM, SUM.upper(), f"sha256:{SUM}", f"SHA256:{SUM.upper()}"])
def test_checksum_has_several_spellings(given: str) -> None:
    """Bare or with its prefix, in any case."""
    assert manifest_of(f'{LEAST}checksum = "{given}"', "blink").checksum == SUM


@pytest.mark.parametrize("given", [SUM[:-1], f"{SUM}0", f"{SUM[:-1]}g", f"md5:{SUM}"])
def test_checksum_that_is_none_is_refused(given: str) -> None:
    """A sum with a digit too few is no sum, not an empty one."""
    assert "64 hex digits" in error(f'checksum = "{given}"')


@pytest.mark.parametrize(
    "line", ["timeout_ms = 600001", "rate_per_s = 0", "rate_per_s = 10001", "memory_mb = 0"]
)
def test_limits_have_ranges(line: str) -> None:
    """What is outside is refused with the range's end."""
    (text,) = errors(f"{LEAST}[plugin.limits]\n{line}\n").values()
    assert "is allowed" in text


def test_unknown_keys_are_warnings_with_a_guess() -> None:
    """Files are shared between programs, so a key may be another's."""
    text = f"""colour = 1
desciption = 2
{LEAST}licence = "MIT"
[plugin.signature_policy]
x = 1
[capabilities]
midi = true
"""
    manifest, problems = read_manifest(text)
    assert manifest is not None
    said = {one.path: one.text for one in problems}
    assert {one.severity for one in problems} == {"warning"}
    assert 'did you mean "license"?' in said["plugin.licence"]
    assert "signatures are not checked here" in said["plugin.signature_policy"]
    assert said["capabilities"].endswith("write it as plugin.capabilities")


def test_unknown_capability_is_an_error_with_a_guess() -> None:
    """Without it the plugin would be refused later, for a reason that is hard to find."""
    (text,) = errors(f"{LEAST}[plugin.capabilities]\nnetwrok = true\n").values()
    assert 'did you mean "network"?' in text


@pytest.mark.parametrize(
    "text", ["", "plugin = 3", "[[plugin]]", "[plugin", b"\xff", b"\0", "name = 'x'", "\ud800"]
)
def test_file_that_is_no_manifest_is_a_problem(text: str | bytes) -> None:
    """Whatever the file is, reading it ends with a sentence."""
    assert len(errors(text)) == 1


def test_manifest_of_raises_with_all_errors() -> None:
    """The exception has the problems for programs and the lines for people."""
    with pytest.raises(ManifestError, match=r"2 errors\n.*name is missing.*\n.*version") as raised:
        manifest_of("[plugin]", "blink")
    assert len(raised.value.problems) == 2


@pytest.mark.parametrize(
    "key", ["version", "description", "author", "license", "homepage", "repository"]
)
def test_texts_are_data_and_shown_escaped(key: str) -> None:
    """HTML and control characters are kept as they are, and do nothing where they are shown."""
    rest = "" if key == "version" else 'version = "1"\n'
    text = f'[plugin]\nname = "x"\n{rest}{key} = "<script>\\u001b[31m\\u0007</script>"\n'
    value = getattr(manifest_of(text, "x"), key)
    assert value == "<script>\x1b[31m\x07</script>"
    table = Table("", [key], [[value]])
    assert "<script>" not in table._repr_html_()
    assert "\x1b" not in repr(table)


def test_problem_with_control_characters_is_one_printable_line() -> None:
    """A message about a bad value can not move the cursor either."""
    _, problems = read_manifest(f'{LEAST}"\\u001b[2J\\n" = 1\ntype = "\\u001b[2J"\n')
    assert all(str(one).isprintable() for one in problems)


VALUES = st.recursive(
    st.sampled_from(["true", "1", "-1", "1.5", "nan", "inf", '""', '"x"', '"../x.py"', "[]", "{}"])
    | st.text(st.characters(exclude_characters='"\\', min_codepoint=32), max_size=8).map(
        lambda text: f'"{text}"'
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda some: f"[{', '.join(some)}]")
        | inner.map(lambda one: f"{{ name = {one}, read = {one} }}")
    ),
    max_leaves=5,
)
KEYS = st.sampled_from([*Manifest.__dataclass_fields__, "network", "filesystem", "midi", "x"])
TABLES = st.sampled_from(
    ["plugin", "plugin.capabilities", "plugin.reasons", "plugin.limits", "actions"]
)


@given(
    st.dictionaries(
        TABLES | st.sampled_from(["[actions]"]), st.dictionaries(KEYS, VALUES, max_size=6)
    )
)
@settings(max_examples=200, deadline=None)
def test_whatever_the_tables_hold_is_answered(tables: dict[str, dict[str, str]]) -> None:
    """No combination of keys and values raises, and None always has its error."""
    text = "\n".join(
        f"[{name}]\n" + "\n".join(f"{key} = {value}" for key, value in rows.items())
        for name, rows in tables.items()
    )
    errors(text)


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_whatever_the_bytes_are_is_answered(data: bytes) -> None:
    """Nothing raises that is not ours."""
    errors(LEAST.encode() + data)
