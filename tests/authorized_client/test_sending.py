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
from tests.authorized_client.clients import SETTINGS, open_client, platform_request, send

GZIP = {"Content-Encoding": "gzip"}


def test_all_settings_arrive_and_the_response_is_returned(emulator: Emulator) -> None:
    """There are eleven, and the platform answers with an object of its own."""
    assert send(emulator, platform_request())["status"] == "OK"
    assert len(emulator.tenants["acme"]) == 11
    assert emulator.tenants["acme"]["password"] == SETTINGS["password"]


def test_the_body_is_ascii(emulator: Emulator) -> None:
    """No server can mistake its charset."""
    send(emulator, platform_request(user="Jörg 🦉"))
    (request,) = emulator.requests
    assert request.body.isascii()
    assert json.loads(request.body)["user"] == "Jörg 🦉"


UNCLEAR = {
    "no response": Fault(cut="header"),
    "half a response": Fault(cut="body"),
    "applied, no response": Fault(cut="header", applied=True),
    "applied, half a response": Fault(cut="body", applied=True),
    "page": Fault(200, "<html>Welcome</html>"),
    "empty": Fault(200),
    "array": Fault(200, "[]"),
    "gateway's page": Fault(502, "<html>Bad gateway</html>"),
    "above the cap": Fault(200, b"{" + b" " * MAX_BODY + b"}"),
    "compressed, above the cap": Fault(200, gzip.compress(b" " * MAX_BODY + b"{}"), GZIP),
    "invalid gzip": Fault(200, b"no gzip", GZIP),
}


@pytest.mark.parametrize("fault", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_without_a_clear_response_the_outcome_is_unknown(emulator: Emulator, fault: Fault) -> None:
    """Once a request is sent, only a JSON object says whether it was applied."""
    emulator.order(fault)
    with pytest.raises(OutcomeUnknown, match="the platform may have the old ones or the new ones"):
        send(emulator, platform_request())
    assert len(emulator.requests) == 1


def test_a_compressed_response_is_read(emulator: Emulator) -> None:
    """Some proxies compress unasked."""
    emulator.order(Fault(200, gzip.compress(b'{"status": "OK"}'), GZIP))
    assert send(emulator, platform_request()) == {"status": "OK"}


def test_a_redirect_is_refused(emulator: Emulator) -> None:
    """The token goes to no other host; the error names it."""
    emulator.order(Fault(307, "", {"Location": "https://user:secret@elsewhere.example/x"}))
    with pytest.raises(Refused, match=r'a redirect to "elsewhere\.example"') as error:
        send(emulator, platform_request())
    assert "secret@" not in str(error.value)
    assert len(emulator.requests) == 1


def test_an_error_does_not_show_the_secrets_of_its_request(emulator: Emulator) -> None:
    """A message that contains the token or the password is left out."""
    emulator.order(Fault(400, f'{{"error": "bad {emulator.token} and hunter22, sorry"}}'))
    with pytest.raises(Refused, match=re.escape(NOT_SHOWN)):
        send(emulator, platform_request())


def test_a_refusal_after_a_lost_response_leaves_the_outcome_unknown(emulator: Emulator) -> None:
    """The first try may have been applied, whatever the second one meets."""
    emulator.order(Fault(cut="header", applied=True), Fault(400, '{"error": "no"}'))
    with pytest.raises(OutcomeUnknown, match=r"400 Bad Request \(2 tries in "):
        send(emulator, platform_request(), retries="1")


def test_a_refused_static_token_is_not_sent_again(emulator: Emulator) -> None:
    """It cannot be renewed, so the error says where it is set."""
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
        {"connectTo": "localhost"},
        {"retries": "many"},
        {"timeout": "0"},
    ],
    ids=str,
)
def test_a_bad_setting_is_reported_before_anything_is_sent(
    emulator: Emulator, given: dict[str, object]
) -> None:
    """No token goes to a host that its owner does not list, or over a half-configured client."""
    good = {"credentials": {"prod": {"token": emulator.token}}}
    with pytest.raises(ConfigurationError):
        send(emulator, platform_request(credentials="prod"), **(good | given))
    assert not emulator.requests


def test_all_threads_share_one_client_and_its_warning(emulator: Emulator) -> None:
    """An operation warns once that `connectTo` is set, so it is not left in a config."""
    warnings: list[str] = []
    requests = [platform_request(tenant_id=f"tenant-{number}") for number in range(12)]
    with (
        open_client(emulator, {"token": emulator.token}, warnings.append) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        list(pool.map(client.send, requests))
    assert len(emulator.tenants) == 12
    (warning,) = warnings
    assert "smtpconfig:connectTo" in warning
    assert emulator.address in warning
