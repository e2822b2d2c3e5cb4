"""Configurations of the real world, as mail services document them."""

from __future__ import annotations

import pytest

from pulumi_smtpconfig.lint.engine import find_errors, find_warnings
from pulumi_smtpconfig.lint.mail_services import SERVICES, service_of
from pulumi_smtpconfig.settings.models import SmtpSettings
from pulumi_smtpconfig.settings.parsing import parse
from tests.lint.corpus import CORPUS, Sample


@pytest.mark.parametrize("sample", CORPUS, ids=lambda each: f"{each.host}:{each.port} {each.tls}")
def test_what_a_service_documents_is_neither_an_error_nor_a_warning(sample: Sample) -> None:
    """Who follows the documentation is left alone."""
    settings, problems = parse(SmtpSettings, sample.properties)
    assert not problems
    assert not [*find_errors(settings.stored()), *find_warnings(settings.stored())]


def test_the_corpus_is_large_enough_and_cited() -> None:
    """At least thirty configurations come from pages that were read."""
    assert len({sample[:3] for sample in CORPUS if sample.was_read}) >= 30
    assert all("." in sample.page and " " not in sample.page for sample in CORPUS)


def test_the_corpus_has_each_service_of_the_table() -> None:
    """What the table says of a service is tried with a configuration of its own."""
    found = [service_of(sample.host) for sample in CORPUS]
    assert all(service in found for service in SERVICES)
