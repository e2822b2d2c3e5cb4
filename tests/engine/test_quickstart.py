from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.conftest import UP

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack


def test_the_life_of_a_resource_costs_one_request_for_each_change(
    quickstart: Stack, emulator: Emulator
) -> None:
    """A preview, an up without changes, a refresh and a destroy send nothing, each change once."""
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
