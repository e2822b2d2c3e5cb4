"""A platform that echoes a password which the request itself does not carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.contract.errors.canaries import FORMS
from tests.contract.errors.failures import error
from tests.contract.errors.operations import Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator.endpoints import Kind
    from tests.contract.errors.operations import Operations

PASSWORD = "Zx9#verloren'ö&%+7Qw/8"
"""A password that has nothing in common with the other secrets of the operation."""

KEYCLOAK = {"platform": "keycloak", "basePath": "/auth", "onDelete": "clear"}
OPERATIONS: dict[str, Callable[[Operations, dict[str, Any]], object]] = {
    "refresh": lambda host, state: host.read(state),
    "read before create": lambda host, state: host.create(state),
    "read before update": lambda host, state: host.update(state, state | {"password": "rotated!"}),
    "clear": lambda host, state: host.delete(state),
}


def echoing(form: str, operation: str) -> Failure:
    """Return the failure of an operation's first request, which echoes the password."""
    kind: Kind = "mail" if operation == "clear" else "read"
    return Failure((Fault(400, error(f"bad {FORMS[form](PASSWORD)}"), on=kind),))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_password_of_the_state_is_not_shown(
    operations: Operations, acme: dict[str, Any], operation: str, form: str
) -> None:
    """Every request of an operation hides the passwords that the operation knows."""
    state = acme | KEYCLOAK | {"password": PASSWORD}
    message = operations.failing(
        echoing(form, operation), lambda host: OPERATIONS[operation](host, state)
    )
    assert FORMS[form](PASSWORD) not in message
    assert "not shown" in message


@pytest.mark.parametrize("operation", ["refresh", "clear"])
def test_the_password_of_a_reference_is_not_shown(
    operations: Operations, acme: dict[str, Any], tmp_path: Path, operation: str
) -> None:
    """A password that is by reference and can be read here is hidden, though it is not needed."""
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    state = {**acme, **KEYCLOAK, "passwordFrom": f"file:{file}"}
    del state["password"]
    message = operations.failing(
        echoing("raw", operation), lambda host: OPERATIONS[operation](host, state)
    )
    assert PASSWORD not in message
    assert "not shown" in message
