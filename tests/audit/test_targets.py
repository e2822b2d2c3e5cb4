"""Which tenants a file names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.audit.targets import of_file, without_logins
from pulumi_smtpconfig.cli.exit_codes import EXIT_UNAVAILABLE, EXIT_USAGE
from pulumi_smtpconfig.errors import ConfigurationError
from tests.audit.auditing import LIVE, audit_declared, codes, tenants
from tests.source import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator

STATES = sorted(PACKAGE.parent.glob("tests/engine/states/*/state.json"))
ACME = {
    "urn": "urn:pulumi:dev::mail::smtpconfig:index:SmtpConfig::acme",
    "type": "smtpconfig:index:SmtpConfig",
    "inputs": {
        "platform": "shift",
        "hostname": "idp.example.com",
        "tenantId": "acme",
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
    },
}


def exported(folder: Path, *resources: Any) -> Path:
    """Write a stack as `pulumi stack export` does."""
    path = folder / "exported.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": [*resources]}}))
    return path


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.parent.name)
def test_recorded_stacks_are_read(path: Path) -> None:
    """Every resource of theirs, without its secrets and without a problem."""
    targets = of_file(path, "")
    assert targets
    for target in targets:
        assert target.resource
        assert not target.problems
        assert not target.declaration.secrets


@pytest.mark.parametrize("more", [{"delete": True}, {"external": True}, {"type": "x:y:Z"}], ids=str)
def test_what_the_program_does_not_declare_is_left_out(
    tmp_path: Path, more: dict[str, Any]
) -> None:
    """A resource that is being replaced, one that was only read, and those of others."""
    targets = of_file(exported(tmp_path, ACME, ACME | more), "")
    assert [each.resource for each in targets] == ["acme"]


def test_what_is_wrong_with_a_resource_is_kept(tmp_path: Path) -> None:
    """A state may have been edited; the other tenants are looked at all the same."""
    inputs = ACME["inputs"] | {"port": "many"}  # type: ignore[operator]
    targets = of_file(exported(tmp_path, ACME, ACME | {"inputs": inputs}), "")
    assert [[each.property for each in target.problems] for target in targets] == [[], ["port"]]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{}", b"[]", b"null", b"\xff", b'{"deployment": null}', b"[" * 100_000),
        b'{"deployment": {"resources": [1]}}',
        b'{"deployment": {"resources": [{"type": "smtpconfig:index:SmtpConfig"}]}}',
        json.dumps({"deployment": {"resources": [ACME | {"inputs": [1]}]}}).encode(),
    ],
    ids=lambda content: repr(content[:60]),
)
def test_another_json_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    """It says what to give."""
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"other\.json") as caught:
        of_file(path, "")
    assert caught.value.remedy


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)


@given(st.dictionaries(st.sampled_from(["inputs", "delete", *ACME["inputs"]]), JSON))
def test_any_inputs_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    """Whatever someone wrote into the file."""
    inputs = ACME["inputs"] | values  # type: ignore[operator]
    path = exported(tmp_path_factory.mktemp("x"), ACME | {"inputs": inputs})
    (target,) = of_file(path, "")
    assert target.resource == "acme"


FLEET = """
groups: [eu]
defaults: {platform: keycloak, hostname: idp.elsewhere.example, credentials: idp}
tenants:
  acme: {group: eu, host: smtp.acme.example, from: no-reply@acme.example}
"""


@pytest.mark.parametrize("bound", [{}, {"hostnames": []}, {"hostnames": ["*"]}], ids=str)
def test_a_file_sends_no_credentials_that_are_not_bound(
    emulator: Emulator, tmp_path: Path, bound: dict[str, Any]
) -> None:
    """Whoever edits it may name any host, so nothing is sent, as by the fleet's program."""
    path = tmp_path / "tenants.yaml"
    path.write_text(FLEET)
    sets = json.dumps({"idp": {"token": emulator.token, **bound}})
    result = audit_declared(emulator, str(path), SMTPCONFIG_CREDENTIALS=sets)
    assert result.exit_code == EXIT_UNAVAILABLE
    assert 'the credentials "idp" have no hostnames that limit where they are sent' in result.output
    assert not emulator.requests


