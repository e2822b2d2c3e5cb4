"""Every kind of failure, by the name of the file that holds its message."""

from __future__ import annotations

import gzip
import json

from pulumi_smtpconfig.emulator import Fault
from tests.contract.errors import servers
from tests.contract.errors.canaries import CLIENT_SECRET, OAUTH_PASSWORD
from tests.contract.errors.operations import Config, Failure

MIB = 1024 * 1024
A_WHILE = "2"
"""Seconds in which a request is surely sent, for those who then wait in vain."""


def says(status: int, body: str | bytes = "", **headers: str) -> Failure:
    """Return the failure that is an answer of the platform to the settings."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Failure((Fault(status, body, named, on="mail"),))


def error(text: str, description: str = "") -> str:
    """Return an error as Keycloak or OAuth2 writes it."""
    return json.dumps({"error": text} | ({"error_description": description} if description else {}))


def mail(status: str, message: str) -> str:
    """Return an answer of the mail endpoint."""
    return json.dumps({"message": message, "status": status, "subSystem": 8})


BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1>"
INCOMPLETE = "Host and From is mandatory to update Email Configuration."

ANSWERS = {
    "400-in-the-mail-endpoints-shape": says(400, mail("BAD_REQUEST", INCOMPLETE)),
    "400-in-keycloaks-shape": says(400, error("unknown_error")),
    "400-in-oauth2s-shape": says(400, error("invalid_request", "Content type is missing")),
    "401-to-a-given-token": Failure(config={"token": CLIENT_SECRET.split()[0]}),
    "403": says(403, error("HTTP 403 Forbidden")),
    "404": says(404, error("Realm not found.")),
    "409": says(409, error("HTTP 409 Conflict")),
    "426": says(426),
    "429-with-retry-after": says(429, error("slow down"), retry_after="120"),
    "500-empty": says(500),
    "502-with-a-page": says(502, BAD_GATEWAY),
    "503": says(503, error("maintenance")),
    "200-with-another-status": says(200, mail("ERROR", "The realm is read-only")),
    "200-with-a-page": says(200, "<title>Sign in</title>"),
    "200-with-garbage": says(200, b"\x00\xff\xfe\x1b[2J garbage"),
    "200-empty": says(200),
    "200-huge": says(200, b"{" + b" " * MIB + b"}"),
    "redirect": says(302, location="https://user:word@login.example.com/sso?state=1"),
}

NETWORK = {
    "refused-connection": Failure(server=servers.closed),
    "refused-connection-tried-again": Failure((), {"retries": "1"}, {}, servers.closed),
    "unknown-host": Failure((), {"connectTo": None}, {"hostname": "idp.invalid"}),
    "expired-certificate": Failure(server=servers.expired),
    "certificate-for-another-name": Failure(server=servers.misnamed),
    "unknown-authority": Failure(config={"caBundle": None}),
    "no-connection-in-time": Failure(server=servers.silent),
    "no-answer-in-time": Failure((Fault(delay=60),), {"timeout": A_WHILE}),
    "cut-in-the-header": Failure((Fault(cut="header"),)),
    "cut-in-the-body": Failure((Fault(200, '{"status":', cut="body"),)),
    "client-certificate": Failure(server=servers.demanding),
    "cut-in-compressed-data": Failure(
        (Fault(200, gzip.compress(b'{"status": "OK"}')[:-4], {"Content-Encoding": "gzip"}),)
    ),
    "long-head": Failure(server=servers.saying(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 15000)),
    "another-protocol": Failure(server=servers.saying(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")),
    "no-http": Failure(server=servers.saying(b"220 smtp.example.com ESMTP\r\n\r\n")),
}

NO_TOKEN: Config = {"token": None}
CLIENT_ALONE: Config = NO_TOKEN | {"oauthUsername": None, "oauthPassword": None}
NONE_AT_ALL: Config = CLIENT_ALONE | {"clientId": None, "clientSecret": None}
SETS: Config = {
    "credentials": json.dumps(
        {
            "acme": {"token": CLIENT_SECRET.split()[0], "hostnames": ["*.example.org"]},
            "wide": {"token": CLIENT_SECRET.split()[0], "hostnames": ["idp.example.com", "*.com"]},
            "away": {
                "clientId": "pulumi",
                "clientSecret": CLIENT_SECRET,
                "tokenUrl": "https://login.example.org:8443/{tenantId}?x",
                "hostnames": ["*.example.com", "login.example.org"],
            },
            "half": {"clientId": "pulumi"},
            "odd": {"tokn": OAUTH_PASSWORD},
        }
    )
}

SETTINGS = {
    "missing-ca-bundle": Failure(config={"caBundle": "/nowhere/ca.pem"}),
    "ca-bundle-without-certificates": Failure(config={"caBundle": "/etc/passwd"}),
    "ca-bundle-that-is-a-device": Failure(config={"caBundle": "/dev/zero"}),
    "bad-timeout": Failure(config={"timeout": "soon"}),
    "bad-retries": Failure(config={"retries": "11"}),
    "bad-connect-to": Failure(config={"connectTo": "https://127.0.0.1:8443"}),
    "no-token": Failure(config=NONE_AT_ALL),
    "token-with-bearer-before-it": Failure(config={"token": f"Bearer {OAUTH_PASSWORD}"}),
    "half-a-client": Failure(config=CLIENT_ALONE | {"clientSecret": None}),
    "half-a-user": Failure(config=NO_TOKEN | {"oauthPassword": None}),
    "unknown-credentials": Failure((), SETS, {"credentials": "beta"}),
    "no-credentials-at-all": Failure((), {}, {"credentials": "beta"}),
    "credentials-for-another-host": Failure((), SETS, {"credentials": "acme"}),
    "credentials-for-another-token-endpoint": Failure((), SETS, {"credentials": "away"}),
    "credentials-for-every-host": Failure((), SETS, {"credentials": "wide"}),
    "half-a-named-set": Failure((), SETS, {"credentials": "half"}),
    "misspelt-key-in-a-named-set": Failure((), SETS, {"credentials": "odd"}),
    "credentials-that-are-no-json": Failure((), {"credentials": "acme"}, {"credentials": "acme"}),
    "no-token-url-on-ssms": Failure((), NO_TOKEN, {"platform": "ssms"}),
    "token-url-without-tls": Failure(config=NO_TOKEN | {"tokenUrl": "http://{hostname}/token"}),
    "token-url-with-a-numeric-host": Failure(
        config=NO_TOKEN | {"tokenUrl": "https://0x7f000001/token"}
    ),
}

REFUSED = Fault(401, error("HTTP 401 Unauthorized"), on="mail")


def grants(status: int, body: str = "", **headers: str) -> Failure:
    """Return the failure that is an answer of the token endpoint."""
    return Failure((Fault(status, body, headers, on="token"),), NO_TOKEN)


TOKENS = {
    "401-to-a-fresh-token-too": Failure((REFUSED, REFUSED), NO_TOKEN),
    "unknown-client": Failure(config=CLIENT_ALONE | {"clientId": "nobody"}),
    "wrong-client-secret": Failure(config=CLIENT_ALONE | {"clientSecret": OAUTH_PASSWORD}),
    "wrong-user-password": Failure(config=NO_TOKEN | {"oauthPassword": CLIENT_SECRET}),
    "invalid-client": grants(401, error("invalid_client", "Invalid client credentials")),
    "no-realm-to-grant": grants(404, error("Realm does not exist")),
    "token-endpoint-down": grants(503),
    "token-endpoint-redirects": grants(302, location="https://login.example.com/"),
    "token-endpoint-grants-nothing": grants(200, "{}"),
    "token-endpoint-unreachable": Failure((), NO_TOKEN, {}, servers.closed),
    "token-endpoint-of-an-unknown-authority": Failure(config=NO_TOKEN | {"caBundle": None}),
    "token-endpoint-cuts": Failure((Fault(cut="header", on="token"),), NO_TOKEN),
    "no-token-in-time": Failure((Fault(delay=60, on="token"),), NO_TOKEN | {"timeout": A_WHILE}),
}

FAILURES = ANSWERS | NETWORK | SETTINGS | TOKENS
