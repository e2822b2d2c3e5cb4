"""What the emulator's terminal says of tokens."""

from urllib.parse import urlencode

from tests.emulator.requests import SETTINGS, SSMS, send
from tests.emulator.terminal import terminal
from tests.emulator.tokens import FORM


def encoded(form: dict[str, str], grant_type: str) -> bytes:
    """The body of a request for a token."""
    return urlencode({**form, "grant_type": grant_type}).encode()


def test_the_lines_in_comments_lead_to_tokens_that_are_never_shown() -> None:
    """They take the fixed token's place; of a request for a token path and status are shown."""
    with terminal(marks=False) as (process, there):
        assert there.setdefault("SMTPCONFIG_TOKEN", "none") == "none"
        secret = there["SMTPCONFIG_CLIENT_SECRET"]
        form = {"client_id": there["SMTPCONFIG_CLIENT_ID"], "client_secret": secret}
        url = there["SMTPCONFIG_TOKEN_URL"].format(hostname="idp.example.com", tenantId="DEV3")
        granted = send(there, url, encoded(form, "client_credentials"), **{"Content-Type": FORM})
        there["SMTPCONFIG_TOKEN"] = token = granted.json()["access_token"]
        send(there, f"{SSMS}?q={token}", {**SETTINGS, "user": token, "replyTo": secret})
        user = {"username": "canary", "password": "canary"}
        send(there, url, encoded({**form, **user}, "password"), **{"Content-Type": FORM})
        send(there, url, {**form, **SETTINGS})
        process.terminate()
        lines = process.communicate(timeout=30)[0].splitlines()
    where = "POST idp.example.com/auth/realms/DEV3/protocol/openid-connect/token"
    shown = [f'{where} tenant="DEV3" {status}' for status in (200, 401, 400)]
    assert [lines[0], *lines[2:4]] == shown
    assert lines[1].endswith('"password": "********", "user": "********", "replyTo": "********"}')
