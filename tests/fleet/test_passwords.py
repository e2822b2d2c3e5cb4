from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from fleet import FleetError, Passwords
from fleet.model import Password
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.fleet.files import HEAD, fleet_of

CANARY = "pw-canary"
FOLDER = "/srv/smtp-passwords"
NAMES = st.lists(st.sampled_from(["..", ".", "a", "b.c", "-", "", "\\", "~", "etc"])).map("/".join)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of passwords, with a neighbour that is none."""
    (tmp_path / "neighbour").write_text(CANARY)
    (tmp_path / "passwords/..today").mkdir(parents=True)
    (tmp_path / "passwords/..today/acme").write_text(CANARY)
    return tmp_path / "passwords"


def test_each_of_the_three_ways_is_an_argument_of_the_resource() -> None:
    """A secret of the stack is the password, and a variable or a file says where it is."""
    passwords = Passwords(json.dumps({"acme": CANARY}), FOLDER)
    assert passwords.arguments(None) == {}
    assert passwords.arguments(Password(secret="acme")) == {"password": CANARY}
    assert passwords.arguments(Password(env="SMTP_PASSWORD_A")) == {
        "password_from": "env:SMTP_PASSWORD_A"
    }
    assert passwords.arguments(Password(file="eu/a")) == {"password_from": f"file:{FOLDER}/eu/a"}


@given(NAMES)
def test_no_name_of_a_file_leads_out_of_the_folder(name: str) -> None:
    """Either the model refuses it, or it is a path below the folder."""
    try:
        password = Password(file=name)
    except ValidationError:
        return
    reference = Passwords(None, FOLDER).arguments(password)["password_from"]
    path = Path(reference.removeprefix("file:"))
    assert path.resolve().is_relative_to(FOLDER)
    assert path != Path(FOLDER)


@pytest.mark.parametrize("target", ["../neighbour", "/etc/hostname", ".."])
def test_no_link_leads_out_of_the_folder(folder: Path, target: str) -> None:
    """Whoever may put links there gets no other file read."""
    (folder / "link").symlink_to(target)
    for name in ("link", "link/neighbour"):
        with pytest.raises(FleetError, match="leads out of fleet:passwordFolder"):
            Passwords(None, str(folder)).arguments(Password(file=name))


def test_links_in_a_circle_are_no_file(folder: Path) -> None:
    """They are refused, or by newer Pythons left to the provider, which cannot open them."""
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    with suppress(FleetError):
        reference = Passwords(None, str(folder)).arguments(Password(file="a"))
        assert reference == {"password_from": f"file:{folder}/a"}


def test_links_within_the_folder_are_followed_and_not_stored(folder: Path) -> None:
    """Kubernetes changes such links when it changes a secret, which is no change of the program."""
    (folder / "today").symlink_to("..today")
    (folder / "acme").symlink_to("today/acme")
    (folder.parent / "other").symlink_to(folder)
    for each in (folder, folder.parent / "other"):
        reference = Passwords(None, str(each)).arguments(Password(file="acme"))
        assert reference == {"password_from": f"file:{each}/acme"}


@pytest.mark.parametrize("folder_", [None, "", "passwords", "./passwords"])
def test_files_need_a_folder_that_is_the_same_everywhere(folder_: str | None) -> None:
    """The reference in the state does not depend on where Pulumi is started."""
    with pytest.raises(FleetError, match="must be the absolute path of a folder"):
        Passwords(None, folder_).arguments(Password(file="acme"))


@pytest.mark.parametrize("secrets", [None, "", "{}", '{"acme": {"x": "y"}}', '{"ACME": "x"}'])
def test_a_secret_that_the_stack_lacks_is_told_with_the_command(
    tmp_path: Path, secrets: str | None
) -> None:
    """The message names line and tenant, and what to run."""
    fleet = fleet_of(tmp_path, f"{HEAD}  acme:\n    password: {{secret: acme}}\n")
    with pytest.raises(FleetError) as error:
        fleet.arguments("eu", Passwords(secrets, None))
    assert str(error.value) == (
        'tenants.yaml:11: tenant "acme": password: fleet:passwords has none for it; '
        "run `pulumi config set --secret --path 'fleet:passwords[\"acme\"]'`"
    )


@pytest.mark.parametrize("text", [CANARY, f'"{CANARY}"', f'["{CANARY}"]'])
def test_a_secret_that_is_no_object_is_not_repeated(text: str) -> None:
    """Somebody set the password itself under the name of all passwords."""
    with pytest.raises(FleetError) as error:
        Passwords(text, None).arguments(Password(secret="acme"))
    assert str(error.value) == "fleet:passwords is no JSON object; set its keys with --path"
