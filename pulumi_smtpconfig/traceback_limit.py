"""Errors of the dynamic front door without a traceback, and with Python's names of arguments.

Pulumi's host shows a failed operation as `traceback.format_exc` prints it, which honours
`sys.tracebacklimit`. Other dynamic providers share the process, so their limit is put back.
"""

from __future__ import annotations

import functools
import sys
import threading
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pulumi_smtpconfig.errors import SmtpConfigError, only_our_errors
from pulumi_smtpconfig.property_names import as_in_program

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

LIMIT = "tracebacklimit"
MESSAGE_ALONE = 0
UNSET = object()

_lock = threading.Lock()
_limits_of_others: list[object] = []
"""The limit that is to be put back, if there is one."""


def without_traceback(method: Callable[P, R]) -> Callable[P, R]:
    """Let only an `SmtpConfigError` leave a method, and have the host show nothing but its message.

    The host formats the error after the method has returned, so the limit is put back when the next
    method is called.
    """
    guarded = only_our_errors(method)

    @functools.wraps(method)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        _show_tracebacks()
        try:
            return guarded(*args, **kwargs)
        except SmtpConfigError as error:
            error.remedy = as_in_program(error.remedy)
            _hide_tracebacks()
            raise

    return called


def _hide_tracebacks() -> None:
    with _lock:
        if not _limits_of_others:
            _limits_of_others.append(getattr(sys, LIMIT, UNSET))
        setattr(sys, LIMIT, MESSAGE_ALONE)


def _show_tracebacks() -> None:
    with _lock:
        if not _limits_of_others:
            return
        limit = _limits_of_others.pop()
        if getattr(sys, LIMIT, UNSET) != MESSAGE_ALONE:
            return  # another provider has set its own since
        if limit is UNSET:
            delattr(sys, LIMIT)
        else:
            setattr(sys, LIMIT, limit)
