"""In a terminal `smtpconfig` prompts without an echo, shows colours and stops on Ctrl-C."""

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


def test_the_prompt_does_not_echo_the_password(server: SmtpServer) -> None:
    """The server gets it as typed."""
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
    ("keys", "code", "text"),
    [
        (b"\x03", 130, "Stopped."),
        (b"\x04", 2, "set the environment variable"),
        (b"\n", 2, "password: is missing"),
        (b"\xff\n", 2, "set the environment variable"),
    ],
    ids=["Ctrl-C", "Ctrl-D", "empty", "not decodable"],
)
def test_a_prompt_without_a_password_ends_the_command(
    server: SmtpServer, keys: bytes, code: int, text: str
) -> None:
    """Ctrl-C has exit code 130, and a missing or undecodable password 2."""
    with terminal("verify", *to(server)) as screen:
        screen.wait_for(": ")
        screen.type(keys)
        assert screen.end() == code
    assert "Traceback" not in screen.shown
    assert "Connecting to" not in screen.shown
    assert text in screen.shown


def test_a_terminal_gets_colours_unless_no_color_is_set(server: SmtpServer) -> None:
    """The variable NO_COLOR turns them off."""
    with terminal("verify", *to(server), **GIVEN) as coloured:
        assert coloured.end() == 0
    with terminal("verify", *to(server), **GIVEN, NO_COLOR="1") as plain:
        assert plain.end() == 0
    assert COLOUR in coloured.shown
    assert COLOUR not in plain.shown


def test_ctrl_c_stops_waiting_for_a_silent_server() -> None:
    """The deadline does not have to pass."""
    with scripted_server(Act.SILENCE) as server:
        where = ("--host", "127.0.0.1", "--port", str(server.port), "--from", "a@acme.example")
        with terminal("verify", *where) as screen:
            screen.wait_for("Connecting to")
            screen.type(b"\x03")
            assert screen.end() == 130
    assert "Traceback" not in screen.shown
