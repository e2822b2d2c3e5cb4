"""The page as programs see it, which can forge every header; tests/servers has a browser."""

from __future__ import annotations

import json
import ssl
import time
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.emulator.page import FILES, MOST_PAGES
from tests.emulator.requests import SETTINGS, SHIFT, handshake, http, send


def ask(
    emulator: Emulator, method: str, path: str, headers: dict[str, str], body: object = None
) -> httpx.Response:
    """Send a request to the page as a program, which can forge every header."""
    with httpx.Client(verify=_trust(emulator), trust_env=False) as client:
        return client.request(
            method, f"https://{emulator.address}{path}", headers=headers, json=body
        )


def _trust(emulator: Emulator) -> Any:
    return ssl.create_default_context(cafile=str(emulator.ca_bundle))


def test_actions_need_the_token_in_a_header(emulator: Emulator) -> None:
    """Not in the URL, a cookie or the body, and not the platform's token."""
    emulator.order(Fault(503))
    token = emulator.page.partition("#")[2]

    def reset(path: str, headers: dict[str, str]) -> int:
        body = {"do": "reset", "token": token}
        return ask(emulator, "POST", path, headers, body).status_code

    for path, headers in (
        ("/-/actions", {}),
        (f"/-/actions?token={token}", {}),
        ("/-/actions", {"Cookie": f"token={token}"}),
        ("/-/actions", {"Authorization": f"Bearer {emulator.token}"}),
        ("/-/actions", {"Authorization": f"Basic {token}"}),
        ("/-/actions", {"Authorization": f"Bearer {token[:-1]}"}),
        ("/-/actions", {"Authorization": f"Bearer {token}x"}),
    ):
        assert reset(path, headers) == 401
    right = {"Authorization": f"Bearer {token}"}
    for foreign in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert reset("/-/actions", right | foreign) == 403
    for host in ("evil.example", f"evil.example:{emulator.address[10:]}"):
        assert reset("/-/actions", right | {"Host": host}) == 421
    assert len(emulator._application.faults) == 1
    assert ask(emulator, "GET", "/-/actions", right).status_code == 405
    assert (
        ask(emulator, "POST", "/-/actions", right | {"Content-Type": "text/plain"}, {}).status_code
        == 400
    )
    assert reset("/-/actions", right) == 204
    assert emulator._application.faults == []


@pytest.mark.parametrize(
    "action",
    [
        [],
        {},
        {"do": "unknown"},
        {"do": ["reset"]},
        {"do": "change"},
        {"do": "change", "tenant": "unknown", "name": "host", "value": "x"},
        {"do": "fault", "name": "unknown"},
        {"do": "fault", "name": ["x"]},
        {"do": "fault", "name": "500 server error", "on": "unknown"},
        {"do": "fault", "name": "500 server error", "on": ["mail"]},
        {"do": "fault", "name": "500 server error", "count": 0},
        {"do": "fault", "name": "500 server error", "count": 21},
        {"do": "fault", "name": "500 server error", "count": True, "on": {}},
        {"do": "delete", "tenant": {"a": 1}},
    ],
)
def test_a_wrong_action_is_refused_with_a_reason(emulator: Emulator, action: object) -> None:
    """Nothing changes, and nothing is logged."""
    right = {"Authorization": f"Bearer {emulator.page.partition('#')[2]}"}
    answer = ask(emulator, "POST", "/-/actions", right, action)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Not done: ")
    assert (emulator.tenants, emulator._application.faults) == ({}, [])


def bearer(emulator: Emulator) -> dict[str, str]:
    """Return the header with the page's token."""
    return {"Authorization": f"Bearer {emulator.page.partition('#')[2]}"}


def follow(emulator: Emulator, stack: ExitStack) -> httpx.Response:
    """Open the page's events."""
    client = stack.enter_context(httpx.Client(verify=_trust(emulator), trust_env=False, timeout=60))
    url = f"https://{emulator.address}/-/events"
    return stack.enter_context(client.stream("GET", url, headers=bearer(emulator)))


@pytest.mark.parametrize("path", FILES)
def test_a_file_runs_nothing_from_elsewhere(emulator: Emulator, path: str) -> None:
    """Every file has a strict policy, is not cached, and has neither inline scripts nor styles."""
    answer = ask(emulator, "GET", path, {})
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    for inline in ("<style", "style=", "onclick", "javascript:", "http://", "innerHTML", "eval("):
        assert inline not in answer.text.replace("http://www.w3.org/2000/svg", "")
    assert emulator.page.partition("#")[2] not in answer.text


def test_a_page_is_no_request_of_the_platform(emulator: Emulator) -> None:
    """It is not among the requests, meets no fault, and other names serve the platform there."""
    emulator.order(Fault(503, on="read"), Fault(503))
    ask(emulator, "GET", "/", {})
    ask(emulator, "POST", "/-/actions", bearer(emulator), {"do": "expire"})
    assert emulator.requests == []
    emulator.order()
    with handshake(emulator.environment, "idp.example.com") as tls:
        tls.sendall(http(b"GET", b"/"))
        assert tls.recv(100).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    "path", ["/-/../page.py", "/-/%2e%2e/page.py", "/-/page_files/page.js", "/-/"]
)
def test_no_other_file_is_served(emulator: Emulator, path: str) -> None:
    """The page has four files."""
    with handshake(emulator.environment, "127.0.0.1") as tls:
        host = f"{emulator.address}".encode()
        tls.sendall(http(b"GET", path.encode(), host=host))
        assert tls.recv(1000).startswith(b"HTTP/1.1 404 ")


def test_events_need_the_token(emulator: Emulator) -> None:
    """In a header, as actions do."""
    send(emulator.environment, SHIFT)
    token = emulator.page.partition("#")[2]
    for path, headers in (
        ("/-/events", {}),
        (f"/-/events?token={token}", {}),
        ("/-/events", {"Authorization": f"Bearer {emulator.token}"}),
    ):
        answer = ask(emulator, "GET", path, headers)
        assert answer.status_code == 401
        assert "smtp.example.com" not in answer.text
    assert (
        ask(emulator, "GET", "/-/events", bearer(emulator) | {"Origin": "null"}).status_code == 403
    )


def test_what_code_changes_is_shown_too(emulator: Emulator) -> None:
    """A snapshot comes at once, and another one when anything differs."""
    with ExitStack() as stack:
        lines = follow(emulator, stack).iter_lines()

        def snapshot() -> Any:
            return json.loads(next(line for line in lines if line).removeprefix("data: "))

        assert snapshot()["tenants"] == []
        emulator.tenants["acme"] = dict(SETTINGS)
        (tenant,) = snapshot()["tenants"]
        assert tenant["settings"] == {**SETTINGS, "password": "********"}
        send(emulator.environment, SHIFT)
        (event,) = snapshot()["events"]
        assert (event["status"], event["changes"]) == (200, "nothing changed")


def test_the_number_of_open_pages_is_limited(emulator: Emulator) -> None:
    """One more is refused, and a place is free when one closes."""
    with ExitStack() as stack:
        others = stack.enter_context(ExitStack())
        for _ in range(MOST_PAGES):
            assert follow(emulator, others).status_code == 200
        assert ask(emulator, "GET", "/-/events", bearer(emulator)).status_code == 503
        others.close()
        end = time.monotonic() + 30
        while follow(emulator, stack).status_code != 200:
            assert time.monotonic() < end
