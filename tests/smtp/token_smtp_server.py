"""A real SMTP server whose users log in by token, with XOAUTH2 as Google documents it."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult

from tests.smtp.smtp_server import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_AUTH = 12288
"""Octets of a line in an authentication exchange (RFC 4954, section 4)."""

ERROR = {"status": "401", "schemes": "bearer", "scope": "https://mail.example/"}


class _Protocol(SMTP):
    line_length_limit = LONGEST_AUTH
    command_size_limits = defaultdict(lambda: LONGEST_AUTH)  # noqa: RUF012 - aiosmtpd's


class TokenSmtpServer(SmtpServer):
    """Offers XOAUTH2 beside the others, and sends the error challenge for a wrong token.

    Attributes:
        accepts: Whether a user may log in with a token; a test sets it.
        error: The object in the error challenge.
        tokens: The user and the token of each login.
        responses: What answered each error challenge.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.accepts: Callable[[str, str], bool] = lambda _, __: False
        self.error: Any = ERROR
        self.tokens: list[tuple[str, str]] = []
        self.responses: list[bytes] = []

    def factory(self) -> SMTP:
        """Count a connection, whose lines may be as long as tokens are."""
        self.connections += 1
        return _Protocol(self.handler, **self.SMTP_kwargs)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        """Handle AUTH XOAUTH2 with an initial response."""
        user, bearer, *rest = b64decode(args[1], validate=True).decode().split("\x01")
        assert rest == ["", ""]
        user, token = user.removeprefix("user="), bearer.removeprefix("auth=Bearer ")
        self.tokens.append((user, token))
        if self.accepts(user, token):
            return AuthResult(success=True)
        challenge = b64encode(json.dumps(self.error).encode()).decode()
        await server.push(f"334 {challenge}")
        self.responses.append(await server._reader.readline())
        message = "535 5.7.8 Username and Password not accepted"
        return AuthResult(success=False, handled=False, message=message)
