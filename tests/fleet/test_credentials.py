from __future__ import annotations

import json

import pytest
from fleet import FleetError, require_hostnames

CANARY = "token-canary"
GOOD = json.dumps(
    {"idp": {"token": CANARY, "hostnames": ["*.example.com", "idp.example.org:8443"]}}
)
UNBOUND = {
    "no hostnames": {"token": CANARY},
    "null": {"token": CANARY, "hostnames": None},
    "a text": {"token": CANARY, "hostnames": "*.example.com"},
    "no set": CANARY,
    "an empty list": {"token": CANARY, "hostnames": []},
    "every host": {"token": CANARY, "hostnames": ["idp.example.com", "*"]},
    "every host of a top-level domain": {"token": CANARY, "hostnames": ["*.com"]},
    "hosts that end alike": {"token": CANARY, "hostnames": ["*example.com"]},
    "an empty host": {"token": CANARY, "hostnames": [""]},
    "a number": {"token": CANARY, "hostnames": [1]},
}


def test_bound_sets_and_none_at_all_are_fine() -> None:
    """A pull request that is given no secrets previews all the same."""
    require_hostnames({"SMTPCONFIG_CREDENTIALS": None, "smtpconfig:credentials": ""})
    require_hostnames({"SMTPCONFIG_CREDENTIALS": GOOD, "smtpconfig:credentials": GOOD})


@pytest.mark.parametrize("kind", UNBOUND)
@pytest.mark.parametrize("source", ["SMTPCONFIG_CREDENTIALS", "smtpconfig:credentials"])
def test_a_set_without_hostnames_is_refused_wherever_it_is(source: str, kind: str) -> None:
    """The sets of the variable win over those of the stack, and both are held to it."""
    sources: dict[str, str | None] = {
        "SMTPCONFIG_CREDENTIALS": GOOD,
        "smtpconfig:credentials": GOOD,
    }
    sources[source] = json.dumps({"good": json.loads(GOOD)["idp"], "idp": UNBOUND[kind]})
    with pytest.raises(FleetError) as error:
        require_hostnames(sources)
    assert str(error.value).startswith(f'{source}: the credentials "idp" have no hostnames')
    assert "good" not in str(error.value)
    assert CANARY not in str(error.value)


@pytest.mark.parametrize("text", [CANARY, f'"{CANARY}"', "[" * 100_000])
def test_sets_that_are_no_object_are_not_repeated(text: str) -> None:
    """Somebody set a token under the name of all credentials."""
    with pytest.raises(FleetError, match=r"^SMTPCONFIG_CREDENTIALS is no JSON object; "):
        require_hostnames({"SMTPCONFIG_CREDENTIALS": text})
