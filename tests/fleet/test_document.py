from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.fleet import FleetError
from tests.fleet.files import HEAD, fleet_of, problems_in, read

if TYPE_CHECKING:
    from pathlib import Path

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
CANARY = "pw-canary"

BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "an empty file": ("", ": must be a mapping of keys to values"),
    "only a comment": ("# soon\n", "1: must be a mapping of keys to values"),
    "a text": ("acme", "1: must be a mapping of keys to values"),
    "a list": ("- acme", "1: must be a mapping of keys to values"),
    "a tab": ("groups: [eu]\ntenants:\n\tacme: {}", "3: starts with a tab; indent YAML"),
    "Latin-1": (b"groups: [eu]\n# f\xfcr\n", "2: is not UTF-8 text"),
    "UTF-16": ("groups: [eu]".encode("utf-16"), "1: is not UTF-8 text"),
    "a control character": ("# ä\nx: \n- \x07", "3: contains a character that YAML does not allow"),
    "a null character": ("groups:\r\n- \0", "2: contains a character that YAML does not allow"),
    "an open bracket": ("groups: [eu\n", "2: is not valid YAML: expected ',' or ']'"),
    "two documents": ("---\na: 1\n---\nb: 1", "3: is not valid YAML: but found another document"),
    "an unknown alias": (f"a: *{CANARY}", "1: is not valid YAML: found undefined alias '...'"),
    "a quote in an alias": (f"a: *it's{CANARY}", "1: is not valid YAML: did not find expected al"),
    "an invalid character": ('a: "\\UFFFFFFFF"', "1: is not valid YAML: found invalid Unicode"),
    "a list ten thousand deep": ("[" * 10_000, "1: is nested too deeply"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_an_invalid_file_is_reported_in_one_line(tmp_path: Path, kind: str) -> None:
    """The message names file and line, and quotes nothing that could be a password."""
    content, message = BAD_FILES[kind]
    (line,) = [line for line in problems_in(tmp_path, content) if "required" not in line]
    assert line.startswith("tenants.yaml:")
    assert message.partition("expected ','")[0] in line
    assert CANARY not in line


def test_a_missing_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    """The reason is the operating system's."""
    with pytest.raises(FleetError, match=r"^gone.yaml:1: cannot be read: No such file"):
        read(tmp_path / "gone.yaml")


def test_anchors_are_not_allowed(tmp_path: Path) -> None:
    """No alias is followed, so there are no bombs and no loops."""
    lines = problems_in(tmp_path, f"{HEAD}  acme: &loop [*loop]\n{BOMB}")
    assert [line for line in lines if "anchor" in line] == [
        f"tenants.yaml:{line}: anchors are not allowed; use the defaults instead"
        for line in (10, 11, 12)
    ]


def test_a_key_with_aliases_is_not_expanded(tmp_path: Path) -> None:
    """Keys can be aliases too, and formatting one would take forever."""
    links = "".join(f"x{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(12))
    lines = problems_in(tmp_path, f"x0: &a0 [z]\n{links}? *a12\n: 1\n")
    assert any("keys must be text" in line for line in lines)


def test_an_unknown_key_that_may_be_a_password_is_not_quoted(tmp_path: Path) -> None:
    """If a password contains a comma, YAML parses the rest as a key."""
    (line,) = problems_in(
        tmp_path, f"{HEAD}  acme: {{replyToDisplayName: acme, fromDisplayName: pa,ss2{CANARY}}}\n"
    )
    assert line == 'tenants.yaml:10: tenant "acme": has an unknown key'


def test_a_key_cannot_control_the_terminal(tmp_path: Path) -> None:
    """Terminals and pipelines act on some characters, and on lines that start with colons."""
    keys = ["x\\n::stop-commands::t", "\\e[2J", "\\u202e"]
    text = "".join(f'  "t{key}": {{"{key}": 1, port: x}}\n' for key in keys)
    lines = problems_in(tmp_path, HEAD + text)
    assert all(line.startswith("tenants.yaml:") and line.isprintable() for line in lines)
    assert all(line.isascii() for line in lines)


@pytest.mark.parametrize(
    "text", ["  acme: {}\n  acme: {}\n", "  acme:\n    port: 1\n    port: 2\n"]
)
def test_a_duplicate_key_is_refused(tmp_path: Path, text: str) -> None:
    """YAML parsers silently keep one of the two."""
    (line,) = problems_in(tmp_path, HEAD + text)
    assert "repeats the key in line " in line


def test_values_stay_text(tmp_path: Path) -> None:
    """What other tools parse as a boolean or a number is kept as written."""
    fleet = fleet_of(
        tmp_path, f"{HEAD}  no: {{user: 0123}}\n  1e3: {{tenantId: 0755}}\n  0x1: {{}}\n"
    )
    assert [*fleet.tenants] == ["no", "1e3", "0x1"]
    assert fleet.tenants["no"].properties["user"] == "0123"
    assert fleet.tenants["1e3"].properties["tenantId"] == "0755"


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    assert fleet_of(tmp_path, f"\ufeff{HEAD}  acme: {{}}\n").tenants
