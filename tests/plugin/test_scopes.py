"""Scopes: how they are written, what they cover, and what that means for rights."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midimon_live.capabilities import Capability
from midimon_live.errors import InvalidValue
from midimon_live.scopes import Rights, Scope, join_host, scope, scopes_of, split_host

HOME = str(Path("~").expanduser().resolve())
TRUE = os.path.realpath(shutil.which("true") or "true")

CANONICAL = {
    "network": "network",
    Capability.MIDI: "midi",
    " Network : api.example.com": "network:api.example.com",
    "system-control": "system_control",
    "network:API.Example.com:443": "network:api.example.com:443",
    "network:api.example.com.:443": "network:api.example.com:443",
    "network:api.example.com:0443": "network:api.example.com:443",
    "network:api.example.com:*": "network:api.example.com",
    "network:*.example.com": "network:*.example.com",
    "network:bücher.example:80": "network:xn--bcher-kva.example:80",
    "network:127.0.0.1:80": "network:127.0.0.1:80",
    "network:::1": "network:[::1]",
    "network:[::1]:80": "network:[::1]:80",
    "network:[0:0:0:0:0:0:0:1]:80": "network:[::1]:80",
    "network:[::ffff:10.0.0.1]:80": "network:10.0.0.1:80",
    "network:listen:8000": "network:listen:8000",
    "network:listen": "network:listen",
    "filesystem:read:/": "filesystem:read:/",
    "filesystem:READ:/a/../b/./c/": "filesystem:read:/b/c",
    "filesystem:write:~/x": f"filesystem:write:{HOME}/x",
    "subprocess:true": f"subprocess:{TRUE}",
    "subprocess:no-such-program": "subprocess:no-such-program",
    "midi:OUT:My Synth": "midi:out:My Synth",
    "audio:in": "audio:in",
    "system_control:keys": "system_control:keys",
}

WRONG = {
    "": "no capability",
    "everything": "no capability",
    "network:": "ends with a colon",
    "filesystem: ": "ends with a colon",
    "network:https://api.example.com": "port",
    "network:api.example.com/path": "no host",
    "network:api.example.com:0": "1 to 65535",
    "network:api.example.com:65536": "1 to 65535",
    "network:api.example.com:http": "1 to 65535",
    "network:*": "no host",
    "network:a.*.com": "no host",
    "network:*.": "no host",
    "network::80": "no host",
    "network:two words": "no host",
    "filesystem:/a": "does not say which",
    "filesystem:read": "no path",
    "filesystem:read:": "no path",
    "filesystem:execute:/a": "does not say which",
    "filesystem:read:/a\0b": "characters",
    "filesystem:read:/a\nb": "characters",
    "filesystem:read:~nobody-of-that-name/x": "no path",
    "midi:Synth": "does not say which",
    "system_control:everything": "does not say which",
}

COVERS = [
    ("network", "network:api.example.com:443", True),
    ("network:api.example.com", "network:api.example.com:443", True),
    ("network:api.example.com:443", "network:api.example.com:443", True),
    ("network:api.example.com:443", "network:api.example.com:80", False),
    ("network:api.example.com:443", "network:api.example.com", False),
    ("network:api.example.com", "network", False),
    ("network:example.com", "network:api.example.com", False),
    ("network:*.example.com:443", "network:a.b.example.com:443", True),
    ("network:*.example.com:443", "network:example.com:443", False),
    ("network:*.example.com", "network:badexample.com", False),
    ("network:*.example.com", "network:example.com.evil.net", False),
    ("network:localhost:80", "network:127.0.0.1:80", True),
    ("network:localhost:80", "network:[::1]:80", True),
    ("network:127.0.0.1", "network:localhost:80", True),
    ("network:localhost:80", "network:127.0.0.2:80", False),
    ("network:localhost", "network:localhost.evil.net", False),
    ("network:listen:8000", "network:listen:8000", True),
    ("network:listen", "network:listen:8000", True),
    ("network:listen:8000", "network:listen", False),
    ("network:*.example.com", "network:listen:8000", False),
    ("filesystem", "filesystem:write:/a", True),
    ("filesystem:read:/a", "filesystem:read:/a/b/c", True),
    ("filesystem:read:/a", "filesystem:read:/ab", False),
    ("filesystem:read:/a", "filesystem:read:/a/../b", False),
    ("filesystem:read:/a", "filesystem:write:/a/b", False),
    ("filesystem:write:/a", "filesystem:read:/a/b", False),
    ("filesystem:read:/", "filesystem:read:/a", True),
    ("filesystem:read:/a/b", "filesystem:read:/a", False),
    ("subprocess:/bin/x", "subprocess:/bin/x", True),
    ("subprocess:/bin/x", "subprocess:/bin/xy", False),
    ("subprocess:/bin", "subprocess:/bin/x", False),
    ("subprocess:true", "subprocess", False),
    ("midi:out:synth", "midi:out:My Synth 1", True),
    ("midi:out:Synth", "midi:in:Synth", False),
    ("midi:out", "midi:out:Synth", True),
    ("midi", "audio:out", False),
    ("audio:out", "audio:in", False),
    ("system_control:keys", "system_control:processes", False),
]

_hosts = st.sampled_from(
    [
        "a.com",
        "b.a.com",
        "*.a.com",
        "*.b.a.com",
        "xa.com",
        "localhost",
        "127.0.0.1",
        "::1",
        "listen",
    ]
)
_ports = st.sampled_from(["", "80", "443"])
_names = st.lists(st.sampled_from(["a", "ab", "b", "..", "."]), max_size=4).map("/".join)
_ways = st.sampled_from(["read", "write"])
_labels = st.text("aAb ", max_size=3)
SCOPES = st.one_of(
    st.sampled_from(list(Capability)).map(Scope),
    st.builds(lambda host, port: scope(f"network:{join_host(host, port)}"), _hosts, _ports),
    st.builds(lambda way, path: scope(f"filesystem:{way}:/{path}"), _ways, _names),
    st.builds(lambda path: scope(f"subprocess:/{path}"), _names),
    st.builds(
        lambda way, label: scope(f"midi:{way}:{label}"), st.sampled_from(["in", "out"]), _labels
    ),
)


@pytest.mark.parametrize(("written", "text"), CANONICAL.items(), ids=str)
def test_one_form_for_everything(written: str, text: str) -> None:
    """However it is written, it is kept in one form, and that form is its own."""
    assert str(scope(written)) == text
    assert scope(text) == scope(written)


@pytest.mark.parametrize(("written", "said"), WRONG.items(), ids=repr)
def test_what_is_no_scope_is_refused(written: str, said: str) -> None:
    """The text says what is wrong with it."""
    with pytest.raises(InvalidValue, match=said):
        scope(written)


@pytest.mark.parametrize(("has", "wanted", "enough"), COVERS)
def test_what_covers_what(has: str, wanted: str, *, enough: bool) -> None:
    """The table above, which is the reference."""
    assert scope(has).covers(scope(wanted)) is enough


@given(SCOPES)
def test_a_scope_covers_itself_and_its_capability_covers_it(one: Scope) -> None:
    """Granting exactly what was asked for is always enough; so is granting all."""
    assert one.covers(one)
    assert Scope(one.capability).covers(one)
    assert scope(str(one)) == one


@given(SCOPES, SCOPES, SCOPES)
def test_covering_is_transitive(one: Scope, two: Scope, three: Scope) -> None:
    """What covers a scope covers all that that one covers."""
    if one.covers(two) and two.covers(three):
        assert one.covers(three)


@given(SCOPES, SCOPES)
def test_nothing_narrow_covers_all_of_a_capability(one: Scope, two: Scope) -> None:
    """Nor anything of another capability."""
    if one.what:
        assert not one.covers(Scope(one.capability))
    if one.capability is not two.capability:
        assert not one.covers(two)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with folders, siblings of similar names, and links in all directions."""
    root = tmp_path_factory.mktemp("tree").resolve()
    for name in ("in/a", "inside/a", "out/a", "in/a/b"):
        (root / name).mkdir(parents=True)
    (root / "in/up").symlink_to("..")
    (root / "in/a/out").symlink_to(root / "out")
    (root / "out/back").symlink_to("../in")
    (root / "in/round").symlink_to("round")
    return root


