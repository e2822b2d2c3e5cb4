import http.client
import json
import ssl

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.emulator.admission import MOST_BODY_BYTES, MOST_HEADER_BYTES, MOST_HEADERS
from tests.emulator.requests import (
    SETTINGS,
    SHIFT,
    exchange,
    handshake,
    send,
    until_closed,
)
from tests.emulator.requests import (
    http as raw,
)

MAIL = b"/auth/realms/acme/mail/setup"


def answer(emulator: Emulator, sent: bytes, name: str | None = "idp.example.com") -> int:
    """Send a request that is raw bytes, and return the status of the response.

    PORT in the request stands for the emulator's port.
    """
    sent = sent.replace(b"PORT", emulator.address.split(":")[1].encode())
    response = exchange(emulator.environment, sent, name)
    return int(response.split()[1])


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("idp.example.com", "idp.example.com"),
        ("idp.example.com", "idp.example.com:443"),
        ("idp.example.com", "IDP.Example.com:8443"),
        ("IDP.example.com", "idp.example.com."),
        ("xn--mnchen-3ya.example.com", "xn--mnchen-3ya.example.com"),
        ("idp.example.com.", "idp.example.com"),
        ("localhost", "localhost:PORT"),
        ("127.0.0.1", "127.0.0.1"),
        (None, "127.0.0.1:PORT"),
        (None, "localhost:8443"),
    ],
)
def test_a_host_that_the_handshake_asked_for_is_served(
    emulator: Emulator, name: str | None, host: str
) -> None:
    """Any name in any case with any port, which behind `connectTo` is the tenant's."""
    assert answer(emulator, raw(target=MAIL, host=host.encode()), name) == 401


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("idp.example.com", "evil.example"),
        ("idp.example.com", "127.0.0.1:PORT"),
        ("idp.example.com", "localhost"),
        ("idp.example.com", "idp.example.com.evil.example"),
        ("idp.example.com", "xidp.example.com"),
        ("idp.example.com", "idp.example.com@evil.example"),
        ("idp.example.com", "idp.example.com:443:80"),
        ("idp.example.com", "idp.example.com:x"),
        ("idp.example.com", "idp.example.com, evil.example"),
        ("idp.example.com", "idp.example.com/evil"),
        ("idp.example.com", "idp.example.com.."),
        ("idp.example.com", "\x1bidp.example.com"),
        ("idp.example.com", ""),
        ("localhost", "evil.example"),
        (None, "evil.example"),
        (None, "evil.example:PORT"),
        (None, "10.0.0.1"),
        (None, "0.0.0.0:PORT"),
        (None, "2130706433:PORT"),
        (None, "127.1"),
        (None, "[::1]:PORT"),
        (None, "[::ffff:127.0.0.1]"),
        (None, "localhost.evil.example"),
    ],
)
def test_another_host_is_refused(emulator: Emulator, name: str | None, host: str) -> None:
    """Host and handshake must agree; without a name there, only this machine's are served."""
    assert answer(emulator, raw(target=MAIL, host=host.encode()), name) == 421
    assert emulator.tenants == {}


FOREIGN = [
    "Origin: https://evil.example",
    "Origin: http://evil.example:PORT",
    "Origin: https://idp.example.com",
    "Origin: null",
    "Origin: file://",
    "Origin: ",
    "Origin: https://HOST.evil.example",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Site: same-site",
    "Sec-Fetch-Site: anything",
    "Origin: https://HOST\r\nSec-Fetch-Site: cross-site",
    "Sec-Fetch-Site: same-origin\r\nOrigin: https://evil.example",
    "Origin: https://HOST\r\nOrigin: https://evil.example",
    "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site",
]


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT"])
def test_a_web_page_of_another_site_is_refused(
    emulator: Emulator, method: str, headers: str, host: str
) -> None:
    """A page that a browser shows can send nothing here, even with the right token (CSRF)."""
    lines = f"{headers.replace('HOST', host)}\r\nAuthorization: Bearer {emulator.token}"
    body = json.dumps(SETTINGS).encode() if method == "POST" else b""
    sent = raw(
        method.encode(),
        MAIL,
        b"Content-Type: application/json",
        lines.encode(),
        host=host.encode(),
        body=body,
    )
    assert answer(emulator, sent, None) == 403
    assert emulator.tenants == {}


@pytest.mark.parametrize(
    "headers",
    [
        b"Origin: https://evil.example:PORT",
        b"Sec-Fetch-Site: same-origin",
        b"Sec-Fetch-Site: none",
        b"Sec-Fetch-Mode: cors",
        b"Origin: https://127.0.0.1:PORT",
        b"Origin: https://evil.example:PORT\r\nSec-Fetch-Site: same-origin",
    ],
)
def test_a_name_that_resolves_to_this_machine_is_no_way_in(
    emulator: Emulator, headers: bytes
) -> None:
    """For a browser, a rebound name is the page's own origin; only local names are ours."""
    for host in (b"evil.example", b"evil.example:PORT"):
        assert answer(emulator, raw(b"POST", MAIL, headers, host=host), "evil.example") == 403


