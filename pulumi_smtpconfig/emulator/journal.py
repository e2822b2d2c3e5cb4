"""What happened: the latest requests, and the last change of each tenant."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .endpoints import route
from .messages import ReceivedRequest
from .secrecy import MASK, printable, secret_values, shown, without

MOST_SHOWN = 2000
"""Characters of what is shown of a request."""
MOST_TENANT_SHOWN = 200
MOST_EVENTS = 200
MOST_CHANGED = 1_000


@dataclass(frozen=True)
class Event:
    """A request, or what the page did, without secrets; in printable ASCII but for the tenant."""

    number: int
    """Counts all events."""
    at: float
    """Seconds since 1970."""
    method: str
    """The HTTP method; `page` for what the page did."""
    url: str
    """Host and path, without the query, which may hold a secret."""
    tenant: str | None
    """The tenant, cut after 200 characters; None for no endpoint, empty for no single tenant."""
    status: int | None
    """None if the connection was cut instead."""
    seconds: float
    """From the end of its head to the start of its response."""
    changes: str
    """What differs from before; empty if the request changes no settings."""
    note: str = ""
    """What else is worth knowing, such as the fault that it met."""


@dataclass(frozen=True)
class Outcome:
    """What a request met and did."""

    status: int | None
    seconds: float
    before: Mapping[str, str]
    after: Mapping[str, str]
    note: str = ""


class Journal:
    """The latest events, and the last change of each tenant."""

    def __init__(self) -> None:
        self.events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self.count = 0
        self.last_changes: dict[str, Event] = {}
        self.secrets: Callable[[], Iterable[str]] = list
        """What is never shown, besides the secrets of the settings at hand."""

    def add(self, request: ReceivedRequest, outcome: Outcome) -> Event:
        """Note a request with its outcome, and return what may be shown of it."""
        to = route(request)
        changes = describe_changes(outcome.before, outcome.after)
        if to and to.kind == "mail" and not changes and outcome.status in {200, 204}:
            changes = "nothing changed"
        return self._add(
            Event(
                number=0,
                at=time.time(),
                method=request.method,
                # A space could forge the rest of the line.
                url=f"{request.header('host')}{request.path}".replace(" ", r"\x20"),
                tenant=to.tenant if to else None,
                status=outcome.status,
                seconds=outcome.seconds,
                changes=changes,
                note=outcome.note,
            ),
            outcome,
        )

    def add_change(self, tenant: str, how: str, outcome: Outcome) -> Event:
        """Note a change behind Pulumi's back."""
        changes = describe_changes(outcome.before, outcome.after)
        event = Event(0, time.time(), how, "", tenant, None, 0, changes, outcome.note)
        return self._add(event, outcome)

    def clear(self) -> None:
        """Forget everything."""
        self.events.clear()
        self.last_changes.clear()

    def _add(self, event: Event, outcome: Outcome) -> Event:
        hidden = [*self.secrets(), *secret_values(outcome.before), *secret_values(outcome.after)]

        def clean(text: str) -> str:
            text = printable(without(hidden, text))
            more = len(text) - MOST_SHOWN
            return text if more <= 0 else f"{text[:MOST_SHOWN]}... ({more:,} more characters)"

        self.count += 1
        tenant = event.tenant
        event = replace(
            event,
            number=self.count,
            url=clean(event.url),
            tenant=None if tenant is None else without(hidden, tenant)[:MOST_TENANT_SHOWN],
            changes=clean(event.changes),
            note=clean(event.note),
        )
        self.events.append(event)
        if tenant is not None and outcome.before != outcome.after:
            self.last_changes.pop(tenant, None)
            self.last_changes[tenant] = event
            if len(self.last_changes) > MOST_CHANGED:
                del self.last_changes[next(iter(self.last_changes))]
        return event


def describe_changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return what differs, one setting after the other, with secrets masked."""
    return ", ".join(_changes(before, after))


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        label = name if name.isidentifier() else json.dumps(name)
        if old is None and new is not None:
            yield f"{label}={_quoted(name, new)}"
        elif new is None and old is not None:
            yield f"{label} removed (was {_quoted(name, old)})"
        elif old is not None and new is not None:
            yield f"{label}: {_quoted(name, old)} -> {_quoted(name, new)}"


def _quoted(name: str, value: str) -> str:
    text = shown(name, value)
    return MASK if text == MASK else json.dumps(text)
