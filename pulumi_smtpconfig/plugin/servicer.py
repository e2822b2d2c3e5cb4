"""The plugin's service: from the engine's calls to the lifecycle and back.

What it does not define, `ResourceProviderServicer` answers with UNIMPLEMENTED.
"""

from __future__ import annotations

import json
import os
import re
from functools import wraps
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from pulumi_smtpconfig.config import NAMESPACE, Config, why_taken
from pulumi_smtpconfig.errors import ConfigurationError, SmtpConfigError, only_our_errors
from pulumi_smtpconfig.lifecycle.declaration import ENDPOINT, OUTPUTS_ONLY, Declaration
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.lifecycle.live_settings import LAST_UP, LastUp
from pulumi_smtpconfig.lint.linter import WARNING_CODES, find_warnings, parse_codes
from pulumi_smtpconfig.misspelt_settings import find_unused_settings
from pulumi_smtpconfig.plugin.engine_log import EngineLog, current_urn
from pulumi_smtpconfig.plugin.imports import (
    import_tenant,
    is_as_read,
    needs_no_secret,
    unread_secret,
)
from pulumi_smtpconfig.plugin.interruption import InterruptibleClient
from pulumi_smtpconfig.plugin.values import decode, encode, raw, secret_keys
from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.property_names import PROVIDER_KEY, SECRETS
from pulumi_smtpconfig.resource_warnings import duplicate_texts
from pulumi_smtpconfig.settings.login_secrets import LOGIN_SECRETS
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from google.protobuf.struct_pb2 import Struct

    from pulumi_smtpconfig.lifecycle.lifecycle import Read
    from pulumi_smtpconfig.resource_warnings import Tenants

INPUTS = {key for model in (Tenant, SmtpSettings, Options) for key in model.keys().values()}
REFERENCES = {secret.reference_key for secret in LOGIN_SECRETS}
LINT_IGNORE = "lintIgnore"
SECRET_SETTINGS = {"token", "clientSecret", "oauthPassword", "credentials"}
"""The inputs of a provider that are always secret."""

ENGINE_KEYS = {"version", "pluginDownloadURL", "pluginChecksums"}
"""The inputs of a provider that the engine adds."""

STACK_CONFIG = "PULUMI_CONFIG"
LAST_SETTINGS = (
    "`pulumi refresh`, `pulumi destroy` and `--refresh` use the settings that provider "
    '"{}" had in the last `pulumi up`: after a change, add `--run-program`'
)
REFUSED = "The next preview refuses what was imported, until the program corrects it: {}"
ERROR = grpc.StatusCode.UNKNOWN
"""How the engine's own providers report an error; it shows the message alone."""

NO_TIME_LIMIT = (
    "The resource option customTimeouts has no effect here. Set smtpconfig:timeout, which limits "
    "each try of a request."
)

DOING = {
    "Check": "Checking",
    "Diff": "Comparing",
    "Create": "Creating",
    "Read": "Reading",
    "Update": "Updating",
    "Delete": "Deleting",
}
"""What an error says of a call that named no tenant."""

R = TypeVar("R")
Context = grpc.ServicerContext


def _operation(method: Callable[[Any, Any], R]) -> Callable[[Any, Any, Context], R]:
    """Run a method for a resource; report only our errors."""
    guarded = only_our_errors(method)

    @wraps(method)
    def run(self: Servicer, request: Any, context: Context) -> R:
        current_urn.set(request.urn)
        if getattr(request, "timeout", 0):
            self.warn(NO_TIME_LIMIT)
        try:
            return guarded(self, request)
        except SmtpConfigError as error:
            doing = f'{DOING[method.__name__]} the resource "{_name(request.urn)}" failed.'
            error.doing = error.doing or doing
            error.happened = self.named(error.happened)
            error.remedy = self.named(error.remedy)
            context.abort(ERROR, str(error))
            raise

    return run


