"""What credentials can be: checked without being quoted, complete, and for certain hosts alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from pulumi_smtpconfig.auth.credentials import Credentials

VISIBLE = st.characters(min_codepoint=ord("!"), max_codepoint=ord("~"))
HOSTS = st.from_regex(r"[a-z0-9]{1,5}(\.[a-z0-9]{1,5}){0,3}(:[1-9][0-9]{0,3})?", fullmatch=True)
CANARY = "c4n4ry"


@given(text=st.text(VISIBLE))
def test_visible_ascii_is_taken_as_it_is(text: str) -> None:
    """A token is opaque: what a header can carry is kept unchanged."""
    assert Credentials.model_validate({"token": text}).token.get_secret_value() == text


@given(
    before=st.text(),
    illegal=st.characters(exclude_characters=[chr(code) for code in range(ord("!"), 0x7F)]),
    after=st.text(),
)
def test_any_other_character_is_refused_without_quoting(
    before: str, illegal: str, after: str
) -> None:
    """A token with a space, a control or a foreign character is named by its place alone."""
    with pytest.raises(ValidationError, match="token") as caught:
        Credentials.model_validate({"token": f"{CANARY}{before}{illegal}{after}{CANARY}"})
    assert CANARY not in str(caught.value)


def test_a_token_with_its_scheme_is_told_so() -> None:
    """Who pastes a whole header is told to leave out its first word."""
    with pytest.raises(ValidationError, match="without 'Bearer' before it"):
        Credentials.model_validate({"token": "Bearer abc"})


def test_credentials_do_not_show_their_secrets() -> None:
    """What is printed by mistake tells nothing, and all of it is what no error repeats."""
    secrets = {key: f"{CANARY}-{key}" for key in ("token", "clientSecret", "oauthPassword")}
    credentials = Credentials.model_validate(secrets)
    assert CANARY not in repr(credentials)
    assert CANARY not in str(credentials)
    assert credentials.secrets() == list(secrets.values())


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("", "clientId"),
        ("clientSecret", "clientId"),
        ("oauthUsername oauthPassword", "clientId"),
        ("clientId", "clientSecret"),
        ("clientId oauthUsername", "oauthPassword"),
        ("clientId oauthPassword", "oauthUsername"),
        ("clientId clientSecret oauthUsername", "oauthPassword"),
        ("clientId clientSecret oauthPassword", "oauthUsername"),
        ("clientId clientSecret", ""),
        ("clientId oauthUsername oauthPassword", ""),
        ("clientId clientSecret oauthUsername oauthPassword", ""),
    ],
)
def test_half_given_credentials_lack_a_key(given: str, missing: str) -> None:
    """Each grant has keys that it cannot do without, and the first missing one is named."""
    assert Credentials.model_validate(dict.fromkeys(given.split(), "x")).missing() == missing


@pytest.mark.parametrize(
    ("pattern", "allowed", "refused"),
    [
        ("*", "idp.example.com localhost idp.example.com:8443", ""),
        (
            "*.example.com",
            "idp.example.com a.b.example.com idp.example.com:8443",
            "example.com evilexample.com example.com.evil.org idp.example.com.evil.org",
        ),
        (
            "idp.example.com",
            "idp.example.com idp.example.com:8443",
            "a.idp.example.com example.com",
        ),
        ("IDP.Example.COM", "idp.example.com", "IDP"),
        ("idp.example.com:8443", "idp.example.com:8443", "idp.example.com idp.example.com:18443"),
        ("idp.example.com:443", "idp.example.com", "idp.example.com:8443 idp.example.com:4431"),
        ("*:8443", "idp.example.com:8443", "idp.example.com idp.example.com:443"),
        ("", "", "idp.example.com"),
    ],
)
def test_a_pattern_allows_its_hosts_alone(pattern: str, allowed: str, refused: str) -> None:
    """A star stands for labels before a name, case does not count, and a port is for itself."""
    credentials = Credentials.model_validate({"token": "x", "hostnames": [pattern]})
    assert all(map(credentials.allow, allowed.split()))
    assert not any(map(credentials.allow, refused.split()))


@given(hostname=HOSTS)
@example(hostname="example.com")
@example(hostname="a.example.com:1")
def test_a_star_is_for_what_ends_in_the_rest(hostname: str) -> None:
    """No other host than one below the domain is allowed, whatever its name and its port."""
    credentials = Credentials.model_validate({"token": "x", "hostnames": ["*.example.com"]})
    assert credentials.allow(hostname) == hostname.partition(":")[0].endswith(".example.com")


@given(hostname=HOSTS)
def test_no_patterns_mean_every_host_and_an_empty_list_none(hostname: str) -> None:
    """Who lists no hosts at all has credentials that fit nowhere, not everywhere."""
    assert Credentials.model_validate({}).allow(hostname)
    assert not Credentials.model_validate({"hostnames": []}).allow(hostname)


def test_any_of_several_patterns_suffices() -> None:
    """A list is read as "or"."""
    credentials = Credentials.model_validate({"hostnames": ["a.example", "b.example"]})
    assert credentials.allow("a.example")
    assert credentials.allow("b.example")
    assert not credentials.allow("c.example")
