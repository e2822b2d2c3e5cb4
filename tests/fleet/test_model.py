from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.fleet.model import FOR_ALL, KEYS, REFERENCES
from pulumi_smtpconfig.property_names import KEYS as PROPERTIES
from pulumi_smtpconfig.resource_args import SmtpConfigArgs
from tests.fleet.files import HEAD, fleet_of, found_in, problems_in

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "pw-canary"
OF_FLEETS = ("group", "credentials")
"""The settings that a resource may leave out, and a tenant of a fleet may not."""

ONE_OF_THREE = "password: must be {secret: NAME}, {env: NAME} or {file: NAME}"

INVALID = {
    "port: 70000": "port: must be from 1 to 65535; use the port that the SMTP server listens on [E",
    "port: 0": "port: must be from 1 to 65535; use the port that the SMTP server listens on [E102]",
    "port: many": "port: must be a whole number from 1 to 65535",
    "port: 1.5": "port: must be a whole number from 1 to 65535",
    "ssl: maybe": "ssl: must be true or false",
    "user: {a: b}": "user: must be a valid string",
    "host: ''": "host: is required",
    'fromDisplayName: "a\\nb"': "fromDisplayName: contains a line break or other control character",
    'triggers: [a, "b\\r"]': "triggers: contains a line break or other control character",
    'triggers: [{a: ["\\e[2K"]}]': "triggers: contains a line break or other control character",
    'triggers: [{"a\\u2028": b}]': "triggers: contains a line break or other control character",
    "group: asia": "group: is not one of the groups at the top",
    "group: EU": "group: is not one of the groups at the top",
    "platform: azure": "platform: must be 'ssms', 'shift' or 'keycloak'",
    "hots: x": "hots: is an unknown key; did you mean host?",
    f"passwort: {CANARY}": "passwort: is an unknown key; did you mean password?",
    "hostnames: ['*']": "hostnames: is an unknown key; did you mean hostname?",
    "onDelete: clear": "onDelete: is the same for all tenants; set it in the defaults",
    f"password: {CANARY}": ONE_OF_THREE,
    f"password: [{CANARY}]": ONE_OF_THREE,
    f"password: {{{CANARY}}}": ONE_OF_THREE,
    f"password: {{plain: {CANARY}}}": ONE_OF_THREE,
    "password: {}": ONE_OF_THREE,
    "password: {env: SMTP_PASSWORD_A, file: a}": ONE_OF_THREE,
    "password: {env: PATH}": "password.env: must be SMTP_PASSWORD_ followed by",
    "password: {env: AWS_SMTP_PASSWORD_A}": "password.env: must be SMTP_PASSWORD_ followed by",
    "password: {file: /etc/shadow}": "password.file: must be the name of a file in",
    "password: {file: ../a}": "password.file: must be the name of a file in",
    "password: {file: a/../../b}": "password.file: must be the name of a file in",
    "password: {file: ''}": ONE_OF_THREE,
}


TEXTS = st.text("a\\\n\r\t\x1b\x7f\x85\u2028 :", max_size=4)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, max_size=3), st.booleans())
def test_no_trigger_can_end_the_line_that_shows_it(
    tmp_path: Path,
    triggers: list[Any],
    of_all: bool,  # noqa: FBT001 - drawn
) -> None:
    """Wherever it is: pipelines show triggers in diffs, and read what begins a line as commands."""
    given = f"triggers: {json.dumps(triggers)}"
    head = HEAD.replace("tenants:", f"  {given}\ntenants:") if of_all else HEAD
    content = f"{head}  acme: {{{'' if of_all else given}}}\n"
    told = [each.what for each in found_in(tmp_path, content) if not each.is_warning]
    texts = re.findall(r"\\\\|\\(?:[nrtbf]|u00[0189]|u007f|u2028)", json.dumps(triggers))
    assert bool(told) == any(each != "\\\\" for each in texts)


@pytest.mark.parametrize("setting", INVALID)
def test_an_invalid_setting_is_reported_with_file_line_and_tenant(
    tmp_path: Path, setting: str
) -> None:
    """The message says what is valid, and does not quote the value."""
    (line,) = problems_in(tmp_path, f"{HEAD}  good: {{}}\n  acme:\n    {setting}\n")
    assert line.startswith(f'tenants.yaml:12: tenant "acme": {INVALID[setting]}')
    assert CANARY not in line


