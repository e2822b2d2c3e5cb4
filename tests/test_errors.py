from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig import errors
from pulumi_smtpconfig.errors import (
    InternalError,
    Refused,
    SmtpConfigError,
    error_context,
    only_our_errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CANARY = "c4nary-in-a-message"


@only_our_errors
def raises_foreign() -> None:
    """Raise a chain of foreign exceptions whose messages quote their input."""
    try:
        int(CANARY)
    except ValueError:
        float(CANARY)


@only_our_errors
def raises_ours_while_handling_foreign() -> None:
    """Raise one of our errors while a foreign exception is handled."""
    try:
        int(CANARY)
    except ValueError:
        raise Refused("The platform said no.", "ask it why.")  # noqa: B904 - what is tested


def subclasses(kind: type[SmtpConfigError]) -> list[str]:
    """Return the names of all subclasses, depth first."""
    return [name for k in kind.__subclasses__() for name in (k.__name__, *subclasses(k))]


def test_the_docstring_draws_every_error() -> None:
    """The tree in the module's docstring has exactly the errors of the package."""
    drawn = re.findall(r"^(?:├──|└──|│   └──)? ?(\w+) {3,}", str(errors.__doc__), re.MULTILINE)
    assert drawn == ["SmtpConfigError", *subclasses(SmtpConfigError)]


def test_a_message_says_what_was_being_done_what_happened_and_what_to_do() -> None:
    """Each part has its own line; without a context there are two."""
    refused = Refused("The platform said no.", "ask it why.")
    assert str(refused) == "The platform said no.\n  Next: ask it why."
    with pytest.raises(Refused) as caught, error_context("Posting failed."):
        raise refused
    assert str(caught.value) == "Posting failed.\n  The platform said no.\n  Next: ask it why."


def test_a_foreign_exception_gets_a_context_and_loses_its_message() -> None:
    """The user reads what was being done, but no secret that a library quotes."""
    with pytest.raises(InternalError, match="ValueError at") as caught, error_context("Posting."):
        raise ValueError(CANARY)
    assert str(caught.value).startswith("Posting.")
    assert CANARY not in str(caught.value)


def test_a_foreign_exception_becomes_its_type_and_place() -> None:
    """It is reported as a bug of this package, with file and line."""
    with pytest.raises(InternalError, match=r"ValueError at test_errors\.py:\d+"):
        raises_foreign()


def test_our_own_error_passes_unchanged() -> None:
    """The guard re-raises the same object."""
    refused = Refused("No.", "ask.")

    @only_our_errors
    def refuse() -> None:
        raise refused

    with pytest.raises(Refused) as caught:
        refuse()
    assert caught.value is refused


@pytest.mark.parametrize("fail", [raises_foreign, raises_ours_while_handling_foreign])
def test_a_traceback_shows_no_foreign_message(fail: Callable[[], None]) -> None:
    """The engine prints the whole chain of exceptions."""
    with pytest.raises(SmtpConfigError) as caught:
        fail()
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_guarded_function_keeps_its_name_and_result() -> None:
    """Without an error the guard does nothing."""

    @only_our_errors
    def add(one: int, *, other: int) -> int:
        return one + other

    assert (add(1, other=2), add.__name__) == (3, "add")
