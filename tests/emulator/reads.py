"""Reads of a realm, made with nothing of the package."""

import httpx

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import send

REALM = "https://idp.example.com/auth/admin/realms/acme"
MASK = "*" * 10


def read(
    emulator: Emulator, url: str = REALM, method: str = "GET", **headers: str
) -> httpx.Response:
    """Read the realm, with the fixed token where no other is given."""
    return send(emulator.environment, url, b"", method, **headers)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and error; a refusal says nothing else."""
    error: dict[str, str] = answer.json()
    assert list(error) == ["error"]
    return answer.status_code, error["error"]
