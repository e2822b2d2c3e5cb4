"""The dynamic front door: from `pulumi.dynamic` to the lifecycle and back.

A stack's state refers to `SmtpConfigProvider` by its import path, so that path must never change.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import contains_unknowns

from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.property_names import PROVIDER_KEY, SECRET_INPUTS, as_in_program
from pulumi_smtpconfig.traceback_limit import without_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle

_printing = threading.Lock()


class SmtpConfigProvider(ResourceProvider):
    """Runs the lifecycle of `SmtpConfig`; one instance serves all threads of an operation.

    It is pickled into the state: by reference, as long as it has no constructor state.
    """

    serialize_as_secret_always = False

    _lifecycle: Lifecycle

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the config; a bad setting causes a warning at most, and cannot block a destroy."""
        # The program imports this module too, and does not pay for what only an operation needs.
        from pulumi_smtpconfig.authorized_client import AuthorizedClient  # noqa: PLC0415 - see above
        from pulumi_smtpconfig.config import Config  # noqa: PLC0415 - see above
        from pulumi_smtpconfig.engine_watch import exit_with_the_engine  # noqa: PLC0415 - see above
        from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle  # noqa: PLC0415 - see above
        from pulumi_smtpconfig.misspelt_settings import find_unused_settings  # noqa: PLC0415 - see above

        exit_with_the_engine()
        config = Config(req.config.get)
        self._lifecycle = Lifecycle(AuthorizedClient(config, _warn), _warn)
        # Pulumi's class has no public way to list the keys.
        keys = getattr(req.config, "_props", {})
        for unused in find_unused_settings(config, keys, pulumi.get_project()):
            _warn(unused)

    @without_traceback
    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report every problem at once, without a property: the engine prints the value of one."""
        given = _plain(news)
        marked = given.pop(SECRET_INPUTS, ())
        inputs, problems = self._lifecycle.check(given, is_new=not _plain(olds), marked=marked)
        return CheckResult(
            _dynamic(inputs), [CheckFailure("", as_in_program(str(p))) for p in problems]
        )

    @without_traceback
    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Return whether anything is to be updated or replaced.

        A state of the native plugin is updated without a request, because a destroy needs the
        provider in it.
        """
        diff = self._lifecycle.diff(_plain(olds), _plain(news))
        return DiffResult(
            changes=bool(diff.changes) or PROVIDER_KEY not in olds,
            replaces=diff.replaces,
            delete_before_replace=diff.delete_before_replace,
        )

    @without_traceback
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Send the settings."""
        id_, outputs = self._lifecycle.create(_plain(props))
        return CreateResult(id_, outputs)

    @without_traceback
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what a refresh finds."""
        read = self._lifecycle.read(_plain(props))
        return ReadResult(id_, read.outputs, read.inputs) if read else ReadResult("", {})

    @without_traceback
    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Send all settings if any of them changed."""
        return UpdateResult(self._lifecycle.update(_plain(olds), _plain(news)))

    @without_traceback
    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Leave the tenant's settings and say so, or clear them with `on_delete="clear"`."""
        self._lifecycle.delete(_plain(props))


def _warn(text: str) -> None:
    """Show a line; `pulumi.log` prints its end apart, so that lines of two threads mix."""
    with _printing:
        sys.stderr.write(f"warning: {as_in_program(text)}\n")
        sys.stderr.flush()


def _plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: UNKNOWN if contains_unknowns(value) else value
        for key, value in properties.items()
        if key != PROVIDER_KEY
    }


def _dynamic(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: pulumi.UNKNOWN if value is UNKNOWN else value for key, value in inputs.items()}
