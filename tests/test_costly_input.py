"""What comes from outside costs little, whatever it is, and none of it is a bug in the provider.

Counted is the time of the processor that one thread takes. Coverage and a busy machine lengthen it,
so the bounds are ten times what is promised, which work that grows faster than its input exceeds
all the same. Figures above what is promised are notes.
"""

from __future__ import annotations

import json
import socketserver
from contextlib import closing, suppress
from datetime import datetime, timezone
from itertools import islice
from time import thread_time
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.errors import InternalError, NotVerified, SmtpConfigError
from pulumi_smtpconfig.http.responses import Response, describe, parse_response, seconds_to_wait
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.lint.linter import find_warnings
from pulumi_smtpconfig.redaction import MESSAGE_KEYS, contains_secret, public_url, quote_text
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.password_reference import resolve
from pulumi_smtpconfig.smtp.stages import Services
from pulumi_smtpconfig.smtp.verifier import Verifier
from pulumi_smtpconfig.tls import Trust, load_trust
from tests.auth.token_endpoint import token_endpoint
from tests.http.clients import open_client, post
from tests.http.servers import ConnectProxy, address, serve, tls_context
from tests.lifecycle.sender import Harness
from tests.smtp.scripted_server import OFFER_AUTH, Act, scripted_server
from tests.smtp.verifying import no_token, verification
from tests.stack_config import stack_config

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pulumi_smtpconfig.interface import Verification

    Door = Callable[[str], object]

PROMISED, SLACK = 0.05, 10
"""Seconds for each 64 KiB that is begun, and how often a busy machine may exceed them."""

UNIT = 64 * 1024
MAX = 16 * UNIT

SECRETS = ("Tr0ub4dor&3-correct-hörse", "q7Vx0Zr2mKc9Lw4TsB8n" * 60, "eyJ" + "aB3_-x.Q" * 150)
NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)

REPEATED = (
    *("a", "9", " ", ".", "-", "_", "/", ":", "*", "@", "a@", "a.", "a-", "a/", "a:", "1.", "*a"),
    *(
        "ä",
        "ä.",
        "漢",
        "😀",
        "ß",
        "ﬁ",
        "ŉ",
        "İ",
        "²",
        "\N{MATHEMATICAL DOUBLE-STRUCK DIGIT ZERO}",
        "xn--a.",
        "\u1100\u1161",
        "\ufdfa",
    ),
    *("\u0301", "e\u0301", "\u0301\u0327", "\u200d", "\u2028", "\ud800", "\0", "\x1b[", "\r\n"),
    *("%25", "%", "%5C", "&", "&#", "&#9", "&#9;", "&amp", "&amp;amp;", "=", "=3D", "=25", "=\n"),
    *("\\", "\\\\", "\\u", "\\u00e4", "\\x4", "\\101", "<", "<a", "<a>", "<title>", "</title", ">"),
    *("[", "[1,", "{", '{"a":', '"a":1,', '"', "${", "{{", "?", "+", "$", "|", "(", "`", ", "),
    *("AAAA", "A=", "61", "0x", "1e", "00 ", "Mon, ", "xxx", "smtpconfig:", "x" * 100 + "\n"),
)

LONG = (
    *("a", "9", " ", "a.", "a@", ":", "ä.", "\u0301\u0327", "\ufdfa", "\0", "*a", "[", '{"a":'),
    *("%25", "&", "&#9", "\\", "=\n", "<", "<title>", "AAAA"),
)
"""What is repeated up to a MiB: one of each kind, as more than linear work shows with any."""

SIZES = pytest.mark.parametrize("size", [UNIT, MAX], ids=lambda size: f"{size // 1024} KiB")


