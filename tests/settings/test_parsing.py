"""The door: what is left out, what is not known yet, and what is wrong, of any model."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.settings.models import SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import Inputs, Text, parse, refuse

KEYS = [(model, key) for model in (Tenant, SmtpSettings) for key in model.keys().values()]
TEXT_KEYS = [(model, key) for model, key in KEYS if model is Tenant]
IDS = [key for _, key in KEYS]
CONTROLS = st.characters(categories=["Cc", "Cs", "Zl", "Zp"])


class Sample(Inputs):
    """A model with one field of each kind."""

    display_name: Text = ""
    size: int = 7
    flag: bool = False
    secret: SecretStr = SecretStr("")


@pytest.mark.parametrize("nothing", [{}, {"size": None}, {"size": ""}], ids=str)
def test_none_and_the_empty_text_are_left_out(nothing: dict[str, Any]) -> None:
    """Three ways to say nothing have the default as their answer."""
    assert parse(Sample, nothing) == (Sample(), [])


@pytest.mark.parametrize("falsy", [0, 0.0, False], ids=repr)
def test_zero_and_false_are_values(falsy: object) -> None:
    """What only looks like nothing is not left out."""
    assert parse(Sample, {"size": falsy})[0].size == 0


@pytest.mark.parametrize(("model", "key"), KEYS, ids=IDS)
def test_an_unknown_value_passes_in_every_field(model: type[Inputs], key: str) -> None:
    """A preview goes on whichever value is generated later, be it a number or a boolean."""
    parsed, problems = parse(model, {key: UNKNOWN})
    assert parsed.stored()[key] is UNKNOWN
    assert key not in [problem.property for problem in problems]


@pytest.mark.parametrize(("model", "key"), KEYS, ids=IDS)
def test_what_cannot_be_parsed_is_a_problem_of_its_key_and_not_known(
    model: type[Inputs], key: str
) -> None:
    """The problem stands on the key that the program shows, and no rule reads the wrong value."""
    parsed, problems = parse(model, {key: ["no", "setting"]})
    assert [problem.property for problem in problems].count(key) == 1
    assert parsed.stored()[key] is UNKNOWN


def test_what_is_wrong_with_a_default_is_a_problem_of_the_key() -> None:
    """A property that is missing is named as the program would have named it."""
    keys = {problem.property for model in (Tenant, SmtpSettings) for problem in parse(model, {})[1]}
    assert keys == {"platform", "hostname", "tenantId", "host", "from"}


@pytest.mark.parametrize(("model", "key"), TEXT_KEYS, ids=[key for _, key in TEXT_KEYS])
@given(before=st.text(), control=CONTROLS, after=st.text())
def test_line_breaks_and_control_characters_are_refused_in_every_text(
    model: type[Inputs], key: str, before: str, control: str, after: str
) -> None:
    """No setting may smuggle a line into a mail's header or an answer into a terminal."""
    _, problems = parse(model, {key: before + control + after})
    assert key in [problem.property for problem in problems]


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
def test_every_other_character_is_kept(text: str) -> None:
    """A name is nobody's to judge."""
    assert parse(Sample, {"displayName": text})[0].display_name == text


def test_the_stored_form_is_plain_and_without_empty_texts() -> None:
    """What the state keeps has the platform's keys and values of JSON's types."""
    sample = Sample.model_validate({"flag": True, "secret": "s3cret"})
    assert sample.stored() == {"size": 7, "flag": True, "secret": "s3cret"}


def test_a_model_shows_no_secret() -> None:
    """What is printed by mistake tells no password."""
    assert "s3cret" not in repr(Sample.model_validate({"secret": "s3cret"}))


def test_a_problem_reads_as_property_and_reason() -> None:
    """The engine shows no property of its own, so the text has it."""
    assert str(Problem("from", "is required")) == "from: is required"


def test_a_reason_is_taken_word_for_word() -> None:
    """Braces in a reason are no template."""
    assert refuse("wants {host}").message() == "wants {host}"
