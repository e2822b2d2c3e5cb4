from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.conftest import UP

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack


def test_each_change_costs_one_request(quickstart: Stack, emulator: Emulator) -> None:
    """A preview, an up without changes, a refresh and a destroy send nothing."""
    requests = emulator.requests
    quickstart.must("preview")
    assert len(requests) == 0
    quickstart.must(*UP)
    assert len(requests) == 1
    quickstart.must(*UP, "--expect-no-changes")
    assert len(requests) == 1
    quickstart.configure(fromDisplayName="Acme")
    assert '+ fromDisplayName: "Acme"' in quickstart.must("preview", "--diff")
    quickstart.must(*UP)
    assert len(requests) == 2
    quickstart.configure_secret("smtpPassword", "rotated")
    quickstart.must(*UP)
    assert len(requests) == 3
    assert emulator.tenants["ACME"]["password"] == "rotated"
    quickstart.must("refresh", "--yes", "--expect-no-changes")
    quickstart.must("preview", "--expect-no-changes")
    assert "keeps its mail settings" in quickstart.must("destroy", "--yes")
    assert len(requests) == 3


def test_another_tenant_is_a_replacement_that_keeps_the_old_settings(
    quickstart: Stack, emulator: Emulator
) -> None:
    """The new tenant is set, and a warning says that the old one keeps its settings."""
    quickstart.must(*UP)
    quickstart.configure(tenantId="DEV3")
    assert "+-pulumi-python" in quickstart.must("preview", "--diff").replace(" ", "")
    assert 'Tenant "ACME" on idp.example.com keeps its mail settings' in quickstart.must(*UP)
    assert sorted(emulator.tenants) == ["ACME", "DEV3"]
    assert len(emulator.requests) == 2
