"""The life of a resource on plain values: check, diff, create, read, update, delete.

Properties come as the state keeps them, camelCase keys and plain values; what is not known in a
preview is `UNKNOWN`. It knows neither Pulumi nor HTTP, so that every front door can use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.errors import NotVerified, RealmGone, TokenNotGranted, error_context
from pulumi_smtpconfig.lifecycle.checks import problems_of
from pulumi_smtpconfig.lifecycle.declaration import (
    OUTPUTS_ALONE,
    changed_keys,
    declared_in,
    has_same_inputs,
    has_same_triggers,
    settled,
)
from pulumi_smtpconfig.lifecycle.live_settings import Live
from pulumi_smtpconfig.lifecycle.passwords import (
    filled,
    fingerprint_of,
    is_sent,
    kept_fingerprint,
    why_unreadable,
)
from pulumi_smtpconfig.settings.models import CLEAR, OFF, REQUIRE, SmtpSettings, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_smtpconfig.interface import Sender
    from pulumi_smtpconfig.lifecycle.declaration import Declaration
    from pulumi_smtpconfig.problems import Problem

Properties = dict[str, Any]


class Checked(NamedTuple):
    """The canonical form of a program's inputs, and everything that is wrong with them."""

    inputs: Properties
    problems: list[Problem]


class Diff(NamedTuple):
    """The keys of the inputs that changed, and those of them that make it another resource."""

    changes: list[str]
    replaces: list[str]
    delete_before_replace: bool


class Read(NamedTuple):
    """What a refresh finds."""

    outputs: Properties
    inputs: Properties


SENT_ALL_THE_SAME = (
    'They are sent all the same, as verify is "warn": the network of the platform may differ '
    "from that of this machine. If it does not"
)


def doing(declared: Declaration, what: str = "") -> str:
    """Return the line that says which tenant's settings were in hand, and what failed."""
    what = what or f"{declared.platform.method} {declared.endpoint}"
    return f'Mail settings of tenant "{declared.tenant.tenant_id}": {what} failed.'


class Sending:
    """Sends settings, and remembers whose.

    Args:
        sender: Sends and tries what it is given.
        tell: Shows the user a line.
    """

    def __init__(self, sender: Sender, tell: Callable[[str], None]) -> None:
        self._sender = sender
        self._tell = tell
        self._sent: set[str] = set()

    def prepare(self, declared: Declaration, *, verified: bool = False) -> Declaration:
        """Return a resource that is ready to be sent: with its password, and tried if it asks.

        Raises:
            ConfigurationError: Its password cannot be read here.
            NotVerified: The SMTP server does not take them, and the resource requires that.
        """
        with error_context(doing(declared, "reading the password")):
            ready = filled(declared)
        if not verified and declared.options.verify != OFF:
            self._verify(ready)
        return ready

    def send(self, ready: Declaration, live: Mapping[str, Any]) -> Properties:
        """Send the settings, given the map that the platform has; return outputs."""
        self._sender.send(ready.setting(live))
        self._sent.add(ready.tenant.id)
        return ready.outputs(fingerprint_of(ready))

    def has_sent(self, declared: Declaration) -> bool:
        """Tell whether the operation has set this tenant."""
        return declared.tenant.id in self._sent

    def _verify(self, declared: Declaration) -> None:
        try:
            with error_context(doing(declared, "verifying them before they are sent")):
                self._sender.verify(declared.verification())
        except NotVerified as error:
            if declared.options.verify == REQUIRE:
                raise
            self._tell(f"{declared.title}: {error.happened} {SENT_ALL_THE_SAME}: {error.remedy}")


READABLE = set(SmtpSettings.keys().values()) - {"password"}
"""The keys of what a refresh replaces by what it reads."""
ROTATED = "another password than the one that was sent, so it is sent anew."
NOT_SEEN = "Whether it changed is not seen, and nothing that needs it can be sent."