@given(st.lists(st.sampled_from(["in", "inside", "out", "a", "b", "up", "back", "..", ".", "new"])))
def test_a_folder_covers_what_is_in_it_and_nothing_else(tree: Path, parts: list[str]) -> None:
    """After `..` and links have been followed, by somebody else's reckoning."""
    path = "/".join([str(tree), *parts])
    covered = scope(f"filesystem:read:{tree}/in").covers(scope(f"filesystem:read:{path}"))
    assert covered == Path(path).resolve().is_relative_to(tree / "in")


def test_relative_paths_are_in_the_folder_that_is_given(tmp_path: Path) -> None:
    """A manifest's `out` is in the plugin's own folder; absolute paths stay what they are."""
    assert scope("filesystem:write:out", tmp_path).what == f"write:{tmp_path.resolve()}/out"
    assert scope("filesystem:write:/out", tmp_path).what == "write:/out"
    assert scope("subprocess:./run", tmp_path).what == f"{tmp_path.resolve()}/run"


@pytest.mark.parametrize(
    ("declared", "texts"),
    [
        (set(), set()),
        ({"midi", Capability.NETWORK}, {"midi", "network"}),
        ({"midi": True, "network": False}, {"midi"}),
        ({"network": ["a.com:443", "b.com"]}, {"network:a.com:443", "network:b.com"}),
        ({"network": "a.com"}, {"network:a.com"}),
        (
            {"filesystem": {"read": ["/a"], "write": "/b"}},
            {"filesystem:read:/a", "filesystem:write:/b"},
        ),
    ],
)
def test_declarations_may_be_sets_and_tables(declared: object, texts: set[str]) -> None:
    """As classes and as manifests have them."""
    assert {str(one) for one in scopes_of(declared)} == texts


