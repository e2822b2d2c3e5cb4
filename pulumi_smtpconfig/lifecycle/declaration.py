"""A resource as a program declares it, the requests that it may need, and what changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.interface import Access, Request, Verification
from pulumi_smtpconfig.platforms.platform import PLATFORMS, Platform
from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ENDPOINT = "endpoint"
"""The output that is the URL which the settings were sent to."""

FINGERPRINT = "passwordFingerprint"
"""The output that tells whether the password of a reference is the one that was sent."""

OUTPUTS_ALONE = {ENDPOINT, FINGERPRINT}
NOT_KNOWN = "(not known yet)"


class Declaration(NamedTuple):
    """A parsed resource; in a preview parts of it may be `UNKNOWN`."""

    tenant: Tenant
    settings: SmtpSettings
    options: Options

    @property
    def platform(self) -> Platform:
        """The row of its platform."""
        return PLATFORMS[self.tenant.platform]

    @property
    def title(self) -> str:
        """What a sentence calls its tenant."""
        tenant_id, hostname = map(_shown, (self.tenant.tenant_id, self.tenant.hostname))
        return f'Tenant "{tenant_id}" on {hostname}'

    @property
    def endpoint(self) -> str:
        """The URL that its settings are sent to."""
        return self.platform.endpoint(self.tenant)

    def stored(self) -> dict[str, Any]:
        """Return the canonical form that the state keeps, which holds no referenced password."""
        settings = self.with_password("") if self.options.password_from else self
        return self.tenant.stored() | settings.settings.stored() | self.options.stored()

    def outputs(self, fingerprint: str = "") -> dict[str, Any]:
        """Return what the state keeps once the settings are sent."""
        kept = {FINGERPRINT: fingerprint} if fingerprint and self.options.password_from else {}
        return self.stored() | {ENDPOINT: self.endpoint} | kept

    def with_password(self, password: str) -> Declaration:
        """Return the same with another password."""
        update = {"password": SecretStr(password)}
        return self._replace(settings=self.settings.model_copy(update=update))

    def is_like(self, other: Declaration) -> bool:
        """Tell whether the platform would get the same settings, the password aside."""
        bodies = [one.platform.encode(one.with_password("").settings) for one in (self, other)]
        return bodies[0] == bodies[1]

    def verification(self) -> Verification:
        """Return what to try at its SMTP server."""
        settings = self.settings
        return Verification(
            host=settings.host,
            port=settings.port,
            ssl=settings.ssl,
            starttls=settings.starttls,
            user=settings.user,
            password=settings.password.get_secret_value(),
            sender=settings.envelope_from or settings.from_,
            recipient=self.options.verify_recipient,
        )

    @property
    def why_kept(self) -> str:
        """Why its tenant keeps the settings in the end."""
        if self.platform.clear is None:
            return f"{self.platform.title} offers no way to delete them"
        return 'onDelete is "retain"'

    def setting(self, live: Mapping[str, Any]) -> Request:
        """Return what sends the settings, given the map that the platform has."""
        body = self.platform.body(self.platform.encode(self.settings), live)
        secrets = (self.settings.password.get_secret_value(),)
        return Request(self._access(), self.platform.method, self.endpoint, body, secrets)

    def clearing(self) -> Request:
        """Return what removes all settings, on a platform that can."""
        return Request(self._access(), self.platform.method, self.endpoint, self.platform.clear)

    def reading(self, setting: Callable[[str], str]) -> Request | None:
        """Return what reads the live settings, or None where that is not on."""
        url = self.platform.read_url(self.tenant, setting)
        return Request(self._access(), "GET", url) if url else None

    def _access(self) -> Access:
        return Access(
            hostname=self.tenant.hostname,
            tenant_id=self.tenant.tenant_id,
            authority=urlsplit(self.endpoint).netloc,
            credentials=self.options.credentials,
            token_url=self.platform.token_url(self.tenant),
        )


def _shown(value: object) -> str:
    return NOT_KNOWN if value is UNKNOWN else str(value)


def declared_in(properties: Mapping[str, object]) -> tuple[Declaration, list[Problem]]:
    """Parse all properties of a resource, and say everything that is wrong with them."""
    tenant, problems = parse(Tenant, properties)
    settings, more = parse(SmtpSettings, properties)
    options, most = parse(Options, properties)
    return Declaration(tenant, settings, options), [*problems, *more, *most]


def settled(properties: Mapping[str, object]) -> Declaration:
    """Parse the properties of a resource that is about to be sent: all of them, and all known.

    Raises:
        ConfigurationError: They are not; a front door that checks its inputs never sees it.
    """
    declared, problems = declared_in(properties)
    unknown = [key for key, value in declared.stored().items() if value is UNKNOWN]
    problems += [Problem(key, "is not known yet") for key in unknown if not problems]
    if problems:
        raise ConfigurationError("; ".join(map(str, problems)), "correct these properties.")
    return declared


TO_LOOK_INTO = {"passwordFrom", "triggers"}
"""The keys whose values may have changed though they compare equal."""


def has_same_inputs(olds: Mapping[str, object], news: Mapping[str, object]) -> bool:
    """Tell whether a look at the state is enough to see that nothing changed.

    Most resources of most previews are so, and parsing them would double what a preview takes.
    """
    kept = {key: value for key, value in olds.items() if key not in OUTPUTS_ALONE}
    return kept == news and not TO_LOOK_INTO & set(news)


def changed_keys(before: Declaration, declared: Declaration) -> list[str]:
    """Return the keys of all inputs that are not the same; what is not known is another."""
    old, new = before.stored(), declared.stored()
    keys = [*new, *(key for key in old if key not in new)]
    return [key for key in keys if new.get(key) is UNKNOWN or _differ(old.get(key), new.get(key))]


def has_same_triggers(before: Declaration, declared: Declaration) -> bool:
    """Tell whether nothing asks for settings to be sent again."""
    return not _differ(before.options.triggers, declared.options.triggers)


def _differ(old: object, new: object) -> bool:
    return (
        _form(old) != _form(new) if isinstance(old, list) or isinstance(new, list) else old != new
    )


def _form(value: object) -> str:
    """Return what tells values apart as JSON does, where true is not 1, and 1 is 1.0."""
    return json.dumps(json.loads(json.dumps(value), parse_int=float), sort_keys=True)
