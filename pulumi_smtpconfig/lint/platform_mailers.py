"""What the platforms' own mailers do with settings, as far as it is documented or measured."""

from __future__ import annotations

from typing import NamedTuple


class Mailer(NamedTuple):
    """The part of a platform that sends mail; by default one of which nothing is known.

    Attributes:
        has_ssl_before_starttls: Whether `ssl` with `starttls` works, because `ssl` comes first.
        encodes_names: Whether display names beyond ASCII are known to arrive; None if unknown.
        sends_from_nobody: Whether `envelopeFrom` may be the null sender; None if unknown.
        sends_any_address: Whether quoted local parts and address literals are known to work; None
            if unknown.
        needs_allow_utf8: Whether addresses with a local part beyond ASCII need `allowUtf8`.
        max_length: The characters of a value that it stores; None if unknown.
    """

    has_ssl_before_starttls: bool = False
    encodes_names: bool | None = None
    sends_from_nobody: bool | None = None
    sends_any_address: bool | None = None
    needs_allow_utf8: bool = False
    max_length: int | None = None


KOBIL = Mailer(encodes_names=False, sends_from_nobody=False, sends_any_address=False)
MAILERS = {
    "ssms": KOBIL,
    "shift": KOBIL,
    "keycloak": Mailer(
        has_ssl_before_starttls=True,
        encodes_names=True,
        sends_from_nobody=True,
        sends_any_address=True,
        needs_allow_utf8=True,
        max_length=255,
    ),
}
UNKNOWN_MAILER = Mailer()


def mailer_of(platform: str) -> Mailer:
    """Return a platform's mailer; without a platform, as on the command line, nothing is known."""
    return MAILERS.get(platform, UNKNOWN_MAILER)
