"""Every mistake that a program can know of, told at once.

The engine ends a preview with the first resource whose check fails. So before the first resource is
registered, all that are declared are checked as the provider checks them, and if any has a mistake,
none is registered and the program fails.
"""

from __future__ import annotations

import asyncio
import enum
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import pulumi

from pulumi_smtpconfig.lifecycle.plain_inputs import are_plain
from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.property_names import as_in_program

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle

TURNS = 200
"""How often the event loop turns for outputs that are known at once; those of resources are not."""


class Declared(NamedTuple):
    """A resource's name in the program, its inputs by key, and mistakes that are known already."""

    name: str
    inputs: Mapping[str, Any]
    problems: Sequence[Problem]


class Run:
    """What a program has declared and nobody has checked yet."""

    def __init__(self) -> None:
        self.unchecked: list[Declared] = []
        self._check: asyncio.Future[None] | None = None

    async def check(self) -> None:
        """Check all resources that are declared so far, and log their mistakes.

        Raises:
            RunError: One of them, or of those that were checked with it, has some. It does not
                repeat them, because Pulumi shows the error of an inline program twice.
        """
        if self.unchecked:
            batch, self.unchecked = self.unchecked, []
            self._check = asyncio.ensure_future(_check(batch))
        if self._check:
            await self._check


_runs: WeakKeyDictionary[pulumi.Resource, Run] = WeakKeyDictionary()
"""Each run by its stack, because one process may run several."""


def after_checks(value: pulumi.Input[Any], *declared: Declared) -> asyncio.Future[Any]:
    """Return one of a resource's values, once all declared resources are known to have no mistakes.

    A resource that waits for it is not registered before that.

    Args:
        value: The value.
        declared: The resource; none if somebody else has checked it already.
    """
    stack = pulumi.runtime.get_root_resource()
    run = Run() if stack is None else _runs.setdefault(stack, Run())
    run.unchecked.extend(declared)
    # No output: an outputs' failure ends an inline program before its resources have failed, and
    # Pulumi then tells the same error a second time.
    return asyncio.ensure_future(_after(run, value))


async def _after(run: Run, value: pulumi.Input[Any]) -> pulumi.Input[Any]:
    await run.check()
    return value


async def _check(batch: Iterable[Declared]) -> None:
    found = []
    for name, inputs, problems in await _known(batch):
        if problems or not are_plain(inputs):
            every = [*problems, *_lifecycle().check(inputs).problems]
            found += [(name, every)] if every else []
    if found:
        pulumi.log.error(_told(found))
        raise pulumi.RunError("Nothing is sent because of these mistakes.")


def _told(found: Sequence[tuple[str, Sequence[Problem]]]) -> str:
    resources = [
        "\n".join([f'  "{name}"', *(f"    {as_in_program(str(each))}" for each in problems)])
        for name, problems in found
    ]
    count = "1 resource" if len(resources) == 1 else f"{len(resources)} resources"
    return "\n".join(
        [
            f"The mail settings of {count} have mistakes, so none are sent:",
            *resources,
            "  Next: correct them, then run the command again.",
        ]
    )


async def _known(batch: Iterable[Declared]) -> list[Declared]:
    """Return resources with the values that are known without waiting for another resource."""
    outputs = {id(v): v for each in batch for v in each.inputs.values() if _is_output(v)}
    waiting = {key: asyncio.ensure_future(_value(output)) for key, output in outputs.items()}
    for _ in range(TURNS):
        if all(task.done() for task in waiting.values()):
            break
        await asyncio.sleep(0)
    # A task that still waits is left alone: cancelling it would cancel the output.
    known = {key: task.result() if task.done() else UNKNOWN for key, task in waiting.items()}
    return [
        each._replace(inputs={key: _plain(known.get(id(v), v)) for key, v in each.inputs.items()})
        for each in batch
    ]


def _is_output(value: object) -> bool:
    return isinstance(value, pulumi.Output)


async def _value(output: pulumi.Output[Any]) -> object:
    try:
        return await output.future() if await output.is_known() else UNKNOWN
    except Exception:  # noqa: BLE001 - Pulumi tells of it where the output is used
        return UNKNOWN


def _plain(value: object) -> object:
    """Return a value as the provider gets it; what Pulumi resolves or refuses later is unknown."""
    if isinstance(value, enum.Enum) and value is not UNKNOWN:
        return _plain(value.value)
    if isinstance(value, (list, tuple)):
        items = [_plain(item) for item in value]
        return UNKNOWN if UNKNOWN in items else items
    if isinstance(value, dict):
        values = {key: _plain(item) for key, item in value.items()}
        return UNKNOWN if UNKNOWN in values.values() else values
    return value if isinstance(value, (str, bool, int, float, type(None))) else UNKNOWN


def _lifecycle() -> Lifecycle:
    # Only a program with mistakes, or with values that are not plain, pays for the parser.
    from pulumi_smtpconfig.authorized_client import AuthorizedClient  # noqa: PLC0415 - see above
    from pulumi_smtpconfig.config import Config  # noqa: PLC0415 - see above
    from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle  # noqa: PLC0415 - see above

    return Lifecycle(AuthorizedClient(Config(pulumi.runtime.get_config), _quiet), _quiet)


def _quiet(_: str) -> None:
    """Warn of nothing: the provider does, once the resource is registered."""
