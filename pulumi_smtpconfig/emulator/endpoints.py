"""What the endpoints do: change or read a tenant's mail settings, or grant a token for that."""

from collections.abc import Iterable

from .admin import FORBIDDEN, Role, realm_answer
from .answers import NO_BASE, NO_ENDPOINT, RefusedError, not_allowed
from .grants import NO_REALM as NO_REALM_FOR_TOKENS
from .grants import Grants
from .mail import NO_REALM, UNAUTHORIZED, UPDATED, complete_settings_in
from .messages import Answer, ReceivedRequest
from .routes import has_base, route
from .tokens import Tokens


class Platform:
    """The tenants, the endpoints for their mail settings, and the tokens for these."""

    def __init__(self, tokens: Tokens, tenants: Iterable[str] | None) -> None:
        self.tenants: dict[str, dict[str, str]] = {tenant: {} for tenant in tenants or ()}
        self.grants = Grants(tokens)
        self.tokens = tokens
        self.role: Role | None = "view-realm"
        self._takes_any_tenant = tenants is None
        self._endpoints = {
            "mail": ("POST", self._update),
            "token": ("POST", self._grant),
            "read": ("GET", self._read),
        }

    def answer(self, request: ReceivedRequest) -> Answer:
        """Carry the request out, or refuse it."""
        try:
            return self._carry_out(request)
        except RefusedError as refusal:
            return refusal.answer

    def _carry_out(self, request: ReceivedRequest) -> Answer:
        to = route(request)
        if to is None:
            raise RefusedError(NO_ENDPOINT if has_base(request) else NO_BASE)
        method, carry_out = self._endpoints[to.kind]
        if request.method != method:
            raise RefusedError(not_allowed(method))
        return carry_out(request, to.tenant)

    def _update(self, request: ReceivedRequest, tenant: str) -> Answer:
        if not self.tokens.accept(_bearer(request), tenant):
            raise RefusedError(UNAUTHORIZED)
        if not self._exists(tenant):
            raise RefusedError(NO_REALM)
        self.tenants[tenant] = complete_settings_in(request)
        return UPDATED

    def _grant(self, request: ReceivedRequest, tenant: str) -> Answer:
        if not self._exists(tenant):
            raise RefusedError(NO_REALM_FOR_TOKENS)
        return self.grants.answer(request, tenant)

    def _read(self, request: ReceivedRequest, tenant: str) -> Answer:
        token = _bearer(request)
        if not self._is_alive(token):
            raise RefusedError(UNAUTHORIZED)
        if not self._exists(tenant):
            raise RefusedError(NO_REALM)
        if not self.tokens.accept(token, tenant):
            raise RefusedError(FORBIDDEN)
        return realm_answer(tenant, self.tenants.get(tenant, {}), self.role)

    def _is_alive(self, token: str) -> bool:
        """Whether it is good for anything: a deleted realm takes its tokens along."""
        owner = self.tokens.owner(token)
        return self.tokens.is_fixed(token) or (owner is not None and self._exists(owner))

    def _exists(self, tenant: str) -> bool:
        return self._takes_any_tenant or tenant in self.tenants


def _bearer(request: ReceivedRequest) -> str:
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
