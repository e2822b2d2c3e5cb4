"""What the steps of the lifecycle answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pulumi_smtpconfig.problems import Problem

Properties = dict[str, Any]


class Checked(NamedTuple):
    """The canonical form of a program's inputs, and everything that is wrong with them."""

    inputs: Properties
    problems: list[Problem]


class Diff(NamedTuple):
    """The keys of the inputs that changed, and those of them that make it another resource."""

    changes: list[str]
    replaces: list[str]
    delete_before_replace: bool


class Read(NamedTuple):
    """What a refresh finds."""

    outputs: Properties
    inputs: Properties
