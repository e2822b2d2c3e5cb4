from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config

import pulumi_smtpconfig
from pulumi_smtpconfig.lint.linter import find_errors, find_warnings
from pulumi_smtpconfig.lint.rules import RULES
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.property_names import ATTRIBUTES, as_in_program
from pulumi_smtpconfig.provider import SmtpConfigProvider
from tests.lifecycle.test_plain_inputs import DEFAULTS, INPUTS, MAIL, TENANT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.lint.rules import Rule

PACKAGE = Path(pulumi_smtpconfig.__file__).parent
CAMEL_CASE = re.compile("|".join(rf"\b{key}\b" for key in ATTRIBUTES if key != "from"))


@pytest.mark.parametrize("key", ATTRIBUTES)
def test_a_problem_names_the_argument(key: str) -> None:
    """Wherever it is named, as the program writes it."""
    argument = ATTRIBUTES[key]
    assert as_in_program(f"{key}: is required") == f"{argument}: is required"
    if key != "from":
        said = as_in_program(f"must differ from {key}; remove {key}, or `{key}`.")
        assert said == f"must differ from {argument}; remove {argument}, or `{argument}`."


@pytest.mark.parametrize(
    "text",
    [
        "reads smtpconfig:tenantId",
        "the token of acme.basePath",
        "set it to https://{tenantId}.{hostname}/auth",
        "a sentence from here",
        "authTokenUrls",
        "aHost from: elsewhere",
    ],
)
def test_other_words_stay(text: str) -> None:
    """Connection settings, placeholders in them, and words that only look like a key."""
    assert as_in_program(text) == text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_lint_names_arguments(rule: Rule) -> None:
    """In what is wrong and in what to do."""
    settings = TENANT | MAIL | DEFAULTS | rule.bad_example
    for problem in [*find_errors(settings), *find_warnings(settings)]:
        assert not CAMEL_CASE.search(as_in_program(str(problem)))


@given(INPUTS)
def test_a_check_names_arguments(inputs: dict[str, Any]) -> None:
    """Whatever a program gives, no failure has a key that its code does not have."""
    provider = SmtpConfigProvider()
    provider.configure(ConfigureRequest(Config({}, "project")))
    news = {key: value for key, value in inputs.items() if value is not UNKNOWN}
    result = provider.check({"old": "state"}, TENANT | MAIL | news)
    for failure in result.failures or []:
        assert not failure.property
        assert not CAMEL_CASE.search(failure.reason)
        assert not failure.reason.startswith("from:")


def texts(folder: str) -> Iterator[str]:
    """Yield the texts of several words in a part of the package, but no docstrings and titles."""
    for file in (PACKAGE / folder).rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        titles = {word.value for word in ast.walk(tree) if isinstance(word, ast.keyword)
                  and word.arg == "title"}  # fmt: skip
        docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in {*ast.walk(tree)} - docstrings - titles:
            if isinstance(node, ast.Constant) and " " in str(node.value):
                yield str(node.value)


@pytest.mark.parametrize(
    "folder", ["lifecycle", "platforms", "lint", "auth", "http", "smtp", "settings", "plugin"]
)
def test_what_every_front_door_shows_names_keys(folder: str) -> None:
    """The dynamic door alone tells Python's names; other languages have those of the schema."""
    names = "|".join(name for name in ATTRIBUTES.values() if "_" in name)
    found = re.compile(rf"(?<![\w.])(?:{names})(?!\w)")
    assert not [text for text in texts(folder) if found.search(text)]
