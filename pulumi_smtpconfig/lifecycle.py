"""The life of a resource on plain values: check, diff, create, read, update, delete.

Properties come as the state keeps them, camelCase keys and plain values; what is not known in a
preview is `UNKNOWN`. It knows neither Pulumi nor HTTP, so that every front door can use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.declared import Declared, declared_in
from pulumi_smtpconfig.errors import while_doing
from pulumi_smtpconfig.inputs import UNKNOWN, Problem, parse
from pulumi_smtpconfig.lint import findings
from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.settings import SmtpSettings
from pulumi_smtpconfig.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulumi_smtpconfig.request import Sender

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
        sender: Sends what the lifecycle asks for.
        tell: Shows the user a line.
    """

    def __init__(self, sender: Sender, tell: Callable[[str], None]) -> None:
        self._sender = sender
        self._tell = tell

    def check(self, news: Mapping[str, object]) -> Checked:
        """Parse the inputs of a program, without any network."""
        declared, problems = declared_in(news)
        problems += _tenant_problems(declared.tenant)
        problems += findings(declared.settings)
        problems += self._credentials_problems(declared)
        return Checked(declared.stored(), problems)

    def diff(self, olds: Mapping[str, object], news: Mapping[str, object]) -> Diff:
        """Compare what the state holds with what the program says; a value not known differs."""
        old, new = declared_in(olds)[0].stored(), declared_in(news)[0].stored()
        keys = [*new, *(key for key in old if key not in new)]
        changes = [key for key in keys if new.get(key) is UNKNOWN or new.get(key) != old.get(key)]
        return Diff(changes, [key for key in changes if key in Tenant.keys().values()])

    def create(self, inputs: Mapping[str, object]) -> tuple[str, Properties]:
        """Send the settings, which adopts a tenant that has some; return id and outputs."""
        declared, _ = declared_in(inputs)
        return declared.tenant.id, self._apply(declared)

    def read(self, state: Mapping[str, object]) -> tuple[Properties, Properties]:
        """Return outputs and inputs as the state has them: these platforms document no reading."""
        return dict(state), {key: value for key, value in state.items() if key != ENDPOINT}

    def update(self, olds: Mapping[str, object], news: Mapping[str, object]) -> Properties:
        """Send the settings if the platform would get others than before; return outputs."""
        declared, _ = declared_in(news)
        before, problems = parse(SmtpSettings, olds)
        encode = PLATFORMS[declared.tenant.platform].encode
        if not problems and encode(declared.settings) == encode(before):
            return _outputs(declared)
        return self._apply(declared)

    def delete(self, state: Mapping[str, object]) -> None:
        """Say that the tenant keeps its settings: these platforms document no delete."""
        self._tell(
            f'Tenant "{state["tenantId"]}" on {state["hostname"]} keeps its mail settings: '
            f"{str(state['platform']).upper()} offers no way to delete them."
        )

    def _credentials_problems(self, declared: Declared) -> Iterator[Problem]:
        name, hostname = declared.options.credentials, declared.tenant.hostname
        reads: list[object] = [name, hostname]
        reason = "" if UNKNOWN in reads else self._sender.problem(name, hostname)
        if reason:
            yield Problem("credentials", reason)

    def _apply(self, declared: Declared) -> Properties:
        request = declared.request()
        tenant_id = declared.tenant.tenant_id
        with while_doing(f'Mail settings of tenant "{tenant_id}": POST {request.url} failed.'):
            self._sender.send(request)
        return _outputs(declared)


def _outputs(declared: Declared) -> Properties:
    endpoint = PLATFORMS[declared.tenant.platform].endpoint(declared.tenant)
    return declared.stored() | {ENDPOINT: endpoint}


def _tenant_problems(tenant: Tenant) -> Iterator[Problem]:
    reads: list[object] = [tenant.platform, tenant.tenant_id]
    reason = "" if UNKNOWN in reads else _tenant_reason(tenant)
    if reason:
        yield Problem("tenantId", reason)


def _tenant_reason(tenant: Tenant) -> str:
    return PLATFORMS[tenant.platform].tenant_reason(tenant.tenant_id)
