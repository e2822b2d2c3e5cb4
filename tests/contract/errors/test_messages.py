from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.errors.canaries import leaks
from tests.contract.errors.expectations import UPDATE, as_stored, expect, stored
from tests.contract.errors.failures import FAILURES

if TYPE_CHECKING:
    from tests.contract.errors.operations import Operations

SHAPE = re.compile(
    r"""pulumi_smtpconfig\.errors\.\w+:\ Mail\ settings\ of\ tenant\ "ACME":
    \ POST\ https://[^ ]+/(mail/(setup|config)|openid-connect/token)\ failed\.\n
    \ \ [^\n]+\.\n
    \ \ Next:\ [a-z][^\n]+\.\n
    (\ \ [^\n]+\.\n)*""",
    re.VERBOSE,
)


def in_any_resolvers_words(message: str) -> str:
    """Return the message with a placeholder for what this system says of an unknown host."""
    with pytest.raises(socket.gaierror) as error:
        socket.getaddrinfo("idp.invalid", 443)
    return message.replace(str(error.value.strerror), "(the resolver's words)")


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_reads_as_stored(operations: Operations, acme: dict[str, Any], name: str) -> None:
    """Of each kind of failure the engine shows the reviewed message and nothing else."""
    shown = operations.failure(acme, FAILURES[name])
    assert not leaks(shown)
    message = as_stored(shown)
    expect(name, in_any_resolvers_words(message) if name == "unknown-host" else message)


@pytest.mark.parametrize("name", FAILURES)
def test_a_message_has_all_its_parts(name: str) -> None:
    """Each says what was being done for which tenant and URL, what happened, and what is next."""
    assert SHAPE.fullmatch(stored()[name])


def test_each_message_belongs_to_a_failure() -> None:
    """Nothing is stored that no test compares."""
    assert sorted(stored()) == sorted(FAILURES)


def test_nothing_is_stored_where_nobody_reviews_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI a message is compared, whatever else is asked for."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv(UPDATE, "1")
    with pytest.raises(AssertionError, match="review"):
        expect("of-no-failure", "a message")
    assert "of-no-failure" not in stored()
