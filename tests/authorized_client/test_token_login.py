"""A login by token is verified as Keycloak does it: one token by OAuth2, one login by XOAUTH2."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.interface import Step, TokenLogin
from pulumi_smtpconfig.redaction import NOT_SHOWN
from pulumi_smtpconfig.smtp.advice import XOAUTH2_REFUSED
from tests.authorized_client.clients import open_client
from tests.smtp.smtp_server import USER, smtp_server
from tests.smtp.token_smtp_server import TokenSmtpServer
from tests.smtp.verifying import SENDER, verification

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pulumi_smtpconfig.authorized_client import AuthorizedClient
    from pulumi_smtpconfig.interface import Verification

URL = "https://login.example.com/auth/realms/mail/protocol/openid-connect/token"
WRONG = "wr0ng-canary-secret"
TENANTS = 30


@pytest.fixture
def server(tmp_path: Path, emulator: Emulator) -> Iterator[TokenSmtpServer]:
    """Run an SMTP server that accepts the tokens of the emulator's realm `mail` from one user."""
    with smtp_server(tmp_path / "smtp.pem", kind=TokenSmtpServer) as running:
        assert isinstance(running, TokenSmtpServer)
        running.accepts = lambda user, token: (
            user == USER and emulator._tokens.owner(token) == "mail"
        )
        yield running


@pytest.fixture
def client(
    server: TokenSmtpServer, emulator: Emulator, tmp_path: Path
) -> Iterator[AuthorizedClient]:
    """Open a client that trusts both, with retries that a verification does not use."""
    both = tmp_path / "both.pem"
    both.write_bytes(server.ca_bundle.read_bytes() + emulator.ca_bundle.read_bytes())
    with open_client(emulator, {"caBundle": str(both), "retries": "3"}) as opened:
        yield opened


def by_token(server: TokenSmtpServer, emulator: Emulator, **changes: Any) -> Verification:
    """Return settings that log in by the emulator's token, with some fields of both changed."""
    of_token = {key: changes.pop(key) for key in TokenLogin._fields if key in changes}
    login = TokenLogin(URL, emulator.client_id, emulator.client_secret, "mail.send")
    return verification(server.port, password="", token=login._replace(**of_token), **changes)


def failure(client: AuthorizedClient, settings: Verification) -> NotVerified:
    """Return the error, which shows no secret."""
    with pytest.raises(NotVerified) as caught:
        client.verify(settings)
    assert "canary" not in str(caught.value)
    return caught.value


def stages(error: NotVerified) -> list[str]:
    """Return the stages that passed."""
    return [step.stage for step in error.passed if isinstance(step, Step)]


def test_the_token_of_the_endpoint_logs_in(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator
) -> None:
    """The request is Keycloak's form, and the steps name the endpoint and the mechanism."""
    steps = dict(client.verify(by_token(server, emulator)))
    assert list(steps)[-4:] == ["STARTTLS", "token", "AUTH", "MAIL FROM"]
    assert (steps["token"], steps["AUTH"]) == (URL, "XOAUTH2")
    (request,) = emulator.requests
    assert (request.method, dict(request.form())) == (
        "POST",
        {
            "grant_type": "client_credentials",
            "client_id": emulator.client_id,
            "client_secret": emulator.client_secret,
            "scope": "mail.send",
        },
    )
    ((user, token),) = server.tokens
    assert user == USER
    assert len(token) > 1000
    assert server.senders == [SENDER]
    assert not server.logins


def test_no_scope_is_no_field(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator
) -> None:
    """An empty one could mean another thing."""
    assert client.verify(by_token(server, emulator, scope=""))
    assert "scope" not in dict(emulator.requests[0].form())


@pytest.mark.parametrize("changes", [{"client_secret": WRONG}, {"client_id": "nobody"}])
def test_a_refused_token_is_a_stage_of_its_own(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator, changes: dict[str, str]
) -> None:
    """The error has the endpoint's own words, and nothing is sent to the SMTP server."""
    error = failure(client, by_token(server, emulator, **changes))
    assert error.stage == "token"
    assert stages(error)[-1] == "STARTTLS"
    assert f"failed at token: The token endpoint {URL} answered 401 Unauthorized" in error.happened
    assert "Invalid client or Invalid client credentials" in error.happened
    assert "authTokenClientId, authTokenClientSecret and authTokenScope" in error.remedy
    assert not server.tokens


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault(503, "busy"), Fault(500, "<html><title>Oops</title></html>"), Fault(429, "{}")),
        *(Fault(200, "{}"), Fault(200, '{"access_token": "a b"}'), Fault(302, "")),
        *(Fault(cut="header"), Fault(cut="body")),
    ],
    ids=repr,
)
def test_a_token_endpoint_that_fails_is_asked_once(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator, fault: Fault
) -> None:
    """The session waits for it, so nothing is tried again, whatever `retries` says."""
    emulator.order(fault)
    error = failure(client, by_token(server, emulator))
    assert error.stage == "token"
    assert "authTokenUrl" in error.remedy
    assert len(emulator.requests) == 1
    assert not server.tokens


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.com/token",
        "https://u:p@login.example.com/",
        "token",
        "",
        "https://{hostname}/",
    ],
)
def test_only_an_https_url_is_asked(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator, url: str
) -> None:
    """The secret goes nowhere else, and braces are no placeholders, because Keycloak has none."""
    error = failure(client, by_token(server, emulator, url=url))
    assert error.stage == "token"
    assert "authTokenUrl is not an https URL" in error.happened
    assert not emulator.requests


