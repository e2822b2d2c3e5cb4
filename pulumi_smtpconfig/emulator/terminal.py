"""What the emulator prints in a terminal."""

import json
import os
from datetime import datetime, timezone
from typing import IO

from .emulator import Emulator
from .journal import Event
from .shells import Shell, lines

INSTRUCTIONS = """\
# The emulator listens on https://{address}, for this machine only, under any host name.
# Its page, for this terminal's user only: {page}
# Paste these lines into the shell that runs pulumi. They are environment variables, not stack
# config, so that nothing remains after the shell exits."""
OAUTH2 = """\
# To let the provider fetch tokens with OAuth2, paste these lines too, without the "# " of each.
# {unset}"""
KEPT = "# The latest {requests:,} requests are kept{state}."
FOLLOWING = "# Requests follow. Press Ctrl-C to stop."
STOPPED = "# The emulator has stopped. Unset its variables in the shell that ran pulumi:"
GREEN, YELLOW, RED = 32, 33, 31
TOKEN_URL = "https://{hostname}/auth/realms/{tenantId}/protocol/openid-connect/token"  # noqa: S105 - no password


def has_colour(output: IO[str]) -> bool:
    """Tell whether colours are welcome: on a terminal, unless the user says otherwise."""
    return output.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def oauth2_environment(emulator: Emulator) -> dict[str, str]:
    """Return the variables for OAuth2, in place of the token."""
    return {
        "SMTPCONFIG_CLIENT_ID": emulator.client_id,
        "SMTPCONFIG_CLIENT_SECRET": emulator.client_secret,
        "SMTPCONFIG_TOKEN_URL": TOKEN_URL,
    }


def introduction(emulator: Emulator, shell: Shell, requests: int, state: str) -> str:
    """Return what to paste, and what follows."""
    kept = f", and its tenants in {json.dumps(state)} without their passwords" if state else ""
    oauth2 = lines(shell, oauth2_environment(emulator))
    return "\n".join(
        [
            INSTRUCTIONS.format(address=emulator.address, page=emulator.page),
            *lines(shell, emulator.environment),
            OAUTH2.format(unset=shell.unset(["SMTPCONFIG_TOKEN"])),
            *(f"# {line}" for line in oauth2),
            KEPT.format(requests=requests, state=kept),
            FOLLOWING,
        ]
    )


def introduction_as_json(emulator: Emulator) -> str:
    """Return the same for a program."""
    content = {
        "address": emulator.address,
        "page": emulator.page,
        "environment": emulator.environment,
        "oauth2Environment": oauth2_environment(emulator),
    }
    return json.dumps(content)


def farewell(emulator: Emulator, shell: Shell) -> str:
    """Return what to paste when it has stopped."""
    return f"{STOPPED}\n{shell.unset([*emulator.environment, *oauth2_environment(emulator)])}"


def event_as_json(event: Event) -> str:
    """Return a request as one line for a program."""
    content = {
        "time": datetime.fromtimestamp(event.at, timezone.utc).isoformat(timespec="milliseconds"),
        "method": event.method,
        "url": event.url,
        "tenant": event.tenant,
        "status": event.status,
        "seconds": round(event.seconds, 6),
        "changes": event.changes,
        "note": event.note,
    }
    return json.dumps(content)


def format_event(event: Event, *, colour: bool = False) -> str:
    """Return a request as one line of printable ASCII, but for the colour of its status."""
    at = datetime.fromtimestamp(event.at).astimezone()
    status = str(event.status or "cut")
    if colour:
        status = f"\x1b[{_colour(event.status)}m{status}\x1b[0m"
    words = [
        f"{at:%H:%M:%S}",
        status,
        event.method,
        f"tenant={json.dumps(event.tenant)}",
        event.url or "-",
        f"{event.seconds * 1000:.0f} ms",
        event.changes,
        f"({event.note})" if event.note else "",
    ]
    return " ".join(word for word in words if word)


def _colour(status: int | None) -> int:
    if status is None or status >= 500:  # noqa: PLR2004 - the platform's fault
        return RED
    return GREEN if status < 300 else YELLOW  # noqa: PLR2004 - it did what was asked
