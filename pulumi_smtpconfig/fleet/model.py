"""The parts of tenants.yaml and their keys, from which tenants.schema.json is generated.

Only the structure is parsed here. Whether a setting's value is right is up to the resource; the
types below tell editors what it takes.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from pulumi_smtpconfig.settings.choices import OnDelete, Platform, Verify

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VARIABLE_PREFIX, CLIENT_SECRET_PREFIX = "SMTP_PASSWORD_", "SMTP_CLIENT_SECRET_"
NAME = "^[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$"
GROUP = "^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$"
VARIABLE = f"^{VARIABLE_PREFIX}[A-Z0-9_]{{1,100}}$"
CLIENT_SECRET_VARIABLE = f"^{CLIENT_SECRET_PREFIX}[A-Z0-9_]{{1,100}}$"
FILE = "^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$"

SHAPES = {
    NAME: "must be up to 100 letters, digits, dots, hyphens and underscores",
    GROUP: "must be up to 50 lower-case letters, digits and hyphens, starting with a letter",
    VARIABLE: f"must be {VARIABLE_PREFIX} followed by capital letters, digits and underscores",
    CLIENT_SECRET_VARIABLE: f"must be {CLIENT_SECRET_PREFIX} followed by capital letters, digits "
    "and underscores",
    FILE: "must be the name of a file in the password folder, and not start with a dot",
}
"""The message for each pattern."""


Name = Annotated[str, Field(pattern=NAME)]
OptionalName = Annotated[
    str | None,
    Field(pattern=NAME),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": NAME}, {"enum": [None, ""]}]}),
]
Group = Annotated[str, Field(pattern=GROUP)]


def _shown(*types: str, **more: Any) -> WithJsonSchema:
    """Return what an editor is told of a setting; the file's values are text until they are used.

    An empty text leaves a setting out, as null does.
    """
    return WithJsonSchema({"anyOf": [{"type": [*types], **more}, {"enum": [None, ""]}]})


Text = Annotated[Any, WithJsonSchema({"type": ["string", "number", "boolean", "null"]})]
Flag = Annotated[Any, _shown("boolean")]
Port = Annotated[Any, _shown("integer", minimum=1, maximum=65535)]
Seconds = Annotated[Any, _shown("number", minimum=0.001, maximum=3600)]


def _choice(of: Any) -> WithJsonSchema:
    return WithJsonSchema({"enum": [*get_args(of), None, ""]})


class Strict(BaseModel):
    """A part of the file that refuses unknown keys."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


class Password(Strict):
    """Where the SMTP password is stored: one of three. This file never contains the password."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    secret: Name | None = None
    """A key of the stack's secret fleet:passwords."""
    env: Annotated[str, Field(pattern=VARIABLE)] | None = None
    """An environment variable where Pulumi runs; its name starts with SMTP_PASSWORD_."""
    file: Annotated[str, Field(pattern=FILE)] | None = None
    """A file in the folder fleet:passwordFolder."""

    @model_validator(mode="after")
    def _one(self) -> Password:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise PydanticCustomError("one_of_three", "")
        return self


class ClientSecret(Password):
    """Where the client secret for a login by token is stored: one of three."""

    env: Annotated[str, Field(pattern=CLIENT_SECRET_VARIABLE)] | None = None
    """An environment variable where Pulumi runs; its name starts with SMTP_CLIENT_SECRET_."""


class Settings(Strict):
    """A tenant's settings; null or an empty text removes a default."""

    group: Text = None
    """The tenant's group, and so its stack: one of the groups above."""
    platform: Annotated[Any, _choice(Platform)] = None
    """The identity platform."""
    hostname: Text = None
    """The platform's host, with a port unless it is 443."""
    base_path: Text = None
    """The path prefix of Keycloak's API, "/auth" on older installations."""
    credentials: OptionalName = None
    """The set of smtpconfig:credentials to use, only for the hosts in its hostnames."""
    tenant_id: Text = None
    """The tenant on the platform, if it differs from its name here."""
    host: Text = None
    """The SMTP server."""
    port: Port = None
    """The SMTP server's port; default: 465 with ssl, otherwise 587."""
    starttls: Flag = None
    """Upgrade the connection with STARTTLS; default: on, unless ssl is on."""
    ssl: Flag = None
    """TLS from the first byte; excludes starttls."""
    from_: Text = Field(None, alias="from")
    """The sender address."""
    from_display_name: Text = None
    """The name shown beside that address."""
    reply_to: Text = None
    """The address for replies."""
    reply_to_display_name: Text = None
    """The name shown beside that address."""
    envelope_from: Text = None
    """The address for bounces."""
    user: Text = None
    """The SMTP user; needs a password."""
    password: Password | None = None
    auth_token_url: Text = None
    """On Keycloak, where it gets the token to log in with, instead of a password."""
    auth_token_client_id: Text = None
    """The client that the token is granted to."""
    auth_token_client_secret: ClientSecret | None = None
    """Where that client's secret is stored."""
    auth_token_scope: Text = None
    """The scope to ask for."""
    allow_utf8: Flag = None
    """On Keycloak, send from addresses whose local part is not ASCII."""
    timeout: Seconds = None
    """On Keycloak, seconds to wait for a reply."""
    connection_timeout: Seconds = None
    """On Keycloak, seconds to wait for a connection."""
    write_timeout: Seconds = None
    """On Keycloak, seconds to wait until a command is sent."""
    verify_recipient: Text = None
    """An address that the SMTP server is asked to accept as a recipient; it gets no mail."""
    triggers: Annotated[Any, WithJsonSchema({"type": ["array", "string", "null"]})] = None
    """Values of any kind; a change sends the settings again."""


class Defaults(Settings):
    """Settings for each tenant that does not set its own, and those that only all can have."""

    on_delete: Annotated[Any, _choice(OnDelete)] = None
    """What destroying a resource does to its tenant; "clear" is for Keycloak alone."""
    verify: Annotated[Any, _choice(Verify)] = None
    """Whether the settings are verified at the SMTP server before they are sent."""
    debug: Flag = None
    """On Keycloak, log SMTP sessions; the log may contain secrets."""
    lint_ignore: Annotated[Any, WithJsonSchema({"type": ["array", "string", "null"]})] = None
    """Codes to silence, such as W102."""


KEYS = [field.alias or name for name, field in Defaults.model_fields.items()]
FOR_ALL = {*KEYS} - {field.alias or name for name, field in Settings.model_fields.items()}
"""The keys that no tenant may set for itself: what they do concerns others than the tenant."""

FLAGS = {"starttls", "ssl", "allowUtf8", "debug"}
NUMBERS = {"port", "timeout", "connectionTimeout", "writeTimeout"}
REFERENCES = {"password": Password, "authTokenClientSecret": ClientSecret}
"""The keys of what is not text."""


class File(Strict):
    """The tenants of a fleet."""

    groups: Annotated[list[Group], Field(min_length=1, json_schema_extra={"uniqueItems": True})]
    """The groups; each has its own stack, and all can run in parallel."""
    defaults: Defaults = Defaults()
    """Settings for each tenant that does not set its own."""
    tenants: dict[Name, Settings]
    """The tenants, by the name of their resource in the stack."""


def schema() -> str:
    """Return the JSON Schema of tenants.yaml, which tenants.schema.json holds."""
    model = File.model_json_schema(by_alias=True)
    return json.dumps({"$schema": DIALECT, **model}, indent=2) + "\n"
