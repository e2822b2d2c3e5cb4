"""What may be a host, what never is, and how each mistake is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.lint.engine import find_errors, find_warnings
from pulumi_smtpconfig.lint.rules import USUAL

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


def found(host: str) -> list[str]:
    """Return the codes of what rules find on a host."""
    settings = USUAL | {"host": host}
    return [each.code for each in [*find_errors(settings), *find_warnings(settings)]]


@pytest.mark.parametrize(
    "host",
    [
        *("smtp.acme.example", "SMTP.Acme.Example", "smtp.acme.example.", "mail-1", "localhost"),
        *("192.0.2.25", "2001:db8::25", "::1", "[2001:db8::25]", "fe80::1%eth0"),
        *("_smtp.acme.example", "smtp.müller.example", "xn--mller-kva.example", "changeme.example"),
        *("password.example", "smtp", "mail", "xxx.example", "invalid.example"),
    ],
)
def test_names_and_addresses_of_the_internet_protocol_are_hosts(host: str) -> None:
    """What can be connected to is not complained of."""
    assert found(host) == []


@given(labels=st.lists(LABELS, min_size=2, max_size=5))
def test_every_name_of_labels_is_a_host(labels: list[str]) -> None:
    """No name of the domain system is taken for something else, but the one kept for none."""
    assert found(".".join([*labels, "example"])) == []


@pytest.mark.parametrize(
    ("host", "code"),
    [
        *[(f"{scheme}://mail.acme.example", "E301") for scheme in ("smtp", "smtps", "https")],
        *[("smtp://mail.acme.example:587", "E301"), ("mail.acme.example/", "E301")],
        *[("https://user:pw@mail.acme.example", "E301"), ("//mail.acme.example", "E301")],
        *[("mail.acme.example:587", "E302"), ("192.0.2.25:25", "E302"), ("mail:", "E302")],
        *[("[2001:db8::25]:587", "E302"), ("mail.acme.example:smtp", "E302")],
        *[("no-reply@acme.example", "E303"), ("acme@mail.acme.example:25", "E303")],
        *[("two words", "E304"), (" mail.acme.example", "E304"), ("mail\u00a0acme", "E304")],
        *[("${SMTP_HOST}", "E305"), ("{{ smtp.host }}", "E305"), ("<host>", "E305")],
        *[("smtp.${DOMAIN}", "E305"), ("smtp://{{ host }}:25", "E305"), ("<your host>", "E305")],
        *[("changeme", "W301"), ("CHANGE_ME", "W301"), ("your-smtp-server", "W301")],
        *[("smtp-host", "W301"), ("todo", "W301"), ("xxxx", "W301"), ("mail.invalid", "W301")],
    ],
)
def test_each_mistake_has_one_name(host: str, code: str) -> None:
    """What is wrong in several ways is told once, by the way to put it right first."""
    assert found(host) == [code]


@pytest.mark.parametrize("host", ["mail.acme.example\n", "\tmail.acme.example", "mail\u2028acme"])
def test_a_line_break_in_a_host_is_told_as_such(host: str) -> None:
    """It is no space, which nobody would look for."""
    assert found(host) == ["E401"]
