"""Which tenants an audit looks at, and what is declared for them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import ChainMap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.lifecycle.checks import find_platform_problems
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.listing import LISTING, list_tenants
from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.property_names import TYPES
from pulumi_smtpconfig.settings.login_secrets import LOGIN_SECRETS
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pulumi_smtpconfig.authorized_client import AuthorizedClient
    from pulumi_smtpconfig.fleet.model import Password

SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105 - marks a secret in an exported stack
EXPORT_SECONDS = 60
CREDENTIALS = variable("credentials")
USER, QUERY = re.compile(r"://[^\s\"']*@"), re.compile(r"(://[^\s?\"']*)\?[^\s\"']*")
MOST_SAID = 300
"""Characters of what Pulumi says about a failure."""


class Target(NamedTuple):
    """A tenant to look at.

    Attributes:
        declaration: The tenant, its credentials, and the settings that are declared for it.
        resource: The name of what declares it; empty if nothing does.
        group: Its group in a fleet's file, or empty.
        problems: What is wrong with what is declared.
        secret_keys: The keys of what is declared as a secret, in a stack.
        is_bound: Whether its credentials may go to the host that it names.
    """

    declaration: Declaration
    resource: str = ""
    group: str = ""
    problems: Sequence[Problem] = ()
    secret_keys: frozenset[str] = frozenset()
    is_bound: bool = True

    @property
    def is_known(self) -> bool:
        """Whether its tenant and credentials are neither invalid nor secret."""
        tenant, _, options, _ = self.declaration
        return UNKNOWN not in (*tenant.stored().values(), options.credentials)


def of_platform(
    properties: Mapping[str, object], tenant_ids: Sequence[str], client: AuthorizedClient
) -> list[Target]:
    """Return the tenants of a platform; by default all that it lists to the token.

    Args:
        properties: The platform and its credentials, by the keys of a Pulumi program.
        tenant_ids: The tenants.
        client: What asks for the list.

    Raises:
        SmtpConfigError: The list cannot be read.
    """
    first = undeclared(properties, LISTING)[0]
    names = list(dict.fromkeys(tenant_ids)) or list_tenants(client, first)
    return [Target(*undeclared(properties, name)) for name in names]


def undeclared(
    properties: Mapping[str, object], tenant_id: str
) -> tuple[Declaration, str, str, list[Problem]]:
    """Return a tenant for which nothing is declared, as the values of a `Target`."""
    tenant, problems = parse(Tenant, {**properties, "tenantId": tenant_id})
    options, more = parse(Options, properties)
    declaration = Declaration(tenant, parse(SmtpSettings, {})[0], options)
    return declaration, "", "", [*problems, *more, *find_platform_problems(declaration)]


def is_export(path: str) -> bool:
    """Return whether a file is to be the output of `pulumi stack export`."""
    return Path(path).suffix == ".json"


def of_file(path: Path, folder: str, credentials: str = "") -> list[Target]:
    """Return the tenants in a fleet's file, or in the output of `pulumi stack export`.

    Either may name any host, so it gets named sets of credentials alone, all bound to hosts.

    Args:
        path: The file.
        folder: The folder of the fleet's password files, or empty.
        credentials: The set for tenants of an exported stack that name none, or empty.

    Raises:
        ConfigurationError: It cannot be read, or is neither; or credentials are not bound.
    """
    _require_hostnames()
    if is_export(str(path)):
        return [_bound(each, credentials) for each in _of_export_file(path)]
    return _of_fleet(path, folder)


def _require_hostnames() -> None:
    from pulumi_smtpconfig.fleet.credentials import require_hostnames  # noqa: PLC0415 - for files
    from pulumi_smtpconfig.fleet.problems import FleetError  # noqa: PLC0415 - likewise

    try:
        require_hostnames({CREDENTIALS: os.environ.get(CREDENTIALS)})
    except FleetError as error:
        raise ConfigurationError(
            f"{error}.", "correct the credentials; nothing was sent."
        ) from None


def _bound(target: Target, credentials: str) -> Target:
    declaration = target.declaration
    if declaration.options.credentials:
        return target
    options = declaration.options.model_copy(update={"credentials": credentials})
    return target._replace(
        declaration=declaration._replace(options=options), is_bound=bool(credentials)
    )


def _of_export_file(path: Path) -> list[Target]:
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigurationError(f"{path} cannot be read: {why}.", "check the path.") from None
    return _of_export(text, str(path))


def _of_fleet(path: Path, folder: str) -> list[Target]:
    # The parser of YAML is for files alone.
    from pulumi_smtpconfig.fleet.file import inspect  # noqa: PLC0415 - see above
    from pulumi_smtpconfig.fleet.passwords import Passwords  # noqa: PLC0415 - see above
    from pulumi_smtpconfig.fleet.problems import FleetError, file_error  # noqa: PLC0415 - see above

    def secret(key: str, stored: Password) -> dict[str, Any]:
        try:
            return passwords.property(key, stored)
        except FleetError:  # it is in the stack, or in a folder that nobody named
            return {key: UNKNOWN}

    passwords = Passwords(None, str(Path(folder).absolute()) if folder else None)
    try:
        file, problems = inspect(path)
        if problems:
            raise file_error(*problems)
    except FleetError as error:
        remedy = f"correct the file; `smtpconfig fleet check {path}` lists the same problems."
        raise ConfigurationError(str(error), remedy) from None
    targets = []
    for one in file.tenants.values():
        secrets = [secret(*reference) for reference in one.references.items()]
        targets.append(_target({**one.properties, **ChainMap(*secrets)}, one.name, one.group))
    return targets


def of_stack(name: str) -> list[Target]:
    """Return the tenants in a stack of the project in this folder, without its secrets.

    Raises:
        ConfigurationError: `pulumi` is not there, or fails.
    """
    options = ("--non-interactive", "--color=never")
    command = ["pulumi", *options, "stack", "export", f"--stack={name}"]
    try:
        done = subprocess.run(  # noqa: S603 - the user's own engine, without a shell
            command, capture_output=True, text=True, check=False, timeout=EXPORT_SECONDS
        )
    except FileNotFoundError:
        remedy = "install Pulumi, or give the output of `pulumi stack export` as a .json file."
        raise ConfigurationError("No program named pulumi is on PATH.", remedy) from None
    except subprocess.TimeoutExpired:
        happened = f"`pulumi stack export` took more than {EXPORT_SECONDS} s."
        raise ConfigurationError(happened, "check that the backend answers.") from None
    if done.returncode:
        said = without_logins(done.stderr.strip())[-MOST_SAID:]
        happened = f"`pulumi stack export` failed: {said}"
        remedy = "fix that, and run the command in the project's folder."
        raise ConfigurationError(happened, remedy)
    return _of_export(done.stdout, f"stack {name}")


def without_logins(text: str) -> str:
    """Return a text whose URLs have neither user nor query, where a backend has its secrets."""
    return QUERY.sub(r"\1", USER.sub("://", text))


def _of_export(text: str, name: str) -> list[Target]:
    try:
        found = list(_resources(json.loads(text)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        remedy = "give the output of `pulumi stack export`, or a tenants.yaml."
        raise ConfigurationError(f"{name} is not an exported stack.", remedy) from None
    return [_exported(resource, inputs) for resource, inputs in found]


def _exported(resource: str, inputs: Mapping[str, object]) -> Target:
    """Return a tenant of a stack; a secret that it refers to is not read, so it is not known.

    A reference names any variable or file of this machine, and the settings name any server.
    """
    target = _target(inputs, resource, "")
    options = target.declaration.options
    fields = [each.reference_field for each in LOGIN_SECRETS if each.reference(options)]
    unread = options.model_copy(update=dict.fromkeys(fields, UNKNOWN))
    return target._replace(
        declaration=target.declaration._replace(options=unread),
        secret_keys=frozenset(key for key, value in inputs.items() if value is UNKNOWN),
    )


def _resources(export: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the inputs of each of our resources that the program declares."""
    for resource in export["deployment"].get("resources") or []:
        is_declared = not (resource.get("delete") or resource.get("external"))
        if is_declared and resource["type"] in TYPES.values():
            yield resource["urn"].rpartition("::")[2], _plain(dict(resource["inputs"]))


def _plain(value: Any) -> Any:
    """Return a value of an exported stack, with `UNKNOWN` for a secret."""
    if isinstance(value, dict):
        if SECRET in value:
            return UNKNOWN
        return {key: _plain(each) for key, each in value.items() if not key.startswith("__")}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _target(properties: Mapping[str, object], name: str, group: str) -> Target:
    declaration, problems = Declaration.parse(properties)
    return Target(declaration, name, group, [*problems, *find_platform_problems(declaration)])
