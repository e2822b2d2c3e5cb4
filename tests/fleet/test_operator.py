from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests.fleet.files import read
from tests.fleet.project import EXAMPLE


def fields(*required: str, **types: Any) -> dict[str, Any]:
    """Return the schema of an object with only these fields."""
    properties = {key: {"type": t} if isinstance(t, str) else t for key, t in types.items()}
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


# The fields of spec that the example uses, from deploy/crds/pulumi.com_stacks.yaml of
# pulumi-kubernetes-operator 2.9.0.
SECRET = fields(
    "type", "secret", type="string", secret=fields("name", "key", name="string", key="string")
)
LITERAL = fields("type", "literal", type="string", literal=fields("value", value="string"))
WORKSPACE = fields("spec", spec=fields(image="string", podTemplate="object"))
SPEC = fields(
    "stack",
    stack="string",
    projectRepo="string",
    branch="string",
    serviceAccountName="string",
    backend="string",
    config="object",
    envRefs={"type": "object", "additionalProperties": {"oneOf": [SECRET, LITERAL]}},
    refresh="boolean",
    continueResyncOnCommitMatch="boolean",
    resyncFrequencySeconds="integer",
    workspaceTemplate=WORKSPACE,
)
OBJECTS = list(YAML(typ="safe").load_all((EXAMPLE / "operator/stacks.yaml").read_text()))
STACKS = [each for each in OBJECTS if each["kind"] == "Stack"]


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: str(stack["metadata"]["name"]))
def test_the_operator_knows_every_field(stack: dict[str, Any]) -> None:
    """The cluster would refuse or ignore a misspelt field."""
    assert stack["apiVersion"] == "pulumi.com/v1"
    Draft202012Validator(SPEC).validate(stack["spec"])


def test_each_group_has_a_stack_of_the_same_name() -> None:
    """No group of the example is left without a stack."""
    groups = [stack["spec"]["config"]["fleet:group"] for stack in STACKS]
    assert groups == [stack["spec"]["stack"] for stack in STACKS]
    assert groups == read(EXAMPLE / "tenants.yaml").groups


def test_the_service_account_has_the_role_that_the_operator_needs() -> None:
    """Each workspace authenticates its callers, so its account needs this role."""
    account, binding = (each for each in OBJECTS if each["kind"] != "Stack")
    assert binding["roleRef"]["name"] == "system:auth-delegator"
    assert binding["subjects"] == [{"kind": "ServiceAccount", **account["metadata"]}]
    assert {stack["spec"]["serviceAccountName"] for stack in STACKS} == {"fleet"}


def test_passwords_are_mounted_where_the_program_reads_them() -> None:
    """The volume of the secret is mounted at fleet:passwordFolder."""
    for stack in STACKS:
        pod = stack["spec"]["workspaceTemplate"]["spec"]["podTemplate"]["spec"]
        (mount,) = pod["containers"][0]["volumeMounts"]
        assert mount["mountPath"] == stack["spec"]["config"]["fleet:passwordFolder"]
        assert [mount["name"]] == [volume["name"] for volume in pod["volumes"]]


def test_the_manifests_hold_no_secret() -> None:
    """The URL of the backend has no password, because Pulumi shows it in errors."""
    for stack in STACKS:
        assert "@" in stack["spec"]["backend"]
        assert ":" not in stack["spec"]["backend"].partition("@")[0].removeprefix("postgres://")
        assert {each["type"] for each in stack["spec"]["envRefs"].values()} == {"Secret"}


def test_a_comment_says_what_a_group_of_many_tenants_adds() -> None:
    """The line is one that the operator knows, and the example's groups are too small for it."""
    text = (EXAMPLE / "operator/stacks.yaml").read_text()
    (line,) = (line for line in text.splitlines() if "PULUMI_SKIP_CHECKPOINTS" in line)
    added = YAML(typ="safe").load(line.lstrip("# "))
    Draft202012Validator(SPEC["properties"]["envRefs"]).validate(added)
    assert added["PULUMI_SKIP_CHECKPOINTS"]["literal"] == {"value": "true"}
    assert len(read(EXAMPLE / "tenants.yaml").tenants) <= int(
        text.split("more than ")[1].split()[0]
    )
