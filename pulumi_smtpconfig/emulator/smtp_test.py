"""`testSMTPConnection`: one mail over a real SMTP session, as Keycloak sends it."""

import asyncio
import http.client
import ipaddress
import json
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from email.message import EmailMessage
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode, urlsplit

from .keycloak import MASK, SECRETS, has_login
from .messages import Response, json_response

if TYPE_CHECKING:
    from pathlib import Path

SENT = Response(204, b"", {"cache-control": "no-cache"})
FAILED = "Failed to send email"
DEADLINE = 20.0
"""Seconds for the whole test."""
MOST_SECONDS = 10.0
"""Keycloak's own limit for a connection and for each answer; settings may lower it."""
MOST_AT_ONCE = 8
MOST_TOKEN_BYTES = 64 * 1024
Result = TypeVar("Result")


class TestFailed(Exception):
    """The mail was not sent; the message says why, as Keycloak's log does."""

    __test__ = False


class NotLocal(TestFailed):
    """The settings lead away from this machine."""


class SmtpTest:
    """Sends test mails, by default only to mail servers on this machine."""

    def __init__(self) -> None:
        self.anywhere = False
        self.ca_bundle: Path | None = None
        self.mailbox = "operator@emulator.example"
        self._waiting = asyncio.Semaphore(MOST_AT_ONCE)

    async def run(self, given: Mapping[str, str], stored: Mapping[str, str]) -> Response:
        """Send one mail with the given settings, and return Keycloak's response.

        The mask of a secret stands for the stored one if server and user are the stored ones.
        """
        same = all(given.get(name) == stored.get(name) for name in ("host", "port", "user"))
        kept = {name: stored[name] for name in SECRETS if given.get(name) == MASK if name in stored}
        session = _Session({**given, **(kept if same else {})}, self)
        try:
            async with self._waiting:
                await asyncio.wait_for(_in_thread(session.send, session.abort), DEADLINE)
        except NotLocal as problem:
            return json_response(500, {"errorMessage": str(problem)})
        except (TestFailed, asyncio.TimeoutError) as problem:
            reason = str(problem) or f"no end after {DEADLINE:.0f} s"
            return replace(json_response(500, {"errorMessage": FAILED}), note=reason)
        return SENT


