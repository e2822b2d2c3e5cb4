"""The emulator in a terminal."""

import argparse
import functools
import json
import logging
import re
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from .emulator import Emulator
from .endpoints import parse_settings, route
from .listener import HOST, ListenError
from .messages import ReceivedRequest, Refused

INSTRUCTIONS = """\
# The emulator listens on https://{address}, for this machine only, under any host name.
# Paste these lines into the shell that runs pulumi. They are environment variables, not stack
# config, so that nothing remains after the shell exits."""
OAUTH2 = """\
# To let the provider fetch tokens with OAuth2, paste these lines too, without the "# " of each.
# unset SMTPCONFIG_TOKEN"""
MASK = "********"
PUBLIC_FIELDS = {
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
"""The documented fields without secrets; all others are masked, such as a misspelt password."""
MOST_SHOWN = 2000
"""Characters of a line."""

_print = functools.partial(print, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the emulator until Ctrl-C or SIGTERM; exit with 1 if it cannot start."""
    port: int = _parser().parse_args(arguments).port
    _on_signals(_stop)
    _silence_clients()
    try:
        _run(port)
    except (ImportError, ListenError) as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pulumi_smtpconfig.emulator",
        description="Serve the platform's mail, token and admin endpoints over https on this "
        "machine. Print the environment variables that point the provider here, then each request "
        "without its secrets.",
        epilog="Any tenant exists, and any host name works. It keeps the latest 1,000 requests and "
        "at most 10,000 tenants; nothing is kept after exit.",
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help=f"port on {HOST} (default: a free one)"
    )
    return parser


def _on_signals(handler: Callable[..., None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _stop(*_: object) -> None:
    _on_signals(lambda *_: None)  # a second Ctrl-C must not interrupt the cleanup
    raise KeyboardInterrupt


def _silence_clients() -> None:
    """Print nothing about a client that leaves early, or asks for a name that is not ASCII."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    sys.unraisablehook = lambda problem: (
        None
        if isinstance(problem.exc_value, UnicodeDecodeError)
        else sys.__unraisablehook__(problem)
    )


def _run(port: int) -> None:
    def show(request: ReceivedRequest, status: int | None) -> None:
        _print(format_request(request, status, (emulator.token, emulator.client_secret)))

    emulator = Emulator(port, on_request=show)
    with emulator, suppress(KeyboardInterrupt):
        _print(INSTRUCTIONS.format(address=emulator.address))
        for name, value in emulator.environment.items():
            _print(f"export {name}={shlex.quote(value)}")
        _print(OAUTH2)
        for name, value in _oauth2_environment(emulator).items():
            _print(f"# export {name}={shlex.quote(value)}")
        _print("# Requests follow. Press Ctrl-C to stop.")
        while True:
            time.sleep(60)
    _print("# The emulator has stopped. Unset its variables in the shell that ran pulumi:")
    _print("unset", *emulator.environment, *_oauth2_environment(emulator))


def _oauth2_environment(emulator: Emulator) -> dict[str, str]:
    return {
        "SMTPCONFIG_CLIENT_ID": emulator.client_id,
        "SMTPCONFIG_CLIENT_SECRET": emulator.client_secret,
        "SMTPCONFIG_TOKEN_URL": "https://{hostname}/auth/realms/{tenantId}"
        "/protocol/openid-connect/token",
    }


def format_request(request: ReceivedRequest, status: int | None, secrets: Iterable[str]) -> str:
    """Return method, host, path, tenant, status and mail settings as one line of printable ASCII.

    The query, which may hold a secret, is left out. The given secrets and granted tokens are masked
    wherever they occur. A long line is cut.
    """
    to = route(request)
    settings = ""
    if to and to.kind == "mail":
        with suppress(Refused):
            given = parse_settings(request)
            settings = json.dumps({name: _masked(name, value) for name, value in given.items()})
    # A space could forge the rest of the line.
    url = f"{request.header('host')}{request.path}".replace(" ", r"\x20")
    tenant = json.dumps(to and to.tenant)
    text = f"{request.method} {url} tenant={tenant} {status} {settings}".rstrip()
    for secret in secrets:
        text = text.replace(secret, MASK)
    text = re.sub(r"[\w.-]+", _without_jwt, text, flags=re.ASCII)
    text = re.sub(r"[^ -~]", lambda x: ascii(x[0])[1:-1], text)
    more = len(text) - MOST_SHOWN
    return text if more <= 0 else f"{text[:MOST_SHOWN]}... ({more:,} more characters)"


def _without_jwt(word: re.Match[str]) -> str:
    """Mask anything like a JWT, as a granted token is, in time linear in the word."""
    before, start, token = word[0].partition("eyJ")
    return before + MASK if start and token.count(".") > 1 else word[0]


def _masked(name: str, value: str) -> str:
    return value if name in PUBLIC_FIELDS or not value else MASK


if __name__ == "__main__":
    main()
