"""Errors: four parts, one tree, and nothing of a foreign exception's message."""

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
def fails_as_a_stranger() -> None:
    """Raise as a library does whose message quotes what it was given."""
    try:
        int(CANARY)
    except ValueError:
        float(CANARY)


@only_our_errors
def fails_while_handling_a_stranger() -> None:
    """Raise this package's own error where a foreign one is being handled."""
    try:
        int(CANARY)
    except ValueError:
        raise Refused("The platform said no.", "ask it why.")  # noqa: B904 - the law's subject


def below(kind: type[SmtpConfigError]) -> list[str]:
    """Return the names of all kinds of an error, each before its own."""
    return [name for k in kind.__subclasses__() for name in (k.__name__, *below(k))]


def test_the_docstring_draws_every_error() -> None:
    """The tree in the module's docstring has each error of the package, and no other."""
    drawn = re.findall(r"^(?:├──|└──|│   └──)? ?(\w+) {3,}", str(errors.__doc__), re.MULTILINE)
    assert drawn == ["SmtpConfigError", *below(SmtpConfigError)]


def test_a_message_tells_doing_then_happened_then_what_to_do_next() -> None:
    """Each part has its line, in the order in which a reader asks."""
    with pytest.raises(Refused) as caught, error_context("Posting failed."):
        raise Refused("The platform said no.", "ask it why.")
    assert str(caught.value) == "Posting failed.\n  The platform said no.\n  Next: ask it why."


def test_a_message_without_doing_has_no_empty_line() -> None:
    """A part that is not there leaves no trace."""
    assert str(Refused("No.", "ask.")) == "No.\n  Next: ask."


def test_a_foreign_exception_is_told_what_was_being_done_without_its_words() -> None:
    """Whatever fails while something is sent, the user reads for which tenant, and no secret."""
    with pytest.raises(InternalError, match="ValueError at") as caught, error_context("Posting."):
        raise ValueError(CANARY)
    assert str(caught.value).startswith("Posting.")
    assert CANARY not in str(caught.value)


def test_a_foreign_exception_becomes_its_type_and_place() -> None:
    """What a library raises is reported as a mistake of this package, at a line of a file."""
    with pytest.raises(InternalError, match=r"ValueError at test_errors\.py:\d+"):
        fails_as_a_stranger()


def test_an_error_of_this_package_stays_the_same_error() -> None:
    """The guard hands on what already has its four parts."""
    refused = Refused("No.", "ask.")

    @only_our_errors
    def refuse() -> None:
        raise refused

    with pytest.raises(Refused) as caught:
        refuse()
    assert caught.value is refused


@pytest.mark.parametrize("fail", [fails_as_a_stranger, fails_while_handling_a_stranger])
def test_the_traceback_that_the_engine_prints_holds_no_foreign_message(
    fail: Callable[[], None],
) -> None:
    """The whole chain, as the engine shows it, repeats nothing that a library said."""
    with pytest.raises(SmtpConfigError) as caught:
        fail()
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_guarded_method_answers_what_it_answered() -> None:
    """Without an error the guard is not to be seen."""

    @only_our_errors
    def add(one: int, *, other: int) -> int:
        return one + other

    assert (add(1, other=2), add.__name__) == (3, "add")
