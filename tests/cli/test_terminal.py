"""What somebody at a terminal sees: a question without an echo, colours, a way to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.terminal import terminal
from tests.cli.test_verify import GIVEN, to
from tests.smtp.scripted_server import Act, scripted_server
from tests.smtp.smtp_server import PASSWORD, USER

if TYPE_CHECKING:
    from tests.smtp.smtp_server import SmtpServer

COLOUR = "\x1b[32m"


def test_the_password_is_asked_for_and_not_echoed(server: SmtpServer) -> None:
    """It reaches the server as it was typed, and the screen not at all."""
    with terminal("verify", *to(server)) as screen:
        screen.wait_for(f"Password of {USER}: ")
        screen.type(f"{PASSWORD}\n".encode())
        code = screen.end()
    assert code == 0, screen.shown
    assert [password for _, _, password, _ in server.logins] == [PASSWORD]
    assert PASSWORD not in screen.shown
    assert "canary" not in screen.shown
    assert "is verified" in screen.shown


@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        (b"\x03", 130, "Stopped."),
        (b"\x04", 2, "set the environment variable"),
        (b"\n", 2, "password: is missing"),
        (b"\xff\n", 2, "set the environment variable"),
    ],
    ids=["Ctrl-C", "Ctrl-D", "nothing", "no text"],
)
def test_a_question_without_an_answer_ends_it(
    server: SmtpServer, keys: bytes, code: int, words: str
) -> None:
    """Ctrl-C stops; no password, or one that is no text, is a wrong usage, without a traceback."""
    with terminal("verify", *to(server)) as screen:
        screen.wait_for(": ")
        screen.type(keys)
        assert screen.end() == code
    assert "Traceback" not in screen.shown
    assert "Talking to" not in screen.shown
    assert words in screen.shown


def test_colours_are_for_terminals_that_want_them(server: SmtpServer) -> None:
    """NO_COLOR is respected."""
    with terminal("verify", *to(server), **GIVEN) as coloured:
        assert coloured.end() == 0
    with terminal("verify", *to(server), **GIVEN, NO_COLOR="1") as plain:
        assert plain.end() == 0
    assert COLOUR in coloured.shown
    assert COLOUR not in plain.shown


def test_ctrl_c_stops_a_server_that_is_silent() -> None:
    """Nobody has to wait for the deadline."""
    with scripted_server(Act.SILENCE) as server:
        where = ("--host", "127.0.0.1", "--port", str(server.port), "--from", "a@acme.example")
        with terminal("verify", *where) as screen:
            screen.wait_for("Talking to")
            screen.type(b"\x03")
            assert screen.end() == 130
    assert "Traceback" not in screen.shown
