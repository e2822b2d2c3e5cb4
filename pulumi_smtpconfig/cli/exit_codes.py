"""The exit codes of the command line."""

from __future__ import annotations

FINE, ANSWERED_NO, WRONG_USAGE, NOT_TOLD, INTERRUPTED = 0, 1, 2, 3, 130
MEANINGS = {
    FINE: "verified, or shown",
    ANSWERED_NO: "not verified, or the platform does not let its settings be read",
    WRONG_USAGE: "an option, a setting or the password is wrong or missing",
    NOT_TOLD: "nothing can be told: reading is not on, or a connection setting is missing "
    "or wrong, or the platform is not reached, or the output cannot be written",
    INTERRUPTED: "stopped by Ctrl-C",
}
"""Each exit code, and what it says."""
