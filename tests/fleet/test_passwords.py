from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pulumi_smtpconfig.fleet import FleetError
from pulumi_smtpconfig.fleet.model import Password
from pulumi_smtpconfig.fleet.passwords import Passwords
from tests.fleet.files import HEAD, fleet_of

CANARY = "pw-canary"
FOLDER = "/srv/smtp-passwords"
NAMES = st.lists(st.sampled_from(["..", ".", "a", "b.c", "-", "", "\\", "~", "etc"])).map("/".join)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of passwords, with a file beside it."""
    (tmp_path / "neighbour").write_text(CANARY)
    (tmp_path / "passwords/..today").mkdir(parents=True)
    (tmp_path / "passwords/..today/acme").write_text(CANARY)
    return tmp_path / "passwords"


def test_each_kind_of_password_becomes_a_property() -> None:
    """A secret is passed as the password, a variable or a file as a reference."""
    passwords = Passwords(json.dumps({"acme": CANARY}), FOLDER)
    assert passwords.property("password", Password(secret="acme")) == {"password": CANARY}
    assert passwords.property("password", Password(env="SMTP_PASSWORD_A")) == {
        "passwordFrom": "env:SMTP_PASSWORD_A"
    }
    assert passwords.property("password", Password(file="eu/a")) == {
        "passwordFrom": f"file:{FOLDER}/eu/a"
    }


@given(NAMES)
def test_no_file_name_leads_out_of_the_folder(name: str) -> None:
    """Either the model refuses it, or it is a path in the folder."""
    try:
        password = Password(file=name)
    except ValidationError:
        return
    reference = Passwords(None, FOLDER).property("password", password)["passwordFrom"]
    path = Path(reference.removeprefix("file:"))
    assert path.resolve().is_relative_to(FOLDER)
    assert path != Path(FOLDER)


@pytest.mark.parametrize("target", ["../neighbour", "/etc/hostname", ".."])
def test_no_link_leads_out_of_the_folder(folder: Path, target: str) -> None:
    """A link cannot make the program read another file."""
    (folder / "link").symlink_to(target)
    for name in ("link", "link/neighbour"):
        with pytest.raises(FleetError, match="leads out of fleet:passwordFolder"):
            Passwords(None, str(folder)).property("password", Password(file=name))


def test_circular_links_do_not_crash(folder: Path) -> None:
    """They are refused; newer Pythons leave them to the provider, which cannot open them."""
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    with suppress(FleetError):
        reference = Passwords(None, str(folder)).property("password", Password(file="a"))
        assert reference == {"passwordFrom": f"file:{folder}/a"}


def test_links_within_the_folder_are_allowed_and_not_resolved(folder: Path) -> None:
    """Kubernetes changes these links with each secret, which must not show as a diff."""
    (folder / "today").symlink_to("..today")
    (folder / "acme").symlink_to("today/acme")
    (folder.parent / "other").symlink_to(folder)
    for each in (folder, folder.parent / "other"):
        reference = Passwords(None, str(each)).property("password", Password(file="acme"))
        assert reference == {"passwordFrom": f"file:{each}/acme"}


@pytest.mark.parametrize("folder_", [None, "", "passwords", "./passwords"])
def test_files_need_an_absolute_folder(folder_: str | None) -> None:
    """The reference in the state must not depend on the working directory."""
    with pytest.raises(FleetError, match="must be the absolute path of a folder"):
        Passwords(None, folder_).property("password", Password(file="acme"))


@pytest.mark.parametrize("secrets", [None, "", "{}", '{"acme": {"x": "y"}}', '{"ACME": "x"}'])
def test_a_missing_secret_is_an_error_with_the_command(tmp_path: Path, secrets: str | None) -> None:
    """The message names line and tenant, and what to run."""
    fleet = fleet_of(tmp_path, f"{HEAD}  acme:\n    password: {{secret: acme}}\n")
    with pytest.raises(FleetError) as error:
        fleet.properties(fleet.tenants["acme"], Passwords(secrets, None))
    assert str(error.value) == (
        'tenants.yaml:11: tenant "acme": password: is not in fleet:passwords; '
        "run `pulumi config set --secret --path 'fleet:passwords[\"acme\"]'`"
    )


@pytest.mark.parametrize("text", [CANARY, f'"{CANARY}"', f'["{CANARY}"]'])
def test_secrets_that_are_not_an_object_are_not_quoted(text: str) -> None:
    """Somebody may have set a password in place of the object; told once, not once a tenant."""
    with pytest.raises(FleetError) as error:
        Passwords(text, None)
    assert str(error.value) == "fleet:passwords is not a JSON object; set its keys with --path"
