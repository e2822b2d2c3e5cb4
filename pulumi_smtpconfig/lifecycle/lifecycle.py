"""The life of a resource on plain values: check, diff, create, read, update, delete.

Properties are as the state keeps them: camelCase keys and plain values; a value that is not known
in a preview is `UNKNOWN`. It knows neither Pulumi nor HTTP, so that every front door can use it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.errors import (
    ConfigurationError,
    NotVerified,
    RealmGone,
    SmtpConfigError,
    TokenNotGranted,
)
from pulumi_smtpconfig.lifecycle.adoption import Adoptions
from pulumi_smtpconfig.lifecycle.checks import find_destination_problems, parse_checked
from pulumi_smtpconfig.lifecycle.declaration import (
    OUTPUTS_ONLY,
    Declaration,
    has_same_inputs,
    naming,
)
from pulumi_smtpconfig.lifecycle.live_settings import LAST_UP, READABLE, LiveSettings
from pulumi_smtpconfig.lifecycle.passwords import (
    fingerprint_to_keep,
    hiding_reference,
    is_sent,
    resolve_secret,
    why_unreadable,
)
from pulumi_smtpconfig.settings.choices import CLEAR, OFF, PLATFORM, REQUIRE, WARN
from pulumi_smtpconfig.settings.models import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from pulumi_smtpconfig.interface import Sender
    from pulumi_smtpconfig.lifecycle.adoption import Pace
    from pulumi_smtpconfig.lifecycle.live_settings import LastUp
    from pulumi_smtpconfig.problems import Problem

Properties = dict[str, Any]
ROTATED = "contains another {} than the one that was sent, so the settings are sent again."
GONE = "contains a {} that the platform does not have any more, so the settings are sent again."
RENAMED = (
    "another resource just sent. If that is this one under a new name, an alias renames it without "
    'a create and a delete: the resource option `aliases: [{name: "old"}]`, in Python '
    '`opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])`, '
    "with the name that was deleted in place of old, in the program before the next `pulumi up` "
    "of each stack that still has the old name."
)
UNREADABLE = "Changes to it are not noticed, and settings that need it cannot be sent."
END_IT = (
    "run `pulumi state delete URN` with the URN from `pulumi stack --show-urns`: the resource "
    "leaves the state and its tenant keeps its settings. Or correct the state: `pulumi stack "
    "export --file state.json`, edit the file, `pulumi stack import --file state.json`."
)
SENT_ANYWAY = (
    'They are sent anyway because verify is "warn": the platform\'s network may differ from this '
    "machine's. If it does not"
)


class Checked(NamedTuple):
    """The canonical form of a program's inputs, and everything that is wrong with them."""

    inputs: Properties
    problems: list[Problem]


class Diff(NamedTuple):
    """The keys of the inputs that changed, and of those that replace the resource."""

    changes: list[str]
    replaces: list[str]
    delete_before_replace: bool


class Read(NamedTuple):
    """What a refresh finds."""

    outputs: Properties
    inputs: Properties


