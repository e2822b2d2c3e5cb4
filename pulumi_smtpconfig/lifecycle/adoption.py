"""What a new resource replaces in its tenant, told before it is sent or, failing that, after."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from pulumi_smtpconfig.errors import SmtpConfigError
from pulumi_smtpconfig.lifecycle.live_settings import LOGIN_KEYS
from pulumi_smtpconfig.platforms.encoding import TEXT_KEYS, as_text
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.redaction import EMPTY, NOT_SHOWN, contains_secret, quote_text
from pulumi_smtpconfig.settings.login_secrets import LOGIN_SECRETS
from pulumi_smtpconfig.settings.models import KEPT_IF_ABSENT, SmtpSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from pulumi_smtpconfig.lifecycle.declaration import Declaration
    from pulumi_smtpconfig.lifecycle.live_settings import LiveSettings

SECRET_KEYS = {secret.key: secret.name for secret in LOGIN_SECRETS}
NONE, LATER, BLANK = "(none)", "(not known yet)", "(blank)"
SECRET = "[secret]"  # noqa: S105 - as Pulumi writes it
NAMED = {"tenantId", "hostname"}
"""The keys of what a tenant is called; if one is secret, nothing can be told of it."""

PLACEHOLDER = "?"
"""A text in place of one that is not known yet."""


class Pace(NamedTuple):
    """How long a preview may read.

    Attributes:
        tenant: Seconds for one tenant.
        total: Seconds for all tenants of one operation.
    """

    tenant: float = 2.0
    total: float = 15.0


class Adoptions:
    """The tenants that the resources of one operation are new for.

    Args:
        live: Reads what they have.
        warn: Shows the user a line.
        pace: How long a preview may read.
    """

    def __init__(
        self, live: LiveSettings, warn: Callable[[str], None], pace: Pace | None = None
    ) -> None:
        self._live = live
        self._warn = warn
        self._budget = Budget(pace or Pace())
        self._told: dict[str, Mapping[str, Any]] = {}

    def preview(self, declaration: Declaration, marked: Collection[str]) -> None:
        """Tell what a tenant has, if that can be read at once; say nothing if it cannot.

        A check runs in a preview and in an `up`, which it cannot tell apart.

        Args:
            declaration: The new resource; parts of it may be unknown.
            marked: The keys of inputs that the program marks as secret.
        """
        destination = [*declaration.tenant.stored().values(), declaration.options.credentials]
        is_nameless = not NAMED.isdisjoint(marked)
        if UNKNOWN in destination or is_nameless or not self._live.is_readable(declaration):
            return
        given = declaration.stored()
        texts = [as_text(given[key]) for key in marked if type(given.get(key)) in {str, int, float}]
        with self._budget.one_tenant() as seconds:
            if not seconds:
                self._skip()
                return
            try:
                reading = self._live.fetch(declaration.hiding(*texts), seconds)
            except SmtpConfigError:
                self._budget.miss()
                return
        if reading:
            self._told[declaration.tenant.id] = reading.content
            comparison = Comparison(declaration, reading.content)
            self._tell(declaration.title, comparison, reading.secrets, marked)

    def before_write(self, declaration: Declaration) -> Mapping[str, Any]:
        """Return what a tenant has before it is set; empty if that is not known."""
        told = self._told.get(declaration.tenant.id)
        if told is None or declaration.platform.merges:
            return self._live.before_write(declaration)
        return told

    def warn_replaced(self, declaration: Declaration, live: Mapping[str, Any]) -> None:
        """Name the settings that were just replaced, unless that was told before."""
        if self._told.pop(declaration.tenant.id, None) == live or is_empty(live):
            return
        if names := Comparison(declaration, live).changed:
            self._warn(
                f"{declaration.title} had other mail settings, which were replaced: "
                f"{', '.join(names)}."
            )

    def _tell(
        self,
        title: str,
        comparison: Comparison,
        secrets: Collection[str],
        marked: Collection[str],
    ) -> None:
        if is_empty(comparison.live):
            self._warn(f"{title} has no mail settings yet.")
        elif changed := comparison.changed:
            shown = ", ".join(comparison.shown(key, secrets, marked) for key in changed)
            secret = f" Its {comparison.secret} is sent too." if comparison.secret else ""
            self._warn(f"{title} already has mail settings. `pulumi up` replaces {shown}.{secret}")
        elif not comparison.secret:
            self._warn(f"{title} already has these mail settings. `pulumi up` changes nothing.")
        elif comparison.lacks_secret:
            self._warn(
                f"{title} already has these mail settings, but no {comparison.secret}, which "
                "`pulumi up` sends."
            )
        else:
            self._warn(
                f"{title} already has these mail settings. `pulumi up` sends them again, because "
                f"the {comparison.secret} cannot be compared."
            )

    def _skip(self) -> None:
        if skipped := self._budget.skip():
            self._warn(
                f"The {self._budget.pace.total:g} s for reading what tenants have before they are "
                f"adopted are over. Tenants that were not looked at so far: {skipped}. To look at "
                "none, set smtpconfig:previewReads to off."
            )


class Comparison:
    """What sending a resource changes in the map that a tenant has.

    What is not known yet counts as a change.

    Attributes:
        live: The platform's map.
        changed: The keys of what changes, the login first.
        secret: The name of the secret that is sent, the same as before or not; empty for none.
        lacks_secret: Whether the tenant surely has no such secret.
    """

    def __init__(self, declaration: Declaration, live: Mapping[str, Any]) -> None:
        self.live = live
        self._unknown, settings = _filled(declaration)
        platform = declaration.platform
        wire = platform.encode(settings)
        self._old, self._new = platform.decode(live), platform.decode(wire)
        differing = {
            key
            for key in {**self._old, **self._new}
            if self._old.get(key) != self._new.get(key)
            and (key in self._new or key not in KEPT_IF_ABSENT)
        }
        differing |= {key for key in LOGIN_KEYS if live.get(key) and not wire.get(key)}
        differing |= self._unknown - set(SECRET_KEYS)
        order = dict.fromkeys((*LOGIN_KEYS, *self._old, *self._new, *sorted(self._unknown)))
        self.changed = [key for key in order if key in differing]
        sent = next((key for key in SECRET_KEYS if wire.get(key)), "")
        self.secret = SECRET_KEYS.get(sent, "")
        self.lacks_secret = platform.shows_secrets and not live.get(sent)

    def shown(self, key: str, secrets: Collection[str], marked: Collection[str]) -> str:
        """Return how a changed setting is told, by its values unless it is a secret."""
        if key in SECRET_KEYS:
            return key
        old, new = self.values(key, secrets)
        if key in marked:
            old, new = (each if each in {NONE, LATER} else SECRET for each in (old, new))
        return f"{key}: {old} -> {new}"

    def values(self, key: str, secrets: Collection[str]) -> tuple[str, str]:
        """Return the live and the declared value of a setting that is no secret, as text."""
        new = LATER if key in self._unknown else _value(self._new.get(key), secrets)
        return _value(self._old.get(key), secrets), new


class Budget:
    """The time that the checks of one operation may spend on reading.

    Attributes:
        pace: How long it is.
    """

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._lock = threading.Lock()
        self._left = pace.total
        self._missed = 0
        self._told = 0

    @contextmanager
    def one_tenant(self) -> Iterator[float]:
        """Yield the seconds for reading a tenant in the block; 0 if none are left."""
        began = time.monotonic()
        try:
            yield max(0.0, min(self.pace.tenant, self._left))
        finally:
            with self._lock:
                self._left -= time.monotonic() - began

    def miss(self) -> None:
        """Count a tenant that could not be read."""
        with self._lock:
            self._missed += 1

    def skip(self) -> int:
        """Count a tenant that is not read, and return how many were not if that is to be told.

        The provider does not learn of an operation's end, so it tells it when it begins to skip,
        and again whenever the number has doubled.
        """
        with self._lock:
            self._missed += 1
            if self._missed < 2 * self._told:
                return 0
            self._told = self._missed
            return self._missed


def is_empty(live: Mapping[str, Any]) -> bool:
    """Return whether a map has no mail settings, but at most switches and the like."""
    return not any(as_text(live.get(key)) for key in (*TEXT_KEYS, *SECRET_KEYS))


def _filled(declaration: Declaration) -> tuple[set[str], SmtpSettings]:
    """Return the keys of settings that are not known yet, and settings with placeholders there."""
    settings = declaration.settings
    unknown = {name for name in SmtpSettings.model_fields if getattr(settings, name) is UNKNOWN}
    if declaration.reference:
        unknown.add(declaration.login_secret.field)
    filled = settings.model_copy(update={name: _placeholder(name) for name in unknown})
    keys = SmtpSettings.keys()
    return {keys[name] for name in unknown}, filled


def _placeholder(name: str) -> object:
    default = SmtpSettings.model_fields[name].get_default()
    return type(default)(PLACEHOLDER) if isinstance(default, (str, SecretStr)) else default


def _value(value: object, secrets: Collection[str]) -> str:
    if value is None:
        return NONE
    if isinstance(value, str):
        quoted = quote_text(value, secrets)
        return BLANK if quoted == EMPTY else quoted
    text = as_text(value)
    return NOT_SHOWN if contains_secret(text, secrets) else text
