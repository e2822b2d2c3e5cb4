"""The resource and the provider of the native plugin, for Python programs.

    from pulumi_smtpconfig.native import SmtpConfig

It takes the arguments of `pulumi_smtpconfig.SmtpConfig`, and takes over its state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_smtpconfig import resource
from pulumi_smtpconfig.config import why_taken
from pulumi_smtpconfig.lint.linter import parse_codes
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.property_names import KEYS, SECRETS, TYPES
from pulumi_smtpconfig.resource_options import NATIVE, refused_options
from pulumi_smtpconfig.settings.choices import PlatformName as Platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_smtpconfig.problems import Problem

__all__ = ["Platform", "Provider", "SmtpConfig"]


class SmtpConfig(resource.SmtpConfig, module="smtpconfig", name="SmtpConfig"):
    """The mail settings of one tenant, as `pulumi_smtpconfig.SmtpConfig` declares them.

    It can be imported, has explicit providers (`opts.provider`) and warns from the plugin.
    """

    @classmethod
    def get(  # type: ignore[override] # the dynamic resource refuses
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - the name in all of Pulumi's resources
        opts: pulumi.ResourceOptions | None = None,
    ) -> SmtpConfig:
        """Read the settings that a tenant has, without managing them.

        Args:
            resource_name: The resource's name in the stack.
            id: `<platform>/<hostname>/<tenantId>`; a base path comes after the hostname.
            opts: Pulumi's resource options.
        """
        found = cls.__new__(cls)
        own = pulumi.ResourceOptions(id=id, additional_secret_outputs=SECRETS)
        opts = pulumi.ResourceOptions.merge(opts, own)
        outputs = [name for name in resource.SmtpConfig.__annotations__ if not name.startswith("_")]
        found._register(resource_name, dict.fromkeys(outputs), {}, opts)  # noqa: SLF001 - its own
        return found

    def _refused_options(self, opts: pulumi.ResourceOptions | None, _: str) -> Iterable[Problem]:
        return refused_options(opts, NATIVE)

    def _known_inputs(self, inputs: dict[str, Any]) -> dict[str, Any]:
        # Only the plugin knows whether the tenant was imported, which leaves its password unknown.
        logins = ("password", "passwordFrom", "authTokenUrl")
        if inputs["user"] is None or any(inputs[key] is not None for key in logins):
            return inputs
        return inputs | {"password": UNKNOWN}

    def _register(
        self,
        name: str,
        properties: dict[str, Any],
        given: Mapping[str, Any],
        opts: pulumi.ResourceOptions,
    ) -> None:
        secret = {KEYS.get(output, output) for output in opts.additional_secret_outputs or ()}
        for key, value in properties.items():
            if value is not None and KEYS.get(key, key) in secret:
                properties[key] = pulumi.Output.secret(value)
        own = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=TYPES["dynamic"])])
        opts = pulumi.ResourceOptions.merge(opts, own)
        ignored = parse_codes(given.get("lint_ignore"))[0]
        properties |= {"lint_ignore": sorted(ignored) or None}  # the plugin warns
        pulumi.CustomResource.__init__(self, TYPES["native"], name, properties, opts)

    def _show_warnings(self, *_: object) -> None:
        """Leave it to the plugin."""


class Provider(pulumi.ProviderResource):
    """A provider with connection settings of its own, which win over variables.

    The stack's config does not apply to it. Its tokens, secrets and passwords are always secrets in
    the state.

    If it is given any of the settings for a token, which are `token`, `client_id`,
    `client_secret`, `oauth_username`, `oauth_password`, `scope` and `token_url`, no variable adds
    one of the others.

    Args:
        resource_name: The provider's name in the stack.
        opts: Pulumi's resource options.
        token: A bearer token; it wins over OAuth2.
        client_id: The OAuth2 client to get tokens with.
        client_secret: The client's secret.
        oauth_username: A user, for the grant `password`.
        oauth_password: The password of `oauth_username`.
        scope: The OAuth2 scope to request.
        token_url: The token endpoint; by default that of the tenant's realm.
        credentials: Named sets of credentials, as a JSON object.
        read_back: "admin" turns on reading for SHIFT.
        read_url: The URL of a realm's representation, to read the settings on SSMS.
        preview_reads: "off" keeps previews from reading what a new resource replaces.
        ca_bundle: A PEM file of certificate authorities to trust in addition to the system's.
        timeout: Seconds for one try of a request; by default 30.
        retries: How often a failed request is tried again, 0 to 10; by default 3.
        connect_to: The host:port that every connection goes to.
    """

    def __init__(  # noqa: PLR0913 - one argument a setting, all by keyword
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        token: pulumi.Input[str] | None = None,
        client_id: pulumi.Input[str] | None = None,
        client_secret: pulumi.Input[str] | None = None,
        oauth_username: pulumi.Input[str] | None = None,
        oauth_password: pulumi.Input[str] | None = None,
        scope: pulumi.Input[str] | None = None,
        token_url: pulumi.Input[str] | None = None,
        credentials: pulumi.Input[str] | None = None,
        read_back: pulumi.Input[str] | None = None,
        read_url: pulumi.Input[str] | None = None,
        preview_reads: pulumi.Input[str] | None = None,
        ca_bundle: pulumi.Input[str] | None = None,
        timeout: pulumi.Input[str] | None = None,
        retries: pulumi.Input[str] | None = None,
        connect_to: pulumi.Input[str] | None = None,
    ) -> None:
        if taken := why_taken(resource_name):
            raise pulumi.RunError(taken)
        properties = {
            "token": token,
            "clientId": client_id,
            "clientSecret": client_secret,
            "oauthUsername": oauth_username,
            "oauthPassword": oauth_password,
            "scope": scope,
            "tokenUrl": token_url,
            "credentials": credentials,
            "readBack": read_back,
            "readUrl": read_url,
            "previewReads": preview_reads,
            "caBundle": ca_bundle,
            "timeout": timeout,
            "retries": retries,
            "connectTo": connect_to,
        }
        super().__init__("smtpconfig", resource_name, properties, opts)
