from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fleet import FleetError, read

from tests.fleet.files import HEAD, fleet_of, refused

if TYPE_CHECKING:
    from pathlib import Path

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
CANARY = "pw-canary"

NO_YAML: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", ": must be a mapping of keys to values"),
    "a comment alone": ("# soon\n", "1: must be a mapping of keys to values"),
    "a text": ("acme", "1: must be a mapping of keys to values"),
    "a list": ("- acme", "1: must be a mapping of keys to values"),
    "a tab": ("groups: [eu]\ntenants:\n\tacme: {}", "3: begins with a tab; YAML is indented"),
    "Latin-1": (b"groups: [eu]\n# f\xfcr\n", "2: is no text in UTF-8"),
    "UTF-16": ("groups: [eu]".encode("utf-16"), "1: is no text in UTF-8"),
    "a control character": ("groups: [\x07]", "1: holds a character that YAML does not allow"),
    "an open bracket": ("groups: [eu\n", "2: is no YAML: expected ',' or ']'"),
    "two documents": ("---\na: 1\n---\nb: 1", "3: is no YAML: but found another document"),
    "an unknown alias": (f"a: *{CANARY}", "1: is no YAML: found undefined alias something"),
    "an alias with a quote": (
        f"a: *it's{CANARY}",
        "1: is no YAML: found undefined alias something",
    ),
    "no character": ('a: "\\UFFFFFFFF"', "1: holds a character that YAML does not allow"),
    "a list ten thousand deep": ("[" * 10_000, "1: is nested too deeply"),
}


@pytest.mark.parametrize("kind", NO_YAML)
def test_what_is_no_mapping_in_yaml_is_told_in_one_line(tmp_path: Path, kind: str) -> None:
    """The line names the file and the line, and repeats nothing that could be a password."""
    content, words = NO_YAML[kind]
    (line,) = [line for line in refused(tmp_path, content) if "required" not in line]
    assert line.startswith("tenants.yaml:")
    assert words.partition("expected ','")[0] in line
    assert CANARY not in line


def test_a_missing_file_is_told_in_the_words_of_the_system(tmp_path: Path) -> None:
    """The reader sees which file it is."""
    with pytest.raises(FleetError, match=r"^gone.yaml:1: cannot be read: No such file"):
        read(tmp_path / "gone.yaml")


def test_an_anchor_is_refused_before_it_can_multiply(tmp_path: Path) -> None:
    """No alias is followed, so that no file explodes or runs in circles."""
    lines = refused(tmp_path, f"{HEAD}  acme: &loop [*loop]\n{BOMB}")
    assert [line for line in lines if "anchor" in line] == [
        f"tenants.yaml:{line}: an anchor is not allowed here; use the defaults instead"
        for line in (10, 11, 12)
    ]


def test_a_key_that_is_a_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """Keys may be aliases too, and to write one down would take for ever."""
    links = "".join(f"x{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(12))
    lines = refused(tmp_path, f"x0: &a0 [z]\n{links}? *a12\n: 1\n")
    assert any("a key must be text" in line for line in lines)


def test_a_password_among_the_keys_is_not_repeated(tmp_path: Path) -> None:
    """With a comma in it, YAML takes the rest of a password for a key."""
    (line,) = refused(tmp_path, f"{HEAD}  acme: {{user: acme, host: pa,ss2{CANARY}}}\n")
    assert line == 'tenants.yaml:10: tenant "acme": has a key that is not known here'


def test_a_key_writes_nothing_but_its_line(tmp_path: Path) -> None:
    """Terminals and pipelines act on some characters, and on lines that begin with colons."""
    keys = ["x\\n::stop-commands::t", "\\e[2J", "\\u202e"]
    text = "".join(f'  "t{key}": {{"{key}": 1, port: x}}\n' for key in keys)
    lines = refused(tmp_path, HEAD + text)
    assert all(line.startswith("tenants.yaml:") and line.isprintable() for line in lines)
    assert all(line.isascii() for line in lines)


@pytest.mark.parametrize(
    "text", ["  acme: {}\n  acme: {}\n", "  acme:\n    port: 1\n    port: 2\n"]
)
def test_a_key_that_stands_twice_is_refused(tmp_path: Path, text: str) -> None:
    """YAML would silently take one of the two."""
    (line,) = refused(tmp_path, HEAD + text)
    assert "stands here again; keep one of the two" in line


def test_values_stay_the_text_that_they_are(tmp_path: Path) -> None:
    """What other tools take for a number, a switch or an octal number is the tenant's own name."""
    fleet = fleet_of(
        tmp_path, f"{HEAD}  no: {{user: 0123}}\n  1e3: {{tenantId: 0755}}\n  0x1: {{}}\n"
    )
    tenants = fleet.tenants("eu")
    assert [*tenants] == ["no", "1e3", "0x1"]
    assert tenants["no"].user == "0123"
    assert tenants["1e3"].tenant_id == "0755"


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    assert fleet_of(tmp_path, f"\ufeff{HEAD}  acme: {{}}\n").tenants("eu")
