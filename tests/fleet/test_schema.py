from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

import pulumi_smtpconfig
from pulumi_smtpconfig.fleet.model import schema
from tests.fleet.files import found_in, read
from tests.fleet.project import EXAMPLE

PATH = Path(pulumi_smtpconfig.__file__).with_name("fleet") / "tenants.schema.json"
SCHEMA = json.loads(PATH.read_text())
EDITOR = Draft202012Validator(SCHEMA)
SHIFT = {"platform": "shift", "hostname": "idp.example.com", "credentials": "idp", "group": "eu"}
MAIL = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
TENANTS: dict[str, dict[str, object]] = {
    "no settings": {},
    "a port": {"port": 25},
    "a null": {"replyTo": None},
    "an empty text": {"replyTo": "", "port": "", "ssl": "", "credentials": "idp"},
    "a variable": {"user": "a", "password": {"env": "SMTP_PASSWORD_A"}},
    "a file": {"user": "a", "password": {"file": "eu/a"}},
    "triggers": {"triggers": [1, "a", {"b": None}]},
    "no port": {"port": 0},
    "a port that is not a number": {"port": "many"},
    "a flag that is none": {"ssl": "maybe"},
    "a misspelt key": {"hots": "a"},
    "a password": {"password": "a"},
    "no password": {"password": {}},
    "two passwords": {"password": {"env": "SMTP_PASSWORD_A", "file": "a"}},
    "another variable": {"password": {"env": "PATH"}},
    "a file in another folder": {"password": {"file": "../a"}},
    "an unknown platform": {"platform": "azure"},
    "hostnames for the credentials": {"hostnames": ["*"]},
    "what is the same for all": {"onDelete": "clear"},
}


def test_the_committed_schema_is_up_to_date() -> None:
    """After changing `fleet/model.py`, run `python -m tools.schema`."""
    assert schema() == PATH.read_text()


def test_the_example_names_its_schema_and_is_valid() -> None:
    """Editors find the schema in the first line, and accept what the program accepts."""
    text = (EXAMPLE / "tenants.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=tenants.schema.json\n")
    EDITOR.validate(YAML(typ="safe").load(text))
    assert [each.name for each in read(EXAMPLE / "tenants.yaml").of_group("eu")] == ["acme"]


@pytest.mark.parametrize("kind", TENANTS)
def test_the_editor_and_the_program_agree(tmp_path: Path, kind: str) -> None:
    """What one refuses, the other refuses."""
    values = {"groups": ["eu"], "tenants": {"acme": {**SHIFT, **MAIL, **TENANTS[kind]}}}
    found = found_in(tmp_path, json.dumps(values))
    assert EDITOR.is_valid(values) == (not found), found


def test_every_setting_is_described() -> None:
    """An editor can show what each setting is for."""
    settings = SCHEMA["$defs"]["Defaults"]["properties"]
    described = [key for key, value in settings.items() if "description" in value]
    assert {*settings} - {*described} <= {"password"}
