"""Thirty tenants that share a wrong login cost one try, so that no account is locked."""

from __future__ import annotations

import gc
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import NotVerified, SmtpConfigError, TokenNotGranted
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.authorized_client.clients import client_credentials, kinds, open_client, platform_request
from tests.smtp.smtp_server import PASSWORD, USER, SmtpServer, smtp_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pulumi_smtpconfig.authorized_client import AuthorizedClient
    from pulumi_smtpconfig.interface import Request

TENANTS = 30
THREADS = [1, 4, TENANTS]
MASTER = "https://login.example.com/auth/realms/master/protocol/openid-connect/token"
WRONG = "wr0ng-canary-password"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    """Run an SMTP server that offers STARTTLS."""
    with smtp_server(tmp_path / "smtp.pem") as running:
        yield running


@pytest.fixture
def bundle(server: SmtpServer, emulator: Emulator, tmp_path: Path) -> str:
    """The authorities of the SMTP server and of the platform in one file."""
    both = tmp_path / "both.pem"
    both.write_bytes(server.ca_bundle.read_bytes() + emulator.ca_bundle.read_bytes())
    return str(both)


def declarations(server: SmtpServer, **changes: Any) -> list[dict[str, Any]]:
    """Return thirty tenants that share a login."""
    shared = {
        "platform": "shift",
        "hostname": "idp.example.com",
        "from": "no-reply@acme.example",
        "host": "localhost",
        "port": server.port,
        "starttls": True,
        "ssl": False,
        "user": USER,
        "password": WRONG,
        "verify": "require",
    }
    return [{**shared, "tenantId": f"t{number}", **changes} for number in range(TENANTS)]


def failures(
    act: Callable[[Any], object], things: Iterable[object], threads: int
) -> list[SmtpConfigError]:
    """Return the error of each, so many at once; one that succeeds has none."""

    def failure(thing: object) -> SmtpConfigError | None:
        try:
            act(thing)
        except SmtpConfigError as error:
            return error
        return None

    with ThreadPoolExecutor(threads) as pool:
        return list(filter(None, pool.map(failure, things)))


def check_told(errors: list[SmtpConfigError]) -> None:
    """Check that one tenant tried, and that all others say what came of it and who it was."""
    assert len(errors) == TENANTS
    (tried,) = (error for error in errors if "That was for" not in error.happened)
    number = tried.doing.partition('"')[2].partition('"')[0]
    told = f'{tried.happened} That was for Tenant "{number}" on idp.example.com; '
    others = [error for error in errors if error is not tried]
    assert all(error.happened.startswith(told) for error in others)
    assert {type(error) for error in errors} == {type(tried)}
    assert {error.remedy for error in errors} == {tried.remedy}
    assert len({error.doing for error in errors}) == TENANTS
    assert "canary" not in "".join(map(str, errors))


@pytest.mark.parametrize("threads", THREADS)
def test_a_wrong_smtp_login_is_tried_once(
    server: SmtpServer, bundle: str, emulator: Emulator, threads: int
) -> None:
    """With `require` nothing is sent to the platform for any of them."""
    settings = {"token": emulator.token, "caBundle": bundle}
    with open_client(emulator, settings) as client:
        errors = failures(Lifecycle(client, pytest.fail).create, declarations(server), threads)
    check_told(errors)
    assert {type(error) for error in errors} == {NotVerified}
    assert len(server.logins) == 1
    assert not emulator.requests


@pytest.mark.parametrize("threads", THREADS)
def test_a_wrong_smtp_login_is_tried_once_with_warnings_too(
    server: SmtpServer, bundle: str, emulator: Emulator, threads: int
) -> None:
    """With `warn` each tenant is warned and sent."""
    warnings: list[str] = []
    settings = {"token": emulator.token, "caBundle": bundle}
    with open_client(emulator, settings) as client:
        lifecycle = Lifecycle(client, warnings.append)
        assert not failures(lifecycle.create, declarations(server, verify="warn"), threads)
    told = [warning for warning in warnings if "failed at AUTH: it answered 535" in warning]
    assert len({warning.partition(":")[0] for warning in told}) == TENANTS
    assert sum("That was for Tenant" in warning for warning in told) == TENANTS - 1
    assert len(server.logins) == 1
    assert len(emulator.tenants) == TENANTS
    assert "canary" not in "".join(warnings)


