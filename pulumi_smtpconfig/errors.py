"""What this package raises.

SmtpConfigError            every error of this package
├── ConfigurationError     a connection setting is missing or wrong; nothing was sent
├── TokenNotGranted        the token endpoint granted no token; nothing was sent
├── ConnectionFailed       the platform was not reached; nothing was sent
├── Refused                the platform refused the settings and keeps those that it had
│   └── RealmGone          the tenant's realm does not exist
├── ReadFailed             the live settings could not be read; nothing was changed
├── NotVerified            the SMTP server rejected the settings; nothing was sent
├── OutcomeUnknown         the request was sent, but no response says whether it was applied
└── InternalError          a bug in this package
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
    """An error that says what was being done, what happened, and what to do next.

    Attributes:
        doing: What was being done, for which tenant and URL; empty until `error_context` sets it.
        request: The request that failed, as `GET https://...`; empty if it was none.
        happened: What happened, in the other side's words where there are any; holds no secret.
        remedy: What the user does next.
        retryable: Whether the same request may succeed a moment later.
    """

    retryable = False

    def __init__(self, happened: str, remedy: str) -> None:
        super().__init__(happened, remedy)
        self.doing = ""
        self.request = ""
        self.happened = happened
        self.remedy = remedy

    def __str__(self) -> str:
        return "\n  ".join(filter(None, (self.doing, self.happened, f"Next: {self.remedy}")))


class ConfigurationError(SmtpConfigError):
    """A connection setting is missing or wrong, so nothing was sent."""


class TokenNotGranted(SmtpConfigError):
    """The token endpoint granted no token, so nothing was sent to the platform's mail endpoint.

    Attributes:
        realm_is_gone: Whether the tenant's own realm does not exist.
        refused: The part of `happened` that quotes why the login was refused; empty if it was not.
    """

    realm_is_gone = False
    refused = ""


class ConnectionFailed(SmtpConfigError):
    """The platform was not reached, so nothing was sent."""


class Refused(SmtpConfigError):
    """The platform refused the settings and keeps those that it had."""


class RealmGone(Refused):
    """The tenant's realm does not exist, in Keycloak's own words."""

    realm_is_gone = True


class ReadFailed(SmtpConfigError):
    """The live settings could not be read; neither they nor the state were changed."""


class NotVerified(SmtpConfigError):
    """The SMTP server rejected the settings, so nothing was sent to the platform.

    Attributes:
        stage: The stage of the SMTP session that failed.
        passed: The stages that passed before it, as `Step`s.
        code: The code of the server's reply, or 0 if there was none.
    """

    def __init__(
        self,
        happened: str,
        remedy: str,
        stage: str = "",
        passed: Sequence[object] = (),
        code: int = 0,
    ) -> None:
        super().__init__(happened, remedy)
        self.stage = stage
        self.code = code
        self.passed = tuple(passed)


class OutcomeUnknown(SmtpConfigError):
    """The request was sent, but the platform may have either the old settings or the new ones."""


class InternalError(SmtpConfigError):
    """A bug in this package; names the place in the source and never a value."""


@contextmanager
def error_context(doing: str) -> Iterator[None]:
    """Add what was being done to any error that leaves this block, foreign exceptions included."""
    try:
        yield
    except SmtpConfigError as error:
        error.doing = f"{doing} {error.request} failed." if error.request else doing
        raise
    except Exception as error:  # noqa: BLE001 - any of them could hold a secret
        internal = _internal(error)
        internal.doing = doing
        raise internal from None


@contextmanager
def naming_request(method: str, url: str) -> Iterator[None]:
    """Name a request in errors that leave this block, unless they name one that it needed."""
    try:
        yield
    except SmtpConfigError as error:
        error.request = error.request or f"{method} {url}"
        raise


def only_our_errors(method: Callable[P, R]) -> Callable[P, R]:
    """Let only an `SmtpConfigError` leave, unchained, because the engine prints whole tracebacks.

    The message of a foreign exception may quote a secret, so only its type and the place that
    raised it are kept.
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
        "this is a bug in the provider; please report it with these lines. If settings were being "
        "sent, the platform may have the old ones or the new ones.",
    )
