from __future__ import annotations

import ast
import inspect
import itertools
import pydoc
import re

from pulumi_smtpconfig import SmtpConfig, SmtpConfigArgs
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


SHOWN = pydoc.plain(pydoc.render_doc(SmtpConfig))
HELP = " ".join(re.sub(r"^ \|", "", SHOWN, flags=re.MULTILINE).split())
(SOURCE,) = [
    node for node in ast.parse(inspect.getsource(SmtpConfig)).body if isinstance(node, ast.ClassDef)
]


def test_help_shows_the_arguments() -> None:
    """And how each is written, not how Pulumi's own class is made."""
    signature, _, text = HELP.partition(" The mail settings of ")
    for name in KEYS:
        assert f" {name}: '" in signature
        assert f" {name}: " in text
    assert "props" not in signature
    assert " provider: " not in signature


def test_every_attribute_has_its_words() -> None:
    """Where an editor shows them, the same as at the argument."""
    documented = {
        declared.target.id: inspect.cleandoc(str(text.value.value))
        for declared, text in itertools.pairwise(SOURCE.body)
        if isinstance(declared, ast.AnnAssign)
        and isinstance(declared.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }
    assert documented.keys() == ATTRIBUTES
    missing = [text for text in documented.values() if " ".join(text.split())[:-1] not in HELP]
    assert not missing


def test_overloads_and_dictionary_have_the_same_types() -> None:
    """What type checkers read is said twice, as Python has no other way."""
    methods = [each for each in SOURCE.body if isinstance(each, ast.FunctionDef)]
    _, keywords, _ = [each.args for each in methods if each.name == "__init__"]
    pairs = zip(keywords.kwonlyargs, keywords.kw_defaults, strict=True)
    written = {
        arg.arg: (ast.unparse(arg.annotation), default is None)
        for arg, default in pairs
        if arg.annotation and arg.arg != "opts"
    }
    required = SmtpConfigArgs.__required_keys__
    assert written == {
        name: (hint.__forward_arg__, name in required)
        for name, hint in SmtpConfigArgs.__annotations__.items()
    }


def test_a_subclass_keeps_type_and_help() -> None:
    """It is the same resource, whatever it is called."""

    class AcmeMail(SmtpConfig):
        """Ours."""

    assert AcmeMail._resource_type_name == SmtpConfig._resource_type_name
    assert inspect.signature(AcmeMail).parameters == PARAMETERS