@pytest.mark.parametrize("threads", THREADS)
def test_a_good_smtp_login_is_one_session(
    server: SmtpServer, bundle: str, emulator: Emulator, threads: int
) -> None:
    """Thirty tenants are verified in it, and end with QUIT when the operation does."""
    settings = {"token": emulator.token, "caBundle": bundle}
    with open_client(emulator, settings) as client:
        good = declarations(server, password=PASSWORD)
        senders = [one | {"envelopeFrom": f"{one['tenantId']}@acme.example"} for one in good]
        assert not failures(Lifecycle(client, pytest.fail).create, senders, threads)
    assert len(server.logins) == server.connections == 1
    assert len(set(server.senders)) == len(emulator.tenants) == TENANTS


def test_a_corrected_password_is_another_login(
    server: SmtpServer, bundle: str, emulator: Emulator
) -> None:
    """Also in the same operation."""
    settings = {"token": emulator.token, "caBundle": bundle}
    with open_client(emulator, settings) as client:
        lifecycle = Lifecycle(client, pytest.fail)
        assert failures(lifecycle.create, declarations(server), 1)
        assert not failures(lifecycle.create, declarations(server, password=PASSWORD), 1)
    assert len(server.logins) == 2


def shift_requests(**properties: str) -> list[Request]:
    """Return a request for each of thirty tenants."""
    return [platform_request(tenant_id=f"t{number}", **properties) for number in range(TENANTS)]


WRONG_LOGINS: dict[str, dict[str, str]] = {
    "client": {"clientId": "pulumi", "clientSecret": WRONG},
    "unknown client": {"clientId": "nobody", "clientSecret": WRONG},
    "user": {"clientId": "pulumi", "oauthUsername": "bob", "oauthPassword": WRONG},
}


@pytest.mark.parametrize("login", WRONG_LOGINS.values(), ids=WRONG_LOGINS.keys())
@pytest.mark.parametrize("threads", THREADS)
def test_a_wrong_oauth_login_is_tried_once(
    server: SmtpServer, emulator: Emulator, login: dict[str, str], threads: int
) -> None:
    """The token endpoint is asked once, and no mail endpoint at all."""
    with open_client(emulator, login | {"tokenUrl": MASTER}) as client:
        lifecycle = Lifecycle(client, pytest.fail)
        errors = failures(lifecycle.create, declarations(server, verify="off"), threads)
    check_told(errors)
    assert {type(error) for error in errors} == {TokenNotGranted}
    assert kinds(emulator) == ["token"]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_every_refusal_of_a_token_endpoint_counts(emulator: Emulator, status: int) -> None:
    """Whatever its status and its words, also none."""
    emulator.order(Fault(status, on="token"))
    with open_client(emulator, client_credentials(emulator) | {"tokenUrl": MASTER}) as client:
        errors = failures(client.send, shift_requests(), 4)
    assert len(errors) == TENANTS
    assert all(f"answered {status}" in error.happened for error in errors)
    assert kinds(emulator) == ["token"]


def test_two_named_sets_with_the_same_login_are_one(emulator: Emulator) -> None:
    """Each error names the set that its own tenant uses, also if its scope differs."""
    login = {"clientId": "pulumi", "clientSecret": WRONG, "tokenUrl": MASTER}
    sets = {"one": login, "two": login | {"scope": "mail"}}
    with open_client(emulator, {"credentials": sets}) as client:
        requests = [platform_request(credentials=name) for name in ("one", "two", "one")]
        errors = failures(client.send, requests, 1)
    assert kinds(emulator) == ["token"]
    assert ['"two" of' in error.remedy for error in errors] == [False, True, False]


