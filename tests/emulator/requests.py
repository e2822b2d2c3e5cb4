"""Requests to an emulator, made without the package's client."""

import json
import socket
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from http.client import HTTPResponse
from urllib.parse import urlencode

import httpx

from pulumi_smtpconfig.emulator import Emulator

SSMS = "https://DEV3.idp.example.com:8443/digitanium/v4/mail/config"
SHIFT = "https://idp.example.com/auth/realms/acme/mail/setup"
REALM = "https://idp.example.com/auth/admin/realms/acme"
TOKEN = "https://idp.example.com/auth/realms/acme/protocol/openid-connect/token"
SETTINGS = {
    "host": "smtp.example.com",
    "from": "a@example.com",
    "port": "587",
    "password": "s3cret",
}
UPDATED = {"message": "Successfully updated SMTP Details", "status": "OK", "subSystem": 8}
FORM = "application/x-www-form-urlencoded"
SECRET = "s:e c+r%t"
CLIENT = {"grant_type": "client_credentials", "client_id": "pulumi", "client_secret": SECRET}


def send(
    environment: Mapping[str, str],
    url: str,
    body: object = SETTINGS,
    method: str = "POST",
    **headers: str,
) -> httpx.Response:
    """Send the body to the URL's host at the address that the environment names."""
    _, _, host, target = url.split("/", 3)
    trusted = ssl.create_default_context(cafile=environment["SMTPCONFIG_CA_BUNDLE"])
    with httpx.Client(verify=trusted, trust_env=False) as client:
        return client.request(
            method,
            f"https://{environment['SMTPCONFIG_CONNECT_TO']}/{target}",
            content=body if isinstance(body, bytes) else json.dumps(body),
            headers={
                "Host": host,
                "Authorization": f"Bearer {environment['SMTPCONFIG_TOKEN']}",
                "Content-Type": "application/json",
                **headers,
            },
            extensions={"sni_hostname": host.partition(":")[0]},
        )


def read(
    emulator: Emulator, url: str = REALM, method: str = "GET", **headers: str
) -> httpx.Response:
    """Read the realm, by default with the fixed token."""
    return send(emulator.environment, url, b"", method, **headers)


def ask(
    emulator: Emulator, form: Mapping[str, str], realm: str = "acme", **headers: str
) -> httpx.Response:
    """Send the form to the realm's token endpoint."""
    url = TOKEN.replace("acme", realm)
    defaults = {"Authorization": "", "Content-Type": FORM}
    return send(emulator.environment, url, urlencode(form).encode(), **{**defaults, **headers})


def granted(emulator: Emulator, realm: str = "acme") -> str:
    """Return a token that the realm grants to the client."""
    response = ask(emulator, {**CLIENT, "client_secret": emulator.client_secret}, realm)
    return str(response.json()["access_token"])


def connect(environment: Mapping[str, str]) -> socket.socket:
    """Open a plain connection to the address that the environment names."""
    host, port = environment["SMTPCONFIG_CONNECT_TO"].split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def handshake(environment: Mapping[str, str], name: str) -> ssl.SSLSocket:
    """Open a TLS connection, and verify the certificate for the name."""
    trusted = ssl.create_default_context(cafile=environment["SMTPCONFIG_CA_BUNDLE"])
    with connect(environment) as plain:
        return trusted.wrap_socket(plain, server_hostname=name)


def exchange(
    environment: Mapping[str, str], sent: bytes, name: str | None = "idp.example.com"
) -> bytes:
    """Send bytes over TLS, and return what comes back until the emulator closes."""
    context = ssl.create_default_context(cafile=environment["SMTPCONFIG_CA_BUNDLE"])
    context.check_hostname = name is not None
    with connect(environment) as plain, context.wrap_socket(plain, server_hostname=name) as tls:
        with suppress(ConnectionError, ssl.SSLError):  # a refusal may come before all is sent
            tls.sendall(sent)
        return until_closed(tls)


def exchange_all(environment: Mapping[str, str], name: str, sent: Iterable[bytes]) -> list[int]:
    """Send requests one after the other on one connection; return the statuses."""
    with handshake(environment, name) as tls:
        tls.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # otherwise 40 ms each
        return [_status(tls, each) for each in sent]


def _status(tls: ssl.SSLSocket, sent: bytes) -> int:
    tls.sendall(sent)
    response = HTTPResponse(tls)
    response.begin()
    response.read()
    return response.status


def until_closed(tls: socket.socket) -> bytes:
    """Return what comes until the emulator closes or resets the connection."""
    received = bytearray()
    with suppress(ConnectionError, ssl.SSLError):
        while piece := tls.recv(65536):
            received += piece
    return bytes(received)


def http(
    method: bytes = b"POST",
    target: bytes = b"/auth/realms/acme/mail/setup",
    *headers: bytes,
    host: bytes = b"idp.example.com",
    body: bytes = b"",
    connection: bytes = b"close",
) -> bytes:
    """Return a request as bytes, whatever they are; by default the connection closes after it."""
    length = [b"Content-Length: %d" % len(body)] if body else []
    lines = [b"%s %s HTTP/1.1" % (method, target), b"Host: " + host, b"Connection: " + connection]
    return b"\r\n".join([*lines, *length, *headers, b"", body])


def read_some(sock: socket.socket) -> None:
    """Read what comes within a moment."""
    sock.settimeout(0.2)
    with suppress(ConnectionError, ssl.SSLError, TimeoutError):
        while sock.recv(65536):
            pass
