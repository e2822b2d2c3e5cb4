from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.engine.conftest import MAIL, UP, declare
from tests.engine.test_edited_states import edit

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

ALIAS = 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])'


def test_a_rename_without_an_alias_names_the_alias(declared: Stack, emulator: Emulator) -> None:
    """The tenant keeps what was just sent, and the line to paste is shown."""
    declare(declared, {"mail": MAIL})
    declared.must(*UP)
    declare(declared, {"renamed": MAIL})
    output = declared.must(*UP)
    assert "keeps the settings that another resource just sent" in output
    assert ALIAS in " ".join(output.split())
    assert emulator.tenants["acme"]["host"] == MAIL["host"]


def test_a_preview_tells_of_a_rotated_password(declared: Stack) -> None:
    """One line names the tenant, and no secret is shown."""
    login = MAIL | {"user": "acme", "password": "0ld-w0rd-0ld"}
    declare(declared, {"mail": login})
    declared.must(*UP)
    declare(declared, {"mail": login | {"password": "n3w-w0rd-n3w"}})
    output = declared.must("preview", "--diff")
    assert (
        'Tenant "acme" on idp.example.com: `password` contains another password than the one that '
        "was sent" in output
    )
    assert "w0rd" not in output


def test_a_preview_tells_of_a_misspelt_setting(declared: Stack) -> None:
    """The engine shows which setting is meant."""
    declare(declared, {"mail": MAIL})
    declared.must("config", "set", "smtpconfig:timout", "5")
    assert "If smtpconfig:timeout is meant" in declared.must("preview")


def test_the_preview_of_a_destroy_shows_what_is_cleared(
    declared: Stack, emulator: Emulator
) -> None:
    """The engine calls no provider then, but `--diff` shows what the state has.

    Only a resource that clears its tenant has `onDelete: "clear"` there.
    """
    declare(declared, {"mail": MAIL})
    declared.must(*UP)
    emulator.requests.clear()
    kept = declared.must("destroy", "--preview-only", "--diff")
    edit(declared, platform="keycloak", onDelete="clear")
    cleared = declared.must("destroy", "--preview-only", "--diff")
    assert not re.search(r'onDelete\s*: "clear"', kept)
    assert re.search(r'onDelete\s*: "clear"', cleared)
    assert "warning" not in kept + cleared
    assert not emulator.requests