class Lifecycle:
    """What happens to a tenant's mail settings, operation by operation.

    Args:
        sender: Sends and reads what the lifecycle asks for.
        tell: Shows the user a line.
    """

    def __init__(self, sender: Sender, tell: Callable[[str], None]) -> None:
        self._sender = sender
        self._tell = tell
        self._live = Live(sender, tell)
        self._sending = Sending(sender, tell)
        self._told: set[str] = set()

    def check(self, news: Mapping[str, object]) -> Checked:
        """Parse the inputs of a program, without any network."""
        declared, problems = declared_in(news)
        problems += problems_of(declared, self._sender)
        unreadable = why_unreadable(declared)
        if unreadable:
            self._tell_once(f"{declared.title}: {unreadable} {NOT_SEEN}")
        return Checked(declared.stored(), problems)

    def diff(self, olds: Mapping[str, object], news: Mapping[str, object]) -> Diff:
        """Compare what the state holds with what the program says; a value not known differs.

        What clears a tenant at its end is deleted before its replacement is created, so that it
        cannot clear what was just set.
        """
        if has_same_inputs(olds, news):
            return Diff([], [], delete_before_replace=False)
        before, declared = declared_in(olds)[0], declared_in(news)[0]
        changes = changed_keys(before, declared)
        if not changes and not is_sent(declared, before, olds):
            changes = ["passwordFrom"]
            self._tell(f"{declared.title}: {declared.options.password_from} holds {ROTATED}")
        replaces = [key for key in changes if key in Tenant.keys().values()]
        clears_first = bool(replaces) and before.options.on_delete == CLEAR
        if clears_first:
            with error_context(doing(declared, "reading the password, before another is cleared,")):
                filled(declared)
        return Diff(changes, replaces, clears_first)

    def create(self, inputs: Mapping[str, object]) -> tuple[str, Properties]:
        """Send the settings, which adopts a tenant that has some; return id and outputs."""
        declared = settled(inputs)
        ready = self._sending.prepare(declared)
        with error_context(doing(declared)):
            live = self._live.before(declared)
            self._live.tell_adopted(declared, live)
            return declared.tenant.id, self._sending.send(ready, live)

    def read(self, state: Mapping[str, object]) -> Read | None:
        """Return what the platform has, or what the state has where the platform is not read.

        None means that the platform is sure to have nothing.

        Raises:
            SmtpConfigError: Reading is on, and what the platform has cannot be told.
        """
        declared, _ = declared_in(state)
        with error_context(doing(declared, "reading them")):
            try:
                live = self._live.fetch(declared)
            except RealmGone:
                return None
        if live is None:
            self._live.tell_unread(declared)
            return _read(state)
        if not live and declared.platform.clear is not None:
            return None
        kept = {key: value for key, value in state.items() if key not in READABLE}
        return _read(kept | declared.platform.decode(live))

    def update(self, olds: Mapping[str, object], news: Mapping[str, object]) -> Properties:
        """Send the settings if the platform would get others than before; return outputs."""
        declared = settled(news)
        before, problems = declared_in(olds)
        known = not problems and declared.is_like(before) and is_sent(declared, before, olds)
        if known and has_same_triggers(before, declared):
            return declared.outputs(kept_fingerprint(declared, olds))
        ready = self._sending.prepare(declared, verified=known and before.options.verify == REQUIRE)
        with error_context(doing(declared)):
            live = self._live.before(declared) if declared.platform.merges else {}
            return self._sending.send(ready, live)

    def delete(self, state: Mapping[str, object]) -> None:
        """Clear the settings where the resource says so, else tell that the tenant keeps them."""
        declared, _ = declared_in(state)
        if declared.options.on_delete != CLEAR:
            self._tell(f"{declared.title} keeps its mail settings: {declared.why_kept}.")
        elif self._sending.has_sent(declared):
            self._tell(f"{declared.title} keeps what another resource has just set.")
        else:
            self._clear(declared)

    def _clear(self, declared: Declaration) -> None:
        try:
            with error_context(doing(declared, "clearing them")):
                self._sender.send(declared.clearing())
        except (RealmGone, TokenNotGranted) as error:
            if not error.realm_is_gone:
                raise
            self._tell(f"{declared.title} is gone already, and its mail settings with it.")

    def _tell_once(self, text: str) -> None:
        # The engine checks what is to be replaced twice.
        if text not in self._told:
            self._told.add(text)
            self._tell(text)


def _read(state: Mapping[str, object]) -> Read:
    inputs = {key: value for key, value in state.items() if key not in OUTPUTS_ALONE}
    return Read(dict(state), inputs)
