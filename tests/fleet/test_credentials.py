from __future__ import annotations

import json

import pytest

from pulumi_smtpconfig.fleet import FleetError
from pulumi_smtpconfig.fleet.credentials import require_hostnames

CANARY = "token-canary"
GOOD = json.dumps(
    {"idp": {"token": CANARY, "hostnames": ["*.example.com:*", "idp.example.org:8443"]}}
)
UNLIMITED = {
    "no hostnames": {"token": CANARY},
    "null": {"token": CANARY, "hostnames": None},
    "a text": {"token": CANARY, "hostnames": "*.example.com"},
    "not an object": CANARY,
    "an empty list": {"token": CANARY, "hostnames": []},
    "every host": {"token": CANARY, "hostnames": ["idp.example.com", "*"]},
    "every host of a top-level domain": {"token": CANARY, "hostnames": ["*.com"]},
    "a wildcard within a label": {"token": CANARY, "hostnames": ["*example.com"]},
    "an empty host": {"token": CANARY, "hostnames": [""]},
    "every host of one port": {"token": CANARY, "hostnames": ["*:8443"]},
    "every host of a public suffix": {"token": CANARY, "hostnames": ["*.co.uk"]},
    "every host of many owners": {"token": CANARY, "hostnames": ["*.github.io:*"]},
    "one letter of any": {"token": CANARY, "hostnames": ["id?.example.com"]},
    "a numeric address": {"token": CANARY, "hostnames": ["0x7f000001"]},
    "a number": {"token": CANARY, "hostnames": [1]},
}


def test_limited_credentials_or_none_are_accepted() -> None:
    """A pull request without secrets can still run a preview."""
    require_hostnames({"SMTPCONFIG_CREDENTIALS": None, "smtpconfig:credentials": ""})
    require_hostnames({"SMTPCONFIG_CREDENTIALS": GOOD, "smtpconfig:credentials": GOOD})


@pytest.mark.parametrize("kind", UNLIMITED)
@pytest.mark.parametrize("source", ["SMTPCONFIG_CREDENTIALS", "smtpconfig:credentials"])
def test_credentials_without_hostnames_are_refused_in_every_source(source: str, kind: str) -> None:
    """Environment and stack config are both checked, although the environment wins."""
    sources: dict[str, str | None] = {
        "SMTPCONFIG_CREDENTIALS": GOOD,
        "smtpconfig:credentials": GOOD,
    }
    sources[source] = json.dumps({"good": json.loads(GOOD)["idp"], "idp": UNLIMITED[kind]})
    with pytest.raises(FleetError) as error:
        require_hostnames(sources)
    assert str(error.value).startswith(f'{source}: the credentials "idp" have no hostnames')
    assert "good" not in str(error.value)
    assert CANARY not in str(error.value)


@pytest.mark.parametrize("text", [CANARY, f'"{CANARY}"', "[" * 100_000])
def test_credentials_that_are_not_an_object_are_not_quoted(text: str) -> None:
    """Somebody may have set a token in place of the object."""
    with pytest.raises(FleetError, match=r"^SMTPCONFIG_CREDENTIALS is not a JSON object; "):
        require_hostnames({"SMTPCONFIG_CREDENTIALS": text})