class Lifecycle:
    """What happens to tenants' mail settings in one operation.

    Args:
        sender: Sends, reads and verifies.
        warn: Shows the user a line.
        pace: How long checks may read what tenants have.
        last_up: What to do about settings of the last up; None if a refresh and a destroy have
            today's.
    """

    def __init__(
        self,
        sender: Sender,
        warn: Callable[[str], None],
        pace: Pace | None = None,
        *,
        last_up: LastUp | None = LAST_UP,
    ) -> None:
        self._last_up = last_up
        self._sender = sender
        self._warn = warn
        self._live = LiveSettings(sender, self._warn_once, last_up)
        self._adoptions = Adoptions(self._live, self._warn_once, pace)
        self._sent: set[str] = set()
        self._warned: set[str] = set()

    def check(
        self, news: Mapping[str, object], *, is_new: bool = False, marked: Collection[str] = ()
    ) -> Checked:
        """Parse the inputs of a program, and tell what a new resource replaces.

        Args:
            news: The inputs.
            is_new: Whether the state lacks the resource; only then anything is read.
            marked: The keys of inputs that the program marks as secret.

        Raises:
            ConfigurationError: `previewReads` is not valid.
        """
        declaration, problems = parse_checked(news, self._sender)
        unreadable = why_unreadable(declaration)
        if unreadable:
            self._warn_once(f"{declaration.title}: {unreadable} {UNREADABLE}")
        if is_new and not problems:
            with declaration.attempting("checking them"):
                reads = self._sender.preview_reads()
            if reads:
                self._adoptions.preview(hiding_reference(declaration), marked)
        return Checked(declaration.stored(), problems)

    def diff(self, olds: Mapping[str, object], news: Mapping[str, object]) -> Diff:
        """Compare the state with what the program says; an unknown value differs.

        A resource that clears its tenant is deleted before its replacement is created, so that it
        cannot clear what was just set.
        """
        if has_same_inputs(olds, news):
            return Diff([], [], delete_before_replace=False)
        before, declaration = Declaration.parse(olds)[0], Declaration.parse(news)[0]
        changes = declaration.changed_keys(before)
        replaces = [key for key in changes if key in Tenant.keys().values()]
        kind = declaration.login_secret
        known = declaration.knows_secret and not why_unreadable(declaration)
        if known and not replaces and not is_sent(declaration, before, olds):
            changes = changes or [kind.reference_key]
            if kind.fingerprint in olds or kind.key in olds:
                self._warn(
                    f"{declaration.title}: {_where(declaration)} {ROTATED.format(kind.name)}"
                )
            elif kind is before.login_secret and before.reference:
                self._warn(f"{declaration.title}: {_where(declaration)} {GONE.format(kind.name)}")
        self._live.warn_kept(hiding_reference(declaration).hiding(before.secret), olds, changes)
        clears_first = bool(replaces) and before.options.on_delete == CLEAR
        if clears_first:
            with declaration.attempting("reading the password, before another tenant is cleared,"):
                resolve_secret(declaration)
        return Diff(changes, replaces, clears_first)

    def create(self, inputs: Mapping[str, object]) -> tuple[str, Properties]:
        """Send the settings, which adopts a tenant that has some; return id and outputs."""
        declaration = self._ready(Declaration.parse_known(inputs))
        with declaration.attempting():
            live = self._adoptions.before_write(declaration)
            outputs = self._send(declaration, live)
            self._adoptions.warn_replaced(declaration, live)
            self._live.warn_unknown(declaration)
            return declaration.tenant.id, outputs

    def read(self, state: Mapping[str, object]) -> Read | None:
        """Return what the platform has, or what the state has if the platform is not read.

        None means that the platform is sure to have nothing.

        Raises:
            SmtpConfigError: Reading is on, and the settings could not be read.
        """
        declaration, wrong = _parse_state(state)
        if wrong:
            self._warn(
                f"{declaration.title}: the state does not say where to read its mail settings "
                f"({wrong}), so they are not read. Run `pulumi up` to correct the state."
            )
            return _read(state)
        with declaration.attempting("reading them"), self._of_last_up():
            try:
                reading = self._live.fetch(declaration)
            except RealmGone:
                return None
        if reading is None:
            self._live.warn_unread(declaration)
            return _read(state)
        if not reading.content and declaration.platform.clear is not None:
            return None
        replaced = READABLE | self._live.find_gone(declaration, reading.content, state)
        kept = {key: value for key, value in state.items() if key not in replaced}
        return _read(kept | self._live.to_keep(declaration, reading, state))

    def update(self, olds: Mapping[str, object], news: Mapping[str, object]) -> Properties:
        """Send the settings if the platform would get others than before; return outputs."""
        before, problems = Declaration.parse(olds)
        earlier = hiding_reference(before)
        declaration = Declaration.parse_known(news).hiding(*before.secrets, *earlier.other_secrets)
        known = (
            not problems
            and declaration.has_same_body(before)
            and is_sent(declaration, before, olds)
        )
        if known and declaration.has_same_triggers(before):
            with declaration.attempting("reading the password"):
                return declaration.outputs(fingerprint_to_keep(declaration, olds))
        strictly = before.options.verify
        verified = known and strictly in {REQUIRE, PLATFORM}
        verified = verified and declaration.options.verify in {strictly, WARN}
        declaration = self._ready(declaration, verified=verified)
        with declaration.attempting():
            merges = declaration.platform.merges
            live = self._live.before_write(declaration) if merges else {}
            outputs = self._send(declaration, live)
            self._live.warn_unknown(declaration)
            return outputs

    def delete(self, state: Mapping[str, object]) -> None:
        """Clear the settings if the resource says so, else say that the tenant keeps them."""
        declaration, wrong = _parse_state(state)
        if not wrong and declaration.tenant.id in self._sent:
            self._warn(f"{declaration.title} keeps the settings that {RENAMED}")
        elif declaration.why_kept:
            self._warn(f"{declaration.title} keeps its mail settings: {declaration.why_kept}.")
        elif wrong:
            with declaration.attempting("clearing them"):
                raise ConfigurationError(
                    f"The state does not say where to send the request: {wrong}.", END_IT
                )
        else:
            self._clear(declaration)

    def _ready(self, declaration: Declaration, *, verified: bool = False) -> Declaration:
        """Return a resource with its password, after verifying it if the resource asks for that.

        Raises:
            ConfigurationError: Its password cannot be read here.
            NotVerified: The SMTP server rejects the settings, and `verify` is "require".
        """
        with declaration.attempting("reading the password"):
            ready = resolve_secret(declaration)
        if not verified and declaration.options.verify != OFF:
            self._verify(ready)
        return ready

    def _verify(self, declaration: Declaration) -> None:
        if declaration.options.verify == PLATFORM:
            trial = declaration.test_request()
            with (
                declaration.attempting("trying them on the platform before they are stored"),
                naming(trial),
            ):
                self._sender.try_settings(trial)
            return
        try:
            with declaration.attempting("verifying them before they are sent"):
                self._sender.verify(declaration.verification())
        except NotVerified as error:
            if declaration.options.verify == REQUIRE:
                raise
            self._warn(f"{declaration.title}: {error.happened} {SENT_ANYWAY}: {error.remedy}")

    def _send(self, declaration: Declaration, live: Mapping[str, Any]) -> Properties:
        """Send the settings, given the map that the platform has; return outputs."""
        request = declaration.write_request(live)
        with naming(request):
            self._sender.send(request)
        self._sent.add(declaration.tenant.id)
        return declaration.outputs(fingerprint_to_keep(declaration))

    def _clear(self, declaration: Declaration) -> None:
        try:
            request = declaration.clear_request()
            with declaration.attempting("clearing them"), self._of_last_up(), naming(request):
                self._sender.send(request)
        except (RealmGone, TokenNotGranted) as error:
            if not error.realm_is_gone:
                raise
            self._warn(f"{declaration.title} no longer exists, nor do its mail settings.")

    @contextmanager
    def _of_last_up(self) -> Iterator[None]:
        """Add to errors about a setting that a refresh and a destroy use that of the last up."""
        try:
            yield
        except SmtpConfigError as error:
            last_up = self._last_up
            if last_up and last_up.named in f"{error.happened} {error.remedy}":
                error.remedy += f" {last_up.advice}{last_up.instead}."
            raise

    def _warn_once(self, text: str) -> None:
        # The engine checks a resource that is to be replaced twice, and reads many of one platform.
        if text not in self._warned:
            self._warned.add(text)
            self._warn(text)


def _where(declaration: Declaration) -> str:
    return declaration.reference or f"`{declaration.login_secret.key}`"


def _parse_state(state: Mapping[str, object]) -> tuple[Declaration, str]:
    """Return what a state says, and why that is not enough to send requests; empty if it is."""
    declaration, problems = Declaration.parse(state)
    wrong = find_destination_problems(declaration, problems)
    return hiding_reference(declaration), "; ".join(map(str, wrong))


def _read(state: Mapping[str, object]) -> Read:
    inputs = {key: value for key, value in state.items() if key not in OUTPUTS_ONLY}
    return Read(dict(state), inputs)
