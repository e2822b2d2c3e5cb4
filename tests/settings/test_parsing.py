"""Absent, unknown and invalid values, in any model."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.settings.models import SmtpSettings, Tenant, Text
from pulumi_smtpconfig.settings.parsing import Inputs, parse, refuse

EVERY_KEY = pytest.mark.parametrize(
    ("model", "key"),
    [(model, key) for model in (Tenant, SmtpSettings) for key in model.keys().values()],
    ids=lambda each: getattr(each, "__name__", each),
)
CONTROL_CATEGORIES: Any = ["Cc", "Cs", "Zl", "Zp"]


class Sample(Inputs):
    """A model with one field of each kind."""

    display_name: Text = ""
    size: int = 7
    flag: bool = False
    secret: SecretStr = SecretStr("")


@pytest.mark.parametrize("nothing", [{}, {"size": None}, {"size": ""}], ids=str)
def test_none_and_empty_text_are_absent(nothing: dict[str, Any]) -> None:
    """All three give the default."""
    assert parse(Sample, nothing) == (Sample(), [])


@pytest.mark.parametrize("falsy", [0, 0.0, False], ids=repr)
def test_zero_and_false_are_values(falsy: object) -> None:
    """They do not count as absent."""
    assert parse(Sample, {"size": falsy})[0].size == 0


@EVERY_KEY
def test_an_unknown_value_passes_in_every_field(model: type[Inputs], key: str) -> None:
    """A preview continues, whatever the type of the value that another resource generates."""
    parsed, problems = parse(model, {key: UNKNOWN})
    assert parsed.stored()[key] is UNKNOWN
    assert key not in [problem.property for problem in problems]


@EVERY_KEY
def test_an_invalid_value_is_one_problem_and_unknown(model: type[Inputs], key: str) -> None:
    """The problem has the property's key, and no later check reads the value."""
    parsed, problems = parse(model, {key: ["not", "a", "setting"]})
    assert [problem.property for problem in problems].count(key) == 1
    assert parsed.stored()[key] is UNKNOWN


def test_a_missing_property_is_reported_by_its_key() -> None:
    """An invalid default is located like a value from the program."""
    keys = {problem.property for model in (Tenant, SmtpSettings) for problem in parse(model, {})[1]}
    assert keys == {"platform", "hostname", "tenantId", "host", "from"}


@pytest.mark.parametrize("key", Tenant.keys().values())
@given(before=st.text(), control=st.characters(categories=CONTROL_CATEGORIES), after=st.text())
def test_a_control_character_is_refused(key: str, before: str, control: str, after: str) -> None:
    """No setting can inject a mail header or a terminal sequence."""
    _, problems = parse(Tenant, {key: before + control + after})
    assert key in [problem.property for problem in problems]


@given(text=st.text(st.characters(exclude_categories=CONTROL_CATEGORIES), min_size=1))
def test_every_other_character_is_kept(text: str) -> None:
    """A name may contain any printable text."""
    assert parse(Sample, {"displayName": text})[0].display_name == text


def test_the_stored_form_is_plain_and_without_empty_text() -> None:
    """The state contains camelCase keys and JSON types."""
    sample = Sample.model_validate({"flag": True, "secret": "s3cret"})
    assert sample.stored() == {"size": 7, "flag": True, "secret": "s3cret"}


def test_a_model_shows_no_secret() -> None:
    """Printing a model by mistake reveals no password."""
    assert "s3cret" not in repr(Sample.model_validate({"secret": "s3cret"}))


def test_a_problem_reads_as_property_and_reason() -> None:
    """The engine does not show the property, so the text does."""
    assert str(Problem("from", "is required")) == "from: is required"


def test_braces_in_a_reason_are_plain_text() -> None:
    """A reason is not a template."""
    assert refuse("wants {host}").message() == "wants {host}"
