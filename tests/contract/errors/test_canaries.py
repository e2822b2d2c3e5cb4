from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PASSWORD
from tests.contract.errors.canaries import FORMS, SECRETS, leaks
from tests.contract.errors.echoes import ECHOES, REDIRECTS, echoed, grants
from tests.contract.errors.failures import NO_TOKEN, says

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.errors.operations import Failure, Operations

EVERY_FORM = pytest.mark.parametrize("form", FORMS)


@EVERY_FORM
@pytest.mark.parametrize("place", ECHOES)
def test_an_echo_tells_no_secret(
    operations: Operations, acme: dict[str, Any], place: str, form: str
) -> None:
    """Wherever others repeat what they know, in whatever form, it is left out."""
    shown = operations.failure(acme, ECHOES[place](echoed(form)))
    assert not leaks(shown)
    assert "not shown" in shown


@EVERY_FORM
@pytest.mark.parametrize("place", REDIRECTS)
@pytest.mark.parametrize("by", [says, grants])
def test_a_redirect_tells_no_secret(
    operations: Operations,
    acme: dict[str, Any],
    by: Callable[..., Failure],
    place: str,
    form: str,
) -> None:
    """Of the address that a redirect names only the host is told, and no secret in its place."""
    location = REDIRECTS[place](FORMS[form](PASSWORD))
    assert not leaks(operations.failure(acme, by(302, location=location)))


@EVERY_FORM
def test_a_token_that_cannot_be_used_is_not_told(
    operations: Operations, acme: dict[str, Any], form: str
) -> None:
    """What a token endpoint grants is never quoted, as another token may stand in it."""
    assert not leaks(operations.failure(acme, grants(200, echoed(form))))


@pytest.mark.parametrize(
    ("config", "properties", "place"),
    [
        ({"token": "t0k3n"}, {}, "401 to a given token"),
        ({}, {"password": "p4ss"}, "500"),
        ({}, {"password": "p4ss"}, "redirect"),
        (NO_TOKEN | {"clientSecret": "s3cr"}, {}, "token endpoint: 401"),
        (NO_TOKEN | {"oauthPassword": "w0rd"}, {}, "token endpoint: 502 with a page"),
    ],
)
def test_an_echo_of_a_short_secret_is_left_out(
    operations: Operations,
    acme: dict[str, Any],
    config: dict[str, Any],
    properties: dict[str, Any],
    place: str,
) -> None:
    """A message that contains a short secret is left out too."""
    (short,) = [text for text in {**config, **properties}.values() if text]
    if place == "redirect":
        failure = says(302, location=f"https://{short}.example.com/")
    else:
        failure = ECHOES[place](f"I will not take {short}")
    shown = operations.failure(acme, failure._replace(config=config, properties=properties))
    assert short not in shown
    assert "not shown" in shown


@EVERY_FORM
@pytest.mark.parametrize("secret", SECRETS)
def test_a_leak_would_be_seen(form: str, secret: str) -> None:
    """The watch knows each form, cut short at either end too."""
    assert leaks(f"a quote ({FORMS[form](secret)})")
    assert leaks(FORMS[form](secret)[4:-4])
