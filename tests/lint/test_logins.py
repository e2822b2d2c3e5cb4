"""What may be a password, and what is surely or likely none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.lint.engine import find_errors, find_warnings
from pulumi_smtpconfig.lint.rules import USUAL


def found(password: str) -> list[str]:
    """Return the codes of what rules find on a password."""
    settings = USUAL | {"user": "acme", "password": password}
    return [each.code for each in [*find_errors(settings), *find_warnings(settings)]]


@pytest.mark.parametrize(
    "password",
    [
        *("***a***", "p", "correct horse battery staple", "SG.x1y2", "äöü", "$ecret-1", "a}"),
        *("${a", "{{a}", "<>", "<3 mails", "<b>", "$(a)", "xx", "my password is 7", "{a}", " a "),
        *("${vault.smtp}", "${vault.acme_smtp.password}", "password1", "abcd efgh ijkl mnop"),
    ],
)
def test_a_password_may_look_like_anything_else(password: str) -> None:
    """Generators know no taste, and Keycloak takes a password from its vault by such a text."""
    assert found(password) == []


@given(password=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16))
def test_a_long_password_is_left_alone_unless_it_is_a_template(password: str) -> None:
    """No error comes by chance; a false alarm would block somebody."""
    is_whole = password.startswith(("${", "{{", "<")) and password.endswith(("}", ">"))
    assert is_whole or not set(password) - {"*"} or found(password) == []


@given(count=st.integers(1, 40))
def test_a_password_of_asterisks_is_refused(count: int) -> None:
    """It is what a platform shows in place of a password, pasted from there."""
    assert found("*" * count) == ["E203"]


@pytest.mark.parametrize(
    "password",
    [
        *("${SMTP_PASSWORD}", "${}", "{{ smtp_password }}", "{{}}", " ${SMTP_PASSWORD} "),
        *("<password>", "<your password>", "<SMTP-Passwort>", "<client secret>", "${vaults.a}"),
    ],
)
def test_an_unfilled_template_is_refused(password: str) -> None:
    """A pipeline that forgot to fill it in would lock tenants out of their mail server."""
    assert found(password) == ["E204"]


@pytest.mark.parametrize(
    "password",
    [
        *("changeme", "change-me", "CHANGE_ME!", "ChangeMe", "password", "Passwort", "secret"),
        *("TODO", "tbd", "xxx", "XXXXXXXXXX", "your-password", "YOUR_API_KEY", "<changeme>"),
        *("[redacted]", "replace me", "placeholder"),
    ],
)
def test_a_stand_in_is_likely_none(password: str) -> None:
    """Some test server may have it, so it can be silenced."""
    assert found(password) == ["W201"]
