"""Verify settings at a test server."""

from __future__ import annotations

import traceback
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.interface import Verification
from pulumi_smtpconfig.smtp.stages import Services
from pulumi_smtpconfig.smtp.verifier import Verifier
from pulumi_smtpconfig.tls import Trust
from tests.smtp.smtp_server import PASSWORD, USER

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.interface import Step

PATIENCE = 20.0
"""Seconds until a test gives up on what takes a fraction of a second."""

SENDER, RECIPIENT = "bounce@acme.example", "help@acme.example"


def verification(port: int, **changes: Any) -> Verification:
    """Return settings with STARTTLS and a password, with some fields changed."""
    plain = Verification("127.0.0.1", port, False, True, USER, PASSWORD, SENDER)  # noqa: FBT003 - a NamedTuple
    return plain._replace(**changes)


def verifier_for(ca_bundle: Path | None = None, seconds: float = PATIENCE) -> Verifier:
    """Return a verifier for logins without a token."""
    return Verifier(Services(Trust(str(ca_bundle or "")), no_token, {}), seconds)


def no_token(_: Verification, __: float) -> str:
    """Fail, because no token is needed."""
    raise AssertionError


def verify_at(
    port: int, ca_bundle: Path | None = None, *, seconds: float = PATIENCE, **changes: Any
) -> list[Step]:
    """Return the stages that pass."""
    with closing(verifier_for(ca_bundle, seconds)) as verifier:
        return verifier.verify(verification(port, **changes))


def failure_at(
    port: int, ca_bundle: Path | None = None, *, seconds: float = PATIENCE, **changes: Any
) -> NotVerified:
    """Return the error, which holds no password and no foreign exception."""
    with pytest.raises(NotVerified) as caught:
        verify_at(port, ca_bundle, seconds=seconds, **changes)
    assert "canary" not in str(caught.value)
    assert "During handling" not in "".join(traceback.format_exception(caught.value))
    return caught.value