@pytest.mark.parametrize("declared", ["midi", {"network": 3}, {"network": [""]}, {"network": [1]}])
def test_other_declarations_are_refused(declared: object) -> None:
    """With what was found."""
    with pytest.raises(InvalidValue):
        scopes_of(declared)


def test_rights_name_the_first_thing_that_is_missing() -> None:
    """Denied before declared before granted, and a refusal of a part leaves the rest."""
    every = [scope("filesystem")]
    secret = scope("filesystem:read:/a/secret")
    wanted = scope("filesystem:read:/a/b")
    assert Rights((), every).refusal(wanted) == "not declared"
    assert Rights(every, ()).refusal(wanted) == "not granted"
    assert Rights(every, every, every).refusal(wanted) == "denied"
    assert Rights(every, every, [secret]).allows(wanted)
    assert not Rights(every, every, [secret]).allows(scope("filesystem:read:/a/secret/x"))
    assert Rights([scope("filesystem:read:/a")], every).allows(wanted)
    assert not Rights([scope("filesystem:read:/a")], every).allows(scope("filesystem:read:/b"))


def test_missing_is_what_a_plugin_can_not_run_without() -> None:
    """Something of each declared capability has to be granted."""
    declared = [scope("network:a.com"), scope("midi")]
    assert Rights(declared, ()).missing() == [Capability.MIDI, Capability.NETWORK]
    assert Rights(declared, [scope("network:b.com"), scope("midi")]).missing() == []
    assert Rights(declared, declared, [scope("midi")]).missing() == [Capability.MIDI]


@given(st.sampled_from(["a.com", "1.2.3.4", "::1", "fe80::1"]), st.sampled_from(["", "1", "65535"]))
def test_hosts_and_ports_come_apart_as_they_were_put_together(host: str, port: str) -> None:
    """Brackets where an address needs them."""
    assert split_host(join_host(host, port)) == (host, port)
