"""What changed between two declarations of a resource."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pulumi_smtpconfig.declared import OUTPUTS_ALONE
from pulumi_smtpconfig.problems import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.declared import Declared

TO_LOOK_INTO = {"passwordFrom", "triggers"}
"""The keys whose values may have changed though they compare equal."""


def has_same_inputs(olds: Mapping[str, object], news: Mapping[str, object]) -> bool:
    """Tell whether a look at the state is enough to see that nothing changed.

    Most resources of most previews are so, and parsing them would double what a preview takes.
    """
    kept = {key: value for key, value in olds.items() if key not in OUTPUTS_ALONE}
    return kept == news and not TO_LOOK_INTO & set(news)


def changed_keys(before: Declared, declared: Declared) -> list[str]:
    """Return the keys of all inputs that are not the same; what is not known is another."""
    old, new = before.stored(), declared.stored()
    keys = [*new, *(key for key in old if key not in new)]
    return [key for key in keys if new.get(key) is UNKNOWN or _differ(old.get(key), new.get(key))]


def has_same_triggers(before: Declared, declared: Declared) -> bool:
    """Tell whether nothing asks for settings to be sent again."""
    return not _differ(before.options.triggers, declared.options.triggers)


def _differ(old: object, new: object) -> bool:
    return (
        _form(old) != _form(new) if isinstance(old, list) or isinstance(new, list) else old != new
    )


def _form(value: object) -> str:
    """Return what tells values apart as JSON does, where true is not 1, and 1 is 1.0."""
    return json.dumps(json.loads(json.dumps(value), parse_int=float), sort_keys=True)
