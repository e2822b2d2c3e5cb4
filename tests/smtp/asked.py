"""What is tried at a server of a test."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.interface import Verification
from pulumi_smtpconfig.smtp.verify import verify
from pulumi_smtpconfig.tls import Trust
from tests.smtp.smtp_server import PASSWORD, USER

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.interface import Step

PATIENCE = 20.0
"""Seconds until a test gives up waiting for what takes a fraction of one."""

SENDER, RECIPIENT = "bounce@acme.example", "help@acme.example"


def asked(port: int, **changes: Any) -> Verification:
    """Return what a tenant with STARTTLS and a password would have tried, or with changes."""
    plain = Verification("127.0.0.1", port, False, True, USER, PASSWORD, SENDER)  # noqa: FBT003 - by place
    return plain._replace(**changes)


def tried(
    port: int, ca_bundle: Path | None = None, *, seconds: float = PATIENCE, **changes: Any
) -> list[Step]:
    """Try it, trusting the authorities of a file."""
    trust = Trust(str(ca_bundle) if ca_bundle else None)
    return verify(asked(port, **changes), trust, seconds)


def refusal(
    port: int, ca_bundle: Path | None = None, *, seconds: float = PATIENCE, **changes: Any
) -> NotVerified:
    """Return why it is not verified; the message holds no password and no foreign exception."""
    with pytest.raises(NotVerified) as caught:
        tried(port, ca_bundle, seconds=seconds, **changes)
    assert "canary" not in str(caught.value)
    assert "During handling" not in "".join(traceback.format_exception(caught.value))
    return caught.value
