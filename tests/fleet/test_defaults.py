from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.fleet.model import FOR_ALL
from tests.fleet.files import HEAD, found_in, problems_in

if TYPE_CHECKING:
    from pathlib import Path

DEFAULTS = "platform: shift\nhostname: idp.example.com\ncredentials: idp\ngroup: eu\n"
MAIL = "host: smtp.example.com\nfrom: no-reply@example.com\n"
VALUES = {"onDelete": "retain", "verify": "warn", "debug": "false", "lintIgnore": "[W103]"}


@pytest.mark.parametrize("key", sorted(FOR_ALL))
def test_what_is_for_all_is_in_the_defaults_alone(tmp_path: Path, key: str) -> None:
    """No tenant sets it, and a check of the defaults takes it."""
    (line,) = problems_in(tmp_path, f"{HEAD}  acme: {{{key}: {VALUES[key]}}}\n")
    assert line.endswith(f"{key}: is the same for all tenants; set it in the defaults")
    head = HEAD.replace("defaults:\n", f"defaults:\n  platform: keycloak\n  {key}: {VALUES[key]}\n")
    text = head.replace("  platform: shift\n", "")
    assert not found_in(tmp_path, f"{text}  acme: {{}}\n")


def test_a_file_of_defaults_has_them_alone(tmp_path: Path) -> None:
    """While it is there, tenants.yaml has none, so its editors turn nothing on for all."""
    (tmp_path / "defaults.yaml").write_text(f"{DEFAULTS}{MAIL}lintIgnore: [W103]\n")
    tenants = "groups: [eu]\ntenants:\n  acme: {port: 2526}\n"
    assert not found_in(tmp_path, tenants)
    (line,) = problems_in(tmp_path, f"defaults: {{verify: warn}}\n{tenants}")
    assert line == "tenants.yaml:1: defaults: are in defaults.yaml; remove them here"


def test_what_is_wrong_in_a_file_of_defaults_has_its_name_and_line(tmp_path: Path) -> None:
    """Once for all tenants."""
    (tmp_path / "defaults.yaml").write_text(f"{DEFAULTS}{MAIL}port: many\nhots: x\n")
    lines = problems_in(tmp_path, "groups: [eu]\ntenants:\n  acme: {}\n  globex: {}\n")
    assert lines == [
        "defaults.yaml:7: defaults: port: must be a whole number from 1 to 65535",
        "defaults.yaml:8: defaults: hots: is an unknown key; did you mean host?",
    ]