class Servicer(ResourceProviderServicer):
    """One provider; its calls come from many threads, and none of them names it.

    Args:
        engine: The address of the engine.
    """

    _engine_log: EngineLog
    _config: Config
    _lifecycle: Lifecycle
    _client: InterruptibleClient

    def __init__(self, engine: str) -> None:
        self._served: dict[str, str] = {}
        self._begin(engine)

    def _begin(self, engine: str) -> None:
        self._engine_log = EngineLog(engine)
        self._imported: set[str] = set()
        self._checked: set[str] = set()
        self._tenants: Tenants = {}

    def Handshake(
        self, request: pb.ProviderHandshakeRequest, _: Context
    ) -> pb.ProviderHandshakeResponse:
        """Say what values this plugin understands."""
        self._engine_log = EngineLog(request.engine_address)
        return pb.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: plugin_pb2.PluginAttach, _: Context) -> Empty:
        """Serve an engine that did not start this process, as `PULUMI_DEBUG_PROVIDERS` asks it to.

        It attaches to the same process for each operation, and each of its providers does.
        """
        self._begin(request.address)
        return Empty()

    def GetPluginInfo(self, _request: Empty, _: Context) -> plugin_pb2.PluginInfo:
        """Return the package's version."""
        return plugin_pb2.PluginInfo(version=version("pulumi-smtpconfig"))

    def GetSchema(self, _request: Any, _: Context) -> pb.GetSchemaResponse:
        """Return the schema that SDKs are generated from."""
        return pb.GetSchemaResponse(schema=schema())

    def CheckConfig(self, request: pb.CheckRequest, _: Context) -> pb.CheckResponse:
        """Mark what is secret; a wrong setting is reported by the operation that needs it."""
        given = raw(request.news)
        taken, today = why_taken(_name(request.urn)), os.environ.get(STACK_CONFIG)
        # The engine's own provider has the stack's config and nothing else.
        if taken and today and _own(given) != _own(json.loads(today)):
            return pb.CheckResponse(failures=[pb.CheckFailure(reason=taken)])
        return pb.CheckResponse(inputs=encode(decode(given), given, SECRET_SETTINGS))

    def DiffConfig(self, _request: pb.DiffRequest, _: Context) -> pb.DiffResponse:
        """Never replace a provider: no setting of it belongs to a resource."""
        return pb.DiffResponse()

    def Configure(self, request: pb.ConfigureRequest, context: Context) -> pb.ConfigureResponse:
        """Keep the settings without reading them, so that a bad one cannot block a destroy."""
        served = self._served.setdefault("urn", request.urn)  # one step, whatever threads do
        if served != request.urn:
            another = ConfigurationError(
                f"The running plugin already serves {served}, and cannot also serve {request.urn}.",
                "restart it to serve another provider, or unset PULUMI_DEBUG_PROVIDERS: then the "
                "engine starts one for each.",
            )
            context.abort(ERROR, str(another))
        self._config, settings, last_up = _settings(request)
        current_urn.set(request.urn)
        keys = [f"{NAMESPACE}:{key}" for key in settings if key not in ENGINE_KEYS]
        project = "" if self._config.provider else request.urn.split("::")[1]
        for unused in find_unused_settings(self._config, keys, project):
            self.warn(unused)
        self._client = InterruptibleClient(self._config, self.warn, self._engine_log.progress)
        self._lifecycle = Lifecycle(self._client, self.warn, last_up=last_up)
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def warn(self, text: str) -> None:
        """Show a warning on the current resource."""
        self._engine_log.warn(self.named(text))

    def named(self, text: str) -> str:
        """Return one of our texts with the settings of an explicit provider named as its own."""
        if not self._config.provider:
            return text
        return re.sub("^the ", "The ", self._config.named(text))

    @_operation
    def Check(self, request: pb.CheckRequest) -> pb.CheckResponse:
        """Report every problem at once, without a property: the engine prints the value of one."""
        given = raw(request.news)
        olds, news = decode(raw(request.olds)), decode(given)
        inputs, problems = self._lifecycle.check(
            news, is_new=not olds, marked=secret_keys(given) & INPUTS
        )
        problems += [
            Problem(key, "is not a property of SmtpConfig") for key in sorted(news.keys() - INPUTS)
        ]
        codes = inputs.get(LINT_IGNORE)
        ignored, wrong = parse_codes(None if codes is UNKNOWN else codes)
        problems += wrong
        if codes not in (None, UNKNOWN):
            inputs[LINT_IGNORE] = sorted(ignored - WARNING_CODES)
        inputs = {key: value for key, value in inputs.items() if key != LINT_IGNORE or value}
        is_import = request.urn in self._imported
        if needs_no_secret(olds, inputs, is_import=is_import):
            unread = {secret.key for secret in LOGIN_SECRETS} - inputs.keys()
            problems = [problem for problem in problems if problem.property not in unread]
        if is_import and inputs == olds:  # the engine calls each failure a bug of the provider
            for problem in problems:
                self.warn(REFUSED.format(problem))
            problems = []
        if problems:
            failures = [pb.CheckFailure(reason=self.named(str(problem))) for problem in problems]
            return pb.CheckResponse(inputs=encode(news, given, SECRETS), failures=failures)
        self._lint(request.urn, inputs, ignored)
        if is_import and (unread_is_needed := unread_secret(inputs)):
            self.warn(unread_is_needed)
        return pb.CheckResponse(inputs=encode(inputs, given, SECRETS))

    @_operation
    def Diff(self, request: pb.DiffRequest) -> pb.DiffResponse:
        """Compare the state with the program, and say for each property what happens."""
        olds, news = decode(raw(request.olds)), decode(raw(request.news))
        diff = self._lifecycle.diff(olds, news)
        if request.urn in self._imported and is_as_read(diff.changes, news):
            return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)
        # A rotated secret changes the resource and none of its properties.
        same = {key for key in REFERENCES & news.keys() if olds.get(key) == news[key]}
        detailed = {
            key: pb.PropertyDiff(kind=_kind(key in olds, key in news, key in diff.replaces))
            for key in diff.changes
            if key not in same
        }
        return pb.DiffResponse(
            changes=pb.DiffResponse.DIFF_SOME if diff.changes else pb.DiffResponse.DIFF_NONE,
            replaces=diff.replaces,
            diffs=diff.changes,
            deleteBeforeReplace=diff.delete_before_replace,
            hasDetailedDiff=detailed.keys() == set(diff.changes),
            detailedDiff=detailed,
        )

    @_operation
    def Create(self, request: pb.CreateRequest) -> pb.CreateResponse:
        """Send the settings, except in a preview."""
        given = raw(request.properties)
        inputs = decode(given)
        if request.preview:
            id_, outputs = _preview(inputs)
        else:
            id_, outputs = self._lifecycle.create(inputs)
        return pb.CreateResponse(id=id_, properties=_outputs(outputs, given))

    @_operation
    def Read(self, request: pb.ReadRequest) -> pb.ReadResponse:
        """Return what a refresh finds, or what a tenant has that is imported by its id."""
        given = raw(request.properties)
        state = decode(given)
        id_ = request.id
        read: Read | None
        if ENDPOINT in state:
            read = self._lifecycle.read(state)
        else:  # a look-up by the option `id` gives the program's arguments for a state
            id_, read = import_tenant(id_, self._lifecycle, self._client)
            self._imported.add(request.urn)
        if read is None:
            return pb.ReadResponse()
        return pb.ReadResponse(
            id=id_,
            properties=_outputs(read.outputs, given, given),
            inputs=encode(_inputs(read.inputs), given | raw(request.inputs), SECRETS),
        )

    @_operation
    def Update(self, request: pb.UpdateRequest) -> pb.UpdateResponse:
        """Send all settings if any of them changed, except in a preview."""
        olds, given = raw(request.olds), raw(request.news)
        inputs = decode(given)
        if request.preview:
            outputs = _preview(inputs)[1]
        else:
            outputs = self._lifecycle.update(decode(olds), inputs)
        return pb.UpdateResponse(properties=_outputs(outputs, given, olds))

    @_operation
    def Delete(self, request: pb.DeleteRequest) -> Empty:
        """Leave the tenant's settings and say so, or clear them with `onDelete: clear`."""
        self._lifecycle.delete(decode(raw(request.properties)))
        return Empty()

    def Cancel(self, _request: Empty, _: Context) -> Empty:
        """End all waits and retries."""
        if hasattr(self, "_client"):
            self._client.stop()
        return Empty()

    def _lint(self, urn: str, inputs: Mapping[str, Any], ignored: set[str]) -> None:
        tenants = {} if urn in self._checked else self._tenants
        self._checked.add(urn)
        lint = map(str, find_warnings(inputs, ignored))
        for text in [*lint, *duplicate_texts(_name(urn), inputs, tenants)]:
            self.warn(text)


