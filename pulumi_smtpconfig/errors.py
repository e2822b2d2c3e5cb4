"""What this package raises.

SmtpConfigError            every error of this package, in four parts
├── ConfigurationError     a connection setting is missing or wrong; nothing was sent
├── TokenNotGranted        no token was had from OAuth2; nothing was sent
├── ConnectionFailed       the platform was not reached; nothing was sent
├── Refused                the platform said no; it keeps the settings that it had
│   └── RealmGone          the tenant's realm does not exist
├── ReadFailed             the live settings could not be read; nothing was changed
├── NotVerified            an SMTP server did not take the settings; nothing was sent
├── OutcomeUnknown         the request left, but no answer says what became of it
└── InternalError          a mistake of this package
"""

from __future__ import annotations

import functools
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

P = ParamSpec("P")
R = TypeVar("R")


class SmtpConfigError(Exception):
    """An error whose message says what was being done, what happened, and what to do next.

    Attributes:
        doing: What was being done, for which tenant and URL; empty until `error_context` fills it.
        happened: What happened, with the platform's own words, which hold no secret.
        remedy: What the user does next.
        may_pass: Whether the same may succeed a moment later.
    """

    may_pass = False

    def __init__(self, happened: str, remedy: str) -> None:
        super().__init__(happened, remedy)
        self.doing = ""
        self.happened = happened
        self.remedy = remedy

    def __str__(self) -> str:
        return "\n  ".join(filter(None, (self.doing, self.happened, f"Next: {self.remedy}")))


class ConfigurationError(SmtpConfigError):
    """A connection setting is missing or wrong, so nothing was sent."""


class TokenNotGranted(SmtpConfigError):
    """The token endpoint gave no token, so nothing was sent to the platform's mail endpoint.

    Attributes:
        realm_is_gone: Whether it was the tenant's own realm, which says that it does not exist.
    """

    realm_is_gone = False


class ConnectionFailed(SmtpConfigError):
    """The platform was not reached, so nothing was sent."""


class Refused(SmtpConfigError):
    """The platform answered that it did not take the settings, so it keeps those that it had."""


class RealmGone(Refused):
    """The tenant's realm does not exist, in Keycloak's own words."""

    realm_is_gone = True


class ReadFailed(SmtpConfigError):
    """The live settings could not be read; neither they nor the state were changed."""


class NotVerified(SmtpConfigError):
    """An SMTP server did not take the settings, so nothing was sent to the platform.

    Attributes:
        stage: The stage of the SMTP session that failed.
        passed: The stages that passed before, as `Step`s.
    """

    def __init__(
        self, happened: str, remedy: str, stage: str = "", passed: Sequence[object] = ()
    ) -> None:
        super().__init__(happened, remedy)
        self.stage = stage
        self.passed = tuple(passed)


class OutcomeUnknown(SmtpConfigError):
    """The request left and no answer says what became of it, so the platform may hold either."""


class InternalError(SmtpConfigError):
    """A mistake of this package; names where it happened and never what was held there."""


@contextmanager
def error_context(doing: str) -> Iterator[None]:
    """Say of an error that leaves this block what was being done, also of a foreign one."""
    try:
        yield
    except SmtpConfigError as error:
        error.doing = doing
        raise
    except Exception as error:  # noqa: BLE001 - any of them could hold a secret
        internal = _internal(error)
        internal.doing = doing
        raise internal from None


def only_our_errors(method: Callable[P, R]) -> Callable[P, R]:
    """Let nothing but a `SmtpConfigError` leave, unchained: the engine prints whole tracebacks.

    The message of a foreign exception may quote a secret, so none of it is kept but its type and
    the place that raised it.
    """

    @functools.wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except SmtpConfigError as error:
            raise error.with_traceback(None) from None
        except Exception as error:  # noqa: BLE001 - any of them could hold a secret
            raise _internal(error) from None

    return guarded


def _internal(error: Exception) -> InternalError:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return InternalError(
        f"pulumi-smtpconfig failed with {type(error).__name__} at {where}.",
        "this is a mistake of the provider; please report it with these lines. If settings were "
        "being sent, the platform may hold the old ones or the new ones.",
    )
