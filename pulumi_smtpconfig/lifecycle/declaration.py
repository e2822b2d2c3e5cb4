"""A resource as a program declares it, the requests that it may need, and what changed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr

from pulumi_smtpconfig.errors import (
    ConfigurationError,
    SmtpConfigError,
    error_context,
    naming_request,
)
from pulumi_smtpconfig.interface import Access, Request, TokenLogin, Verification, title
from pulumi_smtpconfig.lint.rules import NULL_SENDER
from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.redaction import NOT_SHOWN, contains_secret, public_url
from pulumi_smtpconfig.settings.choices import CLEAR
from pulumi_smtpconfig.settings.login_secrets import CLIENT_SECRET, LOGIN_SECRETS, PASSWORD
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from pulumi_smtpconfig.platforms.platform import Platform
    from pulumi_smtpconfig.settings.login_secrets import LoginSecret

ENDPOINT = "endpoint"
"""The output that is the URL which the settings were sent to."""

OUTPUTS_ONLY = {ENDPOINT, *(secret.fingerprint for secret in LOGIN_SECRETS)}
MAY_DIFFER_INSIDE = {"triggers", *(secret.reference_key for secret in LOGIN_SECRETS)}
"""The keys whose values may have changed although they compare equal."""


class Declaration(NamedTuple):
    """A parsed resource; in a preview parts of it may be `UNKNOWN`.

    Attributes:
        tenant: Which tenant it is for.
        settings: The mail settings.
        options: How the resource is handled.
        other_secrets: Secrets that no error shows besides its own, such as the state's.
    """

    tenant: Tenant
    settings: SmtpSettings
    options: Options
    other_secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Declaration({self.title})"

    @classmethod
    def parse(cls, properties: Mapping[str, object]) -> tuple[Declaration, list[Problem]]:
        """Parse all properties of a resource, and return everything that is wrong with them."""
        tenant, problems = parse(Tenant, properties)
        settings, more = parse(SmtpSettings, properties)
        options, most = parse(Options, properties)
        return cls(tenant, settings, options), [*problems, *more, *most]

    @classmethod
    def parse_known(cls, properties: Mapping[str, object]) -> Declaration:
        """Parse the properties of a resource that is about to be sent, all of them known.

        Raises:
            ConfigurationError: They are not; a front door that checks its inputs never sees it.
        """
        declaration, problems = cls.parse(properties)
        unknown = [key for key, value in declaration.stored().items() if value is UNKNOWN]
        problems += [Problem(key, "is not known yet") for key in unknown if not problems]
        if problems:
            raise ConfigurationError("; ".join(map(str, problems)), "correct these properties.")
        return declaration

    @property
    def platform(self) -> Platform:
        """Its platform's row in the table."""
        return PLATFORMS[self.tenant.platform]

    @property
    def title(self) -> str:
        """The tenant as named in messages."""
        return title(*map(self._named, (self.tenant.tenant_id, self.tenant.hostname)))

    @property
    def endpoint(self) -> str:
        """The URL that its settings are sent to."""
        return self.platform.endpoint(self.tenant)

    @property
    def silenced(self) -> list[str]:
        """The codes of lint rules that it silences; none if they are not valid in a state."""
        codes: object = self.options.lint_ignore
        return codes if isinstance(codes, list) else []

    @property
    def login_secret(self) -> LoginSecret:
        """The kind of secret that its login needs."""
        settings = self.settings
        token: list[object] = [
            *(settings.auth_token_url, settings.auth_token_client_id),
            *(settings.auth_token_client_secret, self.options.auth_token_client_secret_from),
        ]
        return CLIENT_SECRET if any(token) else PASSWORD

    @property
    def secret(self) -> str:
        """That secret, plain; empty if it is not known, or by reference and not resolved."""
        return self._plain(self.login_secret)

    @property
    def knows_secret(self) -> bool:
        """Whether its login has a secret, given or by reference, that is not unknown."""
        values: list[object] = [self.login_secret.plain(self.settings), self.reference]
        return UNKNOWN not in values and bool(self.secret or self.reference)

    @property
    def reference(self) -> str:
        """Where that secret is read; empty if it is given."""
        return self.login_secret.reference(self.options)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The passwords and client secrets that no output shows."""
        own = map(self._plain, LOGIN_SECRETS)
        return tuple(dict.fromkeys(filter(None, (*own, *self.other_secrets))))

    def _plain(self, secret: LoginSecret) -> str:
        value: object = secret.plain(self.settings)
        return value.get_secret_value() if isinstance(value, SecretStr) else ""

    @contextmanager
    def attempting(self, what: str = "") -> Iterator[None]:
        """Add to errors in the block the tenant, and what was attempted or which request failed.

        Args:
            what: What was attempted; by default the write.
        """
        try:
            with error_context(""):
                yield
        except SmtpConfigError as error:
            request = error.request or ("" if what else f"{self.platform.method} {self.endpoint}")
            request = self.without_secrets(request)
            what = f"{what} ({request})" if what and request else what or request
            tenant_id = self._named(self.tenant.tenant_id)
            error.doing = f'Mail settings of tenant "{tenant_id}": {what} failed.'
            error.happened = self.without_secrets(error.happened)
            error.remedy = self.without_secrets(error.remedy)
            raise

    def without_secrets(self, text: str) -> str:
        """Return a text, or `NOT_SHOWN` if one of its own names put a secret into it.

        A state may have been edited so that its tenant, for instance, is its password. Other texts
        are not searched: one of our own words may be a weak password.
        """
        tenant = self.tenant
        names = (tenant.tenant_id, tenant.hostname, tenant.base_path, self.options.credentials)
        reveals = any(contains_secret(str(name), self.secrets) for name in names)
        return NOT_SHOWN if reveals and contains_secret(text, self.secrets) else text

    def _named(self, name: object) -> str:
        return "(unknown)" if name is UNKNOWN else self.without_secrets(str(name))

    def stored(self) -> dict[str, Any]:
        """Return the canonical form that the state keeps, without a referenced secret."""
        settings = self.with_secret("") if self.reference else self
        return self.tenant.stored() | settings.settings.stored() | self.options.stored()

    def outputs(self, fingerprint: str = "") -> dict[str, Any]:
        """Return what the state keeps once the settings are sent."""
        known = fingerprint and self.reference
        kept = {self.login_secret.fingerprint: fingerprint} if known else {}
        return self.stored() | {ENDPOINT: self.endpoint} | kept

    def with_secret(self, secret: str) -> Declaration:
        """Return the same with another secret for its login."""
        update = {self.login_secret.field: SecretStr(secret)}
        return self._replace(settings=self.settings.model_copy(update=update))

    def hiding(self, *secrets: str) -> Declaration:
        """Return the same, with further secrets that no error shows."""
        return self._replace(other_secrets=(*self.other_secrets, *filter(None, secrets)))

    def has_same_body(self, other: Declaration) -> bool:
        """Return whether the platform would get the same settings, the login's secret aside."""
        bodies = [one.platform.encode(one.with_secret("").settings) for one in (self, other)]
        return bodies[0] == bodies[1]

    def has_same_triggers(self, other: Declaration) -> bool:
        """Return whether no trigger asks to send the settings again."""
        return not _differ(self.options.triggers, other.options.triggers)

    def changed_keys(self, before: Declaration) -> list[str]:
        """Return the keys of all inputs that differ; an unknown value differs."""
        old, new = before.stored(), self.stored()
        keys = [*new, *(key for key in old if key not in new)]
        return [key for key in keys if _differ(old.get(key), new.get(key))]

    @property
    def why_kept(self) -> str:
        """Why its tenant keeps the settings when the resource is deleted; empty if it does not."""
        platform = PLATFORMS.get(self.tenant.platform)
        if platform and platform.clear is None:
            return f"{platform.title} offers no way to delete them"
        on_delete: object = self.options.on_delete
        if on_delete is UNKNOWN:
            return "onDelete is not valid in the state"
        return "" if on_delete == CLEAR else 'onDelete is "retain"'

    def requests(self, setting: Callable[[str], str]) -> list[Request]:
        """Return what a preview can tell of the requests to send: all but their bodies."""
        write = self._request(self.platform.method, self.endpoint)
        return [write, *filter(None, [self.read_request(setting)])]

    def write_request(self, live: Mapping[str, Any]) -> Request:
        """Return the request that sends the settings, given the map that the platform has."""
        body = self.platform.body(self.platform.encode(self.settings), live)
        return self._request(self.platform.method, self.endpoint, body)

    def clear_request(self) -> Request:
        """Return the request that removes all settings, on a platform that can."""
        return self._request(self.platform.method, self.endpoint, self.platform.clear)

    def read_request(self, setting: Callable[[str], str]) -> Request | None:
        """Return the request that reads the live settings, or None if reading is off."""
        url = self.platform.read_url(self.tenant, setting)
        return self._request("GET", self._access().expand(url)) if url else None

    def list_request(self) -> Request | None:
        """Return the request that lists the platform's tenants, or None if it has no list."""
        url = self.platform.list_url(self.tenant)
        return self._request("GET", url) if url else None

    def test_request(self) -> Request:
        """Return the request that lets the platform try the settings, on one that can."""
        body = self.platform.encode(self.settings)
        request = self._request("POST", self.platform.test_url(self.tenant), body)
        return request._replace(repeatable=False)  # it may have sent a mail

    def version_request(self) -> Request | None:
        """Return the request that reads the server's version, or None if it is not told."""
        url = self.platform.version_url(self.tenant)
        return self._request("GET", url) if url else None

    def verification(self) -> Verification:
        """Return the settings to verify at its SMTP server."""
        settings = self.settings
        sender = settings.envelope_from or settings.from_
        return Verification(
            host=settings.host,
            port=settings.port,
            ssl=settings.ssl,
            starttls=settings.starttls,
            user=settings.user,
            password=self._plain(PASSWORD),
            token=self._token_login() if self.login_secret is CLIENT_SECRET else None,
            sender="" if settings.envelope_from == NULL_SENDER else sender,
            recipient=self.options.verify_recipient,
            secrets=self.other_secrets,
            tenant=self.title,
        )

    def _token_login(self) -> TokenLogin:
        settings = self.settings
        return TokenLogin(
            url=settings.auth_token_url,
            client_id=settings.auth_token_client_id,
            client_secret=self._plain(CLIENT_SECRET),
            scope=settings.auth_token_scope,
        )

    def _request(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Request:
        return Request(self._access(), method, url, body, self.secrets)

    def _access(self) -> Access:
        return Access(
            hostname=self.tenant.hostname,
            tenant_id=self.tenant.tenant_id,
            authority=urlsplit(self.endpoint).netloc,
            credentials=self.options.credentials,
            token_url=self.platform.token_url(self.tenant),
        )


def naming(request: Request) -> AbstractContextManager[None]:
    """Name a request in errors that leave a block, unless they name one that it needed."""
    return naming_request(request.method, public_url(request.url))


def has_same_inputs(olds: Mapping[str, object], news: Mapping[str, object]) -> bool:
    """Return whether the state alone shows that nothing changed.

    This is true of most resources in most previews, and parsing them would double a preview's time.
    """
    kept = {key: value for key, value in olds.items() if key not in OUTPUTS_ONLY}
    return kept == news and not MAY_DIFFER_INSIDE & set(news)


def _differ(old: object, new: object) -> bool:
    if UNKNOWN in (old, new):
        return True
    if isinstance(old, list) or isinstance(new, list):
        return _as_json(old) != _as_json(new)
    return old != new


def _as_json(value: object) -> str:
    """Return a form that compares as JSON does: true is not 1, and 1 is 1.0."""
    return json.dumps(json.loads(json.dumps(value), parse_int=float), sort_keys=True)
