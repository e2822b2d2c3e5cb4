"""Declare a realm for each resource option; a second run changes the settings of all."""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import Any

import pulumi

from pulumi_smtpconfig import SmtpConfig

changed = pulumi.Config().get_bool("changed") or False
Options = pulumi.ResourceOptions


def declare(
    name: str, opts: pulumi.ResourceOptions | None = None, *, moves: bool = False, **others: Any
) -> SmtpConfig:
    """Declare a realm that is cleared when its resource is destroyed."""
    arguments = {
        "platform": "keycloak",
        "hostname": "idp.example.com",
        "tenant_id": f"{name}-2" if moves and changed else name,
        "host": "new.acme.example" if changed else "old.acme.example",
        "from_": "no-reply@acme.example",
        "from_display_name": "New" if changed else "Old",
        "on_delete": "clear",
    }
    return SmtpConfig(name, opts=opts, **(arguments | others))


def transform_attributes(
    args: pulumi.ResourceTransformationArgs,
) -> pulumi.ResourceTransformationResult:
    """Set the display name, which is named as in the program here."""
    props = {**args.props, "from_display_name": "Transformed"}
    return pulumi.ResourceTransformationResult(props, args.opts)


def transform_keys(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Set the display name, which is named as in the state here."""
    props = {**args.props, "fromDisplayName": "Transformed"}
    return pulumi.ResourceTransformResult(props, args.opts)


def say(args: pulumi.ResourceHookArgs) -> None:
    """Tell that a hook runs."""
    pulumi.log.info(f"the hook of {args.name} runs")


component = pulumi.ComponentResource("tests:index:Component", "component")
python = pulumi.ProviderResource("pulumi-python", "python", {})
other = declare("other")
moving = declare("moving", moves=True)

declare("protect", Options(protect=True))
declare("retain_on_delete", Options(retain_on_delete=True))
declare("deleted_with", Options(deleted_with=other))
declare("depends_on", Options(depends_on=[other]))
declare("parent", Options(parent=component))
declare("providers", Options(providers=[python]))
declare("additional_secret_outputs", Options(additional_secret_outputs=["from_display_name"]))
declare("ignore_changes", Options(ignore_changes=["host", "from_display_name"]))
declare("ignored_by_key", Options(ignore_changes=["host", "fromDisplayName"]))
declare("delete_before_replace", Options(delete_before_replace=False), moves=True)
declare("replacement_trigger", Options(replacement_trigger="2" if changed else "1"))
declare("replace_with", Options(replace_with=[moving]))
declare("hide_diffs", Options(hide_diffs=["host"]))
declare("transformations", Options(transformations=[transform_attributes]))
declare("transforms", Options(transforms=[transform_keys]))
declare("hooks", Options(hooks=pulumi.ResourceHookBinding(after_create=[say])))

if changed:
    declare("aliases", Options(aliases=[pulumi.Alias(name="before")]), tenant_id="before")
else:
    declare("before")

if SmtpConfig.__module__ == "pulumi_smtpconfig.native":
    from pulumi_smtpconfig.native import Provider

    own = Provider("own", token=os.environ["SMTPCONFIG_TOKEN"])
    declare("provider", Options(provider=own))
    declare("replace_on_changes", Options(replace_on_changes=["host"]))
    declare("version", Options(version=version("pulumi-smtpconfig")))
    declare("plugin_download_url", Options(plugin_download_url="https://plugins.example.com"))
