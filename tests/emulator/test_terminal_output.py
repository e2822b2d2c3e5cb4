import json
import re
from contextlib import suppress
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.emulator import ReceivedRequest
from pulumi_smtpconfig.emulator.journal import Journal, Outcome
from pulumi_smtpconfig.emulator.keycloak import as_texts
from pulumi_smtpconfig.emulator.messages import Refused
from pulumi_smtpconfig.emulator.terminal import format_event
from tests.emulator.requests import SHIFT, exchange, http, send
from tests.emulator.terminal import terminal

CONTROLS = {
    "cursor up and clear": b"\x1b[1A\x1b[2J",
    "window title": b"\x1b]0;owned\x07",
    "clipboard": b"\x1b]52;c;b3duZWQ=\x1b\\",
    "hyperlink": b"\x1b]8;;https://evil.example\x1b\\",
    "device status": b"\x1b[6n\x1bP+q544e\x1b\\",
    "C1 as a byte": b"\x9b2J\x90",
    "C1 in UTF-8": "\x9b2J\x85".encode(),
    "bidi override": "\u202e\u2066\u200f".encode(),
    "line separators": "\u2028\u2029".encode(),
    "newline": b"\nPOST forged",
    "carriage return": b"\rPOST forged",
    "CRLF": b"\r\nPOST forged",
    "folded line": b"x\r\n forged",
    "NUL": b"\x00",
    "backspace and DEL": b"\x08\x08\x7f",
    "tab and form feed": b"\t\x0b\x0c",
    "lone surrogate": b"\xed\xa0\x80",
    "forged rest of the line": b'x tenant="forged" 200 {"host": "forged"}',
}
AUTHORIZATION = b"Authorization: Bearer %s"
JSON = b"Content-Type: application/json"


def attacks(control: bytes, token: bytes) -> dict[str, bytes]:
    """Return a request for each place where a client can put the control characters."""
    headers = AUTHORIZATION % token, JSON
    text = control.decode("utf-8", "surrogatepass" if b"\xed\xa0" in control else "replace")
    member = json.dumps(text).encode()
    settings = b'{"host": "h", "from": "f", %s}'
    return {
        "method": http(b"PO" + control + b"ST"),
        "path": http(target=b"/auth/realms/a" + control + b"/mail/setup"),
        "tenant": http(
            b"POST",
            b"/auth/realms/%s/mail/setup" % quote_from_bytes(control).encode(),
            *headers,
            body=settings % b'"user": "u"',
        ),
        "query": http(target=b"/auth/realms/a/mail/setup?" + control),
        "version": http(target=b"/ HTTP/" + control),
        "host": http(host=b"idp.example.com" + control),
        "first label": http(target=b"/digitanium/v4/mail/config", host=control + b".example.com"),
        "user agent": http(b"POST", b"/", b"User-Agent: " + control),
        "header name": http(b"POST", b"/", b"X-" + control + b": x"),
        "content type": http(b"POST", b"/", b"Content-Type: " + control),
        "authorization": http(b"POST", b"/", AUTHORIZATION % control),
        "content length": http(b"POST", b"/", b"Content-Length: " + control),
        "body": http(body=control),
        "JSON value": http(
            b"POST",
            b"/auth/realms/a/mail/setup",
            *headers,
            body=settings % (b'"user": ' + member),
        ),
        "JSON key": http(
            b"POST",
            b"/auth/realms/a/mail/setup",
            *headers,
            body=settings % (member + b': "x"'),
        ),
        "unescaped JSON": http(
            b"POST",
            b"/auth/realms/a/mail/setup",
            *headers,
            body=settings % (b'"user": "' + control + b'"'),
        ),
    }


LINE = re.compile(r'\d\d:\d\d:\d\d \d{3} [!-~]+ tenant=(null|"[ -~]*") [!-~]* \d+ ms( [ -~]*)?\n')
"""One request: time, status, method, tenant, URL, duration and changes, in printable ASCII."""


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)
def test_no_client_controls_the_terminal(control: bytes) -> None:
    """Wherever a client puts control characters, one request is one line of printable ASCII."""
    with terminal() as (process, environment):
        assert process.stdout
        for place, sent in attacks(control, environment["SMTPCONFIG_TOKEN"].encode()).items():
            response = exchange(environment, sent)
            assert response.startswith(b"HTTP/1.1 "), place
            if b"Invalid HTTP request" not in response:
                line = process.stdout.readline()
                assert LINE.fullmatch(line), (place, line)
                assert ' tenant="forged"' not in line.partition(" ms ")[0], place
        send(environment, SHIFT)
        assert " idp.example.com/auth/realms/acme/" in process.stdout.readline()
        process.terminate()
        rest, errors = process.communicate(timeout=30)
    assert [line[:1] for line in rest.splitlines()] == ["#", "u"], "a line too many"
    assert errors == ""


def line(request: ReceivedRequest) -> str:
    """Return what is shown of a request that sets what it says."""
    after: dict[str, str] = {}
    with suppress(ValueError, Refused):
        after = as_texts(request.json())
    return format_event(Journal().add(request, Outcome(200, 0, {}, after)))


@settings(max_examples=300)
@given(
    method=st.from_regex(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+", fullmatch=True),
    target=st.binary(max_size=60),
    host=st.binary(max_size=60),
    body=st.one_of(st.binary(max_size=60), st.dictionaries(st.text(), st.text())),
)
def test_any_request_is_one_line(
    method: bytes, target: bytes, host: bytes, body: bytes | dict[str, str]
) -> None:
    """Whatever bytes it has, and even those that the server would not pass on."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = ("host", host.decode("latin-1")), ("content-type", "application/json")
    for path in (target, b"/auth/realms/%s/mail/setup" % target):
        request = ReceivedRequest(method.decode(), path.decode("latin-1"), headers, content)
        assert LINE.fullmatch(line(request) + "\n")


def test_a_long_request_is_cut() -> None:
    """A line never fills the screen, and says how much is left out."""
    request = ReceivedRequest("POST", "/" + "x" * 100_000, (("host", "h"),), b"")
    text = line(request)
    assert len(text) < 2100
    assert text.endswith("... (98,002 more characters) 0 ms")


@pytest.mark.parametrize("text", ["eyJ" * 20_000, "eyJ." * 15_000, "eyJ-._" * 10_000])
def test_text_that_resembles_tokens_costs_little(text: str) -> None:
    """It is cut like any other; searching it takes time linear in its length."""
    request = ReceivedRequest("POST", "/" + text, (("host", "h"),), b"")
    assert len(line(request)) < 2100
