"""The exit codes of the command line."""

from __future__ import annotations

import textwrap

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_UNAVAILABLE, EXIT_INTERRUPTED = 0, 1, 2, 3, 130

MEANINGS = {
    EXIT_OK: "verified, shown, or exported; an audit found nothing that `--fail-on` names; a "
    "fleet's file has no errors",
    EXIT_FAILED: "not verified, or the platform refused to show the settings; with export, the "
    "tenants that could be read are written; an audit found what `--fail-on` names; a fleet's file "
    "has errors or is not formatted",
    EXIT_USAGE: "an option, a setting or the password is missing or invalid",
    EXIT_UNAVAILABLE: "no result: a package is not installed, reading is not enabled, a connection "
    "setting is missing or invalid, the platform is unreachable, a file cannot be read, or the "
    "output cannot be written",
    EXIT_INTERRUPTED: "stopped by Ctrl-C; an audit reports what is known by then",
}


def explained() -> str:
    """Return the codes for the end of a command's help."""
    lines = (
        textwrap.fill(text, 72, initial_indent=f"{code:5}  ", subsequent_indent=" " * 7)
        for code, text in MEANINGS.items()
    )
    keep_line_breaks = "\b"
    return "\n".join([keep_line_breaks, "Exit codes:", *lines])
