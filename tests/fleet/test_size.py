"""How long a large file takes, counted in CPU time, which others' load hardly changes.

The bounds are far above what is promised, because a busy machine's caches are slow, and so is a
measurement of coverage; work that grows faster than the file exceeds them all the same.
"""

from __future__ import annotations

import json
from time import process_time
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.fleet import FleetError
from pulumi_smtpconfig.fleet.judgement import check
from pulumi_smtpconfig.fleet.passwords import Passwords
from tests.fleet.files import HEAD, client, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIB = 1024 * 1024
SLACK = 20
PROMISED = 1.0
"""Seconds of reading for each MiB."""

JUDGED = 0.0003
"""Seconds of judging for each tenant."""

TENANT = """\
  tenant-{0}:
    group: us
    from: no-reply@t{0}.example
    user: user{0}
    password: {{env: SMTP_PASSWORD_{0}}}
"""
FLOW, ONE = HEAD.replace("tenants:\n", "tenants: {{"), f"{HEAD}  acme: "

FILES: dict[str, tuple[str, str, str]] = {
    "tenants of four settings": (HEAD, TENANT, ""),
    "tenants without settings": (HEAD, "  t{0}: {{}}\n", ""),
    "JSON": (FLOW, '"t{0}":{{"ssl":true}},', '"z":{}}'),
    "the same tenant": (HEAD, "  t{0}: {{tenantId: a}}\n", ""),
    "a repeated key": (HEAD, "  acme: {{}}\n", ""),
    "unknown keys": (HEAD, "  t{0}: {{hots: 1}}\n", ""),
    "many unknown keys of one tenant": (f"{HEAD}  acme:\n", "    hots{0}: 1\n", ""),
    "invalid ports": (HEAD, "  t{0}: {{port: x}}\n", ""),
    "groups that are not declared": ("groups: [eu]\ntenants:\n", "  t{0}: {{group: g{0}}}\n", ""),
    "as many groups as tenants": (
        "groups: [{}]\n".format(", ".join(f"g{n}" for n in range(20_000))) + HEAD[16:],
        "  t{0}: {{group: h{0}}}\n",
        "",
    ),
    "anchors": (HEAD, "  t{0}: &a{0} {{}}\n", ""),
    "aliases": (f"{HEAD}  a: &a {{}}\n", "  t{0}: *a\n", ""),
    "a list": (f"{ONE}[", "1, ", "]\n"),
    "lists in lists": (ONE, "[", ""),
    "lists in lists by indentation": (f"{ONE}\n    ", "- ", "x"),
    "questions": (f"{ONE}\n    ", "? ", "x"),
    "mappings as keys": (f"{HEAD}  acme:\n", "    ? {{a: {0}}}\n", ""),
    "one long text": (f"{ONE}{{user: ", "x", "}\n"),
    "one text over many lines": (f"{ONE}\n    user: ", "x\n     ", "\n"),
    "one long key": (f"{HEAD}  ? ", "k", "\n  : {}\n"),
    "escapes": (f'{ONE}{{user: "', "\\x41", '"}\n'),
    "combining marks": (f"{ONE}{{user: '", "\u0301", "'}\n"),
    "an open quotation mark": (f"{ONE}'", "x ", ""),
    "comments": (f"{ONE}{{}}\n", "# x\n", ""),
    "empty lines": (f"{ONE}{{}}\n", "\n", ""),
    "spaces": (f"{ONE}{{}}\n", " ", ""),
    "documents": ("", "---\n", ""),
    "a path": (f"{ONE}{{password: {{file: '", "a/", "/'}}\n"),
}
"""What a file begins with, what is repeated with a number in it, and its end."""


def content(kind: str, size: int) -> str:
    """Return a file of about this size."""
    begin, repeated, end = FILES[kind]
    length = len(repeated.format(123_456))
    return begin + "".join(map(repeated.format, range(size // length))) + end


def seconds_to_read(path: Path) -> float:
    """Return the time that reading a file takes, valid or not."""
    began = process_time()
    try:
        read(path)
    except FleetError as error:
        assert str(error).startswith("tenants.yaml:")  # noqa: PT017 - a valid file raises nothing
    return process_time() - began


@pytest.mark.parametrize("kind", FILES)
def test_no_file_takes_long(tmp_path: Path, kind: str) -> None:
    """Whatever is in it."""
    path = tmp_path / "tenants.yaml"
    path.write_text(content(kind, MIB // 2))
    assert seconds_to_read(path) < SLACK * PROMISED / 2


def test_five_megabytes_take_five_seconds(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """These are some 35,000 tenants."""
    path = tmp_path / "tenants.yaml"
    path.write_text(content("tenants of four settings", 5 * MIB))
    seconds = seconds_to_read(path)
    record_property("note", f"a tenants.yaml of 5 MB took {seconds:.1f} s of CPU time")
    assert seconds < SLACK * 5 * PROMISED


def test_a_judgement_takes_as_long_as_there_are_tenants(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Whatever they have in common: here a default is wrong for all."""
    path = tmp_path / "tenants.yaml"
    text = content("tenants of four settings", MIB).replace("host: smtp", "host: smtp://smtp")
    path.write_text(text)
    began = process_time()
    file, problems = check(path, client())
    seconds = process_time() - began
    count = len(file.tenants)
    record_property("note", f"a check of {count:,} tenants took {seconds:.1f} s of CPU time")
    assert seconds < SLACK * (PROMISED + JUDGED * count)
    assert [each.code for each in problems] == ["E301"]


def test_the_stack_s_passwords_are_parsed_once(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each of 8,000 tenants has its own among them."""
    path = tmp_path / "tenants.yaml"
    names = [f"t{number}" for number in range(8_000)]
    path.write_text(
        HEAD + "".join(f"  {name}: {{password: {{secret: {name}}}}}\n" for name in names)
    )
    file = read(path)
    began = process_time()
    passwords = Passwords(json.dumps({name: f"password of {name}" for name in names}), None)
    given = [file.properties(tenant, passwords) for tenant in file.tenants.values()]
    seconds = process_time() - began
    record_property("note", f"8,000 passwords of a stack took {seconds:.2f} s of CPU time")
    assert [each["password"] for each in given] == [f"password of {name}" for name in names]
    assert seconds < JUDGED * len(names)
