"""Write the schemas of the plugin and of a fleet's file: `python -m tools.schema`.

Types come from the models, descriptions from docstrings, so there is nothing to keep in step.
"""

from __future__ import annotations

import inspect
import json
import re
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import JsonValue, SecretStr
from pydantic.alias_generators import to_camel

from pulumi_smtpconfig.fleet.model import schema as fleet_schema
from pulumi_smtpconfig.native import Provider
from pulumi_smtpconfig.plugin.servicer import SECRET_SETTINGS
from pulumi_smtpconfig.property_names import ATTRIBUTES, DEFAULTED, SECRETS, TYPES
from pulumi_smtpconfig.resource import SmtpConfig
from pulumi_smtpconfig.settings.choices import PlatformName
from pulumi_smtpconfig.settings.login_secrets import LOGIN_SECRETS
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

PACKAGE = Path(__file__).parents[1] / "pulumi_smtpconfig"
FILE, FLEET_FILE = PACKAGE / "plugin/schema.json", PACKAGE / "fleet/tenants.schema.json"
ARGUMENT = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)
PYTHON_NAME = re.compile(r"`?\b[a-z]+(?:_[a-z0-9]+)+\b`?|`from_`")
FINGERPRINT = "Tells whether the secret that is read by reference is the one that was sent."
ENDPOINT = "The URL that the settings were sent to."
FIXED_DEFAULTS = (bool, str)
SETTINGS = {
    each.name: to_camel(each.name)
    for each in inspect.signature(Provider.__init__).parameters.values()
    if each.kind is each.KEYWORD_ONLY
}
"""The connection settings: the argument of a provider, and the key."""

MODELS = (Tenant, SmtpSettings, Options)
FIELDS: dict[str, FieldInfo] = {
    key: model.model_fields[name] for model in MODELS for name, key in model.keys().items()
}


def descriptions(documented: type) -> dict[str, str]:
    """Return what the `Args` of a docstring say of each argument."""
    docstring = inspect.getdoc(documented) or ""
    arguments = docstring.partition("Args:\n")[2].partition("\n\n")[0]
    return {name: " ".join(text.split()) for name, text in ARGUMENT.findall(arguments)}


def summary(documented: type) -> str:
    """Return a docstring up to its `Args`, with the keys of properties."""
    return in_keys((inspect.getdoc(documented) or "").partition("\n\nArgs:")[0])


def in_keys(text: str) -> str:
    """Return a text that names properties as every language but Python does."""
    keys = {name: key for key, name in ATTRIBUTES.items()} | SETTINGS

    def key(match: re.Match[str]) -> str:
        name = match[0].strip("`")
        return match[0].replace(name, keys.get(name, name))

    return PYTHON_NAME.sub(key, text)


def enums() -> dict[str, Any]:
    """Return the types with fixed values, by the property that has them."""
    values = {"platform": [name.value for name in PlatformName]}
    values |= {
        key: list(get_args(field.annotation))
        for key, field in FIELDS.items()
        if get_origin(field.annotation) is Literal
    }
    return values


def type_name(key: str) -> str:
    """Return the token of a property's own type."""
    return f"smtpconfig:index:{key[0].upper()}{key[1:]}"


def typed(key: str, field: FieldInfo) -> dict[str, Any]:
    """Return a property's type."""
    if key in enums():
        return {"type": "string", "$ref": f"#/types/{type_name(key)}"}
    annotation: Any = field.annotation
    kinds = get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    if get_origin(annotation) is list:
        (item,) = get_args(annotation)
        items = {"$ref": "pulumi.json#/Any"} if item is JsonValue else {"type": "string"}
        return {"type": "array", "items": items}
    names = {
        str: "string",
        SecretStr: "string",
        bool: "boolean",
        int: "integer",
        float: "number",
    }
    return {"type": names[kinds[0]]}


def default(field: FieldInfo) -> dict[str, Any]:
    """Return a property's default, if it depends on no other."""
    value = field.default
    return {"default": value} if isinstance(value, FIXED_DEFAULTS) and value != "" else {}


def properties() -> dict[str, Any]:
    """Return the properties that are inputs and outputs."""
    told = descriptions(SmtpConfig)
    return {
        key: typed(key, field)
        | ({"secret": True} if key in SECRETS else {})
        | {"description": in_keys(told[ATTRIBUTES.get(key, key)])}
        for key, field in FIELDS.items()
    }


def settings() -> dict[str, Any]:
    """Return the connection settings of a provider."""
    told = descriptions(Provider)
    return {
        key: {"type": "string", "description": in_keys(told[name])}
        | ({"secret": True} if key in SECRET_SETTINGS else {})
        for name, key in SETTINGS.items()
    }


def required() -> list[str]:
    """Return the properties that a program must give."""
    signature = inspect.signature(SmtpConfig.__init__).parameters
    return [
        key
        for key in FIELDS
        if signature[ATTRIBUTES.get(key, key)].default is inspect.Parameter.empty
    ]


def schema() -> dict[str, Any]:
    """Return the whole schema."""
    both = properties()
    fingerprints = {
        secret.fingerprint: {"type": "string", "secret": True, "description": FINGERPRINT}
        for secret in LOGIN_SECRETS
    }
    endpoint = {"endpoint": {"type": "string", "description": ENDPOINT}}
    return {
        "name": "smtpconfig",
        "displayName": "SMTP settings of tenants",
        "description": "The mail settings of tenants on KOBIL SSMS and SHIFT and on Keycloak.",
        "keywords": ["pulumi", "smtp", "keycloak", "category/infrastructure"],
        "license": "Apache-2.0",
        "types": {
            type_name(key): {"type": "string", "enum": [{"value": value} for value in values]}
            for key, values in enums().items()
        },
        "config": {"variables": settings()},
        "provider": {
            "description": summary(Provider),
            "inputProperties": settings(),
        },
        "resources": {
            TYPES["native"]: {
                "description": summary(SmtpConfig),
                "properties": both | endpoint | fingerprints,
                "required": [*required(), *sorted(DEFAULTED), "endpoint"],
                "inputProperties": {key: both[key] | default(FIELDS[key]) for key in both},
                "requiredInputs": required(),
                "aliases": [{"type": TYPES["dynamic"]}],
            }
        },
        "language": {
            "nodejs": {"packageName": "pulumi-smtpconfig", "respectSchemaVersion": True},
            "python": {"packageName": "pulumi_smtpconfig_sdk", "respectSchemaVersion": True},
            "go": {
                "importBasePath": "pulumi-smtpconfig/sdk/go/smtpconfig",
                "respectSchemaVersion": True,
            },
            "java": {"basePackage": "com.pulumi"},
            "csharp": {"namespaces": {"smtpconfig": "SmtpConfig"}, "respectSchemaVersion": True},
        },
    }


def text() -> str:
    """Return what the file contains."""
    return f"{json.dumps(schema(), indent=2)}\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
    FLEET_FILE.write_text(fleet_schema(), "utf-8")
