"""Requests to an emulator, made with nothing of the package."""

import json
import socket
import ssl
from collections.abc import Mapping

import httpx

SSMS = "https://DEV3.idp.example.com:8443/digitanium/v4/mail/config"
SHIFT = "https://idp.example.com/auth/realms/acme/mail/setup"
SETTINGS = {
    "host": "smtp.example.com",
    "from": "a@example.com",
    "port": "587",
    "password": "s3cret",
}
OK = {"message": "Successfully updated SMTP Details", "status": "OK", "subSystem": 8}


def send(
    there: Mapping[str, str],
    url: str,
    body: object = SETTINGS,
    method: str = "POST",
    **headers: str,
) -> httpx.Response:
    """Send the body to the URL's host at the address that the environment names."""
    _, _, host, target = url.split("/", 3)
    trusted = ssl.create_default_context(cafile=there["SMTPCONFIG_CA_BUNDLE"])
    with httpx.Client(verify=trusted, trust_env=False) as client:
        return client.request(
            method,
            f"https://{there['SMTPCONFIG_CONNECT_TO']}/{target}",
            content=body if isinstance(body, bytes) else json.dumps(body),
            headers={
                "Host": host,
                "Authorization": f"Bearer {there['SMTPCONFIG_TOKEN']}",
                "Content-Type": "application/json",
                **headers,
            },
            extensions={"sni_hostname": host.partition(":")[0]},
        )


def connect(there: Mapping[str, str]) -> socket.socket:
    """A plain connection to the address that the environment names."""
    host, port = there["SMTPCONFIG_CONNECT_TO"].split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def handshake(there: Mapping[str, str], name: str) -> ssl.SSLSocket:
    """A TLS connection to there whose certificate is verified for the name."""
    trusted = ssl.create_default_context(cafile=there["SMTPCONFIG_CA_BUNDLE"])
    with connect(there) as plain:
        return trusted.wrap_socket(plain, server_hostname=name)
