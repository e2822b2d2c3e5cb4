"""Import: a resource's properties from its id, and what its platform has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.errors import ConfigurationError, ReadFailed
from pulumi_smtpconfig.lifecycle.checks import find_destination_problems
from pulumi_smtpconfig.lifecycle.declaration import ENDPOINT, Declaration
from pulumi_smtpconfig.settings.login_secrets import LOGIN_SECRETS
from pulumi_smtpconfig.settings.models import KEPT_IF_ABSENT, Options

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pulumi_smtpconfig.interface import Sender
    from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle, Read

NOT_READ = {
    *Options.keys().values(),
    *(secret.key for secret in LOGIN_SECRETS),
}
"""The keys whose values no platform shows."""

NOT_SENT = {"credentials", "onDelete", "verify", "verifyRecipient", "lintIgnore"}
"""The keys whose change alone sends nothing, so that no secret is needed."""

FORM = (
    "use the id <platform>/<hostname>/<tenantId>, as in keycloak/idp.example.com/acme; with a base "
    "path, keycloak/idp.example.com/auth/acme."
)


def tenant_of(id_: str) -> dict[str, Any]:
    """Return the properties that an id consists of.

    Raises:
        ConfigurationError: It is not the id of a tenant.
    """
    platform, _, rest = id_.partition("/")
    hostname, _, path = rest.partition("/")
    base_path, _, tenant_id = path.rpartition("/")
    names = {"platform": platform, "hostname": hostname, "tenantId": tenant_id}
    names |= {"basePath": f"/{base_path}"} if base_path else {}
    declaration, problems = Declaration.parse(names)
    wrong = [*map(str, find_destination_problems(declaration, problems))]
    if not wrong and "" in path.split("/"):
        wrong = ["it has an empty part"]
    if wrong:
        raise ConfigurationError(f"The id to import is not valid: {'; '.join(wrong)}.", FORM)
    return declaration.tenant.stored()


def import_tenant(id_: str, lifecycle: Lifecycle, sender: Sender) -> tuple[str, Read]:
    """Return a tenant's id in its usual form, and what the tenant has on its platform.

    Raises:
        ConfigurationError: The id is wrong, or reading is off.
        ReadFailed: There is nothing to import, or it could not be read.
    """
    tenant = tenant_of(id_)
    declaration = Declaration.parse(tenant)[0]
    platform = declaration.platform
    with declaration.attempting("importing them"):
        if declaration.read_request(sender.setting) is None:
            raise ConfigurationError(
                f"The mail settings on {platform.title} are not read.",
                f"to import them, {platform.enable_reading}. Or declare the tenant without an "
                "import: `pulumi up` adopts it, and replaces its settings.",
            )
        read = lifecycle.read(tenant | dict.fromkeys(KEPT_IF_ABSENT))
        if read is None:
            raise ReadFailed(
                "The tenant has no mail settings, or its realm does not exist.",
                "check the id, or declare the tenant without an import: `pulumi up` sends them.",
            )
        if wrong := Declaration.parse(read.inputs)[1]:
            raise ReadFailed(
                f"The tenant's mail settings cannot be imported: {'; '.join(map(str, wrong))}.",
                "correct them on the platform. Or declare the tenant without an import: "
                "`pulumi up` replaces them.",
            )
    outputs = read.outputs | {ENDPOINT: declaration.endpoint}
    return declaration.tenant.id, read._replace(outputs=outputs)


def unread_secret(inputs: Mapping[str, Any]) -> str:
    """Return what to do about the secret that an import lacks; empty if it lacks none."""
    declaration = Declaration.parse(inputs)[0]
    key, reference_key = declaration.login_secret.key, declaration.login_secret.reference_key
    if not inputs.get("user") or inputs.get(key) or inputs.get(reference_key):
        return ""
    return (
        f"{declaration.title}: the platform does not show its {key}. The import changes nothing "
        f"there; give {key} in the program, and the next `pulumi up` sends it."
    )


def is_as_read(changes: Iterable[str], news: Collection[str]) -> bool:
    """Return whether a program has what was imported.

    It decides alone on what no platform shows, and may leave out what the realm keeps then.
    """
    return set(changes) <= NOT_READ | (KEPT_IF_ABSENT - set(news))


def needs_no_secret(olds: Mapping[str, Any], news: Mapping[str, Any], *, is_import: bool) -> bool:
    """Return whether a resource may go on without a secret, as it was imported."""
    differing = {key for key in {*news, *olds} if news.get(key) != olds.get(key)}
    return bool(olds) and (is_as_read(differing, news) if is_import else differing <= NOT_SENT)