def test_an_invalid_scope_says_nothing_about_the_login(emulator: Emulator) -> None:
    """The same scope is not tried again, but another one is."""
    invalid = json.dumps({"error": "invalid_scope", "error_description": "Invalid scopes: mial"})
    login = client_credentials(emulator) | {"tokenUrl": MASTER}
    sets = {"odd": login | {"scope": "mial"}, "good": login}
    emulator.order(Fault(400, invalid, on="token"), Fault(200, '{"status": "OK"}', on="mail"))
    with open_client(emulator, {"credentials": sets}) as client:
        errors = failures(client.send, shift_requests(credentials="odd"), 4)
        client.send(platform_request(credentials="good"))
    assert len(errors) == TENANTS
    assert kinds(emulator) == ["token", "token", "mail"]


@pytest.mark.parametrize(
    "fault",
    [Fault(status, "{}", on="token") for status in (200, 404, 429, 503)],
    ids=lambda fault: str(fault.status),
)
@pytest.mark.parametrize("threads", [1, 4])
def test_a_failure_that_is_no_refusal_is_left_to_the_next(
    emulator: Emulator, fault: Fault, threads: int
) -> None:
    """One tenant fails, and the next one gets the token for all."""
    emulator.order(fault, *[Fault(200, '{"status": "OK"}', on="mail")] * TENANTS)
    with open_client(emulator, client_credentials(emulator) | {"tokenUrl": MASTER}) as client:
        errors = failures(client.send, shift_requests(), threads)
    assert len(errors) == 1
    assert kinds(emulator).count("token") == 2


def test_a_rotated_secret_is_tried_once_for_all_tokens_that_are_refused(
    emulator: Emulator,
) -> None:
    """Renewing is a try of the login too."""
    ok, no = Fault(200, '{"status": "OK"}', on="mail"), Fault(401, "{}", on="mail")
    emulator.order(ok, *[no] * TENANTS)
    with open_client(emulator, client_credentials(emulator) | {"tokenUrl": MASTER}) as client:
        client.send(platform_request())
        emulator.client_secret = "rotated"
        errors = failures(client.send, shift_requests(), 4)
    assert len(errors) == TENANTS
    assert kinds(emulator).count("token") == 2


def test_what_a_token_endpoint_said_is_searched_for_the_secrets_of_each_tenant(
    emulator: Emulator,
) -> None:
    """The first tenant's password is not the second's."""
    emulator.order(Fault(401, json.dumps({"error": "not hunter-two-2222"}), on="token"))
    with open_client(emulator, client_credentials(emulator) | {"tokenUrl": MASTER}) as client:
        passwords = ("first-password", "hunter-two-2222", "third-password")
        requests = [platform_request(password=password) for password in passwords]
        shown, hidden, again = failures(client.send, requests, 1)
    assert '"not hunter-two-2222"' in shown.happened
    assert NOT_SHOWN in hidden.happened
    assert "hunter" not in str(hidden)
    assert '"not hunter-two-2222"' in again.happened


def test_the_end_of_an_operation_forgets_refused_logins(emulator: Emulator) -> None:
    """The next one tries again, because the login may have been corrected at the server."""
    login = {"clientId": "pulumi", "clientSecret": WRONG}
    with open_client(emulator, login) as client:
        for tries in (1, 1, 2):
            if tries == 2:
                client.close()
            assert failures(client.send, [platform_request()], 1)
            assert kinds(emulator) == ["token"] * tries


def test_no_oauth_secret_is_kept_of_a_refused_login(emulator: Emulator) -> None:
    """The config has it, but what is remembered refers to a digest."""
    login = {"clientId": "pulumi", "clientSecret": WRONG}
    with open_client(emulator, login) as client:
        assert failures(client.send, [platform_request()], 1)
        assert "canary" not in kept_texts(client)


def kept_texts(client: AuthorizedClient) -> str:
    """Return all texts that the tokens of a client refer to, apart from those of modules."""
    found: dict[int, object] = {}
    new: list[object] = [client._tokens]
    while new:
        found |= {id(thing): thing for thing in new}
        new = [
            other
            for other in gc.get_referents(*new)
            if id(other) not in found and not isinstance(other, (type, type(gc), type(kept_texts)))
        ]
    return "".join(str(text) for text in found.values() if isinstance(text, (str, bytes)))
