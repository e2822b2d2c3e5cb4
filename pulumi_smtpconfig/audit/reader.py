"""Read the live settings of tenants on several platforms, and give up on one that hangs."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

from pulumi_smtpconfig.errors import ReadFailed, SmtpConfigError
from pulumi_smtpconfig.lifecycle.live_settings import LiveSettings

if TYPE_CHECKING:
    from pulumi_smtpconfig.audit.targets import Target
    from pulumi_smtpconfig.authorized_client import AuthorizedClient
    from pulumi_smtpconfig.interface import Reading

SLOW_SECONDS = 5.0
STRIKES = 16
"""How many tenants of a host get no answer, and none between gets one, until it is given up."""


class Reader:
    """Reads tenants, from any number of threads.

    A thousand tenants of a platform that hangs would otherwise take an hour, a timeout and its
    retries for each.

    Args:
        client: What sends the requests.
    """

    def __init__(self, client: AuthorizedClient) -> None:
        self._live = LiveSettings(client, lambda _: None)
        self._strikes: Counter[str] = Counter()
        self._lock = threading.Lock()

    def read(self, target: Target) -> Reading | None:
        """Return what a tenant has; None if reading is off, or if it is not known which it is.

        Raises:
            SmtpConfigError: The settings could not be read.
        """
        if not target.is_known:
            return None
        if not target.is_bound and self._live.is_readable(target.declaration):
            raise ReadFailed(
                "The resource names no credentials, and an exported file can name any host, so "
                "nothing was sent.",
                "name a set that has hostnames with --credentials, or audit the stack by --stack.",
            )
        hostname = target.declaration.tenant.hostname
        if self._strikes[hostname] >= STRIKES:
            raise ReadFailed(
                f"It was not read, because {hostname} did not answer for other tenants.",
                "check that the platform is up, then run the audit again.",
            )
        began = time.monotonic()
        try:
            reading = self._live.fetch(target.declaration)
        except SmtpConfigError as error:
            hangs = error.retryable and time.monotonic() - began > SLOW_SECONDS
            with self._lock:  # any answer, also a refusal, shows that it is up
                self._strikes[hostname] = self._strikes[hostname] + 1 if hangs else 0
            raise
        with self._lock:
            self._strikes[hostname] = 0
        return reading