def test_all_problems_are_reported_at_once_in_line_order(tmp_path: Path) -> None:
    """One edit can fix them all."""
    text = "groups: [eu, eu]\ndefaults:\n  port: x\ntenants:\n  a b:\n    ssl: x\n  c:\nmore: 1\n"
    lines = [line.split(":")[1] for line in problems_in(tmp_path, text)]
    assert lines == sorted(lines)
    assert {*lines} == {*"135678"}


def test_a_problem_in_the_defaults_is_reported_once(tmp_path: Path) -> None:
    """It is not repeated for each tenant."""
    text = f"{HEAD}  a: {{}}\n  b: {{}}\n".replace("group: eu", "group: eu\n  port: x")
    assert problems_in(tmp_path, text) == [
        "tenants.yaml:4: defaults: port: must be a whole number from 1 to 65535"
    ]


@pytest.mark.parametrize("key", ["group", "platform", "hostname", "credentials", "host", "from"])
def test_null_removes_a_required_default(tmp_path: Path, key: str) -> None:
    """The tenant then needs a value of its own."""
    (line,) = problems_in(tmp_path, f"{HEAD}  acme: {{{key}: null}}\n")
    why = f"needs {key}, here or in the defaults" if key in OF_FLEETS else f"{key}: is required"
    assert line == f'tenants.yaml:10: tenant "acme": {why}'


def test_every_argument_of_the_resource_can_be_said() -> None:
    """Secrets by where they are stored, the name as the key of the tenant, and nothing else."""
    arguments = {
        PROPERTIES.get(key, key).removesuffix("_") for key in SmtpConfigArgs.__annotations__
    }
    stored = {
        key for key in arguments if key.endswith("From") and key.removesuffix("From") in REFERENCES
    }
    assert {*KEYS} == arguments - stored | {"group"}
    assert {"verify", "debug", "onDelete", "lintIgnore"} == FOR_ALL


DUPLICATES = {
    "a name in another case on SSMS": "{platform: ssms}\n  ACME: {platform: ssms}",
    "the tenant of another name": "{}\n  other: {tenantId: acme}",
    "the same host": "{}\n  other: {tenantId: acme, hostname: 'IDP.example.com:443'}",
    "the same port": "{}\n  other: {tenantId: acme, hostname: 'idp.example.com.:0443'}",
    "another group": "{}\n  other: {tenantId: acme, group: us}",
}


@pytest.mark.parametrize("kind", DUPLICATES)
def test_duplicate_tenants_are_refused(tmp_path: Path, kind: str) -> None:
    """Two resources would overwrite each other, even in different groups."""
    (line,) = problems_in(tmp_path, f"{HEAD}  acme: {DUPLICATES[kind]}\n")
    assert line.startswith("tenants.yaml:11: tenant ")
    assert line.endswith('is the same tenant as tenant "acme" in line 10; keep one of the two')


def test_similar_tenants_are_not_duplicates(tmp_path: Path) -> None:
    """SHIFT's realms are case-sensitive, and two platforms may have a tenant of the same name."""
    others = (
        "ACME: {}\n  ssms: {tenantId: acme, platform: ssms}\n  far: {tenantId: acme, hostname: b}"
    )
    assert len(fleet_of(tmp_path, f"{HEAD}  acme: {{}}\n  {others}\n").of_group("eu")) == 4


SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "group": st.sampled_from(["eu", "us"]),
        "port": st.integers(1, 65535).map(str),
        "user": st.sampled_from(["a", "b", "null"]),
        "replyTo": st.sampled_from(["a@example.com", "null"]),
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SETTINGS, st.lists(SETTINGS, min_size=1, max_size=4))
def test_a_tenant_uses_its_own_setting_or_the_default(
    tmp_path: Path, defaults: dict[str, str], tenants: list[dict[str, str]]
) -> None:
    """Each key is looked up separately, and each tenant is in one group."""
    lines = "".join(f"  {key}: {value}\n" for key, value in defaults.items() if key != "group")
    head = HEAD.replace("tenants:\n", f"{lines}tenants:\n")
    rows = [", ".join(f"{key}: {value}" for key, value in own.items()) for own in tenants]
    names = [f"t{number}" for number in range(len(rows))]
    body = "".join(f"  {name}: {{{row}}}\n" for name, row in zip(names, rows, strict=True))
    fleet = fleet_of(tmp_path, head + body)
    for name, own in zip(names, tenants, strict=True):
        whole = {"group": "eu"} | {k: v for k, v in defaults.items() if k != "group"} | own
        found = fleet.tenants[name]
        given_ = {"group": found.group, **found.properties}
        for key in ("group", "port", "user", "replyTo"):
            assert str(given_.get(key, "null")) == whole.get(key, "null")