def texts(size: int) -> Iterator[str]:
    """Yield texts of about so many bytes."""
    for repeated in REPEATED if size == UNIT else LONG:
        yield repeated * (size // len(repeated.encode("utf-8", "surrogatepass")))


def as_bytes(text: str) -> bytes:
    """Return a text as a server can send it."""
    return text.encode("utf-8", "replace")


def as_json(content: object) -> bytes:
    """Return JSON in UTF-8, as long as the text in it."""
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


def seconds(door: Door, text: str) -> float:
    """Return how long a text takes; an error that speaks to the user is well, a bug is not."""
    began = thread_time()
    try:
        door(text)
    except InternalError:
        raise
    except SmtpConfigError as error:
        str(error)
    return thread_time() - began


def slowest(door: Door, given: Iterable[str]) -> float:
    """Return the most that one of these texts takes for each 64 KiB."""
    most = 0.0
    for text in given:
        units = -(-len(as_bytes(text)) // UNIT)
        figures = [seconds(door, text) / units]
        while figures[-1] > PROMISED and len(figures) < 3:
            figures.append(seconds(door, text[len(figures) :]) / units)  # not from a cache
        assert min(figures) < SLACK * PROMISED, (
            f"{text[:20]!a} of {len(text):,}: {min(figures):.3f} s"
        )
        most = max(most, min(figures))
    return most


def note(record_property: Callable[[str, object], None], most: float) -> None:
    """Note a figure that exceeds what is promised."""
    if most > PROMISED:
        record_property("note", f"{most * 1000:.0f} ms for 64 KiB, where 50 are promised")


def described(status: int, text: bytes) -> str:
    """Return what is said of a body."""
    return describe("The platform", Response(status, text), SECRETS)


def applied(text: bytes) -> object:
    """Return what a body says that came with a success."""
    return parse_response(Response(200, text), SECRETS, {})


ANSWERS: dict[str, Door] = {
    "a message": lambda text: described(400, as_json({"message": text})),
    "five messages": lambda text: described(
        400, as_json(dict.fromkeys(MESSAGE_KEYS, text[: len(text) // 5]))
    ),
    "keys": lambda text: described(400, as_json({text: 1})),
    "a page's title": lambda text: described(502, as_bytes(f"<html><title>{text}</title>")),
    "an open title": lambda text: described(502, as_bytes(f"<html><title>{text}")),
    "a page": lambda text: described(502, as_bytes(f"<html{text}")),
    "a body": lambda text: described(400, as_bytes(text)),
    "a body in UTF-16": lambda text: described(400, text.encode("utf-16", "replace")),
    "a successful body": lambda text: applied(as_bytes(text)),
    "a successful message": lambda text: applied(as_json({"status": "no", "message": text})),
}
HEADERS: dict[str, Door] = {
    "a quoted text": lambda text: quote_text(text, SECRETS),
    "a searched text": lambda text: contains_secret(text[:1999], SECRETS),
    "a host in Location": lambda text: describe("It", Response(302, b"", f"https://{text}"), ()),
    "a path in Location": lambda text: describe("It", Response(302, b"", text), SECRETS),
    "Retry-After": lambda text: seconds_to_wait(text, NOW),
    "a date in Retry-After": lambda text: seconds_to_wait(f"Wed, {text}", NOW),
}


@SIZES
@pytest.mark.parametrize("door", ANSWERS)
def test_no_answer_costs_much(
    door: str, size: int, record_property: Callable[[str, object], None]
) -> None:
    """A body may have a MiB, of which little is quoted."""
    most = slowest(ANSWERS[door], texts(size))
    note(record_property, most)


@pytest.mark.parametrize("door", HEADERS)
def test_no_header_costs_much(door: str, record_property: Callable[[str, object], None]) -> None:
    """Nor does a short text, for which 64 KiB is the most that comes."""
    most = slowest(HEADERS[door], texts(UNIT))
    note(record_property, most)


KEYS = [key for model in (Tenant, SmtpSettings, Options) for key in model.keys().values()]

BEGUN = [
    *("passwordFrom: file:/", "from: a@", "from: a@xn--", "host: x.", "hostname: x.", "basePath: /")
]
"""Keys, and what their values begin with."""


@SIZES
@pytest.mark.parametrize("key", [*KEYS, *BEGUN])
def test_no_property_costs_much(acme: dict[str, Any], key: str, size: int) -> None:
    """A program may compute its values from what others wrote."""
    key, _, prefix = key.partition(": ")

    def check(text: str) -> None:
        checked = Harness().lifecycle.check({**acme, key: prefix + text})
        assert all(str(problem) for problem in [*checked.problems, *find_warnings(checked.inputs)])

    slowest(check, texts(size))


STATE_KEYS = ["from", "port", "ssl", "user", "passwordFrom", "onDelete", "triggers", "endpoint"]
FINGERPRINTS = {
    "a fingerprint": "",
    "a salt": "$scrypt$ln=11,r=8,p=1$",
    "a hash": "$scrypt$ln=11,r=8,p=1$AAAA$",
}


@SIZES
@pytest.mark.parametrize("key", [*STATE_KEYS, *FINGERPRINTS])
def test_no_state_costs_much(
    acme: dict[str, Any], key: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody may have edited it."""
    monkeypatch.setenv("ACME_PASSWORD", "hunter22x")
    before = acme | {"endpoint": "https://idp.example.com/x"}
    if key in FINGERPRINTS:
        del acme["password"], before["password"]
        acme["passwordFrom"] = before["passwordFrom"] = "env:ACME_PASSWORD"

    def operate(text: str) -> None:
        name = "passwordFingerprint" if key in FINGERPRINTS else key
        state = before | {name: FINGERPRINTS.get(key, "") + text}
        lifecycle = Harness().lifecycle
        lifecycle.diff(state, acme)
        lifecycle.read(state)
        lifecycle.delete(state)
        lifecycle.update(state, acme)

    slowest(operate, texts(size))


def read_and_adopt(acme: dict[str, Any], body: bytes) -> None:
    """Read a realm, and send settings to it, on the platforms that can be read."""
    realm = Response(200, body).content
    for platform in ("keycloak", "shift"):
        harness = Harness()
        harness.settings = {"readBack": "admin"}
        harness.realm = realm if isinstance(realm, dict) else {"smtpServer": {}}
        properties = acme | {"platform": platform}
        read = harness.lifecycle.read(properties | {"endpoint": "https://idp.example.com/x"})
        harness.lifecycle.create(properties)
        assert json.dumps([read and read.outputs, *(request.body for request in harness.sent)])


@SIZES
@pytest.mark.parametrize("key", ["host", "port", "starttls", "password", "auth", "another"])
def test_no_live_setting_costs_much(acme: dict[str, Any], key: str, size: int) -> None:
    """Whoever administers the tenant writes what it likes."""

    def read(text: str) -> None:
        body = as_json({"smtpServer": {"host": "x", "auth": "true", key: text}})
        read_and_adopt(acme, body)

    slowest(read, texts(size))


VALUES = {
    "a number of 4,000 digits": "9" * 4000,
    "a number of 5,000 digits": "9" * 5000,
    "a text of 5,000 digits": f'"{"9" * 5000}"',
    "a text of five digits": '"99999"',
    "an infinite number": "1e400",
    "no number": "NaN",
    "a fraction": "1.5",
    "lists in lists": "[" * 900 + "]" * 900,
    "too many lists in lists": "[" * 50_000 + "]" * 50_000,
    "objects in objects": '{"a":' * 900 + "1" + "}" * 900,
    "many lists": f"[{'[],' * 300_000}0]",
    "many numbers": f"[{'1,' * 500_000}0]",
    "many keys": json.dumps(dict.fromkeys(map(str, range(80_000)), "")),
    "half a character": '"\\ud800"',
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("key", ["host", "port", "starttls", "fromDisplayName", "another"])
def test_no_shape_of_a_live_setting_costs_much(acme: dict[str, Any], key: str, kind: str) -> None:
    """A platform's own map has texts alone, but a representation can have anything."""

    def read(value: str) -> None:
        read_and_adopt(acme, f'{{"smtpServer": {{"host": "x", "{key}": {value}}}}}'.encode())

    slowest(read, [VALUES[kind]])


def credentials(text: object) -> Lifecycle:
    """Return a lifecycle whose named credentials are these."""
    return Lifecycle(AuthorizedClient(stack_config(credentials=text), print), print)


CONFIG: dict[str, Door] = {
    "timeout": lambda text: stack_config(timeout=text).timeout(),
    "retries": lambda text: stack_config(retries=text).retries(),
    "connectTo": lambda text: stack_config(connectTo=text).connect_to(),
    "a host in connectTo": lambda text: stack_config(connectTo=f"{text}:1").connect_to(),
    "a port in connectTo": lambda text: stack_config(connectTo=f"idp:{text}").connect_to(),
    "caBundle": lambda text: load_trust(text, "smtpconfig:caBundle"),
    "a password's file": lambda text: resolve(f"file:/{text}"),
    "a password's variable": lambda text: resolve(f"env:{text}"),
    "a URL": lambda text: public_url(f"https://{text}"),
}
CREDENTIALS: dict[str, Callable[[str], object]] = {
    "a text": lambda text: text,
    "a token": lambda text: {"x": {"token": text}},
    "a key": lambda text: {"x": {text: "a"}},
    "a name": lambda text: {text: {"token": "a"}},
    "a host": lambda text: {"x": {"token": "a", "hostnames": [text]}},
    "a host with a wildcard": lambda text: {"x": {"token": "a", "hostnames": [f"*.{text}"]}},
    "many keys": lambda text: {"x": {text[at : at + 8]: 1 for at in range(0, len(text), 8)}},
    "many names": lambda text: {text[at : at + 8]: 1 for at in range(0, len(text), 8)},
}


@SIZES
@pytest.mark.parametrize("door", CONFIG)
def test_no_connection_setting_costs_much(door: str, size: int) -> None:
    """A pipeline may fill them in from what others wrote."""
    slowest(CONFIG[door], texts(size))


@SIZES
@pytest.mark.parametrize("door", CREDENTIALS)
def test_no_credentials_cost_much(acme: dict[str, Any], door: str, size: int) -> None:
    """Their owner is somebody else than the author of the program."""

    def check(text: str) -> None:
        assert credentials(CREDENTIALS[door](text)).check(acme | {"credentials": "x"})

    slowest(check, texts(size))


@pytest.fixture(scope="module")
def trust() -> Trust:
    """The system's authorities, which are loaded once for each operation."""
    return Trust()


def verify(settings: Verification, trust: Trust) -> None:
    """Verify settings, of which nothing else is known; no server is expected to accept them."""
    with suppress(NotVerified), closing(Verifier(Services(trust, no_token, {}))) as verifier:
        verifier.verify(settings)


@SIZES
@pytest.mark.parametrize("field", ["host", "user", "sender", "recipient"])
def test_no_verification_costs_much(field: str, size: int, trust: Trust) -> None:
    """The command line verifies what somebody typed or pasted."""

    def try_out(text: str) -> None:
        verify(verification(1, starttls=False, **{field: text}), trust)

    slowest(try_out, texts(size))


LINES = (b"250-", b"250-AUTH=", b"250-AUTH ", b"250-x ", b"250-" + b"x" * 100 + b" ", b"250-= ")
TAILS = (b"", b"PLAIN", b"a b c d e f", b"\xff\xfe", b"\0", b"%25")


def test_no_reply_of_an_smtp_server_costs_much(
    trust: Trust, record_property: Callable[[str, object], None]
) -> None:
    """A server says and offers as much as it likes, within the 64 KiB of a reply."""

    def session(*replies: bytes | Act) -> float:
        with scripted_server(*replies) as server:
            settings = verification(server.port, starttls=False)
            return slowest(lambda _: verify(settings, trust), ["a reply"])

    size = UNIT - 100
    said = [as_bytes(text) for text in texts(size) if not {"\r", "\n"} & set(text)]
    lines = [line + tail + b"\r\n" for line in LINES for tail in TAILS]
    figures = [session(b"220 " + text + b"\r\n", Act.CUT) for text in said]
    figures += [session(b"220 x\r\n", line * (size // len(line)) + OFFER_AUTH) for line in lines]
    note(record_property, max(figures))


class Answering(socketserver.ThreadingTCPServer):
    """Answers each connection's request with the same bytes."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.context = context
        self.answer = b""


class _Answer(socketserver.BaseRequestHandler):
    server: Answering

    def handle(self) -> None:
        with self.server.context.wrap_socket(self.request, server_side=True) as connection:
            connection.recv(UNIT)
            connection.sendall(self.server.answer)


START, END = b"HTTP/1.1 200 OK\r\n", b"Content-Length: 2\r\n\r\n{}"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"
HEADS: dict[str, Callable[[bytes], bytes]] = {
    "a status line": lambda text: b"HTTP/1.1 200 " + text + b"\r\n" + END,
    "an open status line": lambda text: b"HTTP/1.1 200 " + text,
    "another protocol": lambda text: text + b"\r\n\r\n",
    "a header": lambda text: START + b"X: " + text + b"\r\n" + END,
    "many folds": lambda text: START + b"X: a" + b"\r\n a" * (len(text) // 4) + b"\r\n" + END,
    "a name": lambda text: START + text + b": a\r\n" + END,
    "many headers": lambda text: START + b"a:\r\n" * (len(text) // 4) + END,
    "many spaces": lambda text: START + b"X:" + b" " * len(text) + b"\r\n" + END,
    "Location": lambda text: b"HTTP/1.1 302 x\r\nLocation: https://" + text + b"\r\n" + END,
    "Retry-After": lambda text: START + b"Retry-After: " + text + b"\r\n" + END,
    "Content-Type": lambda text: START + b"Content-Type: " + text + b"\r\n" + END,
    "Content-Length": lambda text: START + b"Content-Length: " + text + b"\r\n\r\n",
    "Content-Encoding": lambda text: START + b"Content-Encoding: " + text + b"\r\n" + END,
    "many chunks": lambda text: CHUNKED + b"1\r\nx\r\n" * (len(text) // 6) + b"0\r\n\r\n",
    "a size of a chunk": lambda text: CHUNKED + text + b"\r\n",
}


@pytest.mark.parametrize("head", HEADS)
def test_no_head_of_an_answer_costs_much(
    head: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Bytes that no server of ours sends, over real TLS; what is left of them is described."""
    ca_bundle = str(tmp_path / "ca.pem")
    with serve(Answering(tls_context(ca_bundle, "idp.example.com"))) as server:
        client = open_client(connectTo=address(server), caBundle=ca_bundle)

        def ask(text: str) -> None:
            server.answer = HEADS[head](as_bytes(text))
            describe("The platform", post(client), SECRETS)

        sent = (text for text in texts(UNIT) if not {"\r", "\n"} & set(text))
        most = slowest(ask, islice(sent, 2) if head.startswith("many ") else sent)
    note(record_property, most)


def test_no_words_of_a_proxy_cost_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers CONNECT in a status line of any length."""
    with serve(ConnectProxy("127.0.0.1:1")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address(proxy)}")
        client = open_client()

        def ask(text: str) -> None:
            proxy.status = f"407 {text}"
            post(client)

        said = (text for text in texts(UNIT) if not {"\r", "\n", "\ud800"} & set(text))
        slowest(ask, said)


TOKENS: dict[str, Callable[[str], object]] = {
    "a token": lambda text: {"access_token": text},
    "a lifetime": lambda text: {"access_token": "a", "expires_in": text},
    "digits of a lifetime": lambda text: f'{{"access_token": "a", "expires_in": {text}}}',
    "a refusal": lambda text: {"error": text},
    "anything": lambda text: text,
}


@pytest.mark.parametrize("door", TOKENS)
def test_no_answer_of_a_token_endpoint_costs_much(door: str) -> None:
    """Its words are a platform's."""
    with token_endpoint() as endpoint:

        def fetch(text: str) -> None:
            status = 400 if door == "a refusal" else 200
            endpoint.respond(TOKENS[door](text), status)
            endpoint.fetch()

        slowest(fetch, filter(str.isprintable, texts(UNIT)))