@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT"])
@pytest.mark.parametrize(
    "headers",
    [
        "Origin: https://HOST",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate",
        "Origin: https://HOST\r\nSec-Fetch-Site: same-origin",
    ],
)
def test_its_own_address_in_a_browser_is_served(
    emulator: Emulator, headers: str, host: str
) -> None:
    """An address that a user opens, and a page that comes from there, are not foreign."""
    sent = raw(b"GET", b"/auth/nothing", headers.replace("HOST", host).encode(), host=host.encode())
    assert answer(emulator, sent, None) == 404


@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"], ids=["", "Expect"])
@pytest.mark.parametrize("length", [MOST_BODY_BYTES + 1, 10**9, 10**19])
def test_a_large_body_is_refused_before_it_is_read(
    emulator: Emulator, length: int, expect: bytes
) -> None:
    """Content-Length is enough: not a byte of the body has been sent, nor is it asked for."""
    head = b"POST %s HTTP/1.1\r\nHost: idp.example.com\r\n%sContent-Length: %d\r\n\r\n"
    response = exchange(emulator.environment, head % (MAIL, expect, length))
    assert response.startswith(b"HTTP/1.1 413 ")
    assert b"at most 65536 bytes" in response


def test_a_body_of_unknown_length_is_refused_when_it_is_too_large(emulator: Emulator) -> None:
    """An endless body is not read on."""
    with handshake(emulator.environment, "idp.example.com") as tls:
        tls.sendall(raw(b"POST", MAIL, b"Transfer-Encoding: chunked"))
        for _ in range(MOST_BODY_BYTES // 4096 + 1):
            tls.sendall(b"1000\r\n" + bytes(4096) + b"\r\n")
        assert until_closed(tls).startswith(b"HTTP/1.1 413 ")
    (request,) = emulator.requests
    assert request.body == b""


def test_a_client_that_sends_a_large_body_sees_the_refusal(emulator: Emulator) -> None:
    """The connection is not cut while it still sends."""
    assert send(emulator.environment, SHIFT, b"x" * 8_000_000).status_code == 413
    trusted = ssl.create_default_context(cafile=str(emulator.ca_bundle))
    chunks = iter([bytes(100_000)] * 80)
    with httpx.Client(verify=trusted) as client:
        response = client.post(f"https://{emulator.address}/", content=chunks)
    assert response.status_code == 413


def test_a_body_of_the_largest_size_is_read(emulator: Emulator) -> None:
    """With and without a known length."""
    body = json.dumps({**SETTINGS, "user": "x" * 65_000}).encode().ljust(MOST_BODY_BYTES)
    assert send(emulator.environment, SHIFT, body).status_code == 200
    trusted = ssl.create_default_context(cafile=str(emulator.ca_bundle))
    connection = http.client.HTTPSConnection(emulator.address, context=trusted)
    connection.request("POST", MAIL.decode(), iter([body]), encode_chunked=True)
    assert connection.getresponse().status == 401
    connection.close()


@pytest.mark.parametrize("target", [b"idp.example.com:443", b"/auth/admin/realms/acme"])
def test_it_is_not_a_proxy(emulator: Emulator, target: bytes) -> None:
    """No tunnel is opened, even if a fault for the path would respond with success."""
    emulator.order(Fault(200, on="read"))
    assert answer(emulator, raw(b"CONNECT", target)) == 405


def _lines(count: int, size: int) -> tuple[bytes, ...]:
    return tuple(b"X-%d: %s" % (number, b"x" * size) for number in range(count))


@pytest.mark.parametrize(
    "sent",
    [
        raw(b"GET", b"/", *_lines(1, MOST_HEADER_BYTES)),
        raw(b"GET", b"/", *_lines(1, 1_000_000)),
        raw(b"GET", b"/", *_lines(90, 200)),
        raw(b"GET", b"/", *_lines(MOST_HEADERS, 1)),
        raw(b"GET", b"/", *_lines(50_000, 1)),
        raw(b"GET", b"/" + b"x" * MOST_HEADER_BYTES),
        raw(b"GET", b"/?" + b"x" * 1_000_000),
    ],
    ids=["one", "one of 1 MB", "all", "too many", "far too many", "path", "query"],
)
def test_large_headers_are_refused(emulator: Emulator, sent: bytes) -> None:
    """One, all together, too many, and the target."""
    assert answer(emulator, sent) in {400, 431}


def test_a_refused_request_is_kept_and_says_why(emulator: Emulator) -> None:
    """It is recorded without its body, and the response has the reason."""
    response = send(emulator.environment, SHIFT, Origin="https://evil.example")
    assert (response.status_code, response.headers["connection"]) == (403, "close")
    assert response.json() == {
        "error": "The emulator refuses requests from web pages of other sites."
    }
    (request,) = emulator.requests
    assert (request.header("origin"), request.body) == ("https://evil.example", b"")
