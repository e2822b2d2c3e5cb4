"""The model of tenants.yaml, from which tenants.schema.json is generated for editors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

REQUIRED = ("group", "platform", "hostname", "credentials", "host", "from")
"""The keys that each tenant must have, in its own settings or in the defaults."""

VARIABLE_PREFIX, CLIENT_SECRET_PREFIX = "SMTP_PASSWORD_", "SMTP_CLIENT_SECRET_"
NAME = "^[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$"
GROUP = "^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$"
VARIABLE = f"^{VARIABLE_PREFIX}[A-Z0-9_]{{1,100}}$"
CLIENT_SECRET_VARIABLE = f"^{CLIENT_SECRET_PREFIX}[A-Z0-9_]{{1,100}}$"
FILE = "^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$"
TEXT = r"^[^\x00-\x1f\x7f]+$"

SHAPES = {
    NAME: "must be up to 100 letters, digits, dots, hyphens and underscores",
    GROUP: "must be up to 50 lower-case letters, digits and hyphens, starting with a letter",
    VARIABLE: f"must be {VARIABLE_PREFIX} followed by capital letters, digits and underscores",
    CLIENT_SECRET_VARIABLE: f"must be {CLIENT_SECRET_PREFIX} followed by capital letters, digits "
    "and underscores",
    FILE: "must be the name of a file in the password folder, and not start with a dot",
    TEXT: "must not be empty or contain a line break",
}
"""The message for each pattern."""

Name = Annotated[str, Field(pattern=NAME)]
Group = Annotated[str, Field(pattern=GROUP)]
Text = Annotated[str, Field(pattern=TEXT)]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(ge=0.001, le=3600)]


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
    """A tenant's settings; null removes a default."""

    group: Text | None = None
    """The tenant's group, and so its stack: one of the groups above."""
    platform: Literal["ssms", "shift", "keycloak"] | None = None
    """The identity platform."""
    hostname: Text | None = None
    """The platform's host, with a port unless it is 443."""
    base_path: Text | None = None
    """The path prefix of Keycloak's API, "/auth" on older installations."""
    credentials: Name | None = None
    """The set of smtpconfig:credentials to use, only for the hosts in its hostnames."""
    tenant_id: Text | None = None
    """The tenant on the platform, if it differs from its name here."""
    host: Text | None = None
    """The SMTP server."""
    port: Port | None = None
    """The SMTP server's port; default: 465 with ssl, otherwise 587."""
    starttls: bool | None = None
    """Upgrade the connection with STARTTLS; default: on, unless ssl is on."""
    ssl: bool | None = None
    """TLS from the first byte; excludes starttls."""
    from_: Text | None = Field(None, alias="from")
    """The sender address."""
    from_display_name: Text | None = None
    """The name shown beside that address."""
    reply_to: Text | None = None
    """The address for replies."""
    reply_to_display_name: Text | None = None
    """The name shown beside that address."""
    envelope_from: Text | None = None
    """The address for bounces."""
    user: Text | None = None
    """The SMTP user; needs a password."""
    password: Password | None = None
    auth_token_url: Text | None = None
    """On Keycloak, where it gets the token to log in with, instead of a password."""
    auth_token_client_id: Text | None = None
    """The client that the token is granted to."""
    auth_token_client_secret: ClientSecret | None = None
    """Where that client's secret is stored."""
    auth_token_scope: Text | None = None
    """The scope to ask for."""
    allow_utf8: bool | None = None
    """On Keycloak, send from addresses whose local part is not ASCII."""
    timeout: Seconds | None = None
    """On Keycloak, seconds to wait for a reply."""
    connection_timeout: Seconds | None = None
    """On Keycloak, seconds to wait for a connection."""
    write_timeout: Seconds | None = None
    """On Keycloak, seconds to wait until a command is sent."""

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `SmtpConfig`, without the password and the client secret."""
        secrets = {"password", "auth_token_client_secret"}
        return self.model_dump(exclude={"group", *secrets}, exclude_none=True)


class File(Strict):
    """The tenants of a fleet."""

    groups: Annotated[list[Group], Field(min_length=1, json_schema_extra={"uniqueItems": True})]
    """The groups; each has its own stack, and all can run in parallel."""
    defaults: Settings = Settings()
    """Settings for each tenant that does not set its own."""
    tenants: dict[Name, Settings]
    """The tenants, by the name of their resource in the stack."""