def test_a_token_that_the_mail_server_refuses_fails_at_auth(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator
) -> None:
    """Its error is answered with an empty response and told with the refusal; one try."""
    server.accepts = lambda _, __: False
    error = failure(client, by_token(server, emulator))
    assert error.stage == "AUTH"
    assert "it answered 535" in error.happened
    assert "Username and Password not accepted, after the error 401: https://mail" in error.happened
    assert error.remedy == XOAUTH2_REFUSED
    assert server.responses == [b"\r\n"]
    assert len(server.tokens) == server.connections == 1


ECHOES = ["{token}", "bad {token}!", "{secret}", "was {secret}", "{cut}"]


@pytest.mark.parametrize("echo", ECHOES)
def test_no_error_shows_the_access_token_or_the_secret(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator, echo: str
) -> None:
    """An error that holds either is not shown."""

    def refuse(_: str, token: str) -> bool:
        secret = emulator.client_secret
        text = echo.format(token=token, secret=secret, cut=token[100:130])
        server.error = {"status": "400", "error": text}
        return False

    server.accepts = refuse
    error = failure(client, by_token(server, emulator))
    assert f"it answered 535 {NOT_SHOWN}" in error.happened
    ((_, token),) = server.tokens
    assert token[100:110] not in str(error)
    assert emulator.client_secret not in str(error)


def test_a_later_reply_in_the_same_session_shows_no_access_token(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator
) -> None:
    """The session stays open for the next tenant, and the token is still a secret."""
    assert client.verify(by_token(server, emulator))
    ((_, token),) = server.tokens
    server.refused.add("two@acme.example")
    server.refusal = f"553 5.7.1 {token[:200]}"
    error = failure(client, by_token(server, emulator, sender="two@acme.example"))
    assert server.connections == 1
    assert f"553 {NOT_SHOWN}" in error.happened


def test_the_token_endpoints_words_show_no_secret(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator
) -> None:
    """It may echo what it was sent."""
    emulator.order(Fault(401, json.dumps({"error": "no", "error_description": WRONG})))
    error = failure(client, by_token(server, emulator, client_secret=WRONG))
    assert f"401 Unauthorized: {NOT_SHOWN}" in error.happened


@pytest.mark.parametrize("threads", [1, 4, TENANTS])
@pytest.mark.parametrize("same_user", [True, False])
def test_thirty_tenants_with_one_wrong_secret_ask_once(
    client: AuthorizedClient,
    server: TokenSmtpServer,
    emulator: Emulator,
    threads: int,
    *,
    same_user: bool,
) -> None:
    """Also if their users differ, because the client is one."""
    settings = [
        by_token(
            server,
            emulator,
            client_secret=WRONG,
            user=USER if same_user else f"u{number}",
            tenant=f'Tenant "t{number}" on x',
        )
        for number in range(TENANTS)
    ]
    with ThreadPoolExecutor(threads) as pool:
        errors = list(pool.map(lambda one: failure(client, one), settings))
    assert len(emulator.requests) == 1
    assert {error.stage for error in errors} == {"token"}
    assert sum("the same is not tried again" in error.happened for error in errors) == TENANTS - 1


@pytest.mark.parametrize("threads", [1, TENANTS])
def test_thirty_tenants_with_one_token_log_in_once(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator, threads: int
) -> None:
    """They share token and session, and a refused token is tried once too."""
    for accepted in (True, False):
        if not accepted:
            server.accepts = lambda _, __: False
        settings = [
            by_token(server, emulator, scope=str(accepted), sender=f"s{number}@acme.example")
            for number in range(TENANTS)
        ]
        with ThreadPoolExecutor(threads) as pool:
            list(
                pool.map(client.verify if accepted else lambda one: failure(client, one), settings)
            )
    assert len(emulator.requests) == len(server.tokens) == 2


def test_another_scope_or_client_is_another_token(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator
) -> None:
    """What one is allowed says nothing about the other."""
    assert client.verify(by_token(server, emulator, scope="one"))
    assert client.verify(by_token(server, emulator, scope="two"))
    assert failure(client, by_token(server, emulator, client_secret=WRONG)).stage == "token"
    assert client.verify(by_token(server, emulator, scope="one", sender="b@acme.example"))
    assert len(emulator.requests) == 3


def test_a_server_without_xoauth2_gets_no_token(
    client: AuthorizedClient, emulator: Emulator, server: TokenSmtpServer
) -> None:
    """Neither is the token tried as a password."""
    settings = by_token(server, emulator)
    server.SMTP_kwargs["auth_exclude_mechanism"] = ["XOAUTH2"]
    error = failure(client, settings)
    assert error.stage == "AUTH"
    assert 'offers not XOAUTH2, but "LOGIN PLAIN"' in error.happened
    assert not server.logins


def test_a_token_needs_tls_as_a_password_does(
    client: AuthorizedClient, server: TokenSmtpServer, emulator: Emulator
) -> None:
    """0.0.0.0 leads to this machine, but is none of the loopback addresses."""
    settings = by_token(server, emulator, starttls=False, host="0.0.0.0")  # noqa: S104 - no listener
    error = failure(client, settings)
    assert error.stage == "AUTH"
    assert "there is no TLS, so the token was not sent" in error.happened
    assert not server.tokens


def test_a_login_by_token_shows_no_secret_in_its_repr() -> None:
    """Logs and tracebacks may print it."""
    login = TokenLogin(URL, "pulumi", WRONG)
    settings = verification(587, token=login)
    assert "canary" not in repr(login)
    assert "canary" not in repr(settings)
    assert WRONG in settings.all_secrets
