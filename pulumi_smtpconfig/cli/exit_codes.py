"""The exit codes of the command line."""

from __future__ import annotations

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_UNAVAILABLE, EXIT_INTERRUPTED = 0, 1, 2, 3, 130

MEANINGS = {
    EXIT_OK: "verified, shown, or exported",
    EXIT_FAILED: "not verified, or the platform refused to show the settings; with export, the "
    "tenants that could be read are written",
    EXIT_USAGE: "an option, a setting or the password is missing or invalid",
    EXIT_UNAVAILABLE: "no result: a package is not installed, reading is not enabled, a connection "
    "setting is missing or invalid, the platform is unreachable, or the output cannot be written",
    EXIT_INTERRUPTED: "stopped by Ctrl-C",
}
