"""The words for what an audit found, the same in the table and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_smtpconfig.audit.report import State

STATE_WORDS: dict[State, str] = {
    "error": "in danger",
    "warning": "with warnings",
    "unknown": "not read",
    "ok": "clean",
}
"""How the states of tenants are told, worst first."""
