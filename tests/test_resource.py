"""What a program declares: the same settings under the names of Python."""

from __future__ import annotations

import inspect

from pulumi_smtpconfig import SmtpConfig
from pulumi_smtpconfig.provider import SmtpConfigProvider
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant

KEYS = Tenant.keys() | SmtpSettings.keys() | Options.keys()
ATTRIBUTES = set(SmtpConfig.__annotations__)
PARAMETERS = inspect.signature(SmtpConfig).parameters

unregistered = SmtpConfig.__new__(SmtpConfig)


def test_every_setting_is_an_argument_and_an_output() -> None:
    """A program gives what the lifecycle reads, and reads it back together with the URL."""
    assert set(PARAMETERS) - {"resource_name", "lint_ignore", "opts"} == set(KEYS)
    assert set(KEYS) | {"endpoint"} == ATTRIBUTES


def test_every_argument_needs_its_name() -> None:
    """Only the resource's name is given by position, and only what has a default is optional."""
    kinds = {name: parameter.kind for name, parameter in PARAMETERS.items()}
    assert kinds.pop("resource_name") is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert set(kinds.values()) == {inspect.Parameter.KEYWORD_ONLY}
    required = {name for name in KEYS if PARAMETERS[name].default is inspect.Parameter.empty}
    assert required == {"platform", "hostname", "tenant_id", "host", "from_"}


def test_an_attribute_has_the_platforms_key_and_back() -> None:
    """The state and the user's diffs show the keys that the lifecycle reads."""
    assert {name: unregistered.translate_input_property(name) for name in KEYS} == KEYS
    for attribute in ATTRIBUTES:
        key = unregistered.translate_input_property(attribute)
        assert unregistered.translate_output_property(key) == attribute


def test_what_the_state_refers_to_stays() -> None:
    """Type and import path are in every state, which finds its provider by them."""
    assert SmtpConfig._resource_type_name == "dynamic/smtpconfig:SmtpConfig"
    provider = f"{SmtpConfigProvider.__module__}.{SmtpConfigProvider.__qualname__}"
    assert provider == "pulumi_smtpconfig.provider.SmtpConfigProvider"


def test_the_provider_has_no_state_of_its_own() -> None:
    """What a new provider holds would be pickled into the stack's state."""
    assert vars(SmtpConfigProvider()) == {}
