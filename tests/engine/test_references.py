"""A password by reference, and secret triggers, with the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSWORD
from tests.engine.conftest import CHECKOUT, UP
from tests.engine.test_secrets import everything_written, forms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

VARIABLE = "ACME_SMTP_PASSWORD"
ROTATED = PASSWORD + "-rotated"
BACKUPS = ["backup-canary-1", "backup-canary-2"]


@pytest.fixture
def referring(open_stack: Callable[[Path], Stack]) -> Stack:
    """A stack of one tenant, whose password is in a variable."""
    stack = open_stack(CHECKOUT / "tests/engine/programs/referring")
    stack.environment[VARIABLE] = PASSWORD
    stack.configure_secret("backup", BACKUPS[0])
    return stack


def test_rotations_and_triggers_are_seen_and_applied_and_no_secret_is_shown(
    referring: Stack, emulator: Emulator
) -> None:
    """A preview shows the change, up sends it, and no output, state or history has a secret.

    Nor does the state show the fingerprint of the password.
    """
    seen = [referring.must(*UP, "--diff")]
    referring.must("preview", "--expect-no-changes")
    referring.environment[VARIABLE] = ROTATED
    seen += [referring.must("preview", "--diff")]
    assert f"env:{VARIABLE} holds another password than the one that was sent" in seen[-1]
    assert "1 to update" in seen[-1]
    seen += [referring.must(*UP, "--diff")]
    referring.configure_secret("backup", BACKUPS[1])
    seen += [referring.must(*UP, "--diff")]
    del referring.environment[VARIABLE]
    seen += [referring.must("refresh", "--yes"), referring.must("destroy", "--yes", "--diff")]
    assert [request.json()["password"] for request in emulator.requests] == [
        *(PASSWORD, ROTATED, ROTATED)
    ]
    text = "\n".join([*seen, everything_written(referring)])
    assert "passwordFingerprint" in text
    assert [form for x in (PASSWORD, *BACKUPS) for form in forms(x) if form in text] == []
    assert "$scrypt$" not in text


def test_a_password_that_cannot_be_read_stops_only_what_needs_it(
    referring: Stack, emulator: Emulator
) -> None:
    """Without another change it is a warning, at preview as at up; with one nothing is sent."""
    referring.must(*UP)
    del referring.environment[VARIABLE]
    for command in (("preview",), UP):
        output = referring.must(*command, "--expect-no-changes")
        assert f"from env:{VARIABLE}: the environment variable is not set." in output
    referring.configure(smtpHost="mail.acme.example")
    run = referring.run(*UP)
    assert run.status
    assert 'Mail settings of tenant "acme": reading the password failed.' in run.output
    assert len(emulator.requests) == 1
