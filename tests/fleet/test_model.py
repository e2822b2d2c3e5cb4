from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fleet.files import HEAD, fleet_of, refused

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "pw-canary"
ONE_OF_THREE = "password: must be one of {secret: NAME}, {env: NAME} and {file: NAME}"

WRONG = {
    "port: 70000": "port: must be a whole number from 1 to 65535",
    "port: 0": "port: must be a whole number from 1 to 65535",
    "port: many": "port: must be a whole number from 1 to 65535",
    "port: 1.5": "port: must be a whole number from 1 to 65535",
    "ssl: maybe": "ssl: must be true or false",
    "user: {a: b}": "user: must be text",
    "host: ''": "host: must not be empty",
    'user: "a\\nb"': "user: must not be empty, nor hold a line break",
    "group: asia": "group: is not among the groups at the top",
    "group: EU": "group: is not among the groups at the top",
    "platform: azure": "platform: must be 'ssms', 'shift' or 'keycloak'",
    "hots: x": "hots: is not known here; do you mean host?",
    f"passwort: {CANARY}": "passwort: is not known here; do you mean password?",
    "hostnames: ['*']": "hostnames: is not known here; do you mean hostname?",
    "onDelete: clear": "onDelete: is not known here",
    f"password: {CANARY}": ONE_OF_THREE,
    f"password: [{CANARY}]": ONE_OF_THREE,
    f"password: {{{CANARY}}}": ONE_OF_THREE,
    f"password: {{plain: {CANARY}}}": ONE_OF_THREE,
    "password: {}": ONE_OF_THREE,
    "password: {env: SMTP_PASSWORD_A, file: a}": ONE_OF_THREE,
    "password: {env: PATH}": "password.env: must be SMTP_PASSWORD_ and then",
    "password: {env: AWS_SMTP_PASSWORD_A}": "password.env: must be SMTP_PASSWORD_ and then",
    "password: {file: /etc/shadow}": "password.file: must be the name of a file below",
    "password: {file: ../a}": "password.file: must be the name of a file below",
    "password: {file: a/../../b}": "password.file: must be the name of a file below",
    "password: {file: ''}": "password.file: must be the name of a file below",
}


@pytest.mark.parametrize("setting", WRONG)
def test_a_wrong_setting_is_told_with_file_line_and_tenant(tmp_path: Path, setting: str) -> None:
    """The message says what would be right, and does not repeat the value."""
    (line,) = refused(tmp_path, f"{HEAD}  good: {{}}\n  acme:\n    {setting}\n")
    assert line.startswith(f'tenants.yaml:12: tenant "acme": {WRONG[setting]}')
    assert CANARY not in line


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    """Whoever edits the file corrects it once."""
    text = "groups: [eu, eu]\ndefaults:\n  port: x\ntenants:\n  a b:\n    ssl: x\n  c:\nmore: 1\n"
    assert [line.split(":")[1] for line in refused(tmp_path, text)] == [*"135567", "7", "8"]


def test_a_mistake_in_the_defaults_is_told_once(tmp_path: Path) -> None:
    """It is no mistake of the tenants."""
    text = f"{HEAD}  a: {{}}\n  b: {{}}\n".replace("group: eu", "group: eu\n  port: x")
    assert refused(tmp_path, text) == [
        "tenants.yaml:4: defaults: port: must be a whole number from 1 to 65535"
    ]


@pytest.mark.parametrize("key", ["group", "platform", "hostname", "credentials", "host", "from"])
def test_what_every_tenant_needs_comes_from_it_or_from_the_defaults(
    tmp_path: Path, key: str
) -> None:
    """A null takes a default back."""
    (line,) = refused(tmp_path, f"{HEAD}  acme: {{{key}: null}}\n")
    assert line == f'tenants.yaml:10: tenant "acme": lacks {key}, here and in the defaults'


TWINS = {
    "a name in another case on SSMS": "{platform: ssms}\n  ACME: {platform: ssms}",
    "the tenant of another name": "{}\n  other: {tenantId: acme}",
    "the same host": "{}\n  other: {tenantId: acme, hostname: 'IDP.example.com:443'}",
    "the same port": "{}\n  other: {tenantId: acme, hostname: 'idp.example.com.:0443'}",
    "another group": "{}\n  other: {tenantId: acme, group: us}",
}


@pytest.mark.parametrize("kind", TWINS)
def test_a_tenant_that_is_there_twice_is_refused(tmp_path: Path, kind: str) -> None:
    """Two resources would overwrite each other, in two groups without noticing."""
    (line,) = refused(tmp_path, f"{HEAD}  acme: {TWINS[kind]}\n")
    assert line.startswith("tenants.yaml:11: tenant ")
    assert line.endswith('is the same tenant as tenant "acme" in line 10; keep one of the two')


def test_tenants_that_differ_are_not_taken_for_one(tmp_path: Path) -> None:
    """SHIFT's realms have a case, and two platforms may have tenants of one name."""
    others = (
        "ACME: {}\n  ssms: {tenantId: acme, platform: ssms}\n  far: {tenantId: acme, hostname: b}"
    )
    assert len(fleet_of(tmp_path, f"{HEAD}  acme: {{}}\n  {others}\n").tenants("eu")) == 4


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
def test_a_tenant_has_its_own_setting_and_else_the_default(
    tmp_path: Path, defaults: dict[str, str], tenants: list[dict[str, str]]
) -> None:
    """Each key is looked up on its own, and each tenant is in its group alone."""
    lines = "".join(f"  {key}: {value}\n" for key, value in defaults.items() if key != "group")
    head = HEAD.replace("tenants:\n", f"{lines}tenants:\n")
    rows = [", ".join(f"{key}: {value}" for key, value in own.items()) for own in tenants]
    names = [f"t{number}" for number in range(len(rows))]
    body = "".join(f"  {name}: {{{row}}}\n" for name, row in zip(names, rows, strict=True))
    fleet = fleet_of(tmp_path, head + body)
    found = fleet.tenants("eu") | fleet.tenants("us")
    for name, own in zip(names, tenants, strict=True):
        whole = {"group": "eu"} | {k: v for k, v in defaults.items() if k != "group"} | own
        given_ = found[name].model_dump(by_alias=True, exclude_none=True)
        for key in ("group", "port", "user", "replyTo"):
            assert str(given_.get(key, "null")) == whole.get(key, "null")
