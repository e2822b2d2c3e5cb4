from __future__ import annotations

import math
import time

import pytest

from pulumi_smtpconfig.auth.tokens import AccessToken, TokenCache

KEY = "source and URL"


def access_token(life: float = math.inf) -> AccessToken:
    """Return a token that is used for so many seconds."""
    return AccessToken("a-token", time.monotonic() + life)


@pytest.mark.parametrize(("life", "is_kept"), [(3600, True), (0, False)])
def test_a_token_is_kept_until_it_expires(life: float, *, is_kept: bool) -> None:
    """Until then the next resource uses it too."""
    cache, token = TokenCache(), access_token(life)
    cache.put(KEY, token)
    assert (cache.get(KEY) is token) == is_kept


def test_each_key_has_its_own_token() -> None:
    """One tenant's token is not used for another."""
    cache, tokens = TokenCache(), [access_token(), access_token()]
    for number, token in enumerate(tokens):
        cache.put(number, token)
    assert cache.get(0) is tokens[0]
    assert cache.get(1) is tokens[1]
    assert cache.get(KEY) is None


def test_a_refused_token_is_discarded_once() -> None:
    """Of threads that meet the same refusal one fetches, and the others use the new token."""
    cache, refused, renewed = TokenCache(), access_token(), access_token()
    cache.put(KEY, refused)
    cache.discard(KEY, refused)
    assert cache.get(KEY) is None
    cache.put(KEY, renewed)
    cache.discard(KEY, refused)
    assert cache.get(KEY) is renewed