def test_a_file_sends_credentials_to_the_hosts_that_they_are_bound_to(
    emulator: Emulator, tmp_path: Path
) -> None:
    """Another host is told of each tenant that names it."""
    path = tmp_path / "tenants.yaml"
    path.write_text(FLEET)
    for hostname, is_sent in (("idp.elsewhere.example", True), ("idp.example.com", False)):
        emulator.reset()
        sets = json.dumps({"idp": {"token": emulator.token, "hostnames": [hostname]}})
        audit_declared(emulator, str(path), SMTPCONFIG_CREDENTIALS=sets)
        assert bool(emulator.requests) == is_sent


URL = "{}://{}@db.example:5432/state?{}"


@pytest.mark.parametrize("scheme", ["postgres", "https", "azblob", "s3+x"])
@pytest.mark.parametrize(
    "login", ["pulumi:hunter2", ":hunter2", "hunter2", "u:p/hunter2", "u:@hunter2"]
)
def test_the_engines_words_hold_no_login(scheme: str, login: str) -> None:
    """Neither the user part nor the query of any URL, however long the text is."""
    url = URL.format(scheme, login, "token=hunter2")
    for text in (f"error: no backend {url}: no route", f'"{url}"', url * 2, "x" * 280 + url):
        said = without_logins(text)
        assert "hunter2" not in said
        assert "db.example:5432/state" in said


def test_what_is_no_url_of_the_engines_stays() -> None:
    """Its words say what to do."""
    words = "error: no stack named 'none' found; user@host, a://b and https://app.pulumi.com/me"
    assert without_logins(words) == words


STACK = ACME | {"inputs": {**ACME["inputs"], "platform": "keycloak"}}  # type: ignore[dict-item]


@pytest.mark.parametrize("bound", [{}, {"hostnames": []}, {"hostnames": ["*"]}], ids=str)
def test_an_exported_stack_sends_no_credentials_that_are_not_bound(
    emulator: Emulator, tmp_path: Path, bound: dict[str, Any]
) -> None:
    """A file is a file: it may name any host too."""
    sets = json.dumps({"idp": {"token": emulator.token, **bound}})
    path = exported(tmp_path, STACK)
    result = audit_declared(emulator, str(path), SMTPCONFIG_CREDENTIALS=sets)
    assert result.exit_code == EXIT_UNAVAILABLE
    assert 'the credentials "idp" have no hostnames that limit where they are sent' in result.output
    assert not emulator.requests


def test_an_exported_stack_does_not_get_the_default_credentials(
    emulator: Emulator, tmp_path: Path
) -> None:
    """Nothing binds them to hosts; `--credentials` names a set for those that name none."""
    emulator.tenants["acme"] = dict(LIVE)
    path = exported(tmp_path, STACK)
    found = tenants(audit_declared(emulator, str(path), "--json"))["acme"]
    assert (found["state"], codes(found), emulator.requests) == ("unknown", ["A101"], [])
    assert "--credentials" in found["findings"][0]["remedy"]
    for hostname, is_sent in (("idp.example.com", True), ("idp.elsewhere.example", False)):
        sets = json.dumps({"idp": {"token": emulator.token, "hostnames": [hostname]}})
        options = ("--credentials", "idp", "--json")
        result = audit_declared(emulator, str(path), *options, SMTPCONFIG_CREDENTIALS=sets)
        assert (tenants(result)["acme"]["areLive"], bool(emulator.requests)) == (is_sent, is_sent)
        emulator.reset()


def test_a_file_of_tenants_names_its_credentials_itself(emulator: Emulator, tmp_path: Path) -> None:
    """So the option is refused beside it."""
    path = tmp_path / "tenants.yaml"
    path.write_text(FLEET)
    result = audit_declared(emulator, str(path), "--credentials", "idp")
    assert result.exit_code == EXIT_USAGE
    assert "--credentials: needs --hostname" in result.output


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Of either kind."""
    for name in ("none.json", "none.yaml"):
        with pytest.raises(ConfigurationError, match="No such file"):
            of_file(tmp_path / name, "")
