from __future__ import annotations

from typing import Any

import pytest
from fleet import read
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests.fleet.project import EXAMPLE


def fields(*required: str, **types: Any) -> dict[str, Any]:
    """Return the schema of an object with these fields and no others."""
    properties = {key: {"type": t} if isinstance(t, str) else t for key, t in types.items()}
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


# Names and types of spec in deploy/crds/pulumi.com_stacks.yaml of pulumi-kubernetes-operator 2.9.0,
# those that the example uses; what is in a pod is Kubernetes' own.
SECRET = fields(
    "type", "secret", type="string", secret=fields("name", "key", name="string", key="string")
)
WORKSPACE = fields("spec", spec=fields(image="string", podTemplate="object"))
SPEC = fields(
    "stack",
    stack="string",
    projectRepo="string",
    branch="string",
    serviceAccountName="string",
    backend="string",
    config="object",
    envRefs={"type": "object", "additionalProperties": SECRET},
    refresh="boolean",
    continueResyncOnCommitMatch="boolean",
    resyncFrequencySeconds="integer",
    workspaceTemplate=WORKSPACE,
)
OBJECTS = list(YAML(typ="safe").load_all((EXAMPLE / "operator/stacks.yaml").read_text()))
STACKS = [each for each in OBJECTS if each["kind"] == "Stack"]


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: str(stack["metadata"]["name"]))
def test_the_operator_knows_every_field(stack: dict[str, Any]) -> None:
    """A misspelt field would be refused, or ignored, by the cluster."""
    assert stack["apiVersion"] == "pulumi.com/v1"
    Draft202012Validator(SPEC).validate(stack["spec"])


def test_each_group_has_a_stack_that_is_named_as_it_is() -> None:
    """No tenant of the example is in a group that nobody runs."""
    groups = [stack["spec"]["config"]["fleet:group"] for stack in STACKS]
    assert groups == [stack["spec"]["stack"] for stack in STACKS]
    assert groups == read(EXAMPLE / "tenants.yaml").groups


def test_the_account_may_do_what_the_operator_asks_for() -> None:
    """Each workspace checks who calls it, for which its account needs this role."""
    account, binding = (each for each in OBJECTS if each["kind"] != "Stack")
    assert binding["roleRef"]["name"] == "system:auth-delegator"
    assert binding["subjects"] == [{"kind": "ServiceAccount", **account["metadata"]}]
    assert {stack["spec"]["serviceAccountName"] for stack in STACKS} == {"fleet"}


def test_passwords_are_where_the_program_looks_for_them() -> None:
    """The volume of the secret is mounted in the folder that the config names."""
    for stack in STACKS:
        pod = stack["spec"]["workspaceTemplate"]["spec"]["podTemplate"]["spec"]
        (mount,) = pod["containers"][0]["volumeMounts"]
        assert mount["mountPath"] == stack["spec"]["config"]["fleet:passwordFolder"]
        assert [mount["name"]] == [volume["name"] for volume in pod["volumes"]]


def test_no_secret_stands_in_the_files() -> None:
    """The URL of the backend has no password, because Pulumi shows it in errors."""
    for stack in STACKS:
        assert "@" in stack["spec"]["backend"]
        assert ":" not in stack["spec"]["backend"].partition("@")[0].removeprefix("postgres://")
        assert {each["type"] for each in stack["spec"]["envRefs"].values()} == {"Secret"}
