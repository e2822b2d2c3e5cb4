"""Where a server repeats the password, no message does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.secrets import CODES, FORMS, leaks
from tests.smtp.asked import refusal, tried
from tests.smtp.scripted_server import scripted_server
from tests.smtp.scripts import DONE, TO_AUTH
from tests.smtp.smtp_server import PASSWORD, USER

if TYPE_CHECKING:
    from pathlib import Path


base64_of = CODES["base64"]
BLOB = base64_of(f"\0{USER}\0{PASSWORD}")
SAID = {"as it was sent": BLOB} | {name: form(PASSWORD) for name, form in FORMS.items()}
ECHOES = {name: echo.replace("\n", "\r\n") for name, echo in SAID.items()}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
@pytest.mark.parametrize("form", ["535 5.7.8 {} is wrong\r\n", "{}\r\n", "535-no\r\n535 {}\r\n"])
@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_no_echo_of_the_password_is_repeated(
    bundle: Path, echo: str, form: str, charset: str
) -> None:
    """Where a server repeats it, in whatever form, the message does not."""
    reply = form.format(echo).encode(charset, "replace")
    with scripted_server(*TO_AUTH, reply, ca_bundle=bundle) as server:
        message = str(refusal(server.port, bundle))
    assert not leaks(message, [PASSWORD])
    assert echo not in message
    assert "failed at AUTH" in message


@pytest.mark.parametrize("password", ["a", "pw12", "s3cr3"])
def test_no_echo_of_a_short_password_is_repeated(bundle: Path, password: str) -> None:
    """Where it cannot be told from ordinary text, all words are left out."""
    blob = base64_of(f"\0{USER}\0{password}")
    for echo in (password, blob, base64_of(password)):
        reply = f"535 {echo} is wrong\r\n".encode()
        with scripted_server(*TO_AUTH, reply, ca_bundle=bundle) as server:
            assert f"{echo} is" not in refusal(server.port, bundle, password=password).happened


def test_a_step_does_not_repeat_the_password_either(bundle: Path) -> None:
    """What a server says when all is well is quoted with the same care."""
    echo = f"250 {PASSWORD} {BLOB}\r\n".encode()
    with scripted_server(*TO_AUTH, b"235 hi\r\n", echo, DONE, ca_bundle=bundle) as server:
        steps = tried(server.port, bundle)
    assert not leaks(str(steps), [PASSWORD])


LONG = "Tr0ub4dor&3-correct-horse"
PIECES = {
    "cut": "535 bad Tr0ub4dor&3-cor x\r\n",
    "cut, as it was sent": "535 bad AGFjbWUAVHIwdWI0ZG9yJjMt x\r\n",
    "in lines": "535-bad Tr0ub4dor&3-\r\n535 correct-horse x\r\n",
    "in lines, as it was sent": "535-AGFjbWUAVHIwdWI0ZG9y\r\n535 JjMtY29ycmVjdC1ob3JzZQ== x\r\n",
    "in short lines": "535-bad Tr0u\r\n535-b4dor\r\n535-&3-co\r\n535-rrect-\r\n535 horse x\r\n",
}


@pytest.mark.parametrize("reply", PIECES.values(), ids=PIECES.keys())
def test_no_piece_of_the_password_is_repeated(bundle: Path, reply: str) -> None:
    """Where a server cuts it or wraps it, none of its words are repeated."""
    with scripted_server(*TO_AUTH, reply.encode(), ca_bundle=bundle) as server:
        error = refusal(server.port, bundle, password=LONG)
    assert f"it answered 535 {NOT_SHOWN}" in error.happened