async def _in_thread(work: Callable[[], Result], abort: Callable[[], None]) -> Result:
    """Work in a thread that nobody waits for when this is cancelled."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def tell(tell_of: Callable[[Result], None] | Callable[[Exception], None], what: object) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(lambda: done.done() or tell_of(what))  # type: ignore[arg-type]  # as the two calls below

    def run() -> None:
        try:
            result = work()
        except Exception as problem:  # noqa: BLE001 - raised where it is awaited
            tell(done.set_exception, problem)
        else:
            tell(done.set_result, result)

    threading.Thread(target=run, daemon=True).start()
    try:
        return await done
    finally:
        abort()


class _Session:
    """One session, step by step as Jakarta Mail's."""

    def __init__(self, settings: Mapping[str, str], options: SmtpTest) -> None:
        self._settings = settings
        self._options = options
        self._trust = ssl.create_default_context()
        if options.ca_bundle:
            self._trust.load_verify_locations(options.ca_bundle)
        self._sockets: list[socket.socket] = []

    def send(self) -> None:
        """Send one mail; raises TestFailed."""
        try:
            message, sender, recipient = self._mail()
            secret = self._login_secret()
            with closing(self._connect()) as smtp:
                smtp.ehlo_or_helo_if_needed()
                if self._is_on("starttls") and not self._is_on("ssl") and smtp.has_extn("starttls"):
                    smtp.starttls(context=self._trust)
                    self._sockets.append(smtp.sock)  # type: ignore[arg-type]  # it is connected
                    smtp.ehlo()
                if secret is not None:
                    self._log_in(smtp, secret)
                utf8 = ["SMTPUTF8"] if self._is_on("allowutf8") else []
                smtp.sendmail(sender, [recipient], message.as_bytes(), mail_options=utf8)
                with suppress(smtplib.SMTPException, OSError):  # the mail is sent
                    smtp.quit()
        except smtplib.SMTPResponseException as problem:
            text = problem.smtp_error
            words = text.decode("ascii", "replace") if isinstance(text, bytes) else text
            raise TestFailed(f"{problem.smtp_code} {words}") from None
        except (smtplib.SMTPException, http.client.HTTPException, OSError, ValueError) as problem:
            raise TestFailed(f"{type(problem).__name__}: {problem}") from None

    def abort(self) -> None:
        """End what is waiting for the network."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _get(self, name: str) -> str:
        return self._settings.get(name, "")

    def _is_on(self, name: str) -> bool:
        return self._get(name).lower() == "true"

    def _mail(self) -> tuple[EmailMessage, str, str]:
        if not self._options.mailbox:
            raise TestFailed("Logged in user does not have an e-mail.")
        sender = self._get("from")
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", sender):
            raise TestFailed(f"Invalid sender address {sender!r}.")
        message = EmailMessage()
        message["Subject"] = "[KEYCLOAK] - SMTP test message"
        message["From"], message["To"] = sender, self._options.mailbox
        if self._get("replyTo"):
            message["Reply-To"] = self._get("replyTo")
        message.set_content("This is a test message")
        return message, self._get("envelopeFrom") or sender, self._options.mailbox

    def _login_secret(self) -> str | None:
        """Return the password or the token to log in with; None for no login."""
        if not has_login(self._settings):
            return None
        kind = self._get("authType") or "basic"
        if not self._get("user") or kind not in {"basic", "token"}:
            raise TestFailed(f"No login with authType {kind!r} and user {self._get('user')!r}.")
        secret = self._settings.get("password") if kind == "basic" else self._fetch_token()
        if secret is None:
            raise TestFailed("No password is configured.")
        return secret

    def _fetch_token(self) -> str | None:
        url = urlsplit(self._get("authTokenUrl"))
        if url.scheme not in {"http", "https"}:
            raise TestFailed("authTokenUrl is no URL.")
        fields = {
            "grant_type": "client_credentials",
            "client_id": self._get("authTokenClientId"),
            "client_secret": self._get("authTokenClientSecret"),
            "scope": self._get("authTokenScope"),
        }
        form, headers = urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"}
        secure = url.scheme == "https"
        port = url.port or (443 if secure else 80)
        with closing(http.client.HTTPConnection(url.hostname or "", port)) as connection:
            connection.sock = self._open(url.hostname or "", port, secure=secure)
            connection.request("POST", url.path or "/", form, headers)
            answer = connection.getresponse()
            body = answer.read(MOST_TOKEN_BYTES) if answer.status == HTTPStatus.OK else b"{}"
        token = json.loads(body)
        return token.get("access_token") if isinstance(token, dict) else None

    def _connect(self) -> smtplib.SMTP:
        host = self._get("host") or "localhost"  # as Jakarta Mail
        secure = self._is_on("ssl")
        port = int(self._get("port") or (465 if secure else 25))
        smtp = smtplib.SMTP(local_hostname="localhost", timeout=self._seconds("timeout"))
        smtp._host = host  # type: ignore[attr-defined]  # noqa: SLF001 - STARTTLS checks this name
        smtp.sock = self._open(host, port, secure=secure)
        code, words = smtp.getreply()
        if code != 220:  # noqa: PLR2004 - RFC 5321, section 4.3.2
            raise smtplib.SMTPConnectError(code, words)
        return smtp

    def _open(self, host: str, port: int, *, secure: bool) -> socket.socket:
        problem = OSError(f"{host} has no address")
        for family, address in self._addresses(host, port):
            opened = socket.socket(family)
            self._sockets.append(opened)
            opened.settimeout(self._seconds("connectionTimeout"))
            try:
                opened.connect(address)
            except OSError as error:
                problem = error
                opened.close()
            else:
                opened.settimeout(self._seconds("timeout"))
                return self._secured(opened, host) if secure else opened
        raise problem

    def _secured(self, plain: socket.socket, host: str) -> socket.socket:
        secured = self._trust.wrap_socket(plain, server_hostname=host)
        self._sockets.append(secured)
        return secured

    def _addresses(self, host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
        """Look the host up, and return only addresses that may be reached."""
        if not host:
            raise TestFailed("No host is configured.")
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        local = all(ipaddress.ip_address(str(each[4][0])).is_loopback for each in found)
        if not (local or self._options.anywhere):
            raise NotLocal(
                f"The emulator only sends test mails to servers on this machine, and {host} is "
                "elsewhere. Start it with --send-mail-anywhere to reach it."
            )
        return [(each[0], each[4][:2]) for each in found]  # type: ignore[misc]  # an address and a port

    def _seconds(self, name: str) -> float:
        """Return a time limit, which the settings have in milliseconds."""
        text = self._get(name)
        limit = int(text) / 1000 if re.fullmatch("[0-9]{1,9}", text) else MOST_SECONDS
        return min(limit or MOST_SECONDS, MOST_SECONDS)

    def _log_in(self, smtp: smtplib.SMTP, secret: str) -> None:
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        smtp.user, smtp.password = self._get("user"), secret
        if self._get("authType") == "token":
            sent = f"user={smtp.user}\x01auth=Bearer {secret}\x01\x01"
            smtp.auth("XOAUTH2", lambda challenge=None: "" if challenge else sent)
        elif "LOGIN" in offered:
            smtp.auth("LOGIN", smtp.auth_login, initial_response_ok=False)
        elif "PLAIN" in offered:
            smtp.auth("PLAIN", smtp.auth_plain)
        else:
            raise TestFailed(f"No login is possible: the server offers {offered}.")
