from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fleet import read
from fleet.model import File
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from ruamel.yaml import YAML

EXAMPLE = Path(__file__).parents[2] / "examples/fleet"
SCHEMA = json.loads((EXAMPLE / "tenants.schema.json").read_text())
EDITOR = Draft202012Validator(SCHEMA)
TENANTS = {
    "no settings": {},
    "a port": {"port": 25},
    "a null": {"replyTo": None},
    "a variable": {"password": {"env": "SMTP_PASSWORD_A"}},
    "a file": {"password": {"file": "eu/a"}},
    "no port": {"port": 0},
    "a port that is not a number": {"port": "many"},
    "a misspelt key": {"hots": "a"},
    "a password": {"password": "a"},
    "no password": {"password": {}},
    "two passwords": {"password": {"env": "SMTP_PASSWORD_A", "file": "a"}},
    "another variable": {"password": {"env": "PATH"}},
    "a file in another folder": {"password": {"file": "../a"}},
    "an unknown platform": {"platform": "azure"},
    "hostnames for the credentials": {"hostnames": ["*"]},
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m fleet` in the example's folder."""
    command = [sys.executable, "-m", "fleet", *arguments]
    return subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True, check=False)


def test_the_committed_schema_is_up_to_date() -> None:
    """To update it, run `python -m fleet schema > tenants.schema.json`."""
    assert run("schema").stdout == (EXAMPLE / "tenants.schema.json").read_text()


def test_the_example_names_its_schema_and_is_valid() -> None:
    """Editors find the schema in the first line, and accept what the program accepts."""
    text = (EXAMPLE / "tenants.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=tenants.schema.json\n")
    EDITOR.validate(YAML(typ="safe").load(text))
    assert [*read(EXAMPLE / "tenants.yaml").tenants("eu")] == ["acme"]


@pytest.mark.parametrize("kind", TENANTS)
def test_the_editor_and_the_program_agree(kind: str) -> None:
    """What one refuses, the other refuses."""
    values = {"groups": ["eu"], "tenants": {"acme": TENANTS[kind]}}
    try:
        File.model_validate(values)
        good = True
    except ValidationError:
        good = False
    assert EDITOR.is_valid(values) == good


def test_every_setting_is_described() -> None:
    """An editor can show what each setting is for."""
    settings = SCHEMA["$defs"]["Settings"]["properties"]
    described = [key for key, value in settings.items() if "description" in value]
    assert {*settings} - {*described} <= {"password"}


def test_groups_prints_json_for_a_pipeline() -> None:
    """A matrix runs every group; check prints the number of tenants."""
    assert run("groups").stdout == '["eu", "us"]\n'
    assert run("check").stdout == "tenants.yaml: 3 tenants, no problems\n"


@pytest.mark.parametrize("arguments", [(), ("help",)])
def test_without_a_command_it_prints_the_usage(arguments: tuple[str, ...]) -> None:
    """The exit code for wrong usage is 2."""
    usage = run(*arguments)
    assert (usage.returncode, usage.stdout) == (2, "")
    assert usage.stderr == "usage: python -m fleet check | groups | schema\n"
