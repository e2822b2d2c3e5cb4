"""The pages of arguments and connection settings are complete and true."""

from __future__ import annotations

import ast
import inspect
import re
from typing import TYPE_CHECKING, Any, get_args

import pytest

from pulumi_smtpconfig.auth.credentials import Credentials
from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.property_names import KEYS
from pulumi_smtpconfig.resource import SmtpConfig
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import Inputs, parse
from tests.docs.pages import DOCS, headings, rows
from tests.lifecycle.sender import KeepingSender
from tests.source import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

RESOURCE, CONNECTION = DOCS / "resource.md", DOCS / "connection-settings.md"
SIGNATURE = inspect.signature(SmtpConfig.__init__).parameters
ARGUMENTS = [name for name in SIGNATURE if name not in {"self", "resource_name", "opts"}]
LOOKED_UP = re.compile(r'(?:config\.get|self\.get|setting|_settings|both)\("(\w+)"\)')
EXAMPLE = re.compile(r"Example: `(.+)`$", re.MULTILINE)
MODELS: tuple[type[Inputs], ...] = (Tenant, SmtpSettings, Options)
KEYCLOAK = {
    "platform": "keycloak",
    "hostname": "idp.example.com",
    "tenantId": "acme",
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "user": "acme",
    "password": "correct horse",
}
TOKEN = {
    "authTokenUrl": "https://login.acme.example/token",
    "authTokenClientId": "mail",
    "authTokenClientSecret": "n0t-a-w0rd",
}


def row(argument: str) -> list[str]:
    """Return the argument's row in the table of all."""
    (found,) = [row for row in rows(RESOURCE) if row[0] == argument]
    return found


def written_type(argument: str) -> str:
    """Return the type of an argument as people write it."""
    annotation = str(SIGNATURE[argument].annotation)
    inner = annotation.removesuffix(" | None").removeprefix("pulumi.Input[").removesuffix("]")
    if inner.startswith("Choice["):
        return "str"
    names = {"Sequence[Any": "list", "Sequence[Any]": "list", "Sequence[str": "list of str"}
    return names.get(inner, inner).replace(" | ", " or ")


def default(argument: str) -> str:
    """Return the default of an argument, as the models of the inputs have it."""
    key = KEYS.get(argument, argument.removesuffix("_"))
    plain, with_ssl = (parse(SmtpSettings, given)[0].stored() for given in ({}, {"ssl": True}))
    if SIGNATURE[argument].default is inspect.Parameter.empty:
        return "required"
    if key != "ssl" and key in plain and plain[key] != with_ssl[key]:
        return f"{plain[key]}, with ssl {with_ssl[key]}"
    field = next((m.model_fields[argument] for m in MODELS if argument in m.model_fields), None)
    value: Any = field.get_default(call_default_factory=True) if field else ()
    is_choice = field is not None and get_args(field.annotation)
    shown = f'"{value}"' if is_choice and isinstance(value, str) and value else str(value)
    return shown if value is False or (isinstance(value, str) and value) else "none"


def examples() -> Iterator[tuple[str, object]]:
    """Yield each argument's example, by key."""
    for argument in ARGUMENTS:
        text = RESOURCE.read_text("utf-8").partition(f"\n### `{argument}`\n")[2].partition("\n#")[0]
        (example,) = EXAMPLE.findall(text)
        (keyword,) = ast.parse(f"f({example})").body[0].value.keywords  # type: ignore[attr-defined] # of one call
        assert keyword.arg == argument
        yield KEYS.get(argument, argument.removesuffix("_")), ast.literal_eval(keyword.value)


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_every_argument_has_its_row(argument: str) -> None:
    """With its key, its type and its default, as the code has them."""
    _, key, kind, shown, change = row(argument)
    assert key == KEYS.get(argument, argument.removesuffix("_"))
    assert kind == written_type(argument)
    assert shown == default(argument)
    assert (change == "another tenant") == (key in Tenant.keys().values())
    assert (change == "sent") == (key in {*SmtpSettings.keys().values(), "triggers"})


def test_every_argument_has_a_section_with_an_example_that_is_accepted() -> None:
    """An example is a keyword and a value that the provider's check lets pass."""
    lifecycle = Lifecycle(KeepingSender(), lambda _: None)
    for key, value in examples():
        given: dict[str, Any] = {**KEYCLOAK, key: value}
        if key == "passwordFrom" or key.startswith("authToken"):
            del given["password"]
        if key.startswith("authToken"):
            given = TOKEN | given
        if key == "authTokenClientSecretFrom":
            del given["authTokenClientSecret"]
        assert not lifecycle.check(given).problems, key


def test_every_argument_is_told_of_where_editors_look() -> None:
    """The docstring names each, and each that is stored is an output."""
    docstring = inspect.getdoc(SmtpConfig) or ""
    assert [name for name in SIGNATURE if f"\n    {name}: " not in docstring] == ["self"]
    assert {*ARGUMENTS, "endpoint"} == set(SmtpConfig.__annotations__)


def connection_settings() -> set[str]:
    """Return the keys that the package looks up."""
    named = {field.alias or key for key, field in Credentials.model_fields.items()}
    looked_up = {key for source in SOURCES.values() for key in LOOKED_UP.findall(source)}
    return (named | looked_up | {"credentials"}) - {"hostnames"}


def test_every_connection_setting_has_its_row_and_section() -> None:
    """With its variable, and no other; named sets have a section under that name."""
    told = {cells[0].partition(" ")[0]: cells[1] for cells in rows(CONNECTION) if ":" in cells[0]}
    assert told == {f"smtpconfig:{key}": variable(key) for key in connection_settings()}
    sections = " ".join(headings(CONNECTION)).split()
    assert {word for word in sections if ":" in word} == set(told) - {"smtpconfig:credentials"}
