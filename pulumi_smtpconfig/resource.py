"""The resource that a program declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import pulumi
from pulumi.dynamic import Resource

from pulumi_smtpconfig.lint.linter import WARNING_CODES
from pulumi_smtpconfig.property_names import ATTRIBUTES, KEYS, SECRET_INPUTS, SECRETS
from pulumi_smtpconfig.provider import SmtpConfigProvider
from pulumi_smtpconfig.resource_warnings import parse_codes, show_warnings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class SmtpConfig(Resource, module="smtpconfig", name="SmtpConfig"):
    """The mail settings of one tenant of an identity platform.

    Declaring a tenant that has settings replaces all of them: a setting that is left out is
    cleared. Destroying the resource leaves the settings in place, unless `on_delete` is "clear".
    `pulumi preview` reports all problems with the arguments at once.

    Args:
        resource_name: The resource's name in the stack.
        platform: "ssms", "shift" or "keycloak".
        hostname: The platform's host, with a port if it is not 443: `idp.example.com:8443`.
        tenant_id: The tenant (on Keycloak the realm), case-sensitive; on SSMS a DNS label.
        host: The SMTP server.
        from_: The sender's address.
        from_display_name: The name shown with that address.
        reply_to: The address for replies.
        reply_to_display_name: The name shown with that address.
        envelope_from: The address for bounces.
        port: The SMTP server's port, 1 to 65535; by default 465 with `ssl`, else 587.
        starttls: Upgrade the connection with STARTTLS; on by default, unless `ssl` is on.
        ssl: Use TLS from the first byte; excludes `starttls`.
        user: The SMTP user; needs `password`.
        password: The SMTP password; always a secret in the state, even if it is given plain.
        password_from: Where the provider reads the password instead, so that no state contains it:
            "env:NAME" or "file:/absolute/path".
        auth_token_url: On Keycloak, where it obtains the token to log in with (XOAUTH2), instead of
            a password; an https URL. It needs `user`, a client id and a client secret.
        auth_token_client_id: The client that the token is granted to.
        auth_token_client_secret: Its secret; always a secret in the state.
        auth_token_client_secret_from: Where the provider reads it instead, as `password_from`.
        auth_token_scope: The scope to ask for; without one Keycloak asks for a token each time.
        allow_utf8: On Keycloak, send from addresses whose local part is not ASCII. This and the
            next four stay as the realm has them if they are left out.
        debug: On Keycloak, log SMTP sessions; the log may contain secrets.
        timeout: On Keycloak, seconds to wait for a reply, 0.001 to 3600.
        connection_timeout: Seconds to wait for a connection.
        write_timeout: Seconds to wait until a command is sent.
        credentials: The name of the set in `smtpconfig:credentials` to use; by default the token or
            OAuth2 keys of the connection settings.
        base_path: The path that Keycloak's API is below, such as "/auth" on older installations.
        on_delete: "retain" (the default) keeps the settings when the resource is destroyed; "clear"
            removes them, on Keycloak only.
        verify: Verify the settings at the SMTP server before they are sent, in at most 15 seconds
            and without sending mail: "off" (the default), "warn" to send them even if that fails,
            or "require". On Keycloak "platform" has the server try them instead, by a mail to the
            address of the token's user.
        verify_recipient: An address to ask for as a recipient.
        triggers: Values of any kind, secrets included; a change sends the settings again.
        lint_ignore: Codes to silence, such as "W102"; the error about an unknown one lists all.
        opts: Pulumi's resource options.

    Attributes:
        endpoint: The URL that the settings were sent to; every argument is an output as well.
    """

    platform: pulumi.Output[str]
    hostname: pulumi.Output[str]
    tenant_id: pulumi.Output[str]
    host: pulumi.Output[str]
    from_: pulumi.Output[str]
    from_display_name: pulumi.Output[str | None]
    reply_to: pulumi.Output[str | None]
    reply_to_display_name: pulumi.Output[str | None]
    envelope_from: pulumi.Output[str | None]
    port: pulumi.Output[int]
    starttls: pulumi.Output[bool]
    ssl: pulumi.Output[bool]
    user: pulumi.Output[str | None]
    password: pulumi.Output[str | None]
    credentials: pulumi.Output[str | None]
    base_path: pulumi.Output[str | None]
    on_delete: pulumi.Output[str | None]
    password_from: pulumi.Output[str | None]
    auth_token_url: pulumi.Output[str | None]
    auth_token_client_id: pulumi.Output[str | None]
    auth_token_client_secret: pulumi.Output[str | None]
    auth_token_client_secret_from: pulumi.Output[str | None]
    auth_token_scope: pulumi.Output[str | None]
    allow_utf8: pulumi.Output[bool | None]
    debug: pulumi.Output[bool | None]
    timeout: pulumi.Output[float | None]
    connection_timeout: pulumi.Output[float | None]
    write_timeout: pulumi.Output[float | None]
    verify: pulumi.Output[str | None]
    verify_recipient: pulumi.Output[str | None]
    triggers: pulumi.Output[list[Any] | None]
    lint_ignore: pulumi.Output[list[str] | None]
    endpoint: pulumi.Output[str]

    def __init__(  # noqa: PLR0913 - one argument a setting, all by keyword
        self,
        resource_name: str,
        *,
        platform: pulumi.Input[str],
        hostname: pulumi.Input[str],
        tenant_id: pulumi.Input[str],
        host: pulumi.Input[str],
        from_: pulumi.Input[str],
        from_display_name: pulumi.Input[str] | None = None,
        reply_to: pulumi.Input[str] | None = None,
        reply_to_display_name: pulumi.Input[str] | None = None,
        envelope_from: pulumi.Input[str] | None = None,
        port: pulumi.Input[int | str] | None = None,
        starttls: pulumi.Input[bool] | None = None,
        ssl: pulumi.Input[bool] | None = None,
        user: pulumi.Input[str] | None = None,
        password: pulumi.Input[str] | None = None,
        credentials: pulumi.Input[str] | None = None,
        base_path: pulumi.Input[str] | None = None,
        on_delete: pulumi.Input[str] | None = None,
        password_from: pulumi.Input[str] | None = None,
        auth_token_url: pulumi.Input[str] | None = None,
        auth_token_client_id: pulumi.Input[str] | None = None,
        auth_token_client_secret: pulumi.Input[str] | None = None,
        auth_token_client_secret_from: pulumi.Input[str] | None = None,
        auth_token_scope: pulumi.Input[str] | None = None,
        allow_utf8: pulumi.Input[bool] | None = None,
        debug: pulumi.Input[bool] | None = None,
        timeout: pulumi.Input[float] | None = None,
        connection_timeout: pulumi.Input[float] | None = None,
        write_timeout: pulumi.Input[float] | None = None,
        verify: pulumi.Input[str] | None = None,
        verify_recipient: pulumi.Input[str] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        lint_ignore: Sequence[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        for option in ("import_", "id", "urn"):
            if getattr(opts, option, None) is not None:
                raise _not_found(option, resource_name)
        ignored = parse_codes(resource_name, lint_ignore)
        properties = {
            "platform": platform,
            "hostname": hostname,
            "tenant_id": tenant_id,
            "host": host,
            "from_": from_,
            "from_display_name": from_display_name,
            "reply_to": reply_to,
            "reply_to_display_name": reply_to_display_name,
            "envelope_from": envelope_from,
            "port": port,
            "starttls": starttls,
            "ssl": ssl,
            "user": user,
            "password": _secret(password),
            "credentials": credentials,
            "base_path": base_path,
            "on_delete": on_delete,
            "password_from": password_from,
            "auth_token_url": auth_token_url,
            "auth_token_client_id": auth_token_client_id,
            "auth_token_client_secret": _secret(auth_token_client_secret),
            "auth_token_client_secret_from": auth_token_client_secret_from,
            "auth_token_scope": auth_token_scope,
            "allow_utf8": allow_utf8,
            "debug": debug,
            "timeout": timeout,
            "connection_timeout": connection_timeout,
            "write_timeout": write_timeout,
            "verify": verify,
            "verify_recipient": verify_recipient,
            "triggers": triggers,
            "lint_ignore": sorted(ignored - WARNING_CODES) or None,
            "endpoint": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=SECRETS)
        opts = pulumi.ResourceOptions.merge(opts, secret)
        inputs = properties | _secret_inputs(properties)
        super().__init__(SmtpConfigProvider(), resource_name, inputs, opts)
        show_warnings(self, resource_name, properties, ignored)

    @classmethod
    def get(cls, resource_name: str, *_: object, **__: object) -> NoReturn:
        """Refuse to look a tenant up, and say what to do instead.

        Raises:
            RunError: Always.
        """
        raise _not_found(f"{cls.__name__}.get", resource_name)

    def translate_input_property(self, prop: str) -> str:
        """Return the key of an argument in the state."""
        return KEYS.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """Return the attribute of a key in the state."""
        return ATTRIBUTES.get(prop, prop)


def _not_found(what: str, name: str) -> pulumi.RunError:
    return pulumi.RunError(
        f'{what} cannot be used for "{name}", because Pulumi cannot import or look up what a '
        "dynamic provider manages. Declare the tenant with its settings instead: the first "
        "`pulumi up` adopts it. `smtpconfig export` writes such a program."
    )


def _secret_inputs(properties: Mapping[str, object]) -> dict[str, Any]:
    """Return the property that tells check which inputs are secret besides the usual ones."""
    outputs = {
        KEYS.get(name, name): value
        for name, value in properties.items()
        if isinstance(value, pulumi.Output) and KEYS.get(name, name) not in SECRETS
    }
    return {SECRET_INPUTS: pulumi.Output.from_input(_secret_keys(outputs))} if outputs else {}


async def _secret_keys(outputs: Mapping[str, pulumi.Output[Any]]) -> list[str]:
    return [key for key, output in outputs.items() if await output.is_secret()]


def _secret(value: pulumi.Input[str] | None) -> pulumi.Output[str] | None:
    return None if value is None else pulumi.Output.secret(value)
