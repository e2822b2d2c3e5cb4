"""The emulator as a command."""

import argparse
import functools
import logging
import math
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from .emulator import Emulator
from .journal import Event
from .listener import HOST, ListenError
from .shells import SHELLS
from .state_folder import StateFolderError
from .terminal import (
    event_as_json,
    farewell,
    format_event,
    has_colour,
    introduction,
    introduction_as_json,
)

MOST_LATENCY = 3600.0
MOST_KEPT = 100_000

_print = functools.partial(print, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the emulator until Ctrl-C or SIGTERM; exit with 1 if it cannot start."""
    options = _parser().parse_args(arguments)
    _on_signals(_stop)
    _silence_clients()
    try:
        _run(options)
    except (ImportError, ListenError, StateFolderError) as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pulumi_smtpconfig.emulator",
        description="Serve the mail, token and admin endpoints of SSMS, SHIFT and Keycloak over "
        "https on this machine. Print the environment variables that point the provider here, then "
        "each request without its secrets.",
        epilog="Any host name works. It keeps at most 10,000 tenants. Nothing is kept after exit, "
        "unless --state names a folder.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, metavar="N", help=f"port on {HOST} (default: a free one)")
    add("--token", type=_token, help="the token that every tenant accepts (default: a random one)")
    add(
        "--tenant",
        action="append",
        metavar="ID",
        help="a tenant that exists, besides those of --state; give it again for more "
        "(default: any tenant exists)",
    )
    add(
        "--state",
        type=Path,
        metavar="FOLDER",
        help="keep the certificate authority and the tenants here for the next start; passwords "
        "are not kept",
    )
    add(
        "--latency",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="wait this long before each response (default: 0)",
    )
    add(
        "--keep-requests",
        type=_count,
        default=1000,
        metavar="N",
        help="keep the latest N requests (default: 1000)",
    )
    add(
        "--send-mail-anywhere",
        action="store_true",
        help="let Keycloak's testSMTPConnection reach mail servers that are not on this machine",
    )
    add(
        "--env", choices=SHELLS, default="sh", help="what to paste the variables into (default: sh)"
    )
    add("--quiet", action="store_true", help="print no requests")
    add("--json", action="store_true", help="print one JSON object a line: first where it listens")
    return parser


def _token(text: str) -> str:
    if not re.fullmatch("[!-~]+", text):
        raise argparse.ArgumentTypeError("a token is printable ASCII without spaces")
    return text


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (math.isfinite(seconds) and 0 <= seconds <= MOST_LATENCY):
        raise argparse.ArgumentTypeError(f"from 0 to {MOST_LATENCY:.0f} seconds")
    return seconds


def _count(text: str) -> int:
    count = int(text)
    if not 0 <= count <= MOST_KEPT:
        raise argparse.ArgumentTypeError(f"from 0 to {MOST_KEPT:,} requests")
    return count


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


def _run(options: argparse.Namespace) -> None:
    stopped = threading.Event()
    colour = has_colour(sys.stdout)

    def show(event: Event) -> None:
        try:
            _print(event_as_json(event) if options.json else format_event(event, colour=colour))
        except OSError:  # nobody reads on, as after `| head`
            stopped.set()

    shell = SHELLS[options.env]
    emulator = Emulator(
        options.port,
        options.token,
        options.tenant,
        keep_requests=options.keep_requests,
        state=options.state,
        on_event=None if options.quiet else show,
    )
    emulator.latency = options.latency
    emulator.sends_mail_anywhere = options.send_mail_anywhere
    with suppress(BrokenPipeError), emulator, suppress(KeyboardInterrupt):
        state = str(options.state or "")
        _print(
            introduction_as_json(emulator)
            if options.json
            else introduction(emulator, shell, options.keep_requests, state)
        )
        while not stopped.wait(60):
            pass
    with suppress(BrokenPipeError):
        if not options.json:
            _print(farewell(emulator, shell))


if __name__ == "__main__":
    main()