def schema() -> str:
    """Return the schema of this package, with its version."""
    text = files("pulumi_smtpconfig.plugin").joinpath("schema.json").read_text("utf-8")
    return json.dumps(json.loads(text) | {"version": version("pulumi-smtpconfig")})


def _name(urn: str) -> str:
    return urn.split("::", 3)[-1]


class _Settings(NamedTuple):
    """A provider's settings by key, and what to do about them if they are not today's."""

    config: Config
    settings: dict[str, Any]
    last_up: LastUp | None


def _settings(request: pb.ConfigureRequest) -> _Settings:
    """Return the settings of a provider.

    The engine configures its own provider for a refresh or a destroy as for the last up, but the
    stack's config of today is in this process's environment, without the namespace of the keys.
    """
    own = _texts(raw(request.args))
    if request.name and not why_taken(request.name):
        if UNKNOWN in own.values():  # engines so far call nothing of such a provider
            own["previewReads"] = "off"
        last_up = LastUp(f'provider "{request.name}"', LAST_SETTINGS.format(request.name))
        return _Settings(Config(own.get, request.name), own, last_up)
    today = os.environ.get(STACK_CONFIG) if request.name else None
    values = own if today is None else json.loads(today)
    config = Config(lambda key: values.get(key.partition(":")[2]))
    return _Settings(config, values, LAST_UP if today is None else None)


