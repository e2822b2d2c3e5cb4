"""What each of Pulumi's resource options does, with the real engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi
import pytest

from pulumi_smtpconfig.emulator import Emulator
from pulumi_smtpconfig.property_names import TYPES
from pulumi_smtpconfig.resource_options import LOOK_UPS, REFUSED
from tests.docs.pages import DOCS, rows
from tests.engine.conftest import PROGRAMS, UP
from tests.engine.test_native import find_plugin, swap
from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLEARED: dict[str, Any] = {}
NOT_TRIED = {"env_var_mappings", "state_migrations"}
"""Options that the oldest SDK does not have."""


class Phase(NamedTuple):
    """What a run of the engine printed, sent and left in the state."""

    output: str
    writes: list[tuple[str, dict[str, Any]]]
    state: dict[str, dict[str, Any]]

    def sent(self, tenant: str) -> list[dict[str, Any]]:
        """Return the settings that were sent for a tenant."""
        return [settings for each, settings in self.writes if each == tenant]


class Life(NamedTuple):
    """A stack from its first run to its end."""

    created: Phase
    changed: Phase
    protected: Phase
    destroyed: Phase


def run(stack: Stack, emulator: Emulator, *arguments: str) -> Phase:
    """Run the engine."""
    emulator.requests.clear()
    output = stack.run(*arguments).output
    writes = [
        (request.path.rpartition("/")[2], request.json()["smtpServer"])
        for request in emulator.requests
        if request.method == "PUT"
    ]
    resources = stack.exported()["deployment"].get("resources", [])
    return Phase(output, writes, {r["urn"].rpartition("::")[2]: r for r in resources})


@pytest.fixture(scope="module", params=TYPES, ids=str)
def door(request: pytest.FixtureRequest) -> str:
    """Which of the two resources is declared: dynamic or native."""
    return str(request.param)


@pytest.fixture(scope="module")
def life(door: str, engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """A stack that declares a realm for each option, changes all, and is destroyed."""
    with Emulator() as emulator:
        folder = tmp_path_factory.mktemp("options")
        stack = Stack(PROGRAMS / "options", folder, engine, emulator.environment)
        if door == "native":
            find_plugin(stack)
            swap(stack, "pulumi_smtpconfig", "pulumi_smtpconfig.native")
        created = run(stack, emulator, *UP)
        stack.configure(changed="true")
        changed = run(stack, emulator, *UP, "--diff")
        target = ("--target", changed.state["protect"]["urn"])
        protected = run(stack, emulator, "destroy", "--yes", "--skip-preview", *target)
        stack.must("state", "unprotect", "--all", "--yes")
        destroyed = run(stack, emulator, "destroy", "--yes", "--skip-preview")
        assert not destroyed.state
        return Life(created, changed, protected, destroyed)


def step(output: str, name: str) -> str:
    """Return what a diff shows of one resource's first step."""
    output = re.sub("^warning: .*\n", "", output, flags=re.MULTILINE)  # of others, in between
    found = re.search(rf"\(([\w-]+)\)[^()]*\n(?: +\[id=.*\n)? +\[urn=.*::{name}\]\n[^\[]*", output)
    assert found, output
    return found[0]


def test_what_has_no_option_is_updated_replaced_and_cleared(life: Life) -> None:
    """The others are told apart from these."""
    assert [each["host"] for each in life.created.sent("other")] == ["old.acme.example"]
    assert [each["host"] for each in life.changed.sent("other")] == ["new.acme.example"]
    assert life.destroyed.sent("other") == [CLEARED]
    order = [tenant for tenant, _ in life.changed.writes if tenant.startswith("moving")]
    assert order == ["moving", "moving-2"]


def test_protect(life: Life) -> None:
    """A destroy of the tenant fails, and clears nothing."""
    assert "protected" in life.protected.output
    assert "protect" in life.protected.state
    assert not life.protected.writes
    assert life.destroyed.sent("protect") == [CLEARED]


def test_retain_on_delete(life: Life) -> None:
    """A tenant is not cleared, whatever `on_delete` says."""
    assert not life.destroyed.sent("retain_on_delete")


def test_deleted_with(life: Life) -> None:
    """A tenant is not cleared if the other resource is destroyed too."""
    assert not life.destroyed.sent("deleted_with")


def test_depends_on(life: Life) -> None:
    """A tenant is set after the other."""
    assert life.created.state["other"]["urn"] in life.created.state["depends_on"]["dependencies"]
    order = [tenant for tenant, _ in life.created.writes]
    assert order.index("other") < order.index("depends_on")


