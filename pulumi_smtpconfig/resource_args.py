"""The arguments of `SmtpConfig` as a dictionary, and their types."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Union

import pulumi

if TYPE_CHECKING:
    from pulumi_smtpconfig.settings.choices import OnDelete, Platform, Verify

T = TypeVar("T")
Choice = Union[T, Awaitable[str], pulumi.Output[str]]  # noqa: UP007 - mypy takes | for a value
"""One of a few texts; what is known only later may be any text for type checkers."""


class _RequiredArgs(TypedDict):
    platform: Choice[Platform]
    hostname: pulumi.Input[str]
    tenant_id: pulumi.Input[str]
    host: pulumi.Input[str]
    from_: pulumi.Input[str]


class SmtpConfigArgs(_RequiredArgs, total=False):
    """The arguments of `SmtpConfig`, which documents them, as a dictionary.

    `SmtpConfig("acme", args)` and `SmtpConfig("acme", **args)` are the same.
    """

    from_display_name: pulumi.Input[str] | None
    reply_to: pulumi.Input[str] | None
    reply_to_display_name: pulumi.Input[str] | None
    envelope_from: pulumi.Input[str] | None
    port: pulumi.Input[int | str] | None
    starttls: pulumi.Input[bool] | None
    ssl: pulumi.Input[bool] | None
    user: pulumi.Input[str] | None
    password: pulumi.Input[str] | None
    credentials: pulumi.Input[str] | None
    base_path: pulumi.Input[str] | None
    on_delete: Choice[OnDelete] | None
    password_from: pulumi.Input[str] | None
    auth_token_url: pulumi.Input[str] | None
    auth_token_client_id: pulumi.Input[str] | None
    auth_token_client_secret: pulumi.Input[str] | None
    auth_token_client_secret_from: pulumi.Input[str] | None
    auth_token_scope: pulumi.Input[str] | None
    allow_utf8: pulumi.Input[bool] | None
    debug: pulumi.Input[bool] | None
    timeout: pulumi.Input[float] | None
    connection_timeout: pulumi.Input[float] | None
    write_timeout: pulumi.Input[float] | None
    verify: Choice[Verify] | None
    verify_recipient: pulumi.Input[str] | None
    triggers: pulumi.Input[Sequence[Any]] | None
    lint_ignore: Sequence[str] | None