def _texts(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _text(value) for key, value in decode(given).items()}


def _own(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: text for key, text in _texts(given).items() if key not in ENGINE_KEYS}


def _text(value: Any) -> Any:
    if isinstance(value, str) or value is UNKNOWN:
        return value
    is_whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if is_whole else value)


def _kind(was: bool, is_: bool, replaces: bool) -> Any:  # noqa: FBT001 - all three by place
    kind = pb.PropertyDiff
    if not was:
        return kind.ADD_REPLACE if replaces else kind.ADD
    if not is_:
        return kind.DELETE_REPLACE if replaces else kind.DELETE
    return kind.UPDATE_REPLACE if replaces else kind.UPDATE


def _preview(inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the id and the outputs as far as they are known before anything is sent."""
    declaration = Declaration.parse(inputs)[0]
    fingerprint = {declaration.login_secret.fingerprint: UNKNOWN} if declaration.reference else {}
    outputs = declaration.stored() | fingerprint
    if UNKNOWN in declaration.tenant.stored().values():
        return "", outputs | {ENDPOINT: UNKNOWN}
    return declaration.tenant.id, outputs | {ENDPOINT: declaration.endpoint}


def _inputs(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key not in OUTPUTS_ONLY}


def _outputs(
    values: Mapping[str, Any], given: Mapping[str, Any], olds: Mapping[str, Any] | None = None
) -> Struct:
    """Return outputs for the wire; what is secret among the inputs is so among them.

    The provider of the dynamic host stays, so that a program can move back to it.
    """
    secrets: Iterable[str] = SECRETS
    if secret_keys(given) & set(Tenant.keys().values()):
        secrets = {*SECRETS, ENDPOINT}
    kept = {key: (olds or {})[key] for key in {PROVIDER_KEY} & set(olds or {})}
    struct = encode(values, given, set(secrets))
    struct.update(kept)
    return struct