def test_parent(life: Life, door: str) -> None:
    """A tenant is below its parent, and keeps its type."""
    parent = life.created.state["parent"]
    assert f"::tests:index:Component${TYPES[door]}::" in parent["urn"]
    assert parent["type"] == TYPES[door]


def test_providers(life: Life) -> None:
    """A tenant is set as with the default provider."""
    assert life.created.sent("providers")
    assert life.destroyed.sent("providers") == [CLEARED]


def test_additional_secret_outputs(life: Life) -> None:
    """An output is encrypted in the state."""
    outputs = life.created.state["additional_secret_outputs"]["outputs"]
    assert "ciphertext" in outputs["fromDisplayName"]
    assert life.created.state["other"]["outputs"]["fromDisplayName"] == "Old"


@pytest.mark.parametrize("name", ["ignore_changes", "ignored_by_key"])
def test_ignore_changes(life: Life, name: str) -> None:
    """What changed is not sent, be it named by argument or by key."""
    assert not life.changed.sent(name)


def test_delete_before_replace(life: Life) -> None:
    """False sets the new tenant before the old one is cleared."""
    name = "delete_before_replace"
    order = [tenant for tenant, _ in life.changed.writes if tenant.startswith(name)]
    assert order == [f"{name}-2", name]


@pytest.mark.parametrize("name", ["replacement_trigger", "replace_with"])
def test_replacements_keep_the_settings(life: Life, name: str) -> None:
    """The tenant has what was sent, although its old resource was to clear it."""
    *_, last = life.changed.sent(name)
    assert last["host"] == "new.acme.example"
    assert life.changed.state[name]["outputs"]["host"] == "new.acme.example"


def test_hide_diffs(life: Life, door: str) -> None:
    """A diff shows that a value changes, and not the value; of the plugin's not even which."""
    shown = step(life.changed.output, "hide_diffs")
    assert "new.acme.example" not in shown
    assert ("host (hidden)" in shown) == (door == "dynamic")
    assert life.changed.sent("hide_diffs")


@pytest.mark.parametrize("name", ["transformations", "transforms"])
def test_transformations(life: Life, name: str) -> None:
    """What they return is sent."""
    (sent,) = life.created.sent(name)
    assert sent["fromDisplayName"] == "Transformed"


def test_hooks(life: Life) -> None:
    """They run."""
    assert "the hook of hooks runs" in life.created.output


def test_aliases(life: Life) -> None:
    """A renamed resource is updated: nothing is created, deleted or cleared."""
    assert [each["host"] for each in life.changed.sent("before")] == ["new.acme.example"]
    assert "aliases" in life.changed.state
    assert "before" not in life.changed.state


@pytest.mark.parametrize("door", ["native"], indirect=True)
def test_options_of_the_plugin_alone(life: Life) -> None:
    """A provider of one's own is used, a replacement sends again, and a version is taken."""
    names = ("provider", "replace_on_changes", "version", "plugin_download_url")
    for name in names:
        assert [each["host"] for each in life.created.sent(name)] == ["old.acme.example"]
        assert life.changed.sent(name)[-1]["host"] == "new.acme.example"
        assert life.destroyed.sent(name) == [CLEARED]
    providers = {name: life.created.state[name]["provider"] for name in names}
    assert "::own::" in providers["provider"]
    assert "::own::" not in providers["replace_on_changes"]
    assert "replace" in step(life.changed.output, "replace_on_changes").partition("\n")[0]


def test_an_option_that_pulumi_would_ignore_is_refused(
    open_stack: Callable[[Path], Stack],
) -> None:
    """With the reason, and with the other mistakes of the program."""
    output, status = open_stack(PROGRAMS / "refused_options").run("preview")
    assert status
    assert f"The mail settings of {len(REFUSED) + 1} resources have mistakes" in output
    lines = [line.strip() for line in output.splitlines()]
    for option, why in REFUSED.items():
        assert lines[lines.index(f'"{option}"') + 1] == f"opts.{option}: {why}"
    assert "Traceback" not in output


def test_the_table_of_the_documents_has_every_option() -> None:
    """Each is above, or with those that look up what exists."""
    table = {row[0]: row[1] for row in rows(DOCS / "resource.md")}
    options = pulumi.ResourceOptions.__annotations__.keys() | NOT_TRIED
    assert options <= table.keys()
    refused = {name for name in options if table[name].startswith("refused")}
    assert refused == {*REFUSED, *LOOK_UPS}
