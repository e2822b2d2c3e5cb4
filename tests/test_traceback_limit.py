from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.errors import InternalError, Refused
from pulumi_smtpconfig.traceback_limit import without_traceback

if TYPE_CHECKING:
    from collections.abc import Iterator

UNSET = object()
OTHERS = 3
"""A limit that another provider of the same process sets."""


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    yield
    succeed()
    vars(sys).pop("tracebacklimit", None)


@without_traceback
def succeed() -> str:
    """Return something."""
    return "done"


@without_traceback
def fail() -> None:
    """Raise an error of the package."""
    raise Refused("No.", "ask.")


@without_traceback
def break_down() -> None:
    """Raise an error that is a mistake of the package."""
    raise KeyError("a secret")


def shown(error: BaseException) -> str:
    """Return what Pulumi's host shows of an error."""
    return "".join(traceback.format_exception(error)).strip()


def test_an_error_is_shown_as_its_message_alone() -> None:
    """No line of the stack and no heading stands before the error's type and message."""
    with pytest.raises(Refused) as caught:
        fail()
    assert shown(caught.value) == f"pulumi_smtpconfig.errors.Refused: {caught.value}"


def test_a_mistake_of_the_package_still_names_its_place() -> None:
    """The message has the file and the line that the traceback would have shown."""
    with pytest.raises(InternalError, match=r"KeyError at test_traceback_limit\.py:\d+") as caught:
        break_down()
    assert "secret" not in shown(caught.value)


@pytest.mark.parametrize("limit", [UNSET, 0, OTHERS, None])
def test_the_limit_of_others_is_put_back_at_the_next_call(limit: object) -> None:
    """However many calls fail, a later call restores what other providers had."""
    if limit is not UNSET:
        sys.tracebacklimit = limit  # type: ignore[assignment]  # None is what some code sets
    for _ in range(2):
        with pytest.raises(Refused):
            fail()
    assert succeed() == "done"
    assert getattr(sys, "tracebacklimit", UNSET) is limit


def test_a_limit_that_another_provider_sets_in_between_stays() -> None:
    """What others set after a failure here is theirs, and is not undone."""
    with pytest.raises(Refused):
        fail()
    sys.tracebacklimit = OTHERS
    succeed()
    assert sys.tracebacklimit == OTHERS
