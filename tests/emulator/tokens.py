"""Requests for tokens, made with nothing of the package."""

from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import send

FORM = "application/x-www-form-urlencoded"
SECRET = "s:e c+r%t"
CLIENT = {"grant_type": "client_credentials", "client_id": "pulumi", "client_secret": SECRET}


def ask(
    emulator: Emulator, form: Mapping[str, str], realm: str = "acme", **headers: str
) -> httpx.Response:
    """Send the form to the realm's token endpoint."""
    url = f"https://idp.example.com/auth/realms/{realm}/protocol/openid-connect/token"
    given = {"Authorization": "", "Content-Type": FORM, **headers}
    return send(emulator.environment, url, urlencode(form).encode(), **given)


def granted(emulator: Emulator, realm: str = "acme") -> str:
    """A token of the realm for the client."""
    answer = ask(emulator, {**CLIENT, "client_secret": emulator.client_secret}, realm)
    return str(answer.json()["access_token"])


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, error and description; a refusal has nothing else, and no cache may keep it."""
    assert answer.headers["Cache-Control"] == "no-store"
    error: dict[str, str] = answer.json()
    assert list(error) == ["error", "error_description"]
    return answer.status_code, error["error"], error["error_description"]
