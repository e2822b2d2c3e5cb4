"""The emulator in a terminal."""

import argparse
import functools
import json
import re
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from .emulator import HOST, Emulator, ListenError
from .endpoints import route, settings_in
from .messages import ReceivedRequest, RefusedError

STARS = "********"
SHOWN = {
    "host",
    "port",
    "starttls",
    "ssl",
    "from",
    "fromDisplayName",
    "replyTo",
    "replyToDisplayName",
    "envelopeFrom",
    "user",
}
"""The documented fields that hold no secret; a misspelt password is none of them."""
GRANTED = re.compile(r"eyJ[\w-]*\.[\w-]+\.[\w-]+", re.ASCII)
"""A JWT, or what looks like one, as a token does that was granted here."""


def line(request: ReceivedRequest, status: int | None, secrets: Iterable[str]) -> str:
    """Method, host and path, tenant, status and mail settings, in printable ASCII.

    The query, which may hold a secret, is left out, and so are the given secrets and granted tokens
    wherever they stand. Of a request for a token nothing but path and status is shown.
    """
    where = f"{request.header('host')}{request.path}"
    to = route(request)
    settings = _settings(request) if to and to.kind == "mail" else ""
    tenant = json.dumps(to and to.tenant)
    text = f"{request.method} {where} tenant={tenant} {status} {settings}".rstrip()
    for secret in secrets:
        text = text.replace(secret, STARS)
    return GRANTED.sub(STARS, text).encode("ascii", "backslashreplace").decode()


def _settings(request: ReceivedRequest) -> str:
    try:
        settings = settings_in(request)
    except RefusedError:
        return ""
    return json.dumps({name: _shown(name, value) for name, value in settings.items()})


def _shown(name: str, value: str) -> str:
    return value if name in SHOWN or not value else STARS


say = functools.partial(print, flush=True)

START = """\
# The emulator listens on https://{address}, under any host name, for this machine only.
# Paste these lines into the shell that runs pulumi. They are variables, not config, because a
# shell forgets them with its end, while a stack would keep them."""
OAUTH2 = """\
# Or let the provider fetch tokens with OAuth2: paste these lines too, without the mark before each.
# unset SMTPCONFIG_TOKEN"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the emulator until Ctrl-C or SIGTERM; leave with 1 when it cannot start."""
    port: int = _parser().parse_args(arguments).port
    _on_signals(_stop)
    try:
        _run(port)
    except (ImportError, ListenError) as error:
        sys.exit(str(error))


def _run(port: int) -> None:
    def show(request: ReceivedRequest, status: int | None) -> None:
        say(line(request, status, (emulator.token, emulator.client_secret)))

    emulator = Emulator(port, on_request=show)
    with emulator, suppress(KeyboardInterrupt):
        _introduce(emulator)
        while True:
            time.sleep(60)
    say("# The emulator has stopped. Let the shell that ran pulumi forget it:")
    say("unset", *emulator.environment, *_oauth2(emulator))


def _introduce(emulator: Emulator) -> None:
    say(START.format(address=emulator.address))
    for name, value in emulator.environment.items():
        say(f"export {name}={shlex.quote(value)}")
    say(OAUTH2)
    for name, value in _oauth2(emulator).items():
        say(f"# export {name}={shlex.quote(value)}")
    say("# Requests follow as they arrive; Ctrl-C stops.")


def _oauth2(emulator: Emulator) -> dict[str, str]:
    return {
        "SMTPCONFIG_CLIENT_ID": emulator.client_id,
        "SMTPCONFIG_CLIENT_SECRET": emulator.client_secret,
        "SMTPCONFIG_TOKEN_URL": "https://{hostname}/auth/realms/{tenantId}"
        "/protocol/openid-connect/token",
    }


def _on_signals(handler: Callable[..., None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _stop(*_: object) -> None:
    _on_signals(lambda *_: None)  # a second Ctrl-C must not disturb the clearing up
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pulumi_smtpconfig.emulator",
        description="Serve the platform's mail, token and admin endpoints over https on this "
        "machine, print the variables that lead the provider there, then each request without its "
        "secrets.",
        epilog="Any tenant exists, and any host name leads here. Nothing is kept after the end.",
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help=f"port on {HOST} (default: a free one)"
    )
    return parser


if __name__ == "__main__":
    main()
