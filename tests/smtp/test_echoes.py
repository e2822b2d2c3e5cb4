"""No message repeats a password that a server echoes."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.smtp.scripted_server import OK, UNTIL_AUTH, scripted_server
from tests.smtp.smtp_server import PASSWORD, USER
from tests.smtp.verifying import failure_at, verify_at

if TYPE_CHECKING:
    from pathlib import Path


def base64_of(text: str) -> str:
    """Return a text as AUTH sends it."""
    return base64.b64encode(text.encode()).decode()


BLOB = base64_of(f"\0{USER}\0{PASSWORD}")
ECHOES = {
    "as it is": PASSWORD,
    "as it was sent": BLOB,
    "as LOGIN sends it": base64_of(PASSWORD),
    "as in Basic": base64_of(f"{USER}:{PASSWORD}"),
    "in a URL": quote(PASSWORD),
    "in JSON": json.dumps(PASSWORD),
    "in HTML": html.escape(PASSWORD),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
@pytest.mark.parametrize("form", ["535 5.7.8 {} is wrong\r\n", "{}\r\n", "535-no\r\n535 {}\r\n"])
@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_no_error_repeats_the_password(bundle: Path, echo: str, form: str, charset: str) -> None:
    """The form and the charset of the echo do not matter."""
    reply = form.format(echo).encode(charset)
    with scripted_server(*UNTIL_AUTH, reply, ca_bundle=bundle) as server:
        message = str(failure_at(server.port, bundle))
    assert "canary" not in message
    assert echo not in message
    assert "failed at AUTH" in message


@pytest.mark.parametrize("password", ["a", "pw12", "s3cr3"])
def test_no_error_repeats_a_short_password(bundle: Path, password: str) -> None:
    """It could be part of ordinary text, so nothing is quoted."""
    blob = base64_of(f"\0{USER}\0{password}")
    for echo in (password, blob, base64_of(password)):
        reply = f"535 {echo} is wrong\r\n".encode()
        with scripted_server(*UNTIL_AUTH, reply, ca_bundle=bundle) as server:
            assert f"{echo} is" not in failure_at(server.port, bundle, password=password).happened


def test_no_step_repeats_the_password(bundle: Path) -> None:
    """Positive replies are quoted with the same care."""
    echo = f"250 {PASSWORD} {BLOB}\r\n".encode()
    with scripted_server(*UNTIL_AUTH, b"235 hi\r\n", echo, OK, ca_bundle=bundle) as server:
        steps = verify_at(server.port, bundle)
    assert "canary" not in str(steps)
    assert BLOB not in str(steps)


LONG = "Tr0ub4dor&3-correct-horse"
PIECES = {
    "cut": "535 bad Tr0ub4dor&3-cor x\r\n",
    "cut, as it was sent": "535 bad AGFjbWUAVHIwdWI0ZG9yJjMt x\r\n",
    "in lines": "535-bad Tr0ub4dor&3-\r\n535 correct-horse x\r\n",
    "in lines, as it was sent": "535-AGFjbWUAVHIwdWI0ZG9y\r\n535 JjMtY29ycmVjdC1ob3JzZQ== x\r\n",
    "in short lines": "535-bad Tr0u\r\n535-b4dor\r\n535-&3-co\r\n535-rrect-\r\n535 horse x\r\n",
}


@pytest.mark.parametrize("reply", PIECES.values(), ids=PIECES.keys())
def test_no_error_repeats_a_piece_of_the_password(bundle: Path, reply: str) -> None:
    """If a server truncates or wraps the password, nothing is quoted."""
    with scripted_server(*UNTIL_AUTH, reply.encode(), ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle, password=LONG)
    assert f"it answered 535 {NOT_SHOWN}" in error.happened
