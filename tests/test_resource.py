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
    """A program can read back everything that it gives, and the URL."""
    assert set(PARAMETERS) - {"resource_name", "opts"} == set(KEYS)
    assert set(KEYS) | {"endpoint"} == ATTRIBUTES


def test_arguments_are_given_by_keyword() -> None:
    """Only the resource's name may be positional; arguments without a default are required."""
    kinds = {name: parameter.kind for name, parameter in PARAMETERS.items()}
    assert kinds.pop("resource_name") is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert set(kinds.values()) == {inspect.Parameter.KEYWORD_ONLY}
    required = {name for name in KEYS if PARAMETERS[name].default is inspect.Parameter.empty}
    assert required == {"platform", "hostname", "tenant_id", "host", "from_"}


def test_attributes_and_keys_translate_both_ways() -> None:
    """The state and the diffs show the lifecycle's keys."""
    assert {name: unregistered.translate_input_property(name) for name in KEYS} == KEYS
    for attribute in ATTRIBUTES:
        key = unregistered.translate_input_property(attribute)
        assert unregistered.translate_output_property(key) == attribute


def test_the_type_and_import_path_in_the_state_never_change() -> None:
    """A state finds its provider by them."""
    assert SmtpConfig._resource_type_name == "dynamic/smtpconfig:SmtpConfig"
    provider = f"{SmtpConfigProvider.__module__}.{SmtpConfigProvider.__qualname__}"
    assert provider == "pulumi_smtpconfig.provider.SmtpConfigProvider"


def test_the_provider_has_no_attributes() -> None:
    """They would be pickled into the stack's state."""
    assert vars(SmtpConfigProvider()) == {}
