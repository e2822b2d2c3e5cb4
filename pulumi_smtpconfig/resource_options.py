"""Pulumi's resource options that would do nothing, or not what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from pulumi_smtpconfig.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOOK_UPS = ("import_", "id", "urn")
_INSTALLED = "cannot be used: the provider is the installed package, so pip chooses its version"
REFUSED = {
    "provider": "cannot be used: the connection settings are those of the stack's config; choose "
    "among several with `credentials`",
    "replace_on_changes": "cannot be used, because Pulumi ignores it for dynamic providers; each "
    "update sends all settings, and a change of `triggers` sends them again",
    "version": _INSTALLED,
    "plugin_download_url": _INSTALLED,
    "custom_timeouts": "cannot be used, because Pulumi ignores it for dynamic providers; set "
    "smtpconfig:timeout",
}
"""Why an option is refused, and what to do instead."""


NATIVE = {
    "custom_timeouts": "cannot be used: set smtpconfig:timeout, or the timeout of the provider, "
    "which limits each try of a request"
}
"""The same for a resource of the native plugin."""


def refuse_look_ups(opts: pulumi.ResourceOptions | None, name: str) -> None:
    """Check that a resource is declared, and not looked up.

    Raises:
        RunError: An option names something that exists; nothing can be registered with it.
    """
    for option in LOOK_UPS:
        if getattr(opts, option, None) is not None:
            raise not_found(option, name)


def not_found(what: str, name: str) -> pulumi.RunError:
    """Return the error about a way to look up the resource of a name, and what to do instead."""
    return pulumi.RunError(
        f'{what} cannot be used for "{name}", because Pulumi cannot import or look up what a '
        "dynamic provider manages. Declare the tenant with its settings instead: the first "
        "`pulumi up` adopts it. `smtpconfig export` writes such a program."
    )


def refused_options(
    opts: pulumi.ResourceOptions | None, refused: Mapping[str, str] = REFUSED
) -> Iterator[Problem]:
    """Yield a problem for each option that Pulumi would ignore in silence."""
    for option, why in refused.items():
        if getattr(opts, option, None):
            yield Problem(f"opts.{option}", why)
