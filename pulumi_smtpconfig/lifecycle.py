"""The life of a resource on plain values: check, diff, create, read, update, delete.

Properties come as the state keeps them, camelCase keys and plain values; what is not known in a
preview is `UNKNOWN`. It knows neither Pulumi nor HTTP, so that every front door can use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.errors import while_doing
from pulumi_smtpconfig.inputs import UNKNOWN, Problem, parse
from pulumi_smtpconfig.lint import findings
from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.settings import SmtpSettings
from pulumi_smtpconfig.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulumi_smtpconfig.inputs import Inputs

Properties = dict[str, Any]

ENDPOINT = "endpoint"
"""The output that is no input: the URL that was posted to."""


class Checked(NamedTuple):
    """The canonical form of a program's inputs, and everything that is wrong with them."""

    inputs: Properties
    problems: list[Problem]


class Diff(NamedTuple):
    """The keys of the inputs that changed, and those of them that make it another resource."""

    changes: list[str]
    replaces: list[str]


class Lifecycle:
    """What happens to a tenant's mail settings, operation by operation.

    Args:
        send: Sends a method, a URL, a body and the secrets that no error may repeat, and raises a
            `SmtpConfigError` unless the platform took it.
        tell: Shows the user a line.
    """

    def __init__(self, send: Callable[..., object], tell: Callable[[str], None]) -> None:
        self._send = send
        self._tell = tell

    def check(self, news: Mapping[str, object]) -> Checked:
        """Parse the inputs of a program, without any network."""
        tenant, problems = parse(Tenant, news)
        settings, more = parse(SmtpSettings, news)
        problems += [*_tenant_problems(tenant), *more, *findings(settings)]
        return Checked(tenant.stored() | settings.stored(), problems)

    def diff(self, olds: Mapping[str, object], news: Mapping[str, object]) -> Diff:
        """Compare what the state holds with what the program says; a value not known differs."""
        identity = _changes(Tenant, olds, news)
        return Diff([*identity, *_changes(SmtpSettings, olds, news)], identity)

    def create(self, inputs: Mapping[str, object]) -> tuple[str, Properties]:
        """Send the settings, which adopts a tenant that has some; return id and outputs."""
        tenant, settings = _parsed(inputs)
        return tenant.id, self._apply(tenant, settings)

    def read(self, state: Mapping[str, object]) -> tuple[Properties, Properties]:
        """Return outputs and inputs as the state has them: these platforms document no reading."""
        return dict(state), {key: value for key, value in state.items() if key != ENDPOINT}

    def update(self, olds: Mapping[str, object], news: Mapping[str, object]) -> Properties:
        """Send the settings if the platform would get others than before; return outputs."""
        tenant, settings = _parsed(news)
        before, problems = parse(SmtpSettings, olds)
        encode = PLATFORMS[tenant.platform].encode
        if not problems and encode(settings) == encode(before):
            return _outputs(tenant, settings)
        return self._apply(tenant, settings)

    def delete(self, state: Mapping[str, object]) -> None:
        """Say that the tenant keeps its settings: these platforms document no delete."""
        self._tell(
            f'Tenant "{state["tenantId"]}" on {state["hostname"]} keeps its mail settings: '
            f"{str(state['platform']).upper()} offers no way to delete them."
        )

    def _apply(self, tenant: Tenant, settings: SmtpSettings) -> Properties:
        platform = PLATFORMS[tenant.platform]
        url, secrets = platform.endpoint(tenant), [settings.password.get_secret_value()]
        with while_doing(f'Mail settings of tenant "{tenant.tenant_id}": POST {url} failed.'):
            self._send("POST", url, platform.encode(settings), secrets)
        return _outputs(tenant, settings)


def _parsed(properties: Mapping[str, object]) -> tuple[Tenant, SmtpSettings]:
    return parse(Tenant, properties)[0], parse(SmtpSettings, properties)[0]


def _outputs(tenant: Tenant, settings: SmtpSettings) -> Properties:
    endpoint = PLATFORMS[tenant.platform].endpoint(tenant)
    return tenant.stored() | settings.stored() | {ENDPOINT: endpoint}


def _tenant_problems(tenant: Tenant) -> Iterator[Problem]:
    reads: list[object] = [tenant.platform, tenant.tenant_id]
    if UNKNOWN not in reads:
        reason = PLATFORMS[tenant.platform].tenant_reason(tenant.tenant_id)
        if reason:
            yield Problem("tenantId", reason)


def _changes(
    model: type[Inputs], olds: Mapping[str, object], news: Mapping[str, object]
) -> list[str]:
    old, new = parse(model, olds)[0].stored(), parse(model, news)[0].stored()
    keys = [*new, *(key for key in old if key not in new)]
    return [key for key in keys if new.get(key) is UNKNOWN or new.get(key) != old.get(key)]
