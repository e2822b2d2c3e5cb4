"""The resource that a program declares."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast, overload

import pulumi
from pulumi.dynamic import Resource
from pulumi.output import contains_unknowns

from pulumi_smtpconfig.known_mistakes import Declared, after_checks
from pulumi_smtpconfig.lint.linter import WARNING_CODES, parse_codes
from pulumi_smtpconfig.platforms.encoding import DIGITS
from pulumi_smtpconfig.problems import Problem
from pulumi_smtpconfig.property_names import ATTRIBUTES, KEYS, SECRET_INPUTS, SECRETS, TYPES
from pulumi_smtpconfig.provider import SmtpConfigProvider
from pulumi_smtpconfig.resource_args import SmtpConfigArgs
from pulumi_smtpconfig.resource_options import not_found, refuse_look_ups, refused_options
from pulumi_smtpconfig.resource_warnings import show_warnings
from pulumi_smtpconfig.settings.choices import BOOLEANS, OFF, RETAIN, default_port, default_starttls

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from pulumi_smtpconfig.resource_args import Choice
    from pulumi_smtpconfig.settings.choices import OnDelete, Platform, Verify

ARGUMENTS = tuple(SmtpConfigArgs.__annotations__)


class _OutputOrGiven:
    """An output that is what the program gives, where the engine does not tell.

    The state leaves defaults out, and a preview takes what its engine leaves out for unknown.

    It is made when a program asks for it, because Pulumi's SDK goes through all pending outputs
    whenever some arrive: two more would cost the program of 400 tenants a fifth of its time.
    """

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, resource: SmtpConfig | None, _: type) -> Any:
        if resource is None:
            raise AttributeError  # for Pulumi's SDK it has an annotation alone
        output: pulumi.Output[Any] = vars(resource)[self._name]
        given = vars(resource).get("_given", {}).get(self._name)
        return output.apply(
            lambda told: given if contains_unknowns(told) else told, run_with_unknowns=True
        )

    def __set__(self, resource: SmtpConfig, output: Any) -> None:
        vars(resource)[self._name] = output


class SmtpConfig(Resource, module="smtpconfig", name="SmtpConfig"):
    """The mail settings of one tenant of an identity platform.

    Declaring a tenant that has settings replaces all of them: a setting that is left out is
    cleared. Destroying the resource leaves the settings in place, unless `on_delete` is "clear".
    `pulumi preview` reports all problems with the arguments at once.

    Args:
        resource_name: The resource's name in the stack.
        args: The arguments as a dictionary, instead of by keyword.
        platform: "ssms", "shift" or "keycloak".
        hostname: The platform's host, with a port if it is not 443: `idp.example.com:8443`.
        tenant_id: The tenant (on Keycloak the realm), case-sensitive; on SSMS a DNS label.
        host: The SMTP server.
        from_: The sender's address.
        from_display_name: The name shown with the sender's address.
        reply_to: The address for replies.
        reply_to_display_name: The name shown with the address for replies.
        envelope_from: The address for bounces.
        port: The SMTP server's port, 1 to 65535; by default 465 with `ssl`, else 587.
        starttls: Upgrade the connection with STARTTLS; on by default, unless `ssl` is on.
        ssl: Use TLS from the first byte; excludes `starttls`.
        user: The SMTP user; needs `password`.
        password: The SMTP password; always a secret in the state, even if it is given plain.
        password_from: Where the provider reads the password instead, so that no state contains it:
            "env:NAME" or "file:/absolute/path".
        auth_token_url: On Keycloak, where it obtains the token to log in with (XOAUTH2), instead of
            a password; an https URL. It needs `user`, a client id and a client secret.
        auth_token_client_id: The client that the token is granted to.
        auth_token_client_secret: The client's secret; always a secret in the state.
        auth_token_client_secret_from: Where the provider reads the client secret instead, as
            `password_from`.
        auth_token_scope: The scope to ask for; without one Keycloak asks for a token each time.
        allow_utf8: On Keycloak, send from addresses whose local part is not ASCII. If this,
            `debug`, `timeout`, `connection_timeout` or `write_timeout` is not set, the realm keeps
            its own value.
        debug: On Keycloak, log SMTP sessions; the log may contain secrets.
        timeout: On Keycloak, seconds to wait for a reply, 0.001 to 3600.
        connection_timeout: On Keycloak, seconds to wait for a connection.
        write_timeout: On Keycloak, seconds to wait until a command is sent.
        credentials: The name of the set in `smtpconfig:credentials` to use; by default the token or
            OAuth2 keys of the connection settings.
        base_path: The path that Keycloak's API is below, such as "/auth" on older installations.
        on_delete: "retain" (the default) keeps the settings when the resource is destroyed; "clear"
            removes them, on Keycloak only.
        verify: Verify the settings at the SMTP server before they are sent, in at most 15 seconds
            and without sending mail: "off" (the default), "warn" to send them even if that fails,
            or "require". On Keycloak "platform" has the server try them instead, by a mail to the
            address of the token's user.
        verify_recipient: An address that the SMTP server is asked to accept as a recipient; it gets
            no mail.
        triggers: Values of any kind, secrets included; a change sends the settings again.
        lint_ignore: Codes to silence, such as "W102"; the error about an unknown one lists all.
        opts: Pulumi's resource options.

    Attributes:
        endpoint: The URL that the settings were sent to; every argument is an output as well.

    A subclass keeps this resource's type in the state.
    """

    platform: pulumi.Output[str]
    """"ssms", "shift" or "keycloak"."""

    hostname: pulumi.Output[str]
    """The platform's host, with a port if it is not 443: `idp.example.com:8443`."""

    tenant_id: pulumi.Output[str]
    """The tenant (on Keycloak the realm), case-sensitive; on SSMS a DNS label."""

    host: pulumi.Output[str]
    """The SMTP server."""

    from_: pulumi.Output[str]
    """The sender's address."""

    from_display_name: pulumi.Output[str | None]
    """The name shown with the sender's address."""

    reply_to: pulumi.Output[str | None]
    """The address for replies."""

    reply_to_display_name: pulumi.Output[str | None]
    """The name shown with the address for replies."""

    envelope_from: pulumi.Output[str | None]
    """The address for bounces."""

    port: pulumi.Output[int]
    """The SMTP server's port, 1 to 65535; by default 465 with `ssl`, else 587."""

    starttls: pulumi.Output[bool]
    """Upgrade the connection with STARTTLS; on by default, unless `ssl` is on."""

    ssl: pulumi.Output[bool]
    """Use TLS from the first byte; excludes `starttls`."""

    user: pulumi.Output[str | None]
    """The SMTP user; needs `password`."""

    password: pulumi.Output[str | None]
    """The SMTP password; always a secret in the state, even if it is given plain."""

    credentials: pulumi.Output[str | None]
    """The name of the set in `smtpconfig:credentials` to use; by default the token or OAuth2 keys
    of the connection settings.
    """

    base_path: pulumi.Output[str | None]
    """The path that Keycloak's API is below, such as "/auth" on older installations."""

    on_delete: pulumi.Output[str] = cast("Any", _OutputOrGiven())
    """"retain" (the default) keeps the settings when the resource is destroyed; "clear" removes
    them, on Keycloak only.
    """

    password_from: pulumi.Output[str | None]
    """Where the provider reads the password instead, so that no state contains it: "env:NAME" or
    "file:/absolute/path".
    """

    auth_token_url: pulumi.Output[str | None]
    """On Keycloak, where it obtains the token to log in with (XOAUTH2), instead of a password; an
    https URL. It needs `user`, a client id and a client secret.
    """

    auth_token_client_id: pulumi.Output[str | None]
    """The client that the token is granted to."""

    auth_token_client_secret: pulumi.Output[str | None]
    """The client's secret; always a secret in the state."""

    auth_token_client_secret_from: pulumi.Output[str | None]
    """Where the provider reads the client secret instead, as `password_from`."""

    auth_token_scope: pulumi.Output[str | None]
    """The scope to ask for; without one Keycloak asks for a token each time."""

    allow_utf8: pulumi.Output[bool | None]
    """On Keycloak, send from addresses whose local part is not ASCII. If this, `debug`, `timeout`,
    `connection_timeout` or `write_timeout` is not set, the realm keeps its own value.
    """

    debug: pulumi.Output[bool | None]
    """On Keycloak, log SMTP sessions; the log may contain secrets."""

    timeout: pulumi.Output[float | None]
    """On Keycloak, seconds to wait for a reply, 0.001 to 3600."""

    connection_timeout: pulumi.Output[float | None]
    """On Keycloak, seconds to wait for a connection."""

    write_timeout: pulumi.Output[float | None]
    """On Keycloak, seconds to wait until a command is sent."""

    verify: pulumi.Output[str] = cast("Any", _OutputOrGiven())
    """Verify the settings at the SMTP server before they are sent, in at most 15 seconds and
    without sending mail: "off" (the default), "warn" to send them even if that fails, or "require".
    On Keycloak "platform" has the server try them instead, by a mail to the address of the token's
    user.
    """

    verify_recipient: pulumi.Output[str | None]
    """An address that the SMTP server is asked to accept as a recipient; it gets no mail."""

    triggers: pulumi.Output[list[Any] | None]
    """Values of any kind, secrets included; a change sends the settings again."""

    lint_ignore: pulumi.Output[list[str] | None]
    """Codes to silence, such as "W102"; the error about an unknown one lists all."""

    endpoint: pulumi.Output[str]
    """The URL that the settings were sent to."""

    def __init_subclass__(
        cls, module: str = "smtpconfig", name: str = "SmtpConfig", **kwargs: Any
    ) -> None:
        """Keep the type, because all tenants of another type would be created anew."""
        super().__init_subclass__(module=module, name=name, **kwargs)
        # Pulumi's SDK looks in the class alone, and a number without a type becomes a float.
        cls.__annotations__ = {"port": pulumi.Output[int], **cls.__annotations__}

    @overload
    def __init__(
        self,
        resource_name: str,
        args: SmtpConfigArgs,
        opts: pulumi.ResourceOptions | None = ...,
    ) -> None: ...

    @overload
    def __init__(
        self,
        resource_name: str,
        *,
        platform: Choice[Platform],
        hostname: pulumi.Input[str],
        tenant_id: pulumi.Input[str],
        host: pulumi.Input[str],
        from_: pulumi.Input[str],
        from_display_name: pulumi.Input[str] | None = ...,
        reply_to: pulumi.Input[str] | None = ...,
        reply_to_display_name: pulumi.Input[str] | None = ...,
        envelope_from: pulumi.Input[str] | None = ...,
        port: pulumi.Input[int | str] | None = ...,
        starttls: pulumi.Input[bool] | None = ...,
        ssl: pulumi.Input[bool] | None = ...,
        user: pulumi.Input[str] | None = ...,
        password: pulumi.Input[str] | None = ...,
        credentials: pulumi.Input[str] | None = ...,
        base_path: pulumi.Input[str] | None = ...,
        on_delete: Choice[OnDelete] | None = ...,
        password_from: pulumi.Input[str] | None = ...,
        auth_token_url: pulumi.Input[str] | None = ...,
        auth_token_client_id: pulumi.Input[str] | None = ...,
        auth_token_client_secret: pulumi.Input[str] | None = ...,
        auth_token_client_secret_from: pulumi.Input[str] | None = ...,
        auth_token_scope: pulumi.Input[str] | None = ...,
        allow_utf8: pulumi.Input[bool] | None = ...,
        debug: pulumi.Input[bool] | None = ...,
        timeout: pulumi.Input[float] | None = ...,
        connection_timeout: pulumi.Input[float] | None = ...,
        write_timeout: pulumi.Input[float] | None = ...,
        verify: Choice[Verify] | None = ...,
        verify_recipient: pulumi.Input[str] | None = ...,
        triggers: pulumi.Input[Sequence[Any]] | None = ...,
        lint_ignore: Sequence[str] | None = ...,
        opts: pulumi.ResourceOptions | None = ...,
    ) -> None: ...

    def __init__(
        self,
        resource_name: str,
        args: SmtpConfigArgs | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Any,
    ) -> None:
        """Declare a tenant; the class's documentation describes the arguments."""
        refused = self._refused_options(opts, resource_name)
        as_one = dict[str, Any](args) if isinstance(args, Mapping) else {}
        given = {name: _output(value) for name, value in (as_one | arguments).items()}
        ignored, wrong = parse_codes(given.get("lint_ignore"))
        properties = {
            **dict.fromkeys(ARGUMENTS),
            **_defaults(given),
            **{key: given[key] for key in ARGUMENTS if given.get(key) is not None},
            "password": _secret(given.get("password")),
            "auth_token_client_secret": _secret(given.get("auth_token_client_secret")),
            "lint_ignore": sorted(ignored - WARNING_CODES) or None,
        }
        properties["port"] = _number(properties["port"])
        problems = [*_misuses(args, arguments), *wrong, *refused]
        inputs = {KEYS.get(key, key).removesuffix("_"): value for key, value in properties.items()}
        declared = Declared(resource_name, self._known_inputs(inputs), problems)
        properties["platform"] = self._after_checks(properties["platform"], declared)
        secret = pulumi.ResourceOptions(additional_secret_outputs=SECRETS)
        opts = pulumi.ResourceOptions.merge(opts, secret)
        properties |= {"endpoint": None}
        self._given = properties
        self._register(resource_name, properties, given, opts)
        self._show_warnings(resource_name, properties, ignored)

    def _refused_options(self, opts: pulumi.ResourceOptions | None, name: str) -> Iterable[Problem]:
        refuse_look_ups(opts, name)
        return refused_options(opts)

    def _known_inputs(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the inputs that are checked before any resource is registered."""
        return inputs

    def _after_checks(self, value: pulumi.Input[Any], declared: Declared) -> asyncio.Future[Any]:
        return after_checks(value, declared)

    def _register(
        self,
        name: str,
        properties: dict[str, Any],
        given: Mapping[str, Any],
        opts: pulumi.ResourceOptions,
    ) -> None:
        properties |= _secret_inputs(given, opts)
        own = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=TYPES["native"])])
        opts = pulumi.ResourceOptions.merge(opts, own)
        super().__init__(SmtpConfigProvider(), name, properties, opts)

    def _show_warnings(
        self, name: str, properties: dict[str, Any], ignored: Collection[str]
    ) -> None:
        show_warnings(self, name, properties, ignored)

    @classmethod
    def get(cls, resource_name: str, *_: object, **__: object) -> NoReturn:
        """Refuse to look a tenant up, and say what to do instead.

        Raises:
            RunError: Always.
        """
        raise not_found(f"{cls.__name__}.get", resource_name)

    def translate_input_property(self, prop: str) -> str:
        """Return the key of an argument in the state."""
        return KEYS.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """Return the attribute of a key in the state."""
        return ATTRIBUTES.get(prop, prop)


def _secret_inputs(properties: Mapping[str, Any], opts: pulumi.ResourceOptions) -> dict[str, Any]:
    """Return the property that tells check which inputs are secret besides the usual ones."""
    named = {KEYS.get(name, name) for name in opts.additional_secret_outputs or ()}
    given = {KEYS.get(name, name): value for name, value in properties.items()}
    outputs: dict[str, pulumi.Output[Any]] = {
        key: pulumi.Output.secret(None) if key in named else pulumi.Output.from_input(value)
        for key, value in given.items()
        if key not in SECRETS and (key in named or isinstance(value, (pulumi.Output, list, dict)))
    }
    return {SECRET_INPUTS: pulumi.Output.from_input(_secret_keys(outputs))} if outputs else {}


async def _secret_keys(outputs: Mapping[str, pulumi.Output[Any]]) -> list[str]:
    return [key for key, output in outputs.items() if await output.is_secret()]


def _signature() -> inspect.Signature:
    """Return how a resource is declared by keyword, as `help` shows it."""
    kinds = inspect.Parameter
    required = SmtpConfigArgs.__required_keys__
    arguments = [
        kinds(
            name,
            kinds.KEYWORD_ONLY,
            default=kinds.empty if name in required else None,
            annotation=getattr(kind, "__forward_arg__", kind),
        )
        for name, kind in SmtpConfigArgs.__annotations__.items()
    ]
    own = inspect.signature(SmtpConfig.__init__).parameters
    opts = own["opts"].replace(kind=kinds.KEYWORD_ONLY)
    return inspect.Signature([own["self"], own["resource_name"], *arguments, opts])


SmtpConfig.__init__.__signature__ = _signature()  # type: ignore[attr-defined] # `help` reads it


def _output(value: Any) -> Any:
    """Return what a program awaits as an output, which can be asked whether it is secret."""
    return pulumi.Output.from_input(value) if inspect.isawaitable(value) else value


def _misuses(args: object, arguments: Mapping[str, Any]) -> Iterator[Problem]:
    if args is not None and not isinstance(args, Mapping):
        yield Problem("args", "must be a dictionary of arguments")
        args = {}
    elif args is not None and arguments:
        twice = ", ".join(arguments)
        yield Problem("args", f"cannot be combined with keyword arguments ({twice}); use one form")
    for name in map(str, {**(args or {}), **arguments}):
        if name not in ARGUMENTS:
            near = difflib.get_close_matches(ATTRIBUTES.get(name, name), ARGUMENTS, 1)
            yield Problem(
                name, f'is no argument; did you mean "{near[0]}"?' if near else "is no argument"
            )


def _defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what arguments are that a program leaves out."""
    ssl = given.get("ssl")
    ssl = False if ssl is None else ssl
    return {
        "ssl": ssl,
        "starttls": _by_ssl(ssl, default_starttls),
        "port": _by_ssl(ssl, default_port),
        "on_delete": RETAIN,
        "verify": OFF,
    }


def _by_ssl(ssl: Any, default: Callable[..., Any]) -> Any:
    """Return a default that depends on `ssl`; None if `ssl` is wrong, which is told elsewhere."""
    if isinstance(ssl, pulumi.Output):
        return ssl.apply(lambda known: _by_ssl(known, default))
    known = False if ssl is None else BOOLEANS.get(str(ssl).lower())
    return None if known is None else default(ssl=known)


def _number(port: Any) -> Any:
    """Return a port as the number that it is in the outputs; what is no port is told elsewhere."""
    if isinstance(port, pulumi.Output):
        return port.apply(_number)
    return int(port) if isinstance(port, str) and DIGITS.fullmatch(port) else port


def _secret(value: pulumi.Input[str] | None) -> pulumi.Output[str] | None:
    return None if value is None else pulumi.Output.secret(value)
