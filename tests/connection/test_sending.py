"""One operation's way to a platform: the right token, one client, and a judged answer."""

from __future__ import annotations

import gzip
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import ConfigurationError, OutcomeUnknown, Refused
from pulumi_smtpconfig.http.responses import MAX_BODY
from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.connection.opened import connection_to, send
from tests.connection.platform_request import SETTINGS, platform_request

GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture
def emulator(platform: Emulator) -> Emulator:
    """The platform, its memory empty."""
    platform.requests.clear()
    platform.tenants.clear()
    return platform


def test_what_the_platform_took_is_answered(emulator: Emulator) -> None:
    """All eleven settings arrive, and the platform's own object comes back."""
    answer = send(emulator, platform_request())
    assert answer["status"] == "OK"
    assert len(emulator.tenants["acme"]) == 11
    assert emulator.tenants["acme"]["password"] == SETTINGS["password"]


def test_the_body_is_ascii_whatever_it_says(emulator: Emulator) -> None:
    """No server can mistake the charset of what is sent."""
    send(emulator, platform_request(user="Jörg 🦉"))
    (request,) = emulator.requests
    assert request.body.isascii()
    assert json.loads(request.body)["user"] == "Jörg 🦉"


UNCLEAR = {
    "no answer": Fault(cut="header"),
    "half an answer": Fault(cut="body"),
    "applied, and no answer": Fault(cut="header", applied=True),
    "a page": Fault(200, "<html>Welcome</html>"),
    "nothing": Fault(200),
    "an array": Fault(200, "[]"),
    "a gateway's page": Fault(502, "<html>Bad gateway</html>"),
    "more than the cap": Fault(200, b"{" + b" " * MAX_BODY + b"}"),
    "compressed more than the cap": Fault(200, gzip.compress(b" " * MAX_BODY + b"{}"), GZIP),
    "broken compression": Fault(200, b"no gzip", GZIP),
}


@pytest.mark.parametrize("fault", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_without_a_clear_answer_the_outcome_is_unknown(emulator: Emulator, fault: Fault) -> None:
    """Once a request is sent, only a JSON object can say what became of it."""
    emulator.order(fault)
    with pytest.raises(OutcomeUnknown, match="the platform may have the old ones or the new ones"):
        send(emulator, platform_request())
    assert len(emulator.requests) == 1


def test_a_compressed_answer_is_read(emulator: Emulator) -> None:
    """Some proxies compress though they are asked not to."""
    emulator.order(Fault(200, gzip.compress(b'{"status": "OK"}'), GZIP))
    assert send(emulator, platform_request()) == {"status": "OK"}


def test_a_redirect_is_refused(emulator: Emulator) -> None:
    """The token goes nowhere else, and the error names the host that it would have gone to."""
    target = {"Location": "https://user:secret@elsewhere.example/x"}
    emulator.order(Fault(307, "", target))
    with pytest.raises(Refused, match=r'a redirect to "elsewhere\.example"') as error:
        send(emulator, platform_request())
    assert "secret@" not in str(error.value)
    assert len(emulator.requests) == 1


def test_the_secrets_of_a_request_are_not_repeated(emulator: Emulator) -> None:
    """A message that contains the token or a secret of the body is left out."""
    emulator.order(Fault(400, f'{{"error": "bad {emulator.token} and hunter22, sorry"}}'))
    with pytest.raises(Refused, match=re.escape(NOT_SHOWN)):
        send(emulator, platform_request())


def test_a_refusal_after_a_lost_answer_is_unknown(emulator: Emulator) -> None:
    """The first try may have been taken, whatever the second one met."""
    emulator.order(Fault(cut="header", applied=True), Fault(400, '{"error": "no"}'))
    with pytest.raises(OutcomeUnknown, match=r"400 Bad Request \(2 tries in "):
        send(emulator, platform_request(), retries="1")


def test_a_given_token_is_not_tried_twice(emulator: Emulator) -> None:
    """It cannot be renewed here, so the error says where it stands."""
    with pytest.raises(Refused, match="401") as caught:
        send(emulator, platform_request(), token="stale")
    assert "smtpconfig:token" in caught.value.remedy
    assert len(emulator.requests) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"credentials": {"prod": {"token": "abc", "hostnames": ["*.evil.org"]}}},
        {"credentials": {"prod": {"clientId": "pulumi"}}},
        {"credentials": {"test": {"token": "abc"}}},
        {"credentials": "no JSON"},
        {"caBundle": "/no/such/file"},
        {"retries": "many"},
        {"timeout": "0"},
    ],
    ids=str,
)
def test_what_is_wrong_with_a_setting_is_told_before_a_connection(
    emulator: Emulator, given: dict[str, object]
) -> None:
    """No token goes to a host that its owner did not list, and nothing leaves half configured."""
    good = {"credentials": {"prod": {"token": emulator.token}}}
    with pytest.raises(ConfigurationError):
        send(emulator, platform_request(credentials="prod"), **(good | given))
    assert not emulator.requests


def test_all_threads_share_one_client_and_one_warning(emulator: Emulator) -> None:
    """The engine lets four resources go at once; the user is warned once for an operation."""
    lines: list[str] = []
    requests = [platform_request(tenant_id=f"tenant-{number}") for number in range(12)]
    with (
        connection_to(emulator, {"token": emulator.token}, lines.append) as connection,
        ThreadPoolExecutor(4) as pool,
    ):
        list(pool.map(connection.send, requests))
    assert len(emulator.tenants) == 12
    assert len(lines) == 1
